#!/usr/bin/python3
"""Every shipped connector without code whose webhooks bring the changes, from a provider's webhook to a signed callback.

Usage: connectors_client.py FERRY FAKE_DROPBOX NPM_FOLDER
Goal: each sample of connectors/<key>/samples gives the events that it says, each payload of the
providers' own packages gives one or is passed over for a reason, what is not signed or changed by one
bit is refused, and what is sent twice, or cut off by a kill, gives one event.
Method: a real hub with an instance of each connector. Signatures are made here, or by the provider's
package, and never by the hub's code.
"""

import base64
import hmac
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

sys.dont_write_bytecode = True  # nothing is written beside the sources
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from open_connectors.processes import Hub, eventually, http_call  # noqa: E402
from connectors.receiver import Receiver  # noqa: E402
from connectors import verified  # noqa: E402
from connectors.signers import OTHER_WAYS, SIGNERS  # noqa: E402
from connectors.token_server import TokenServer  # noqa: E402

FERRY, FAKE_DROPBOX, NPM = (str(pathlib.Path(name).resolve()) for name in sys.argv[1:4])
CONNECTORS = pathlib.Path(__file__).resolve().parents[2] / "connectors"
POLLED = {"googledrive", "onedrive"}  # their webhooks bring no changes: drives_client.py has them
KEYS = sorted({path.stem for path in CONNECTORS.glob("*.yaml")} - POLLED)
# What the providers' own packages sign or verify here.
PACKAGES = {"github": "payloads of npm @octokit/webhooks-examples signed by @octokit/webhooks-methods",
            "slack": "as npm @slack/bolt verifies them",
            "stripe": "a body signed by npm stripe"}
CALLBACK_KEY = "whsec_" + base64.b64encode(b"a key of receivers, 32 bytes long").decode()


def samples(key):
    return sorted((CONNECTORS / key / "samples").glob("*.json"))


