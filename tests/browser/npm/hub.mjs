// A fake Dropbox and a hub, as processes of their own, in a temporary folder.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const { FERRY: ferryProgram, FAKE_DROPBOX: fakeProgram } = process.env;
const patienceMs = 30_000;

/** A port that was free a moment ago: the hub's address has to be known before it starts. */
const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

export const eventually = async (condition, what) => {
  const end = Date.now() + patienceMs;
  for (;;) {
    const result = await condition();
    if (result) return result;
    assert.ok(Date.now() < end, `waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** Ends the process and waits until it is gone. */
const end = (child) =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("exit", resolve);
    child.kill("SIGTERM");
  });

const startFake = async (redirectUris) => {
  const child = spawn(
    fakeProgram,
    ["--port", "0", "--control", ...redirectUris.flatMap((uri) => ["--redirect-uri", uri])],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const settings = {};
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === "ready") return { child, ...settings };
    const colon = line.indexOf(": ");
    settings[line.slice(0, colon)] = line.slice(colon + 2);
  }
  throw new Error("fake-dropbox ended before it was ready");
};

const instanceText = ({ name, callback }, fake) => `
  - name: ${name}
    key: dropbox
    configuration:
      oauth.callback.url: ${callback}
      oauth.api.key: ${fake.app_key}
      oauth.api.secret: ${fake.app_secret}
      event.notification.enabled: true
      event.notification.callback.url: http://127.0.0.1:9/
      event.poll.interval: 5s
`;

/** `instances` gives, for the hub's URL, [{ name, callback }]; `settings` is more of ferry.yaml. */
export const startHub = async (instances, settings = "") => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const declared = instances(url);
  const folder = await mkdtemp(join(tmpdir(), "ferry-browser-"));
  const fake = await startFake([`${url}/oauth/callback`]);
  await mkdir(join(folder, "instances"));
  await writeFile(
    join(folder, "instances", "all.yaml"),
    "instances:" + declared.map((instance) => instanceText(instance, fake)).join(""),
  );
  await writeFile(
    join(folder, "ferry.yaml"),
    `public_url: ${url}
listen: 127.0.0.1:${port}
providers:
  dropbox:
    base_urls: { www: "${fake.url}", api: "${fake.url}", content: "${fake.url}", notify: "${fake.url}" }
${settings}`,
  );
  const child = spawn(ferryProgram, ["serve"], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr.on("data", (data) => (log += data));

  const ask = async (...args) => {
    const { stdout } = await promisify(execFile)(ferryProgram, [...args, "--json"], { cwd: folder });
    return stdout;
  };
  await eventually(async () => {
    assert.equal(child.exitCode, null, `the hub ended: ${log}`);
    return (await fetch(`${url}/readyz`).catch(() => null))?.ok;
  }, "the hub is ready");
  return {
    url,
    fake,
    /** What `ferry instances` says about the instance. */
    instance: async (name) =>
      JSON.parse(await ask("instances")).find((instance) => instance.name === name),
    /** What `ferry events` has of the instance; one JSON object a line. */
    events: async (name) =>
      (await ask("events", name)).split("\n").filter(Boolean).map((line) => JSON.parse(line).event),
    control: async (path, fields) => {
      const answer = await fetch(`${fake.url}/fake/${path}`, {
        method: "POST",
        body: JSON.stringify(fields),
        headers: { "Content-Type": "application/json" },
      });
      assert.equal(answer.status, 200, await answer.text());
    },
    stop: async () => {
      await end(child);
      await end(fake.child);
      await rm(folder, { recursive: true });
    },
  };
};
