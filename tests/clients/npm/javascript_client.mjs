// Goal: npm's dropbox SDK accepts the fake, with its own way of passing parameters (query, empty
// bodies). Method: the official SDK with a fetch that sends every host's requests to the fake.

import assert from "node:assert/strict";
import { test } from "node:test";
import dropbox from "dropbox";

const { Dropbox, DropboxAuth } = dropbox;
const { FAKE_URL: url, FAKE_APP_KEY: appKey, FAKE_APP_SECRET: appSecret } = process.env;
const account = process.env.FAKE_ACCOUNT;
const redirect = "https://example.com/callback";

const toFake = (address) => {
  const { pathname, search } = new URL(address);
  return url + pathname + search;
};
const rewritten = async (address, options) => {
  const answer = await fetch(toFake(address), options);
  // On Node the SDK wants node-fetch's buffer().
  answer.buffer = async () => Buffer.from(await answer.arrayBuffer());
  return answer;
};

const client = (refreshToken = process.env.FAKE_REFRESH_TOKEN) => {
  const auth = new DropboxAuth({ clientId: appKey, clientSecret: appSecret, refreshToken, fetch: rewritten });
  return new Dropbox({ auth, fetch: rewritten });
};

const control = async (path, fields) => {
  const answer = await fetch(`${url}/fake/${path}`, {
    method: "POST", body: JSON.stringify(fields), headers: { "Content-Type": "application/json" },
  });
  assert.equal(answer.status, 200, await answer.text());
};

const listAll = async (dbx, options) => {
  let { result } = await dbx.filesListFolder(options);
  const entries = [...result.entries];
  let pages = 1;
  while (result.has_more) {
    ({ result } = await dbx.filesListFolderContinue({ cursor: result.cursor }));
    entries.push(...result.entries);
    pages += 1;
  }
  return { entries, pages, cursor: result.cursor };
};

test("lists recursively in small pages", async () => {
  const { entries, pages } = await listAll(client(), { path: "/Documents", recursive: true, limit: 4 });
  assert.equal(entries.filter((entry) => entry[".tag"] === "file").length, 25);
  assert.ok(pages >= 6);
});

test("sees uploads, moves and deletions after a cursor", async () => {
  const dbx = client();
  await dbx.filesCreateFolderV2({ path: "/JS" });
  const { cursor } = await listAll(dbx, { path: "/JS", recursive: true });
  const { result: made } = await dbx.filesUpload({ path: "/JS/é.txt", contents: "hello" });
  const { result: moved } = await dbx.filesMoveV2({ from_path: "/JS/é.txt", to_path: "/JS/b.txt" });
  await dbx.filesDeleteV2({ path: "/JS/b.txt" });
  assert.equal(moved.metadata.id, made.id);
  const poll = await dbx.filesListFolderLongpoll({ cursor });
  assert.equal(poll.result.changes, true);
  const { result } = await dbx.filesListFolderContinue({ cursor });
  assert.deepEqual(result.entries.map((entry) => [entry[".tag"], entry.path_display]), [
    ["file", "/JS/é.txt"], ["deleted", "/JS/é.txt"], ["file", "/JS/b.txt"], ["deleted", "/JS/b.txt"],
  ]);
});

test("an expired token is refused, and a refresh mends it", async () => {
  const dbx = client();
  await dbx.usersGetCurrentAccount();
  await control("expire", { account, what: "access_tokens" });
  await assert.rejects(dbx.filesListFolder({ path: "" }), (error) => {
    assert.equal(error.status, 401);
    assert.equal(error.error.error[".tag"], "expired_access_token");
    return true;
  });
  await dbx.auth.refreshAccessToken();
  assert.ok((await dbx.filesListFolder({ path: "" })).result.entries.length > 0);
});

test("authorizes with PKCE and revokes", async () => {
  const auth = new DropboxAuth({ clientId: appKey, fetch: rewritten });
  const page = await auth.getAuthenticationUrl(redirect, "s1", "code", "offline", undefined, "none", true);
  const form = new URL(toFake(page)).searchParams;
  form.set("account_id", account);
  form.set("decision", "allow");
  const answer = await fetch(`${url}/oauth2/authorize`, { method: "POST", body: form, redirect: "manual" });
  const back = new URL(answer.headers.get("location")).searchParams;
  assert.equal(back.get("state"), "s1");
  const { result } = await auth.getAccessTokenFromCode(redirect, back.get("code"));
  assert.equal(result.account_id, account);
  const dbx = client(result.refresh_token);
  // A grant made with PKCE refreshes with the secret too.
  await dbx.usersGetCurrentAccount();
  await dbx.authTokenRevoke();
  await assert.rejects(dbx.filesListFolder({ path: "" }), (error) => error.status === 401);
});

test("downloads and reads the result header", async () => {
  const dbx = client();
  await dbx.filesUpload({ path: "/JS download 😀.txt", contents: "bytes" });
  const { result } = await dbx.filesDownload({ path: "/JS download 😀.txt" });
  assert.equal(result.name, "JS download 😀.txt");
  assert.equal(Buffer.from(result.fileBinary).toString(), "bytes");
});
