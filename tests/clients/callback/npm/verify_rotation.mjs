// Goal: while keys change, receivers with either key accept our callbacks, and public keys verify
// those that are signed with Ed25519.
// Method: npm's standardwebhooks, an svix with verification code of its own (later ones wrap
// standardwebhooks), and Node's crypto with the key set that the hub publishes.

import assert from "node:assert/strict";
import { createHmac, createPublicKey, verify } from "node:crypto";
import { Webhook as StandardWebhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import { callback } from "./callback.mjs";

const older = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const newer = "whsec_plJ3nmyCDGBKInavdOK15jsl3mWeFgSRVYKcaZnGbb4=";
const stranger = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const privateKey = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=";
const format = ["standard-webhooks"];

const accepts = (key, { body, headers }) => {
  const verdicts = [StandardWebhook, SvixWebhook].map((Webhook) => {
    try {
      return new Webhook(key).verify(body, headers).type === "file.created";
    } catch (error) {
      assert.match(error.message, /No matching signature/);
      return false;
    }
  });
  assert.equal(verdicts[0], verdicts[1], "the libraries agree");
  return verdicts[0];
};
/** True if one v1a signature is by the key, a JWK. */
const isBy = (jwk, { body, headers }) => {
  const key = createPublicKey({ key: jwk, format: "jwk" });
  const content = Buffer.from(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`);
  return headers["webhook-signature"].split(" ").filter((one) => one.startsWith("v1a,"))
    .some((one) => verify(null, content, key, Buffer.from(one.slice(4), "base64")));
};

const both = callback(`${newer}, ${older}`, { format });
assert.deepEqual([older, newer, stranger].map((key) => accepts(key, both)), [true, true, false]);
assert.equal(both.headers["Elements-Webhook-Signature"],
  "sha256=" + createHmac("sha256", newer).update(both.body).digest("base64"));
assert.equal(both.publicKeys, null);

const ended = callback(`${older}@2026-01-01T00:00:00Z,${newer}`, { format });
assert.deepEqual([older, newer].map((key) => accepts(key, ended)), [false, true]);
const ending = callback(`${older}@2099-01-01T00:00:00Z,${newer}`, { format });
assert.deepEqual([older, newer].map((key) => accepts(key, ending)), [true, true]);

const mixed = callback(`${older},${privateKey}`, { format, hubKey: true });
assert.ok(accepts(older, mixed), "what they do not know is skipped");
const keys = mixed.publicKeys.keys;
assert.equal(keys.length, 2);
for (const jwk of keys) {
  assert.ok(isBy(jwk, mixed));
  assert.ok(!isBy(jwk, { ...mixed, body: mixed.body + " " }));
  assert.equal(jwk.whpk, "whpk_" + Buffer.from(jwk.x, "base64url").toString("base64"));
}
assert.equal(keys[0].whpk, "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=");

const withoutSecret = callback("", { format, hubKey: true });
assert.ok(isBy(keys[1], withoutSecret), "the hub's key for an instance stays the same");
assert.ok(!isBy(keys[0], withoutSecret));
assert.equal(withoutSecret.headers["Elements-Webhook-Signature"], undefined);
console.log("two keys, an ended one, Ed25519 beside HMAC, Ed25519 alone: verified");
