#!/usr/bin/python3
"""Goal: what `ferry connectors --quality` says of the connector dropbox: it gets and keeps its tokens, takes no
webhook that Dropbox did not sign, and loses and doubles nothing when Dropbox gives its cursor up or asks it to wait.
Method: a real hub at the fake Dropbox, which python_client.py and javascript_client.mjs try with Dropbox's own
clients. Notices that are forged are signed here, by Python's hmac as Dropbox documents it.

Usage: dropbox_client.py FERRY FAKE_DROPBOX
"""

import base64
import hashlib
import hmac
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True  # nothing is written beside the sources
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from open_connectors.processes import REDIRECT_URI, Hub, eventually, http_call  # noqa: E402
from connectors import verified  # noqa: E402
from connectors.receiver import Receiver  # noqa: E402

FERRY, FAKE_DROPBOX = (str(pathlib.Path(name).resolve()) for name in sys.argv[1:3])
PLUGIN = pathlib.Path(__file__).resolve().parents[2] / "plugins" / "dropbox"
CALLBACK_KEY = "whsec_" + base64.b64encode(b"a key of receivers, 32 bytes long").decode()
WEBHOOKS = "/elements/api-v2/events/dropbox"
PROVEN = set()


class DropboxTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ferry-dropbox-")
        self.addCleanup(folder.cleanup)
        self.receiver = Receiver(CALLBACK_KEY)
        self.addCleanup(self.receiver.stop)
        self.hub = Hub(FERRY, FAKE_DROPBOX, folder.name)
        self.addCleanup(self.hub.stop)
        self.fake = self.hub.fake
        for number in range(3):
            self.fake.change("put", f"/f{number}.txt", content=str(number))

    def declare(self, consent):
        """An instance that is authorized by `consent`, lines of YAML; it has been drained once."""
        configuration = {"oauth.api.key": self.fake.app_key, "oauth.api.secret": self.fake.app_secret,
                         "oauth.callback.url": REDIRECT_URI, "event.notification.enabled": "true",
                         "event.notification.callback.url": f"{self.receiver.url}/files",
                         "event.notification.signature.key": CALLBACK_KEY}
        lines = ["instances:", "  - name: files", "    key: dropbox", *consent.get("instance", ()),
                 "    configuration:", *(f'      {name}: "{value}"' for name, value in configuration.items()),
                 *consent.get("configuration", ())]
        (self.hub.folder / "instances" / "all.yaml").write_text("\n".join(lines) + "\n")
        eventually(lambda: self.instance().get("state") == "running", f"it is authorized: {self.instance()}")
        eventually(self.has_listed, "the first drain")
        time.sleep(0.5)
        self.assertEqual(self.told(), [])

    def start(self):
        self.declare({"configuration": [f'      oauth.user.refresh_token: "{self.fake.refresh_token}"']})

    def instance(self):
        done = subprocess.run([FERRY, "instances", "--json"], cwd=self.hub.folder, capture_output=True, text=True)
        found = json.loads(done.stdout) if done.returncode == 0 else []
        return found[0] if found else {}

    def has_listed(self):
        return any("list_folder" in name for name in self.fake.control("requests", method="GET"))

    def told(self):
        return [(one["eventType"], one["object"]["path"]) for one in self.receiver.events("files")]

    def wait_for(self, *wanted):
        eventually(lambda: len(self.told()) >= len(wanted), f"{wanted}, and there is {self.told()}")
        time.sleep(0.5)
        self.assertEqual(sorted(self.told()), sorted(wanted))

    def fault(self, route, **fields):
        self.fake.control("faults", route=route, **fields)

    def post(self, body, headers):
        return http_call(self.hub.url, "POST", WEBHOOKS, body, {"Content-Type": "application/json", **headers})[0]

    def signature(self, body):
        return hmac.new(self.fake.app_secret.encode(), body.encode(), hashlib.sha256).hexdigest()

    def test_tokens_by_code_are_refreshed_and_end_with_the_consent(self):
        self.declare({"instance": [f"    code: {self.fake.grant_code()}"]})
        self.assertEqual(self.instance()["account"], self.fake.account)
        self.fake.control("expire", account=self.fake.account, what="access_tokens")
        self.fake.change("put", "/new.txt", content="1")
        self.wait_for(("CREATED", "/new.txt"))
        self.fault("oauth2/token", kind="invalid_grant", times=1_000)
        self.fake.control("expire", account=self.fake.account, what="access_tokens")
        self.fake.change("put", "/later.txt", content="2")
        eventually(lambda: self.instance()["state"] == "needs-reauthorization", "it waits for another consent")
        PROVEN.add("authorization by code")

    def test_tokens_by_refresh_are_of_the_account(self):
        self.start()
        self.assertEqual(self.instance()["account"], self.fake.account)
        PROVEN.add("authorization by refresh")

    def test_a_webhook_is_taken_if_dropbox_signed_it_alone(self):
        self.start()
        status, headers, answer = http_call(self.hub.url, "GET", f"{WEBHOOKS}?challenge=a-challenge")
        self.assertEqual((status, answer, headers.get_content_type()), (200, b"a-challenge", "text/plain"))
        self.fault("webhook", kind="drop_notice", times=1)
        self.fake.change("put", "/new.txt", content="1")
        time.sleep(0.3)
        body = json.dumps({"list_folder": {"accounts": [self.fake.account]}, "delta": {"users": [1]}})
        good = self.signature(body)
        for at in range(0, len(good), 4):
            wrong = good[:at] + chr(ord(good[at]) ^ 1) + good[at + 1:]
            self.assertEqual(self.post(body, {"X-Dropbox-Signature": wrong}), 401, at)
        self.assertEqual(self.post(body, {}), 401)
        self.assertEqual(self.post(body + " ", {"X-Dropbox-Signature": good}), 401)
        time.sleep(0.5)
        self.assertEqual(self.told(), [])
        self.assertEqual(self.post(body, {"X-Dropbox-Signature": good}), 200)
        self.wait_for(("CREATED", "/new.txt"))
        PROVEN.add("webhook")

    def test_a_cursor_that_is_given_up_loses_and_doubles_nothing(self):
        self.start()
        self.fake.control("expire", account=self.fake.account, what="cursors")
        self.fake.change("put", "/new.txt", content="1")
        self.fake.change("put", "/f0.txt", content="changed")
        self.fake.change("remove", "/f1.txt")
        self.wait_for(("CREATED", "/new.txt"), ("UPDATED", "/f0.txt"), ("DELETED", "/f1.txt"))
        PROVEN.add("reset")

    def test_what_dropbox_asks_to_wait_is_waited(self):
        self.start()
        self.fault("files/list_folder/continue", kind="rate_limit", retry_after=3, times=1)
        begin = time.monotonic()
        self.fake.change("put", "/new.txt", content="1")
        self.wait_for(("CREATED", "/new.txt"))
        self.assertGreater(time.monotonic() - begin, 3)
        PROVEN.add("rate limits")


class VerifiedTest(unittest.TestCase):
    def test_what_was_verified_here_is_of_this_connector(self):
        """`ferry connectors --quality` goes by it. FERRY_RECORD_VERIFIED=1 writes it anew."""
        if not PROVEN:  # tests run in the order of their names
            self.skipTest("the tests whose results it keeps were left out")
        self.assertEqual(PROVEN, {"authorization by code", "authorization by refresh", "webhook", "reset",
                                  "rate limits"})
        verified.check(self, PLUGIN / "connector.yaml", PLUGIN / "verified.json", {
            "authorization": "tokens by code and by refresh, the account that they are of, and a consent that ends, "
                             "at the fake that Dropbox's own clients are tried with",
            "webhook": "the challenge; notices signed by Python's hmac as documented; what is changed or unsigned is "
                       "refused",
            "reset": "a cursor that the provider gives up leads to a listing that loses and doubles nothing",
            "rate_limits": "what the provider says of too many requests is waited out"})


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=1)