def differences(wanted, got, place=""):
    """What of `wanted` is not in `got`; members that are not named may be anything."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        return [found for name, value in wanted.items()
                for found in differences(value, got.get(name), f"{place}/{name}")]
    return [] if wanted == got else [f"{place}: {got!r} instead of {wanted!r}"]


class ConnectorsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.proven = {}
        folder = tempfile.TemporaryDirectory(prefix="ferry-connectors-")
        cls.addClassCleanup(folder.cleanup)
        cls.receiver = Receiver(CALLBACK_KEY)
        cls.addClassCleanup(cls.receiver.stop)
        cls.hub = Hub(FERRY, FAKE_DROPBOX, folder.name, "logging: {level: debug}\n", has_webhooks=False)
        cls.addClassCleanup(cls.hub.stop)
        lines = ["instances:"]
        for key in KEYS:
            signer = SIGNERS[key]
            lines += [f"  - name: {key}", f"    key: {key}", "    configuration:",
                      f'      webhook.secret: "{signer.secret}"',
                      *(f'      {name}: "{value}"' for name, value in signer.configuration.items()),
                      "      event.notification.enabled: true",
                      f'      event.notification.callback.url: "{cls.receiver.url}/{key}"',
                      f"      event.notification.signature.key: {CALLBACK_KEY}"]
        (cls.hub.folder / "instances" / "all.yaml").write_text("\n".join(lines) + "\n")
        cls.ids = eventually(cls.running, "every instance is running")

    @classmethod
    def running(cls):
        done = subprocess.run([FERRY, "instances", "--json"], cwd=cls.hub.folder,
                              capture_output=True, text=True)
        if done.returncode != 0:
            return None
        found = {one["name"]: one for one in json.loads(done.stdout)}
        if set(found) < set(KEYS) or any(found[key]["state"] != "running" for key in KEYS):
            return None
        return {key: found[key]["id"] for key in KEYS}

    def target(self, key):
        path = f"/elements/api-v2/events/{key}"
        if SIGNERS[key].names_account:
            return path
        number = base64.b64encode(str(self.ids[key]).encode()).decode()
        return f"{path}/{number}"

    def post(self, key, body, headers, query=""):
        status, _, answer = http_call(
            self.hub.url, "POST", self.target(key) + query, body.encode(),
            {"Content-Type": "application/json", **headers})
        return status, answer

    def send(self, key, body, headers):
        signer = SIGNERS[key]
        return self.post(key, body, {**headers, **signer.sign(
            self.target(key), body, self.hub.url.split("//")[1], headers)})

    def metric(self, name):
        text = http_call(self.hub.url, "GET", "/metrics")[2].decode()
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
                   if line.startswith(name) and not line.startswith("#"))

    def test_each_sample_gives_its_events(self):
        for key in KEYS:
            self.assertTrue(samples(key), f"{key} has no samples")
            done = 0
            for path in samples(key):
                with self.subTest(connector=key, sample=path.name):
                    self.check_sample(key, json.loads(path.read_text()))
                    done += 1
            if done == len(samples(key)):
                self.proven.setdefault("samples", set()).add(key)

    def check_sample(self, key, sample):
        body = sample["text"] if "text" in sample else json.dumps(sample["body"])
        before = len(self.receiver.events(key))
        if "answer" in sample:
            status, _, answer = http_call(
                self.hub.url, sample.get("method", "POST"), self.target(key) + sample.get("query", ""),
                body.encode(), sample.get("headers", {}))
            self.assertEqual((status, answer.decode()), (200, sample["answer"]))
            return
        status, answer = self.send(key, body, sample.get("headers", {}))
        self.assertEqual(status, 200, answer)
        wanted = sample["events"]
        if wanted:
            eventually(lambda: len(self.receiver.events(key)) >= before + len(wanted), "the events")
        else:
            time.sleep(0.3)
        got = self.receiver.events(key)[before:]
        self.assertEqual(len(got), len(wanted), got)
        # Callbacks of several events may come in any order.
        for one in wanted:
            event = min(got, key=lambda event: len(differences(one, event)))
            self.assertEqual(differences(one, event), [])
            got.remove(event)

    def test_nothing_changed_or_unsigned_passes(self):
        for key in KEYS:
            sample = next(one for one in (json.loads(path.read_text()) for path in samples(key))
                          if one.get("events"))
            body, headers = json.dumps(sample["body"]), sample.get("headers", {})
            signed = SIGNERS[key].sign(self.target(key), body, self.hub.url.split("//")[1], headers)
            with self.subTest(connector=key):
                before = len(self.receiver.events(key))
                self.assertIn(self.post(key, body, headers)[0], (400, 401))
                for name, value in signed.items():
                    for at in range(0, len(value), max(1, len(value) // 16)):
                        changed = chr(ord(value[at]) ^ 1)
                        if changed in "\r\n\x7f" or ord(changed) < 32:
                            continue
                        wrong = {**headers, **signed, name: value[:at] + changed + value[at + 1:]}
                        self.assertEqual(self.post(key, body, wrong)[0], 401, (name, at, value))
                if not SIGNERS[key].is_token:
                    self.assertEqual(self.post(key, body + " ", {**headers, **signed})[0], 401)
                for seconds in SIGNERS[key].wrong_times:
                    old = SIGNERS[key].sign(self.target(key), body, self.hub.url.split("//")[1],
                                            headers, time.time() + seconds)
                    self.assertEqual(self.post(key, body, {**headers, **old})[0], 401, seconds)
                time.sleep(0.1)
                self.assertEqual(len(self.receiver.events(key)), before)
                self.proven.setdefault("signatures", set()).add(key)

    def test_other_ways_to_prove_who_sends(self):
        for key, ways in OTHER_WAYS.items():
            sample = next(one for one in (json.loads(path.read_text()) for path in samples(key)) if one.get("events"))
            for name, way in ways.items():
                with self.subTest(connector=key, way=name):
                    body = json.dumps({**sample["body"], "id": f"{key} {name}"})
                    headers, query = way(SIGNERS[key], body, time.time())
                    before = len(self.receiver.events(key))
                    given = {"X-Request-Id": name, "BOX-DELIVERY-ID": name}
                    self.assertEqual(self.post(key, body, {**given, **headers}, query)[0], 200)
                    eventually(lambda: len(self.receiver.events(key)) > before, "its event")
                    spoilt = {header: value[:-4] + ("AAAA" if value[-4:] != "AAAA" else "BBBB")
                              for header, value in headers.items() if header != "BOX-DELIVERY-TIMESTAMP"}
                    self.assertEqual(self.post(key, body, {**given, **headers, **spoilt}, query[:-1])[0], 401)
                    self.proven.setdefault("ways", set()).add((key, name))

    def test_the_record_of_what_is_verified_here_is_of_these_connectors(self):
        """`ferry connectors --quality` goes by it. FERRY_RECORD_VERIFIED=1 writes it anew."""
        if not self.proven:  # tests run in the order of their names
            self.skipTest("the tests whose results it keeps were left out")
        self.assertEqual(self.proven, {"samples": set(KEYS), "signatures": set(KEYS), "packages": set(PACKAGES),
                                       "ways": {(key, name) for key, ways in OTHER_WAYS.items() for name in ways}})
        for key in KEYS:
            way = "with the token as documented" if SIGNERS[key].is_token else "signed by Python's hmac as documented"
            also = "".join(f", {text}" for text in (
                "also by " + ", ".join(OTHER_WAYS[key]) if key in OTHER_WAYS else "",
                PACKAGES.get(key, "")) if text)
            verified.check(self, CONNECTORS / f"{key}.yaml", CONNECTORS / key / "verified.json",
                           {"webhook": f"samples {way}{also}; what is changed or unsigned is refused"})

    def test_payloads_of_the_providers_own_packages(self):
        lines = subprocess.run(["node", f"{NPM}/provider_requests.mjs", SIGNERS["github"].secret],
                               check=True, capture_output=True, text=True).stdout.splitlines()
        requests = [one for one in map(json.loads, lines) if one["connector"] in KEYS]
        self.assertGreater(len(requests), 300)
        rejected = self.metric("ferry_sync_rejected_total")
        before = {key: len(self.receiver.events(key)) for key in KEYS}
        for one in requests:
            status, answer = self.post(one["connector"], one["body"], one["headers"])
            self.assertEqual(status, 200, (one["name"], answer))
        passed_over = {"ping"}
        wanted = [one for one in requests
                  if one["connector"] == "github" and one["name"].split(".")[0] not in passed_over]
        got = eventually(lambda: (found := self.receiver.events("github")[before["github"]:]) and
                         len(found) >= len(wanted) and found, "events of all payloads")
        self.assertEqual(len(got), len(wanted))
        self.assertEqual(self.metric("ferry_sync_rejected_total"), rejected)
        eventually(lambda: len(self.receiver.events("stripe")) > before["stripe"], "what stripe signed")
        # Callbacks go out several at a time, so they come in any order.
        issues = {(event["objectType"], event["eventType"], event["object"].get("name")) for event in got}
        pushes = {(event["object"].get("properties", {}).get("after"), event["object"].get("revision")) for event in got}
        for one in wanted:
            body = json.loads(one["body"])
            if one["name"] == "issues.opened":
                self.assertIn(("issue", "CREATED", body["issue"]["title"]), issues)
            if one["name"] == "push":
                self.assertIn((body["after"], body["after"]), pushes)
        self.proven.setdefault("packages", set()).update(("github", "stripe"))

    def test_slacks_own_library_takes_what_the_hub_takes(self):
        sample = json.loads((CONNECTORS / "slack" / "samples" / "message.json").read_text())
        body = json.dumps({**sample["body"], "event_id": "EvOfTheLibrary"})
        host, slack = self.hub.url.split("//")[1], SIGNERS["slack"]
        good = slack.sign(self.target("slack"), body, host, {})
        old = slack.sign(self.target("slack"), body, host, {}, time.time() - 3600)
        signature = good["X-Slack-Signature"]
        wrong = {**good, "X-Slack-Signature": signature[:-1] + chr(ord(signature[-1]) ^ 1)}
        tried = [(good, body, True), (good, body + " ", False), (wrong, body, False), (old, body, False),
                 ({**good, "X-Slack-Signature": signature.replace("v0=", "v1=")}, body, False)]
        lines = "".join(json.dumps({"headers": headers, "body": text}) + "\n" for headers, text, _ in tried)
        said = subprocess.run(["node", f"{NPM}/slack_verifier.mjs", slack.secret], input=lines,
                              check=True, capture_output=True, text=True).stdout.split()
        self.assertEqual(said, [str(is_good).lower() for *_, is_good in tried])
        before = len(self.receiver.events("slack"))
        for headers, text, is_good in tried:
            self.assertEqual(self.post("slack", text, headers)[0], 200 if is_good else 401, (headers, text))
        eventually(lambda: len(self.receiver.events("slack")) > before, "the event of what both take")
        self.proven.setdefault("packages", set()).add("slack")

    def test_what_is_sent_again_gives_one_event(self):
        body = json.dumps({"zen": "x", "action": "created", "repository": {"node_id": "R1", "full_name": "a/b"}})
        headers = {"X-GitHub-Event": "star", "X-GitHub-Delivery": "again-1"}
        before = len(self.receiver.events("github"))
        for _ in range(3):
            self.assertEqual(self.send("github", body, headers)[0], 200)
        headers["X-GitHub-Delivery"] = "again-2"
        self.assertEqual(self.send("github", body, headers)[0], 200)
        eventually(lambda: len(self.receiver.events("github")) >= before + 2, "both events")
        time.sleep(0.5)
        self.assertEqual(len(self.receiver.events("github")), before + 2)

    def test_a_killed_hub_loses_nothing_and_doubles_nothing(self):
        body = json.dumps({"action": "created", "repository": {"node_id": "R2", "full_name": "a/b"}})
        before = len(self.receiver.events("github"))
        for number in range(60):
            headers = {"X-GitHub-Event": "star", "X-GitHub-Delivery": f"killed-{number}"}
            self.assertEqual(self.send("github", body, headers)[0], 200)
            if number % 20 == 19:
                self.hub.process.kill()
                self.hub.process.wait()
                self.hub.start()
        eventually(lambda: len(self.receiver.ids("github")) >= before + 60, "every event")
        time.sleep(0.5)
        self.assertEqual(len(self.receiver.ids("github")), before + 60)

    def test_urls_without_an_instance_are_refused_where_no_account_is_named(self):
        status, _, answer = http_call(self.hub.url, "POST", "/elements/api-v2/events/github", b"{}",
                                      {"X-GitHub-Event": "star"})
        self.assertEqual(status, 404, answer)
        self.assertIn(b"URL of an instance", answer)


class AuthorizationTest(unittest.TestCase):
    """OAuth 2 and keys of a connector without code, at a provider that is written here."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="ferry-authorization-")
        cls.addClassCleanup(folder.cleanup)
        cls.receiver = Receiver(CALLBACK_KEY)
        cls.addClassCleanup(cls.receiver.stop)
        cls.server = TokenServer("refresh-0", "key-of-ann")
        cls.addClassCleanup(cls.server.stop)
        here = pathlib.Path(__file__).resolve().parent
        (pathlib.Path(folder.name) / "connectors").mkdir()
        shutil.copy(here / "connectors" / "acme.yaml", pathlib.Path(folder.name) / "connectors")
        cls.hub = Hub(FERRY, FAKE_DROPBOX, folder.name, has_webhooks=False,
                      providers=f', acme: {{base_urls: {{api: "{cls.server.url}"}}, poll_interval: 1d}}')
        cls.addClassCleanup(cls.hub.stop)
        common = ('      oauth.api.secret: "app:secret"\n'
                  "      event.notification.enabled: true\n"
                  f"      event.notification.callback.url: {cls.receiver.url}/acme\n"
                  f"      event.notification.signature.key: {CALLBACK_KEY}\n")
        (cls.hub.folder / "instances" / "acme.yaml").write_text(
            "instances:\n"
            "  - name: by-token\n    key: acme\n    configuration:\n"
            '      oauth.api.key: "app key"\n'
            f"      oauth.user.refresh_token: refresh-0\n{common}"
            "  - name: by-key\n    key: acme\n    configuration:\n"
            "      authentication.type: apiKey\n"
            f"      acme.authorization.apikey: key-of-ann\n{common}"
            "  - name: by-hand\n    key: acme\n    configuration:\n"
            f'      oauth.api.key: "app key"\n{common}')

    def instances(self):
        done = subprocess.run([FERRY, "instances", "--json"], cwd=self.hub.folder,
                              capture_output=True, text=True)
        if done.returncode != 0:
            return {}
        return {one["name"]: one for one in json.loads(done.stdout)}

    def send(self, tenant, order):
        body = json.dumps({"tenant": tenant, "order": order})
        signature = hmac.new(b"app:secret", body.encode(), "sha1").hexdigest()
        status, _, answer = http_call(self.hub.url, "POST", "/elements/api-v2/events/acme", body,
                                      {"X-Acme-Signature": signature})
        self.assertEqual(status, 200, answer)

    def test_accounts_are_known_by_what_the_provider_says(self):
        eventually(lambda: all(self.instances().get(name, {}).get("state") == "running"
                               for name in ("by-token", "by-key")), "both are authorized")
        found = self.instances()
        self.assertEqual(found["by-token"]["account"], "4711")
        self.assertEqual(found["by-key"]["account"], "4712")
        self.send(4711, "o-1")
        self.send(4712, "o-2")
        events = eventually(lambda: len(self.receiver.events("acme")) >= 2 and
                            self.receiver.events("acme"), "an event for each account")
        self.assertEqual({(e["objectId"], e["object"]["modifiedBy"]) for e in events},
                         {("o-1", "4711"), ("o-2", "4712")})
        # A token that ends at once is refreshed for each drain, each time with the newest one.
        eventually(lambda: len(self.server.requests) >= 2, "a second refresh")
        self.assertTrue(all(is_basic and form["grant_type"] == "refresh_token"
                            for form, is_basic in self.server.requests))
        self.assertEqual(self.server.requests[0][0]["refresh_token"], "refresh-0")
        self.assertEqual(self.server.requests[1][0]["refresh_token"], "refresh-1")

    def test_the_consent_has_what_the_connector_says(self):
        eventually(lambda: self.instances().get("by-hand", {}).get("state") == "awaiting-authorization",
                   "it waits for a person")
        status, headers, _ = http_call(self.hub.url, "GET", "/oauth/start/by-hand")
        self.assertIn(status, (302, 303))
        url = headers["Location"]
        self.assertTrue(url.startswith(f"{self.server.url}/consent?tenant=any&response_type=code&"), url)
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)
        self.assertEqual(query["client_id"], ["app key"])
        self.assertEqual(query["scope"], ["read,write"])
        self.assertEqual(query["access_type"], ["offline"])
        self.assertEqual(query["code_challenge_method"], ["S256"])
        self.assertTrue(query["state"][0])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=1)
