// Goal: npm's standardwebhooks accepts our callbacks and refuses changed ones.
// Method: callbacks printed by the hub's own code for each form of key, then altered.

import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { callback, now, path } from "./callback.mjs";

const keys = [
  ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", (key) => new Webhook(key)],
  ["MySecretEventSignatureKey", (key) => new Webhook(key, { format: "raw" })],
  ["schlüssel", (key) => new Webhook(Buffer.from(key), { format: "raw" })],
];
for (const [key, verifier] of keys) {
  const webhook = verifier(key);
  const { headers, body } = callback(key);

  const payload = webhook.verify(body, headers);

  assert.equal(payload.message.events[0].object.path, path);
  assert.equal(payload.message.eventId, headers["webhook-id"]);
  assert.equal(webhook.sign(headers["webhook-id"], new Date(headers["webhook-timestamp"] * 1000), body),
    headers["webhook-signature"]);
  assert.throws(() => webhook.verify(body + " ", headers), /No matching signature/);
  assert.throws(() => webhook.verify(body, { ...headers, "webhook-id": "x" }), /No matching/);
  assert.throws(() => webhook.verify(body, { ...headers, "webhook-timestamp": String(now() + 1) }),
    /No matching/);
  const old = callback(key, { seconds: now() - 310 });
  assert.throws(() => webhook.verify(old.body, old.headers), /too old/);
  const early = callback(key, { seconds: now() + 310 });
  assert.throws(() => webhook.verify(early.body, early.headers), /too new/);
  console.log(`accepted with key ${key}, refused in 5 altered forms`);
}
assert.throws(() => {
  const { headers, body } = callback(keys[0][0]);
  new Webhook("whsec_" + Buffer.from("another key").toString("base64")).verify(body, headers);
}, /No matching signature/);
