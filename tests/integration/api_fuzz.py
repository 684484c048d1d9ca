#!/usr/bin/env python3
# Goal: nothing that anybody sends to the REST API crashes the hub, hangs it, or is answered with a
# 5xx. Method: the real program with the fake Dropbox; requests made at random from the hub's own
# OpenAPI document, then bent: paths, queries, headers, JSON and bytes. The seed is printed.
# Usage: api_fuzz.py FERRY FAKE_DROPBOX [--requests N] [--seed N]
import argparse
import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

BASE = "/elements/api-v2"
USER, ORGANIZATION = "fuzz-user-secret-0123456789", "fuzz-organization-0123456789"
PATIENCE = 60
NO_ANSWER = None
# Beyond this the hub refuses and closes, and the reset may overtake its answer.
BODY_LIMIT = 1 << 20

STRANGE = [
    "", "0", "-1", "1", "2", "3", "99999999999999999999", "1e9", "0x1", "true", "null", "dropbox", "Dropbox",
    "nobody", ".", "..", "../..", "%2e%2e%2f", "%00", "%", "%zz", "%ff%fe", "%F0%9F%92%A9", "a" * 5000,
    "' OR 1=1 --", "\"><script>", "${env:HOME}", "{id}", "*", "tag-1", "marketing", "\u202e", "2026-01-01T00:00:00Z",
    "2026-13-45", "-2026-01-01T00:00:00Z", "9223372036854775807", "-9223372036854775808", "minute", "CREATED",
]


