// A callback receiver for Ferry on Node 18 or later: verifies with the `standardwebhooks` library,
// drops duplicates, prints events. Copy it and replace `handle`.
//
//   npm ci && SIGNING_KEY=... node receiver.mjs --port 9000

import http from "node:http";
import { parseArgs } from "node:util";
import { Webhook, WebhookVerificationError } from "standardwebhooks";

const BODY_BYTES_MAX = 8 * 1024 * 1024;
const EVENTS_REMEMBERED = 100_000;

/** The library's verifier for a value of event.notification.signature.key. */
export function webhookFor(key) {
  if (!key) throw new Error("set SIGNING_KEY to event.notification.signature.key");
  // `whsec_<base64>` stands for the decoded bytes, any other text for its own.
  return key.startsWith("whsec_") ? new Webhook(key) : new Webhook(Buffer.from(key), { format: "raw" });
}

/**
 * Ids of the events that were handled, the last ones. Deliveries come at least once; keep the ids
 * in your database, in the transaction that handles the event, to be safe across restarts.
 */
const seen = new Set();

/** The text with U+FFFD for what a terminal would obey or not show: whoever names a file could
 *  otherwise forge lines. */
function printable(text) {
  return String(text).replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "\uFFFD");
}

/** Yours to replace. If it throws, Ferry delivers again later. Keep it synchronous, or guard
 *  against the same event being handled twice at a time. */
function handle(event) {
  const words = [event.eventType, event.objectType, event.objectId, event.object?.path ?? ""];
  console.log(words.map(printable).join(" "));
}

function handleAll(events) {
  for (const event of events) {
    if (seen.has(event.id)) continue;
    handle(event);
    seen.add(event.id);
    if (seen.size > EVENTS_REMEMBERED) seen.delete(seen.values().next().value);
  }
}

async function readBody(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > BODY_BYTES_MAX) return null;
    parts.push(part);
  }
  return Buffer.concat(parts); // the raw bytes: what is signed must not be parsed first
}

function statusFor(webhook, request, body) {
  if (request.method !== "POST") return 405;
  if (body === null) return 413;
  let payload;
  try {
    payload = webhook.verify(body, request.headers);
  } catch (error) {
    return error instanceof WebhookVerificationError ? 401 : 400;
  }
  if (!Array.isArray(payload?.message?.events)) return 400;
  try {
    handleAll(payload.message.events);
  } catch (error) {
    console.error(error);
    return 500;
  }
  return 204;
}

const { values } = parseArgs({
  options: { host: { type: "string", default: "127.0.0.1" }, port: { type: "string", default: "9000" } },
});
const webhook = webhookFor(process.env.SIGNING_KEY);
const server = http.createServer(async (request, response) => {
  try {
    const status = statusFor(webhook, request, await readBody(request));
    response.writeHead(status, status === 413 ? { Connection: "close" } : {});
    response.end();
  } catch {
    response.destroy(); // the sender went away in the middle
  }
});
server.listen(Number(values.port), values.host, () => {
  console.log(`listening on http://${values.host}:${server.address().port}/`);
});
