// Webhooks as the providers' own packages have and sign them, one JSON object a line:
// {connector, name, headers, body}. Usage: node provider_requests.mjs SECRET
import { createRequire } from "node:module";
import { sign } from "@octokit/webhooks-methods";
import Stripe from "stripe";

const require = createRequire(import.meta.url);
const secret = process.argv[2];
const give = (line) => process.stdout.write(JSON.stringify(line) + "\n");

let number = 0;
for (const { name, examples } of require("@octokit/webhooks-examples")) {
  for (const example of examples) {
    const body = JSON.stringify(example);
    give({
      connector: "github",
      name: example.action ? `${name}.${example.action}` : name,
      headers: {
        "X-GitHub-Event": name,
        "X-GitHub-Delivery": `00000000-0000-0000-0000-${String(++number).padStart(12, "0")}`,
        "X-Hub-Signature-256": await sign(secret, body),
      },
      body,
    });
  }
}

const stripe = new Stripe("sk_test_0");
const payload = JSON.stringify({
  id: "evt_of_the_package", object: "event", type: "customer.updated", created: 1795914123,
  data: { object: { id: "cus_1", object: "customer", name: "Ann" } },
});
give({
  connector: "stripe",
  name: "customer.updated",
  headers: { "Stripe-Signature": stripe.webhooks.generateTestHeaderString({ payload, secret }) },
  body: payload,
});
