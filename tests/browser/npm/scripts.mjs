// Goal: scripts of a site that ferry.yaml names may call the API and read what callers need, and those
// of another site may not. Method: two sites, the program `ferry serve`, and Chromium, whose judgement
// it is.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { startHub } from "./hub.mjs";

const authorization = "User a-user-secret, Organization an-organization-secret";

let hub;
let browser;
let named;
let other;

/** A site with one empty page. */
const startSite = () =>
  new Promise((resolve) => {
    const server = createServer((_, answer) => {
      answer.setHeader("Content-Type", "text/html");
      answer.end("<!doctype html><title>site</title>");
    });
    server.listen(0, "127.0.0.1", () =>
      resolve({ url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() }),
    );
  });

before(async () => {
  [named, other] = [await startSite(), await startSite()];
  hub = await startHub(
    (url) => [{ name: "waiting", callback: `${url}/oauth/callback` }],
    `api:
  user_secret: a-user-secret
  organization_secret: an-organization-secret
  cors_origins: [${named.url}]
`,
  );
  browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
});
after(async () => {
  await browser?.close();
  await hub?.stop();
  named?.stop();
  other?.stop();
});

/** What a script on a page of `site` gets of the hub: { status, headers, json }, or { failure }. */
const call = async (site, method, path, body) => {
  const page = await browser.newPage();
  try {
    await page.goto(site.url);
    return await page.evaluate(
      async ([url, init]) => {
        try {
          const answer = await fetch(url, init);
          return {
            status: answer.status,
            headers: Object.fromEntries(answer.headers),
            json: await answer.json(),
          };
        } catch (failure) {
          return { failure: String(failure) };
        }
      },
      [
        `${hub.url}/elements/api-v2${path}`,
        {
          method,
          headers: { Authorization: authorization, "Content-Type": "application/json" },
          body: body && JSON.stringify(body),
        },
      ],
    );
  } finally {
    await page.close();
  }
};

test("a script of a named site reads lists and their headers", async () => {
  const answer = await call(named, "GET", "/instances?pageSize=1");
  assert.equal(answer.status, 200, answer.failure);
  assert.equal(answer.json[0].name, "waiting");
  assert.equal(answer.headers["elements-returned-count"], "1");
  assert.equal(answer.headers["elements-total-count"], "1");
  assert.match(answer.headers["elements-request-id"], /^[0-9a-f]{24}$/);
});

test("it may change things, and reads why it may not", async () => {
  const made = await call(named, "POST", "/instances", { name: "x" });
  assert.equal(made.status, 400, made.failure);
  assert.match(made.json.message, /element/);
  const changed = await call(named, "PATCH", "/instances/999999", { tags: ["a"] });
  assert.equal(changed.status, 404, changed.failure);
  const removed = await call(named, "DELETE", "/instances/999999");
  assert.equal(removed.status, 404, removed.failure);
});

test("a script of another site gets nothing", async () => {
  for (const method of ["GET", "DELETE"]) {
    const answer = await call(other, method, "/instances/1");
    assert.match(answer.failure, /Failed to fetch/, JSON.stringify(answer));
  }
  const { status } = await call(named, "GET", "/instances/1");
  assert.equal(status, 200, "and its DELETE was not made");
});
