#!/usr/bin/python3
"""A secret that the provider gives when its webhook is registered.

Usage: given_secret_client.py FERRY FAKE_DROPBOX
Goal: it verifies the webhooks of that registration, and no other does, whatever happens to the hub and the
instance; nobody gets to see it.
Method: a real hub with a connector that stands beside this file, and a provider that is written here.
"""

import hashlib
import hmac
import json
import pathlib
import sys
import threading
import time
import unittest

sys.dont_write_bytecode = True  # nothing is written beside the sources
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from open_connectors.processes import ORGANIZATION, USER, eventually, http_call  # noqa: E402
from connectors.hub_case import HubCase  # noqa: E402
from connectors.json_server import JsonServer  # noqa: E402

HubCase.programs = [str(pathlib.Path(name).resolve()) for name in sys.argv[1:3]]


class GivenSecretCase(HubCase):
    key = "given-secret"
    lifetime = 86400  # of webhooks
    secret_of_renewals = None

    def setUp(self):
        self.lock, self.hooks, self.made = threading.Lock(), {}, 0
        self.renewals = 0
        server = JsonServer(self.answer)
        self.addCleanup(server.stop)
        self.start_hub({"one": {}}, f', given-secret: {{base_urls: {{api: "{server.url}"}}}}')
        self.registered()

    def answer(self, method, path, query, body, headers):
        with self.lock:
            if method == "POST":
                self.made += 1
                hook = {"id": str(self.made), "secret": f"given-{self.made}", "url": json.loads(body)["endpoint"]}
                self.hooks[hook["id"]] = hook
                return 201, {"hook": {**hook, "ends": self.ends()}}, {}
            hook = self.hooks.get(path.rsplit("/", 1)[1])
            if hook is None:
                return 404, {}, {}
            if method == "DELETE":
                del self.hooks[hook["id"]]
                return 204, None, {}
            self.renewals += 1
            renewed = {"id": hook["id"], "ends": self.ends()}
            if self.secret_of_renewals:
                renewed["secret"] = hook["secret"] = self.secret_of_renewals
            return 200, {"hook": renewed}, {}

    def ends(self):
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + self.lifetime))

    def registered(self):
        """The one webhook, as soon as the hub has kept what it was told of it."""
        text = "a webhook was registered at the provider"
        eventually(lambda: self.hub.log.read_text().count(text) == self.made > 0, "it is registered")
        with self.lock:
            (hook,) = self.hooks.values()
            return dict(hook)

    def post(self, name, secret):
        body = json.dumps({"id": name}).encode()
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return http_call(self.hub.url, "POST", self.target("one"), body, {"X-Signature": signature})[0]

    def told(self):
        return [one["objectId"] for one in self.receiver.events("one")]


class GivenSecretTest(GivenSecretCase):
    def test_it_verifies_and_no_other_does_also_after_a_kill(self):
        self.assertEqual(self.post("first", "given-1"), 200)
        eventually(lambda: self.told() == ["first"], "its event")
        for secret in ("given-2", "given-", "", "given-1 "):
            self.assertEqual(self.post("forged", secret), 401, secret)
        self.hub.process.kill()
        self.hub.process.wait()
        self.hub.start()
        self.assertEqual(self.post("second", "given-1"), 200)
        self.assertEqual(self.post("forged", "given-2"), 401)
        eventually(lambda: self.told() == ["first", "second"], "its event")
        self.assertEqual(self.made, 1, "the webhook is as it should be")

    def test_a_change_of_the_instance_leaves_it(self):
        path = self.hub.folder / "instances" / "all.yaml"
        path.write_text(path.read_text().replace("key: given-secret", "key: given-secret\n    tags: [changed]", 1))
        eventually(lambda: self.instances()["one"].get("tags") == ["changed"], "the change")
        self.assertEqual(self.post("first", "given-1"), 200)
        self.assertEqual(self.made, 1)

    def test_another_registration_has_another_one(self):
        path = self.hub.folder / "instances" / "all.yaml"
        declared = path.read_text()
        path.write_text(declared.replace("enabled: true", "enabled: false"))
        eventually(lambda: not self.hooks, "it is removed")
        self.assertEqual(self.post("late", "given-1"), 401)
        path.write_text(declared)
        eventually(lambda: self.hooks, "another one")
        self.assertEqual(self.registered()["secret"], "given-2")
        self.assertEqual(self.post("late", "given-1"), 401)
        self.assertEqual(self.post("first", "given-2"), 200)

    def test_nobody_gets_to_see_it(self):
        status, _, answer = http_call(
            self.hub.url, "GET", f"/elements/api-v2/instances/{self.instances()['one']['id']}", None,
            {"Authorization": f"User {USER}, Organization {ORGANIZATION}"})
        self.assertEqual(status, 200)
        self.post("forged", "wrong")
        self.hub.process.kill()
        self.hub.process.wait()
        kept = [path for path in self.folder.rglob("*") if path.is_file()]
        self.assertIn(self.hub.log, kept)
        for path in kept:
            self.assertNotIn(b"given-1", path.read_bytes(), path.name)
        self.assertNotIn(b"given-1", answer)
        self.hub.start()


class RenewalTest(GivenSecretCase):
    lifetime = 3

    def test_a_renewal_may_say_another_or_none(self):
        eventually(lambda: self.renewals >= 2, "renewals that say none")
        self.assertEqual(self.post("first", "given-1"), 200)
        self.secret_of_renewals = "renewed"
        eventually(lambda: self.post("second", "renewed") == 200, "the one that a renewal said")
        self.assertEqual(self.post("forged", "given-1"), 401)
        self.assertEqual(self.made, 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=1)
