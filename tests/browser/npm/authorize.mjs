// Goal: a person authorizes an account in a real browser, and every way in which that goes wrong ends
// on a readable page that says what happened and what to do. Method: the program `ferry serve`, the
// fake Dropbox with its consent page, and Chromium.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { chromium } from "playwright-core";
import { eventually, startHub } from "./hub.mjs";

let hub;
let browser;
let page;
/** What the browser complained about on the hub's pages: a policy that blocks our own style, say. */
let complaints;

before(async () => {
  hub = await startHub((url) => [
    ...["allowed", "denied", "reused", "stranger", "refused", "another", "hostile"].map((name) => ({
      name,
      callback: `${url}/oauth/callback`,
    })),
    { name: "mismatched", callback: `${url}/oauth/callback?of=nobody` },
  ]);
  browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
});
after(async () => {
  await browser?.close();
  await hub?.stop();
});
beforeEach(async () => {
  const context = await browser.newContext();
  page = await context.newPage();
  complaints = [];
  page.on("console", (message) => {
    const isOurs = message.location().url.startsWith(hub.url);
    const isStatus = message.text().startsWith("Failed to load resource");
    if (isOurs && !isStatus && message.type() === "error") complaints.push(message.text());
  });
});

const open = (name, where = page) => where.goto(`${hub.url}/oauth/start/${name}`);
const decide = async (decision, email = "ada@example.com") => {
  await page.getByLabel("Account").selectOption({ label: email });
  await page.getByRole("button", { name: decision }).click();
};
const authorize = async (name, email) => {
  await open(name);
  await decide("Allow", email);
};

/** Where the hub sends the person, without going there; the cookie is the page's. */
const consentOf = async (name) => {
  const answer = await page.request.get(`${hub.url}/oauth/start/${name}`, { maxRedirects: 0 });
  assert.equal(answer.status(), 302);
  return new URL(answer.headers().location);
};
/** Where the provider sends the person back to after consent, without going there. */
const answerOf = async (name) => {
  const consent = await consentOf(name);
  const form = { ...Object.fromEntries(consent.searchParams), account_id: hub.fake.account, decision: "allow" };
  const answer = await page.request.post(`${hub.fake.url}/oauth2/authorize`, { form, maxRedirects: 0 });
  assert.equal(answer.status(), 302);
  return answer.headers().location;
};

/** The hub's page: its title, the words on it, and that it looks as it should. */
const readPage = async (where = page) => {
  assert.ok(where.url().startsWith(hub.url), where.url());
  const title = await where.getByRole("heading", { level: 1 }).textContent();
  assert.equal(await where.title(), title);
  assert.equal(await where.locator("html").getAttribute("lang"), "en");
  const width = await where.locator("body").evaluate((body) => getComputedStyle(body).maxWidth);
  assert.equal(width, "576px", "the style is applied");
  assert.deepEqual(complaints, []);
  return { title, text: await where.locator("body").innerText() };
};
const stateOf = async (name) => (await hub.instance(name)).state;

test("consent brings the instance to life, and its changes become events", async () => {
  await authorize("allowed");
  const { title, text } = await readPage();
  assert.equal(title, "Authorized");
  assert.match(text, /Instance allowed now works with the account Ada Lovelace <ada@example\.com>/);
  assert.equal((await hub.instance("allowed")).account, hub.fake.account);
  await eventually(async () => (await stateOf("allowed")) === "running", "the instance runs");

  // The first listing is the baseline and gives no events: files are added until one is told.
  let number = 0;
  const told = await eventually(async () => {
    number += 1;
    const fields = { account: hub.fake.account, do: "put", path: `/browser/${number}.txt`, content: "new" };
    await hub.control("files", fields);
    return (await hub.events("allowed")).find((event) => event.eventType === "CREATED");
  }, "an event of the account");
  assert.match(told.object.path, /^\/browser/);
});

test("consent denied: nothing changes, and the page leads back to the beginning", async () => {
  await open("denied");
  await decide("Cancel");
  const { title, text } = await readPage();
  assert.equal(title, "Not authorized");
  assert.match(text, /Access was denied at the provider/);
  assert.match(text, /The user chose not to give your app access/);
  assert.equal(await stateOf("denied"), "awaiting-authorization");

  await page.getByRole("link", { name: "Begin again" }).click();
  await decide("Allow");
  assert.equal((await readPage()).title, "Authorized");
});

test("an answer that comes twice is refused, and the first one holds", async () => {
  await authorize("reused");
  const answer = page.url();
  await page.goto(answer);
  const { title, text } = await readPage();
  assert.equal(title, "This link is not open here");
  assert.match(text, /If the page before this one said that the instance is authorized, all is well/);
  assert.equal(await stateOf("reused"), "running");
});

test("an authorization ends in the browser that it was begun in", async () => {
  // The person begins here; the answer is brought by somebody else's browser.
  const answer = await answerOf("stranger");
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(answer);
  const { title } = await readPage(stranger);
  assert.equal(title, "This was begun in another browser");
  assert.equal(await stateOf("stranger"), "awaiting-authorization");
});

test("another account than before is refused by name", async () => {
  await authorize("another", "ada@example.com");
  assert.equal((await readPage()).title, "Authorized");
  await authorize("another", "grace@example.com");
  const { title, text } = await readPage();
  assert.equal(title, "This is another account");
  assert.match(text, /ada@example\.com|dbid:/);
  assert.match(text, /grace@example\.com/);
  assert.match(text, /Sign in to the provider with the right account/);
  assert.equal((await hub.instance("another")).account, hub.fake.account);
});

test("a redirect that the app does not know stops at the provider, by name", async () => {
  await open("mismatched");
  assert.ok(page.url().startsWith(hub.fake.url));
  assert.match(await page.locator("body").innerText(), /Invalid redirect_uri/);
  assert.equal(await stateOf("mismatched"), "awaiting-authorization");
});

test("a code that the provider refuses says what to check", async () => {
  await hub.control("faults", {
    route: "oauth2/token",
    kind: "invalid_grant",
    text: "redirect_uri mismatch",
  });
  await authorize("refused");
  const { title, text } = await readPage();
  assert.equal(title, "The provider refuses the app");
  assert.match(text, /redirect_uri mismatch/);
  assert.match(text, /oauth\.callback\.url/);
  assert.match(text, /Begin again/);
  assert.equal(await stateOf("refused"), "awaiting-authorization");
});

test("what a hostile provider says is text, never markup", async () => {
  const state = (await consentOf("hostile")).searchParams.get("state");
  const said = "<img src=x><script>document.title='taken'</script>";
  const answer = new URL(`${hub.url}/oauth/callback?error=x&state=${state}`);
  answer.searchParams.set("error_description", said);
  await page.goto(answer.href);
  const { title, text } = await readPage();
  assert.equal(title, "Not authorized");
  assert.match(text, /<script>document\.title='taken'<\/script>/);
  assert.equal(await page.locator("img, script").count(), 0);
});

test("an instance that is not there, and an answer that nobody asked for", async () => {
  assert.equal((await open("nobody")).status(), 404);
  assert.match((await readPage()).text, /There is no instance of this name/);
  assert.equal((await page.goto(`${hub.url}/oauth/callback`)).status(), 400);
  assert.equal((await readPage()).title, "This is not an answer of the provider");
  assert.equal((await page.goto(`${hub.url}/oauth/callback?state=made-up&code=x`)).status(), 400);
  assert.match((await readPage()).text, /open the instance's link again/);
});
