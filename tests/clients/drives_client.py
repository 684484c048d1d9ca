#!/usr/bin/python3
"""The connectors googledrive and onedrive, from a provider that behaves as its documentation says to
signed callbacks.

Usage: drives_client.py FERRY FAKE_DROPBOX
Goal: the hub registers its webhook at the provider, renews it before it ends and removes it when nobody
wants it any more, whatever fails in between; what changes in the drive is told once, by webhooks and by
polls alike, also after the provider gave a cursor up.
Method: a real hub with the shipped connectors; fakes of both providers, with the same test for each.
"""

import base64
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True  # nothing is written beside the sources
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from open_connectors.processes import ORGANIZATION, USER, Hub, eventually, http_call  # noqa: E402
from connectors import verified  # noqa: E402
from connectors.fake_drives import FakeGoogleDrive, FakeGraph  # noqa: E402
from connectors.receiver import Receiver  # noqa: E402

FERRY, FAKE_DROPBOX = (str(pathlib.Path(name).resolve()) for name in sys.argv[1:3])
CONNECTORS = pathlib.Path(__file__).resolve().parents[2] / "connectors"
CALLBACK_KEY = "whsec_" + base64.b64encode(b"a key of receivers, 32 bytes long").decode()
PROVEN = {}


def proves(*what):
    """The test is what verified.json goes by."""
    def wrap(test):
        def run(self):
            test(self)
            PROVEN.setdefault(self.key, set()).update(what)
        run.__name__, run.__doc__ = test.__name__, test.__doc__
        return run
    return wrap


