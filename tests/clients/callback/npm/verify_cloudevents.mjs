// Goal: npm's cloudevents reads our callbacks in each of the three modes and finds them valid.
// Method: callbacks printed by the hub's own code, passed on as a server would get them.

import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { HTTP } from "cloudevents";
import { Webhook } from "standardwebhooks";
import { callback, path } from "./callback.mjs";

const key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/** What a server gets of the callback, over a real connection. */
async function received({ headers, body }) {
  const server = http.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = http.request({ port: server.address().port, method: "POST", headers });
  client.on("error", () => {}).end(body);
  const [request] = await once(server, "request");
  const parts = [];
  for await (const part of request) parts.push(part);
  server.closeAllConnections();
  server.close();
  return { headers: request.headers, body: Buffer.concat(parts).toString() };
}

const read = {};
for (const mode of ["batched", "structured", "binary"]) {
  const message = await received(callback(key, { format: ["cloudevents", mode] }));
  new Webhook(key).verify(message.body, message.headers);
  assert.equal(HTTP.isEvent(message), true);
  const events = [HTTP.toEvent(message)].flat();
  assert.equal(events.length, mode === "batched" ? 2 : 1);
  for (const event of events) assert.equal(event.validate(), true);
  read[mode] = events[0];
  console.log(`${mode}: ${events.length} valid`);
}
const event = read.structured;
assert.equal(event.id, "AXBooiL_qrZEur0mJV08");
assert.equal(event.source, "/hubs/hub/instances/7");
assert.equal(event.type, "com.dropbox.file.created");
assert.equal(event.time, "2020-02-21T16:43:41.000Z");
assert.equal(event.sequence, "0000000000000000099");
assert.equal(event.partitionkey, "id:a4ayc_80_OEAAAAAAAAAXw");
assert.equal(event.subject, path.replaceAll(/[\n\x1b\x9b]/g, "\ufffd"));
assert.equal(event.data.object.path, path);
assert.deepEqual(read.batched.toJSON(), event.toJSON());
// This library leaves the percent-encoding of headers to its user.
const decoded = read.binary.cloneWith({ subject: decodeURIComponent(read.binary.subject) });
assert.deepEqual(decoded.toJSON(), event.toJSON());
