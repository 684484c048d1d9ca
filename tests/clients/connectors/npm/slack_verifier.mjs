// Slack's own library on webhooks, one JSON object {headers, body} a line: "true" or "false" for each.
// Usage: node slack_verifier.mjs SECRET
import { createInterface } from "node:readline";
import { isValidSlackRequest } from "@slack/bolt/dist/receivers/verify-request.js";

for await (const line of createInterface({ input: process.stdin })) {
  const { headers, body } = JSON.parse(line);
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  process.stdout.write(`${isValidSlackRequest({ signingSecret: process.argv[2], headers: lower, body })}\n`);
}