def wait_for(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("in vain waited for: " + what)
        time.sleep(0.05)


class Hub:
    """The fake, and a hub with two instances of it, in a folder of their own."""

    def __init__(self, ferry, fake_program, folder):
        self.fake = subprocess.Popen(
            [fake_program, "--port", "0", "--control"], stdout=subprocess.PIPE, text=True)
        fake = {}
        for line in self.fake.stdout:
            if line.strip() == "ready":
                break
            name, _, value = line.strip().partition(": ")
            fake[name] = value
        self.log = os.path.join(folder, "log")
        os.makedirs(os.path.join(folder, "instances"))
        with open(os.path.join(folder, "instances", "all.yaml"), "w") as out:
            out.write("instances:\n")
            for name, token in (("marketing", "refresh_token"), ("team", "team_refresh_token")):
                out.write(
                    f"  - name: {name}\n    key: dropbox\n    tags: [tag-1]\n    configuration:\n"
                    f"      oauth.callback.url: http://127.0.0.1/oauth/callback\n"
                    f"      oauth.api.key: {fake['app_key']}\n      oauth.api.secret: {fake['app_secret']}\n"
                    f"      oauth.user.refresh_token: {fake[token]}\n"
                    "      event.notification.enabled: true\n"
                    "      event.notification.callback.url: http://127.0.0.1:9/\n")
        bases = ", ".join(f"{name}: '{fake['url']}'" for name in ("www", "api", "content", "notify"))
        with open(os.path.join(folder, "ferry.yaml"), "w") as out:
            out.write(
                f"listen: 127.0.0.1:0\ndelivery: {{allow_networks: [127.0.0.0/8]}}\n"
                f"api: {{user_secret: {USER}, organization_secret: {ORGANIZATION}, requests_per_second: 0}}\n"
                f"providers: {{dropbox: {{base_urls: {{{bases}}}}}}}\n")
        with open(self.log, "w") as log:
            self.process = subprocess.Popen([ferry, "serve"], cwd=folder, stderr=log)
        wait_for(lambda: "address=127.0.0.1:" in self.text(), "the hub listens")
        self.port = int(self.text().split("address=127.0.0.1:")[1].split()[0])
        wait_for(lambda: self.instances() and self.instances()[0]["state"] == "running", "marketing runs")
        self.tokens = [one["token"] for one in self.api("/instances") if "token" in one]

    def text(self):
        with open(self.log, errors="replace") as log:
            return log.read()

    def api(self, path):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{BASE}{path}",
            headers={"Authorization": f"User {USER}, Organization {ORGANIZATION}"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    def instances(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=PATIENCE) as answer:
            running = "ferry_instances{state=\"running\"} 2" in answer.read().decode()
        return [{"state": "running"}] if running else []

    def ask(self, raw):
        """(status, headers, body), or NO_ANSWER if the connection was closed without one."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
            data = b""
            # A hub that has refused may close before all was sent; its answer is there all the same.
            with contextlib.suppress(ConnectionError, OSError):
                connection.sendall(raw)
                connection.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionError):
                while chunk := connection.recv(1 << 16):
                    data += chunk
        if not data.startswith(b"HTTP/1.1 "):
            return NO_ANSWER
        head, _, body = data.partition(b"\r\n\r\n")
        return int(head[9:12]), head.decode("latin-1"), body

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(PATIENCE)
        self.fake.terminate()
        self.fake.wait(PATIENCE)
        return status


class Requests:
    """Requests at random that come near to what the document describes."""

    def __init__(self, document, tokens, seed):
        self.random = random.Random(seed)
        self.document = document
        self.tokens = tokens
        self.operations = [
            (method.upper(), path, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items() if method in ("get", "post", "put", "patch", "delete")]

    def chance(self, part):
        return self.random.random() < part

    def value(self, schema, depth=0):
        """A value that the schema allows, more or less."""
        if "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        if depth > 6 or self.chance(0.05):
            return self.random.choice([None, [], {}, 0, -1, 1e308, True, "", "x" * 300, {"a": [{}]}])
        for union in ("anyOf", "oneOf", "allOf"):
            if schema.get(union):
                return self.value(self.random.choice(schema[union]), depth + 1)
        if schema.get("enum"):
            return self.random.choice(schema["enum"])
        kind = schema.get("type", "string")
        if isinstance(kind, list):
            kind = self.random.choice(kind)
        if kind == "object":
            properties = schema.get("properties", {})
            made = {name: self.value(inner, depth + 1) for name, inner in properties.items() if self.chance(0.7)}
            if not properties or self.chance(0.3):
                key = self.random.choice([
                    "event.notification.enabled", "event.notification.callback.url", "oauth.api.key",
                    "oauth.user.refresh_token", "authentication.type", "unknown", ""])
                made[key] = self.random.choice(["true", True, "https://a.example/", "oauth2", 5] + STRANGE)
            return made
        if kind == "array":
            return [self.value(schema.get("items", {}), depth + 1) for _ in range(self.random.randrange(4))]
        if kind in ("integer", "number"):
            return self.random.choice([0, 1, 2, -1, 500, 2**31, 2**63, 2**70, 1.5])
        if kind == "boolean":
            return self.random.choice([True, False])
        return self.random.choice(STRANGE)

    def text(self):
        return self.random.choice(STRANGE)

    def target(self, path, operation):
        for name in [part[1:-1].rstrip("*") for part in path.split("/") if part.startswith("{")]:
            chosen = self.random.choice(["1", "2", "dropbox", "documents"]) if self.chance(0.6) else self.text()
            if not chosen.startswith("%") or self.chance(0.5):
                chosen = urllib.parse.quote(chosen, safe="" if self.chance(0.8) else "/%")
            path = path.replace("{" + name + "}", chosen).replace("{" + name + "*}", chosen)
        names = [p["name"] for p in operation.get("parameters", []) if p.get("in") == "query"]
        query = [
            (self.random.choice(names) if names and self.chance(0.9) else self.text(), self.text())
            for _ in range(self.random.choice([0, 0, 1, 2, 3]))]
        path = BASE + path
        if query:
            path += "?" + (
                urllib.parse.urlencode(query) if self.chance(0.8)
                else "&".join(f"{name}={value}" for name, value in query).replace(" ", "+"))
        return path

    def authorization(self):
        user, organization = f"User {USER}", f"Organization {ORGANIZATION}"
        element = f"Element {self.random.choice(self.tokens)}" if self.tokens else organization
        known = [[user, organization], [user, organization, element], [element, user], [f"Bearer {USER}"]]
        if self.chance(0.85):
            return ", ".join(self.random.choice(known))
        wrong = [user, organization, element, "Bearer", "Basic eDp5", "User", ",,,", "User a, User b", "Element !!!",
                 f"{user} {organization}", f"{user},{organization},", "Element " + "A" * 3000, element[:-2] + "zz"]
        return self.random.choice([", ".join(self.random.sample(wrong, 2)), self.random.choice(wrong)])

    def body(self, operation):
        content = operation.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        if schema is None:
            return b"" if self.chance(0.8) else self.random.randbytes(self.random.randrange(200))
        data = json.dumps(self.value(schema), ensure_ascii=self.chance(0.5)).encode("utf-8", "replace")
        if self.chance(0.25):
            bent = bytearray(data)
            for _ in range(self.random.randrange(1, 4)):
                at = self.random.randrange(len(bent) + 1)
                bent[at:at + self.random.randrange(3)] = self.random.randbytes(self.random.randrange(3))
            data = bytes(bent)
        if self.chance(0.02):
            data = self.random.choice(
                [b"[" * 100_000, b'{"a":' * 50_000, b'{"name":"' + b"x" * 1_100_000 + b'"}', b'{"a":1,"a":2}',
                 b"\xef\xbb\xbf{}", b"1e999999", b'"\\ud800"', b"{}{}", b"\x00"])
        return data

    def next(self):
        method, path, operation = self.random.choice(self.operations)
        if self.chance(0.03):
            method = self.random.choice(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW"])
        body = self.body(operation)
        headers = ["Connection: close", f"Content-Length: {len(body)}"]
        if {} not in operation.get("security", []) or self.chance(0.5):
            headers.append(f"Authorization: {self.authorization()}")
        if body:
            headers.append("Content-Type: " + self.random.choice(
                ["application/json"] * 8 + ["text/plain", "application/json; charset=utf-16", ""]))
        if self.chance(0.1):
            headers.append("Accept: " + self.random.choice(
                ["*/*", "application/json;q=0", "image/png, */*;q=0.1", "text/html", ",;q=,/", self.text().replace("\u202e", "")]))
        if self.chance(0.05):
            headers.append(f"X-{self.random.randrange(9)}: " + self.text().replace("\u202e", ""))
        target = self.target(path, operation).replace(" ", "%20")
        head = f"{method} {target} HTTP/1.1\r\nHost: x\r\n" + "\r\n".join(headers) + "\r\n\r\n"
        return method, head.encode("utf-8") + body


def judge(method, raw, answer):
    """Why the answer is wrong, or None."""
    if answer is NO_ANSWER:
        return None if len(raw) > BODY_LIMIT else "closed without an answer"
    status, head, body = answer
    if status >= 500 and status != 501:
        return f"status {status}"
    if status < 400 or method == "HEAD" or "application/json" not in head:
        return None
    try:
        error = json.loads(body)
    except ValueError:
        return "an error whose body is not JSON"
    # What a provider says is passed on as it is.
    if "error_summary" in error or "error" in error:
        return None
    if not error.get("message") or not error.get("requestId"):
        return "an error without message and requestId"
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ferry")
    parser.add_argument("fake")
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=None)
    args = parser.parse_args()
    seed = args.seed if args.seed is not None else random.SystemRandom().randrange(2**32)
    print(f"seed {seed}", flush=True)
    wrong, statuses = [], {}
    with tempfile.TemporaryDirectory(prefix="ferry-fuzz-") as folder:
        hub = Hub(os.path.abspath(args.ferry), os.path.abspath(args.fake), folder)
        try:
            requests = Requests(hub.api("/openapi.json"), hub.tokens, seed)
            for number in range(args.requests):
                method, raw = requests.next()
                answer = hub.ask(raw)
                key = answer[0] if answer else "none"
                statuses[key] = statuses.get(key, 0) + 1
                why = judge(method, raw, answer)
                if why:
                    wrong.append(why)
                    said = answer[2][:300] if answer else b""
                    print(f"request {number}: {why}\n  {raw[:600]!r}\n  {said!r}")
                if hub.process.poll() is not None:
                    raise SystemExit(f"the hub ended with {hub.process.returncode}:\n{hub.text()[-3000:]}")
        finally:
            ended = hub.stop()
        log = hub.text()
    print("answers:", dict(sorted(statuses.items(), key=str)))
    if ended != 0 or "Sanitizer" in log or "runtime error" in log:
        raise SystemExit(f"the hub ended with {ended}:\n{log[-3000:]}")
    if "a handler failed" in log:
        raise SystemExit("a handler threw:\n" + "\n".join(l for l in log.splitlines() if "a handler failed" in l)[:3000])
    if not any(status in statuses for status in (200, 201)) or 401 not in statuses or 400 not in statuses:
        raise SystemExit("the requests reached too little to prove anything")
    if wrong:
        raise SystemExit(f"{len(wrong)} of {args.requests} answers are wrong (seed {seed})")


if __name__ == "__main__":
    main()