class Drive:
    """The tests; `key` is the connector and `bases` its base URLs that the fake is."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ferry-drives-")
        self.addCleanup(folder.cleanup)
        self.provider = self.make()
        self.addCleanup(self.provider.stop)
        self.receiver = Receiver(CALLBACK_KEY)
        self.addCleanup(self.receiver.stop)
        bases = ", ".join(f'{name}: "{self.provider.url}"' for name in self.bases)
        self.hub = Hub(FERRY, FAKE_DROPBOX, folder.name, "logging: {level: debug}\n", has_webhooks=False,
                       providers=f", {self.key}: {{base_urls: {{{bases}}}, poll_interval: 1d}}")
        self.addCleanup(self.hub.stop)
        for number in range(3):
            self.provider.put(f"f{number}", notify=False, name=f"{number}.txt", size=number)

    def configuration(self, **options):
        return {"oauth.api.key": "app", "oauth.api.secret": "app-secret",
                "oauth.user.refresh_token": "refresh", "webhook.secret": "the-client-state",
                "event.notification.enabled": "true",
                "event.notification.callback.url": f"{self.receiver.url}/drive",
                "event.notification.signature.key": CALLBACK_KEY, **options}

    def declare(self, **options):
        configuration = self.configuration(**options)
        lines = ["instances:", "  - name: drive", f"    key: {self.key}", "    configuration:",
                 *(f'      {name}: "{value}"' for name, value in configuration.items())]
        (self.hub.folder / "instances" / "all.yaml").write_text("\n".join(lines) + "\n")

    def instance(self):
        done = subprocess.run([FERRY, "instances", "--json"], cwd=self.hub.folder, capture_output=True, text=True)
        found = json.loads(done.stdout) if done.returncode == 0 else []
        return found[0] if found else {}

    def registered(self, count=1):
        return eventually(lambda: len(self.provider.alive()) == count and self.provider.alive() or count == 0
                          and not self.provider.alive(), f"{count} webhooks: {self.provider.webhooks}")

    def start(self, **options):
        self.declare(**options)
        self.registered()
        eventually(lambda: self.feed_requests() >= 1, "the first poll")
        time.sleep(0.5)
        self.assertEqual(self.told(), [])

    def feed_requests(self):
        return self.provider.count("GET", self.feed)

    def told(self):
        return [(one["eventType"], one["objectId"]) for one in self.receiver.events("drive")]

    def wait_for(self, *wanted):
        eventually(lambda: len(self.told()) >= len(wanted), f"{wanted}, and there is {self.told()}")
        self.assertEqual(sorted(self.told()), sorted(wanted))

    def api(self, method, path, body=None):
        status, _, answer = http_call(
            self.hub.url, method, f"/elements/api-v2{path}", None if body is None else json.dumps(body),
            {"Authorization": f"User {USER}, Organization {ORGANIZATION}", "Content-Type": "application/json"})
        self.assertLess(status, 300, answer)
        return json.loads(answer) if answer else None

    def kill(self):
        self.hub.process.kill()
        self.hub.process.wait()

    @proves("webhook", "authorization")
    def test_a_webhook_brings_what_changed_once(self):
        self.start()
        self.provider.put("new", name="new.txt", size=5)
        self.wait_for(("CREATED", "new"))
        event = self.receiver.events("drive")[0]
        self.assertEqual((event["objectType"], event["object"]["name"], event["object"]["size"]), ("file", "new.txt", 5))
        self.provider.put("f0", size=99)
        self.provider.put("f1", name="renamed.txt")
        self.provider.remove("f2")
        wanted = [("CREATED", "new"), ("UPDATED", "f0"), ("MOVED", "f1"), ("DELETED", "f2")]
        self.wait_for(*wanted)
        self.provider.notify()
        time.sleep(1)
        self.wait_for(*wanted)
        self.assertEqual(set(self.provider.statuses), {200})
        self.assertEqual(self.instance()["account"], self.account)

    @proves("webhook")
    def test_what_does_not_know_the_secret_is_refused(self):
        self.start()
        before = self.feed_requests()
        self.assertEqual(set(self.forge()), {401})
        time.sleep(0.5)
        self.assertEqual(self.feed_requests(), before)

    def test_the_webhook_is_renewed_before_it_ends(self):
        self.provider.lifetime = 5
        self.start()
        for number in range(4):
            time.sleep(2.5)
            self.assertGreaterEqual(len(self.provider.alive()), 1, self.provider.webhooks)
            self.provider.put(f"new-{number}", name=f"new-{number}.txt")
        self.wait_for(*(("CREATED", f"new-{number}") for number in range(4)))
        self.assertGreaterEqual(self.renewals(), 2)
        # None is left behind.
        eventually(lambda: len(self.provider.alive()) == 1, "one webhook")

    def test_a_webhook_that_ended_while_the_hub_was_away_is_made_anew(self):
        self.provider.lifetime = 4
        self.start()
        self.kill()
        time.sleep(4.5)
        self.assertEqual(self.provider.alive(), [])
        self.provider.lifetime = 86400
        self.hub.start()
        self.registered()

    def test_it_goes_with_what_the_instance_wants(self):
        self.start()
        self.declare(**{"event.vendor.type": "polling", "event.poller.refresh_interval": "1s",
                        "event.poller.max_interval": "1s"})
        self.registered(0)
        self.provider.put("new", name="new.txt")
        self.wait_for(("CREATED", "new"))
        self.declare()
        self.registered()
        self.declare(**{"event.notification.enabled": "false"})
        self.registered(0)
        self.declare()
        self.registered()

    def test_another_secret_takes_another_webhook(self):
        self.start()
        before = {one["id"] for one in self.provider.alive()}
        self.declare(**{"webhook.secret": "another-client-state"})
        eventually(lambda: before.isdisjoint(one["id"] for one in self.registered()), "another webhook")
        self.provider.put("new", name="new.txt")
        self.wait_for(("CREATED", "new"))

    def test_it_goes_when_the_instance_is_disabled_and_when_it_is_deleted(self):
        made = self.api("POST", "/instances", {"name": "drive", "element": {"key": self.key},
                                               "configuration": self.configuration()})
        self.registered()
        self.api("DELETE", f"/instances/{made['id']}/enabled")
        self.registered(0)
        self.api("PUT", f"/instances/{made['id']}/enabled")
        self.registered()
        self.api("DELETE", f"/instances/{made['id']}")
        self.registered(0)

    def test_the_webhook_of_a_removed_instance_is_removed(self):
        self.start()
        self.provider.revoke_access()  # the access token that was kept has ended by then
        (self.hub.folder / "instances" / "all.yaml").write_text("instances: []\n")
        self.registered(0)

    def test_an_outage_puts_the_removal_off_and_a_kill_does_not_forget_it(self):
        self.start()
        self.provider.down = True
        (self.hub.folder / "instances" / "all.yaml").write_text("instances: []\n")
        eventually(lambda: not self.instance(), "the instance is gone")
        eventually(lambda: "webhook could not be removed" in self.hub.log.read_text(), "it was tried")
        self.kill()
        self.assertEqual(len(self.provider.alive()), 1)
        self.hub.start()
        self.provider.down = False
        self.registered(0)

    def test_a_registration_that_fails_is_tried_again_and_told(self):
        self.refuse_webhooks = True
        refused = self.provider.answer
        self.provider.answer = lambda method, path, query, body: (
            (403, {"error": {"code": "forbidden"}}, {}) if self.refuse_webhooks and path == self.registration
            else refused(method, path, query, body))
        self.declare()
        eventually(lambda: "its webhook at the provider" in self.instance().get("reason", ""), "people are told")
        self.assertEqual(self.instance()["state"], "running")
        self.refuse_webhooks = False
        self.registered()
        eventually(lambda: not self.instance().get("reason"), "it is taken back")

    def test_a_kill_during_a_registration_leaves_one_that_works(self):
        answer = self.provider.answer
        killed = []

        def kill_first(method, path, query, body):
            found = answer(method, path, query, body)
            if path == self.registration and not killed:
                killed.append(True)
                self.kill()
            return found

        self.provider.answer = kill_first
        self.declare()
        eventually(lambda: killed, "it began")
        self.hub.start()
        eventually(lambda: self.provider.alive(), "a webhook")
        eventually(lambda: "a webhook was registered" in self.hub.log.read_text(), "one that is known")
        eventually(lambda: self.feed_requests() >= 1, "the first poll")
        time.sleep(0.5)
        self.provider.put("new", name="new.txt")
        self.wait_for(("CREATED", "new"))

    @proves("reset")
    def test_a_cursor_that_was_given_up_loses_nothing(self):
        self.start()
        with self.provider.lock:
            self.provider.put("f0", notify=False, size=99)
            self.provider.remove("f1", notify=False)
            self.provider.put("new", notify=False, name="new.txt")
            self.provider.forgotten = len(self.provider.changes)
        self.provider.notify()
        self.wait_for(("UPDATED", "f0"), ("DELETED", "f1"), ("CREATED", "new"))
        self.assertEqual({one["origin"] for one in self.receiver.events("drive")}, {"resync"})
        self.provider.put("f2", size=77)
        eventually(lambda: ("UPDATED", "f2") in self.told(), "it goes on")

    @proves("rate_limits")
    def test_too_many_requests_are_waited_out(self):
        self.start()
        self.provider.wait_until = time.time() + 2
        self.provider.put("new", name="new.txt")
        self.wait_for(("CREATED", "new"))
        self.assertGreater(time.time(), self.provider.wait_until)
        self.assertNotIn("needs", self.instance()["state"])

    def test_a_large_drive_is_listed_page_by_page_without_events(self):
        for number in range(9):
            self.provider.put(f"more-{number}", notify=False, name=f"{number}", **self.folder if number % 2 else {"size": 1})
        self.start()
        for number in range(9):
            self.provider.put(f"more-{number}", notify=False, name=f"renamed-{number}")
        self.provider.notify()
        self.wait_for(*(("MOVED", f"more-{number}") for number in range(9)))
        kinds = {one["objectId"]: one["objectType"] for one in self.receiver.events("drive")}
        self.assertEqual((kinds["more-1"], kinds["more-2"]), ("folder", "file"))


class GoogleDriveTest(Drive, unittest.TestCase):
    key, bases, account = "googledrive", ("accounts", "oauth", "api"), "0815"
    feed, registration = "/drive/v3/changes", "/drive/v3/changes/watch"
    folder = {"mimeType": "application/vnd.google-apps.folder"}
    make = FakeGoogleDrive

    def renewals(self):
        return self.provider.count("POST", "/drive/v3/channels/stop")

    def forge(self):
        channel = self.provider.alive()[0]
        for token in ("", "the-client-stat", "the-client-state-", "THE-CLIENT-STATE"):
            yield self.provider.post(channel["address"], b"", {
                "X-Goog-Channel-ID": channel["id"], "X-Goog-Resource-State": "change", "X-Goog-Channel-Token": token})[0]

    def test_what_goes_to_the_trash_is_deleted_and_comes_back(self):
        self.start()
        self.provider.put("f0", trashed=True)
        self.wait_for(("DELETED", "f0"))
        self.provider.put("f0", trashed=False)
        self.wait_for(("DELETED", "f0"), ("CREATED", "f0"))
        self.assertTrue(self.receiver.events("drive")[1]["restored"])


    def test_what_nobody_sees_is_not_told(self):
        self.start()
        self.provider.touch("f0")
        self.provider.put("f1", size=99)
        self.wait_for(("UPDATED", "f1"))

    def test_a_document_that_is_renamed_and_edited_between_two_polls_is_both(self):
        self.provider.put("doc", notify=False, name="a", mimeType="application/vnd.google-apps.document", size=1)
        self.start()
        time.sleep(1.1)  # the times of the fake are whole seconds
        self.provider.put("doc", name="b")
        self.wait_for(("MOVED", "doc"), ("UPDATED", "doc"))

    def test_another_folder_is_told_and_what_happens_in_a_folder_is_not(self):
        self.provider.put("d", notify=False, name="d", parents=["root"], **self.folder)
        self.provider.put("e", notify=False, name="e", parents=["root"], **self.folder)
        self.start()
        time.sleep(1.1)
        self.provider.put("d", notify=False)  # as of a file that was put there
        self.provider.put("e", parents=["d"])
        self.wait_for(("UPDATED", "e"))


class OneDriveTest(Drive, unittest.TestCase):
    key, bases, account = "onedrive", ("login", "graph"), "b!4711"
    feed, registration = "/v1.0/me/drive/root/delta", "/v1.0/subscriptions"
    folder = {"folder": {"childCount": 0}}
    make = FakeGraph

    def renewals(self):
        return sum(1 for method, *_ in self.provider.requests if method == "PATCH")

    def forge(self):
        for state in ("the-client-stat", "the-client-state ", "THE-CLIENT-STATE"):
            self.provider.statuses.clear()
            self.provider.notify(client_state=state)
            yield from self.provider.statuses
        for body in ("", "{}", '{"value": []}', '{"value": [{"clientState": null}]}'):
            yield self.provider.post(self.provider.alive()[0]["url"], body, {})[0]

    def test_a_personal_drive_and_a_library_are_subscribed_to_as_graph_takes_them(self):
        self.provider.TYPE, self.provider.RESOURCE = "personal", "/me/drive/root"
        self.declare()
        self.registered()
        self.declare(**{"event.notification.enabled": "false"})
        self.registered(0)
        self.provider.DRIVE = "/v1.0/sites/contoso.example,1,2/drive"
        self.provider.TYPE, self.provider.RESOURCE = "documentLibrary", "/drives/b!4711/root"
        self.declare(**{"onedrive.drive": "sites/contoso.example,1,2/drive"})
        self.registered()

    def test_an_upload_does_not_change_the_folders_above_it(self):
        self.provider.put("d", notify=False, name="d", size=1, **self.folder)
        with self.provider.lock:
            del self.provider.items["d"]["file"]
        self.start()
        with self.provider.lock:
            self.provider.items["d"]["size"] = 6
            self.provider.changes.append("d")
        self.provider.put("new", name="new.txt", size=5)
        self.wait_for(("CREATED", "new"))

    def test_the_url_proves_itself_while_it_is_registered(self):
        self.start()
        self.assertEqual(self.provider.validated, [(200, True)])


class VerifiedTest(unittest.TestCase):
    def test_what_was_verified_here_is_of_these_connectors(self):
        """`ferry connectors --quality` goes by it. FERRY_RECORD_VERIFIED=1 writes it anew."""
        if not PROVEN:  # tests run in the order of their names
            self.skipTest("the tests whose results it keeps were left out")
        texts = {
            "authorization": "tokens by refresh, and the account that they are of, at a fake of the documented API",
            "webhook": "registered, renewed and removed at a fake of the documented API; forged ones are refused",
            "reset": "a cursor that the provider gives up leads to a listing that loses and doubles nothing",
            "rate_limits": "what the provider says of too many requests is waited out",
        }
        self.assertEqual(PROVEN, {key: set(texts) for key in ("googledrive", "onedrive")})
        for key in PROVEN:
            verified.check(self, CONNECTORS / f"{key}.yaml", CONNECTORS / key / "verified.json", texts)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=1)
