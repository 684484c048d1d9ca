#!/usr/bin/python3
"""Connectors without code that poll, from a provider that is written here to signed callbacks.

Usage: polling_client.py FERRY FAKE_DROPBOX
Goal: each change at the provider is told once, whatever its feed looks like: also those at the seam of
two polls, on one of several pages, and after a kill in the middle of a poll. The provider's rate is kept
to by all instances of an app together, and polls that find nothing become rarer.
Method: a real hub, whose connectors are the files beside this one; a callback receiver that verifies.
"""

import base64
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True  # nothing is written beside the sources
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from open_connectors.processes import Hub, eventually, http_call  # noqa: E402
from connectors.poll_provider import PollProvider  # noqa: E402
from connectors.receiver import Receiver  # noqa: E402

FERRY, FAKE_DROPBOX = (str(pathlib.Path(name).resolve()) for name in sys.argv[1:3])
CALLBACK_KEY = "whsec_" + base64.b64encode(b"a key of receivers, 32 bytes long").decode()
KEYS = ("poll-orders", "poll-contacts", "poll-files", "poll-tickets")


class PollingCase(unittest.TestCase):
    """A provider, a receiver, and a hub with `instances`: (name, connector, configuration)."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ferry-polling-")
        self.addCleanup(folder.cleanup)
        self.provider = PollProvider()
        self.addCleanup(self.provider.stop)
        self.receiver = Receiver(CALLBACK_KEY)
        self.addCleanup(self.receiver.stop)
        (pathlib.Path(folder.name) / "connectors").mkdir()
        for key in KEYS:
            shutil.copy(HERE / "connectors" / f"{key}.yaml", pathlib.Path(folder.name) / "connectors")
        providers = "".join(f', {key}: {{base_urls: {{api: "{self.provider.url}"}}, poll_interval: 1d}}'
                            for key in KEYS)
        self.hub = Hub(FERRY, FAKE_DROPBOX, folder.name, "logging: {level: debug}\n",
                       has_webhooks=False, providers=providers)
        self.addCleanup(self.hub.stop)

    def declare(self, *instances):
        lines = ["instances:"]
        for name, key, configuration in instances:
            lines += [f"  - name: {name}", f"    key: {key}", "    configuration:",
                      '      api.key: "the-key"',
                      *(f'      {option}: "{value}"' for option, value in configuration.items()),
                      "      event.notification.enabled: true",
                      f"      event.notification.callback.url: {self.receiver.url}/{name}",
                      f"      event.notification.signature.key: {CALLBACK_KEY}"]
        (self.hub.folder / "instances" / "all.yaml").write_text("\n".join(lines) + "\n")

    def instances(self):
        done = subprocess.run([FERRY, "instances", "--json"], cwd=self.hub.folder,
                              capture_output=True, text=True)
        return {one["name"]: one for one in json.loads(done.stdout)} if done.returncode == 0 else {}

    def told(self, name):
        return [(one["eventType"], one["objectId"]) for one in self.receiver.events(name)]

    def wait_for(self, name, wanted):
        """Those events have come, in any order, and after further polls no others."""
        eventually(lambda: len(self.told(name)) >= len(wanted), f"{len(wanted)} events of {name}: {self.told(name)}")
        self.assertEqual(sorted(self.told(name)), sorted(wanted))

    def polls(self, path, count):
        """Waits until `path` was asked for so many times more."""
        before = self.provider.count(path)
        eventually(lambda: self.provider.count(path) >= before + count, f"polls of {path}")

    def kill(self):
        self.hub.process.kill()
        self.hub.process.wait()

    def metric(self, name):
        text = http_call(self.hub.url, "GET", "/metrics")[2].decode()
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
                   if line.startswith(name) and not line.startswith("#"))


class TimeStampTest(PollingCase):
    def start(self):
        for number in range(5):
            self.provider.put("orders", f"old-{number}", created=time.time() - 86400, name="old")
        self.declare(("orders", "poll-orders", {}))
        self.polls("/orders", 4)

    def test_what_is_new_and_what_changed_is_told_once(self):
        self.start()
        self.assertEqual(self.told("orders"), [])
        self.provider.put("orders", "new", name="first", total=12.5)
        self.provider.put("orders", "old-1", name="changed")
        self.wait_for("orders", [("CREATED", "new"), ("UPDATED", "old-1")])
        event = next(one for one in self.receiver.events("orders") if one["objectId"] == "new")
        self.assertEqual(event["objectType"], "order")
        self.assertEqual(event["object"]["properties"], {"total": 12.5})
        self.assertNotIn("origin", event)
        # The polls that follow look back over what was told, and say nothing.
        self.polls("/orders", 6)
        self.assertEqual(len(self.told("orders")), 2)
        self.provider.put("orders", "new", name="second")
        self.wait_for("orders", [("CREATED", "new"), ("UPDATED", "old-1"), ("UPDATED", "new")])

    def test_what_changes_between_two_pages_is_told(self):
        self.start()
        release, waits = self.provider.hold("/orders", "2")
        for number in range(7):
            self.provider.put("orders", f"new-{number}", name="many")
        self.assertTrue(waits.wait(30))
        self.provider.put("orders", "new-0", name="again")
        release.set()
        wanted = [("CREATED", f"new-{number}") for number in range(7)] + [("UPDATED", "new-0")]
        self.wait_for("orders", wanted)
        self.polls("/orders", 6)
        self.wait_for("orders", wanted)

    def test_a_kill_in_the_middle_of_a_poll_loses_and_doubles_nothing(self):
        self.start()
        for page in ("1", "2", "3"):
            release, waits = self.provider.hold("/orders", page)
            before = len(self.told("orders"))
            for number in range(8):
                self.provider.put("orders", f"killed-{page}-{number}", name="many")
            self.assertTrue(waits.wait(30), f"page {page}")
            self.kill()
            release.set()
            self.hub.start()
            eventually(lambda: len(self.told("orders")) >= before + 8, f"events after a kill at page {page}")
        self.polls("/orders", 6)
        self.wait_for("orders", [("CREATED", f"killed-{page}-{number}")
                                 for page in (1, 2, 3) for number in range(8)])

    def test_an_error_that_is_answered_as_a_success_loses_nothing(self):
        self.start()
        answer, self.provider.get_orders = self.provider.get_orders, lambda query: (
            200, {"ok": False, "error": {"message": "the-key has\nno quota"}}, {})
        self.provider.put("orders", "new", name="meanwhile")
        reason = "no list of records: *** has no quota"
        eventually(lambda: reason in self.instances()["orders"].get("reason", ""), "it says why")
        self.assertEqual(self.told("orders"), [])
        self.kill()
        self.provider.get_orders = answer
        self.hub.start()  # which does not wait out the minute after such a failure
        self.wait_for("orders", [("CREATED", "new")])

    def test_polls_that_find_nothing_become_rarer(self):
        self.start()
        eventually(lambda: (times := self.provider.starts("/orders"))[-1] - times[-2] > 3,
                   "nearly the longest interval")
        self.provider.put("orders", "new", name="first")
        self.wait_for("orders", [("CREATED", "new")])
        count = len(self.provider.starts("/orders"))
        eventually(lambda: len(self.provider.starts("/orders")) > count, "the next poll")
        times = self.provider.starts("/orders")
        self.assertLess(times[count] - times[count - 1], 1.6)
        gaps = [after - before for before, after in zip(times[2:], times[3:])]
        self.assertLess(max(gaps), 6)
        self.assertGreater(min(gaps), 0.85)

    def test_an_instance_chooses_its_own_interval(self):
        self.declare(("orders", "poll-orders", {"event.poller.refresh_interval": "3s",
                                                "event.poller.max_interval": "3s"}))
        eventually(lambda: len(self.provider.starts("/orders")) >= 3, "three polls")
        times = self.provider.starts("/orders")
        self.assertGreater(times[-1] - times[-2], 2.6)


class SearchTest(PollingCase):
    def test_a_search_by_post_is_read_page_by_page(self):
        self.declare(("tickets", "poll-tickets", {}))
        self.polls("/tickets", 2)
        with self.provider.lock:
            for number in range(8):
                self.provider.put("tickets", f"t{number}", name="new")
        self.wait_for("tickets", [("CREATED", f"t{number}") for number in range(8)])
        asked = self.provider.queries["/tickets"]
        self.assertNotIn("start", asked[0])
        self.assertEqual({one["page_size"] for one in asked}, {3})
        self.assertLessEqual({"p3", "p6"}, {one.get("start") for one in asked})


class ListTest(PollingCase):
    def start(self):
        for number in range(7):
            self.provider.put("contacts", f"c{number}", name=f"Contact {number}")
        self.declare(("contacts", "poll-contacts", {}))
        self.polls("/contacts", 6)
        self.assertEqual(self.told("contacts"), [])

    def test_a_comparison_tells_what_was_deleted(self):
        self.start()
        self.provider.remove("contacts", "c2")
        self.provider.put("contacts", "c3", name="Another name")
        self.provider.put("contacts", "c9", name="New")
        wanted = [("CREATED", "c9"), ("DELETED", "c2"), ("UPDATED", "c3")]
        self.wait_for("contacts", wanted)
        gone = next(one for one in self.receiver.events("contacts") if one["eventType"] == "DELETED")
        self.assertEqual((gone["objectType"], gone["object"]["name"]), ("contact", "Contact 2"))
        self.assertTrue(all("origin" not in one for one in self.receiver.events("contacts")))
        self.polls("/contacts", 6)
        self.wait_for("contacts", wanted)
        self.provider.put("contacts", "c2", name="Contact 2")
        eventually(lambda: len(self.told("contacts")) == 4, "it is there again")
        self.assertTrue(self.receiver.events("contacts")[-1]["restored"])

    def test_a_page_that_the_provider_does_not_know_any_more_begins_the_list_again(self):
        self.start()
        self.provider.unknown_pages = 1
        self.provider.put("contacts", "c9", name="New")
        self.wait_for("contacts", [("CREATED", "c9")])
        self.assertEqual(self.provider.unknown_pages, 0)

    def test_an_answer_without_its_list_deletes_nothing(self):
        self.start()
        self.provider.get_contacts = lambda query: (200, {"data": {}}, {})
        eventually(lambda: "no list of records" in self.instances()["contacts"].get("reason", ""), "it says why")
        self.assertEqual(self.told("contacts"), [])

    def test_a_kill_in_the_middle_of_a_comparison_loses_and_doubles_nothing(self):
        self.start()
        release, waits = self.provider.hold("/contacts")
        self.provider.remove("contacts", "c0")
        self.provider.put("contacts", "c1", name="Changed")
        self.assertTrue(waits.wait(30))
        self.kill()
        release.set()
        self.hub.start()
        wanted = [("DELETED", "c0"), ("UPDATED", "c1")]
        self.wait_for("contacts", wanted)
        self.polls("/contacts", 6)
        self.wait_for("contacts", wanted)


class FeedTest(PollingCase):
    def start(self, *more):
        for number in range(5):
            self.provider.put("files", f"f{number}", name=f"{number}.txt", size=number)
        self.declare(("files", "poll-files", {"webhook.secret": "t", "event.vendor.type": "polling"}), *more)
        self.polls("/files/changes", 2)
        self.assertEqual(self.told("files"), [])

    def test_the_feed_is_read_to_its_end(self):
        self.start()
        self.provider.put("files", "new", name="new.txt", size=1)
        self.provider.put("files", "f1", size=99)
        self.provider.put("files", "f2", name="renamed.txt")
        self.provider.remove("files", "f3")
        wanted = [("CREATED", "new"), ("UPDATED", "f1"), ("MOVED", "f2"), ("DELETED", "f3")]
        self.wait_for("files", wanted)
        self.polls("/files/changes", 3)
        self.wait_for("files", wanted)

    def test_a_cursor_that_was_given_up_leads_to_a_listing(self):
        self.start()
        with self.provider.lock:
            self.provider.remove("files", "f0")
            self.provider.put("files", "f1", size=99)
            self.provider.forgotten = len(self.provider.feed)
        self.wait_for("files", [("DELETED", "f0"), ("UPDATED", "f1")])
        self.assertEqual({one["origin"] for one in self.receiver.events("files")}, {"resync"})

    def test_a_webhook_asks_for_a_poll_and_is_refused_where_the_instance_polls_alone(self):
        self.start(("by-webhook", "poll-files", {"webhook.secret": "t"}))
        eventually(lambda: self.instances().get("by-webhook", {}).get("state") == "running", "it runs")
        self.provider.put("files", "new", name="new.txt")
        self.wait_for("files", [("CREATED", "new")])
        time.sleep(1.5)
        self.assertEqual(self.told("by-webhook"), [])
        for name, status in (("files", 401), ("by-webhook", 200)):
            number = base64.b64encode(str(self.instances()[name]["id"]).encode()).decode()
            answer = http_call(self.hub.url, "POST", f"/elements/api-v2/events/poll-files/{number}", b"",
                               {"X-Token": "t"})
            self.assertEqual(answer[0], status, answer)
        self.wait_for("by-webhook", [("CREATED", "new")])

    def test_all_instances_of_an_app_share_its_rate(self):
        common = {"webhook.secret": "t", "event.vendor.type": "polling", "oauth.api.key": "one app"}
        self.provider.put("files", "f0", name="0.txt")
        self.declare(*((f"files-{number}", "poll-files", common) for number in range(12)))
        began = time.time()
        eventually(lambda: time.time() > began + 14, "fourteen seconds")
        times = sorted(at for path in list(self.provider.times) for at in self.provider.times[path])
        # When a request comes is a little later than when it was let go: three more than 20 are none too many.
        for first, last in zip(times, times[23:]):
            self.assertGreater(last - first, 4)
        self.assertGreater(len(times), 40)
        self.provider.put("files", "new", name="new.txt")
        eventually(lambda: all(self.told(f"files-{number}") == [("CREATED", "new")] for number in range(12)),
                   "every instance had its turn")

    def test_what_the_provider_asks_of_one_instance_all_of_the_app_do(self):
        common = {"webhook.secret": "t", "event.vendor.type": "polling", "oauth.api.key": "one app"}
        self.declare(("one", "poll-files", common), ("two", "poll-files", common))
        eventually(lambda: self.provider.count("/files/changes") >= 4, "both poll")
        with self.provider.lock:
            self.provider.retry_after = 4
            self.provider.wait_until = time.time() + 4
            before = sum(map(len, self.provider.times.values()))
        time.sleep(4)
        # One of them had the answer; what the other one had under way by then does not count.
        self.assertLessEqual(sum(map(len, self.provider.times.values())) - before, 2)
        self.provider.put("files", "new", name="new.txt")
        eventually(lambda: self.told("one") and self.told("two"), "both go on")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=1)
