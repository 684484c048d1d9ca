#!/usr/bin/env python3
# Goal: the commands about deliveries, replays and old rows say what is so, and change it through the
# hub that runs on the store, or say that none does. Method: the built binary in temporary folders
# beside a running hub, the fake Dropbox and a receiver that refuses.
# Usage: cli_delivery_test.py FERRY FAKE_DROPBOX
import json
import os
import signal
import subprocess
import sys
import time
import unittest
import urllib.request

from cli_case import FERRY, NOT_SOON, HubCase, eventually, receiver_for


class DeliveryCase(HubCase):
    def listed(self, *args):
        return [json.loads(line) for line in self.run_ok("deliveries", "--json", *args).splitlines()]

    def as_caller(self, target):
        """A request to the REST API of the hub that runs."""
        with open(self.path("data", "control")) as opened:
            url, key = opened.read().splitlines()
        return urllib.request.Request(url + "/elements/api-v2" + target, headers={"Authorization": "Bearer " + key})

    def dead_one(self):
        """A hub, its receiver, and a delivery that is dead."""
        receiver = receiver_for(self)
        fake = self.start_with_alice(receiver)
        receiver.status = 410
        fake.put("/new.txt")
        eventually(lambda: self.listed("--state", "dead"), "the end")
        receiver.status = 200
        return receiver, fake


class Deliveries(DeliveryCase):
    def test_listed_by_state_and_shown_with_attempts(self):
        receiver = receiver_for(self)
        fake = self.start_with_alice(receiver, NOT_SOON)
        self.assertEqual(self.run_ok("deliveries"), "no deliveries\n")
        receiver.status = 503
        fake.put("/new.txt")
        eventually(lambda: self.listed("--failing"), "the failure")
        one = self.listed("alice", "--state", "waiting", "--since", "1h")[0]
        self.assertEqual((one["instance"], one["httpStatus"]), ("alice", 503))
        self.assertEqual(self.listed("--state", "dead"), [])
        self.assertEqual(self.listed("--until", "1h"), [])
        self.assertEqual(self.listed("-n", "0"), [])
        text = self.run_ok("deliveries")
        self.assertRegex(text, r"(?m)^ +ID  STATE ")
        self.assertRegex(text, r"(?m)^ +%d  waiting +\d  \S+Z  alice +next \S+Z  the callback answered 503$" % one["id"])
        shown = json.loads(self.run_ok("deliveries", "show", str(one["id"]), "--json"))
        last = shown["log"][-1]
        self.assertEqual((last["number"], last["httpStatus"], last["errorClass"]), (1, 503, "status"))
        self.assertIn("nextAttemptDate", last)
        self.assertRegex(self.run_ok("deliveries", "show", str(one["id"])), r"(?m)^   1  \S+Z  503 +\d+ ms  status ")
        receiver.status = 200
        self.run_ok("deliveries", "redeliver", "--failing", "--instance", "alice")
        eventually(lambda: self.listed("--state", "delivered"), "the next attempt")
        self.stop()

    def test_wrong_calls(self):
        self.start()
        self.assertIn("there is no delivery 7", self.run_bad(1, "deliveries", "show", "7"))
        self.assertIn("there is no instance 'x'", self.run_bad(1, "deliveries", "x"))
        self.assertIn("--since is a time", self.run_bad(1, "deliveries", "--since", "soon"))
        for command in (["deliveries"], ["deliveries", "redeliver"]):
            self.assertRegex(
                self.run_bad(1, *command, "--since", "1h", "--until", "2h"),
                r"--since \(\S+Z\) is not before --until \(\S+Z\): nothing is between them",
            )
        self.assertIn("leave out --state dead", self.run_bad(1, "deliveries", "--failing", "--state", "dead"))
        self.assertIn("say which", self.run_bad(2, "deliveries", "redeliver"))
        # What the command below does not know must not be taken by the one above, and do nothing.
        self.assertIn("--state", self.run_bad(2, "deliveries", "redeliver", "--all", "--state", "waiting"))
        self.run_bad(2, "deliveries", "show", "0")
        self.run_bad(2, "deliveries", "--state", "lost")

    def test_dead_ones_are_made_again_by_the_running_hub(self):
        receiver, _ = self.dead_one()
        dead = self.listed("--state", "dead")[0]["id"]
        self.assertEqual(
            self.run_ok("deliveries", "redeliver", "--instance", "alice", "--dry-run"),
            "1 delivery would be made again\n",
        )
        self.assertIn("1 delivery made again, due now", self.run_ok("deliveries", "redeliver", "--all", "--since", "1h"))
        eventually(lambda: self.listed("--state", "delivered"), "the delivery")
        self.assertEqual(receiver.bodies[-1]["message"]["events"][0]["object"]["path"], "/new.txt")
        before = len(receiver.bodies)
        self.run_ok("deliveries", "redeliver", str(dead))
        eventually(lambda: len(receiver.bodies) > before, "the one by its number")
        self.assertIn("there is no delivery 99", self.run_bad(1, "deliveries", "redeliver", "99"))
        self.stop()
        self.assertIn("no hub is running on the store in", self.run_bad(1, "deliveries", "redeliver", str(dead)))
        self.assertIn("ferry serve", self.run_bad(1, "replay", "--from", "1h"))
        self.assertTrue(self.listed(), "looking needs no hub")

    def test_many_are_a_job_that_the_command_waits_for(self):
        receiver = receiver_for(self)
        receiver.status = 500
        fake = self.start_with_alice(
            receiver, "10ms", delivery="breaker_failures: 0", settings=["event.notification.format: standard-webhooks"]
        )
        for number in range(6):
            fake.put("/%d.txt" % number)
        eventually(lambda: len(self.listed("--state", "dead")) == 6, "their deaths")
        self.assertEqual(len(self.listed("--status", "500")), 6)
        self.assertEqual(self.listed("--status", "503"), [])
        receiver.status = 200
        self.assertEqual(
            self.run_ok("deliveries", "redeliver", "--status", "503"),
            "0 deliveries made again, due now; those that wait come at once with --failing\n",
        )
        counted = json.loads(self.run_ok("deliveries", "redeliver", "--all", "--dry-run", "--json"))
        self.assertEqual(counted, {"deliveries": 6, "dryRun": True, "switchedOff": 0, "replays": []})
        lines = self.run_ok("deliveries", "redeliver", "--status", "500", "--json").splitlines()
        made, job = map(json.loads, lines)
        self.assertEqual(made, {"deliveries": 6, "dryRun": False, "switchedOff": 0, "replays": [1]})
        self.assertEqual((job["id"], job["redelivery"], job["state"]), (1, True, "done"))
        self.assertEqual((job["deliveriesMatched"], job["deliveries"]), (6, 6))
        eventually(lambda: len(self.listed("--state", "delivered")) == 6, "the deliveries")
        eventually(lambda: "accepts deliveries again" in self.log(), "the word that it is well")
        self.stop()

    def test_the_control_file_is_for_the_owner_alone_and_while_it_runs(self):
        self.start()
        path = self.path("data", "control")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        with open(path) as opened:
            url, key = opened.read().splitlines()
        self.assertRegex(url, r"^http://127\.0\.0\.1:\d+$")
        self.assertNotIn(key, self.log())
        os.chmod(path, 0o644)
        self.assertIn("not a file for its owner alone", self.run_bad(1, "replay", "cancel", "1"))
        self.stop()
        self.assertFalse(os.path.exists(path))
        # One that a killed hub left is replaced, and its key is worth nothing.
        self.start()
        with open(path) as opened:
            left = opened.read()
        self.hub.kill()
        self.hub.wait()
        self.hub.returncode = 0  # as meant
        self.assertIn("no hub is running", self.run_bad(1, "replay", "cancel", "1"))
        self.start()
        with open(path) as opened:
            self.assertNotEqual(opened.read().splitlines()[1], left.splitlines()[1])


class Replays(DeliveryCase):
    def test_replays_with_progress_and_says_what_became_of_it(self):
        receiver = receiver_for(self)
        fake = self.start_with_alice(receiver)
        fake.put("/a.txt")
        eventually(lambda: self.listed("--state", "delivered"), "the callback")
        counted = self.run_ok("replay", "--from", "1h", "--dry-run", "--types", "CREATED")
        self.assertRegex(counted, r"^replay 1 \(done, dry run\): 100% of 1 events, 1 meant, 1 delivery would be made\n$")
        done = json.loads(self.run_ok("replay", "--from", "1h", "--instance", "alice", "--json"))
        self.assertEqual((done["state"], done["deliveries"], done["delivered"]), ("done", 1, 1))
        self.assertEqual(len(receiver.bodies), 2)
        none = json.loads(self.run_ok("replay", "--from", "1h", "--types", "DELETED", "--json"))
        self.assertEqual(none["eventsMatched"], 0)
        self.assertEqual(
            [json.loads(line)["id"] for line in self.run_ok("replay", "list", "--json").splitlines()], [3, 2, 1]
        )
        self.assertRegex(self.run_ok("replay", "status", "2"), r"1 made, 1 delivered, 0 dead, 0 failing")
        self.assertIn("is done already", self.run_bad(1, "replay", "cancel", "2"))
        self.assertIn("there is no such replay", self.run_bad(1, "replay", "cancel", "9"))
        self.assertIn("there is no replay 9", self.run_bad(1, "replay", "status", "9"))
        for args in [[], ["--from", "1h", "--since-failure"], ["--since-failure"]]:
            self.run_bad(2, "replay", *args)
        self.assertIn("--from is a time", self.run_bad(1, "replay", "--from", "yesterday"))
        self.assertIn("--types has words", self.run_bad(1, "replay", "--from", "1h", "--types", "GONE"))
        self.assertIn("is not before --until", self.run_bad(1, "replay", "--from", "1h", "--until", "2h"))
        self.assertIn("is not before now", self.run_bad(1, "replay", "--from", "2999-01-01T00:00:00Z"))
        slip = self.run_bad(1, "replay", "--from", "1h", "--objects", "fiel")
        self.assertIn("--objects has 'fiel'", slip)
        self.assertIn("did you mean 'file'?", slip)
        self.assertIn("there is file, folder", self.run_bad(1, "replay", "--from", "1h", "--objects", "invoice"))
        self.stop()

    def test_since_the_failure_began(self):
        # The callback is switched off: the replay's delivery waits until somebody asks for it.
        _, fake = self.dead_one()
        self.run_ok("replay", "--since-failure", "--instance", "alice", "--detach")
        status = lambda: json.loads(self.run_ok("replay", "status", "1", "--json"))
        eventually(lambda: status()["state"] == "done", "the end of the replay")
        self.assertEqual((status()["deliveries"], status()["untried"]), (1, 1))
        self.assertRegex(
            self.run_ok("deliveries", "--state", "waiting"),
            r"due since \S+Z, waits: its callback is switched off since \S+Z",
        )
        held = status()["waitsFor"]
        self.assertEqual([one["instances"] for one in held], [["alice"]])
        self.assertRegex(held[0]["reason"], r"its callback is switched off since \S+Z$")
        self.assertIn("ferry deliveries redeliver --instance 'alice'", held[0]["action"])
        for told in (self.run_ok("replay", "status", "1"), self.run_ok("replay", "list")):
            self.assertRegex(
                told, r"(?m)^  alice: waits: its callback is switched off since \S+Z\n    do: mend the receiver"
            )
        with urllib.request.urlopen(self.as_caller("/instances/events/replays/1")) as answer:
            over_rest = json.load(answer)["waitsFor"]
        self.assertEqual([one["instanceIds"] for one in over_rest], [[1]])
        self.assertEqual(over_rest[0]["reason"], held[0]["reason"])
        self.assertIn("PUT /instances/{id}/enabled", over_rest[0]["action"])
        fake.put("/later.txt")
        eventually(lambda: len(self.listed("--state", "waiting")) == 2, "the delivery of a change")
        self.run_ok("replay", "--from", "1h", "--instance", "alice", "--detach")
        eventually(lambda: "replay 2 (done)" in self.run_ok("replay", "status", "2"), "the end of another replay")
        self.assertRegex(self.run_ok("replay", "status", "2"), "; 1 event is left out, to be delivered anyway")
        self.run_ok("deliveries", "redeliver", "--all")
        eventually(lambda: status()["delivered"] == 1, "the replay's delivery")
        self.assertEqual(status()["waitsFor"], [])
        eventually(lambda: not self.listed("--state", "waiting"), "the other one")
        taken = self.run_bad(1, "replay", "--since-failure", "--instance", "alice")
        self.assertIn("--since-failure: nothing was refused", taken)
        self.assertNotIn("sinceFailure", taken)
        self.stop()

    def test_ctrl_c_leaves_it_running_and_cancel_ends_it(self):
        receiver = receiver_for(self)
        fake = self.start_with_alice(receiver)
        for number in range(3):
            fake.put("/%d.txt" % number)
        eventually(lambda: sum(len(b["message"]["events"]) for b in receiver.bodies) == 3, "the callbacks")
        # A receiver that refuses keeps the replay's deliveries waiting: there is time to look.
        receiver.status = 503
        replaying = subprocess.Popen(
            [FERRY, "replay", "--from", "1h", "--rate", "1"],
            cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        self.addCleanup(lambda: replaying.poll() is None and replaying.kill())
        eventually(lambda: self.run_ok("replay", "list") != "no replays\n", "the replay")
        replaying.send_signal(signal.SIGINT)
        out, error = replaying.communicate(timeout=20)
        self.assertEqual(replaying.returncode, 0, error)
        self.assertIn("replay 1 (", out)
        if "running" in self.run_ok("replay", "status", "1"):
            self.assertIn("ferry replay cancel", error)
            self.assertIn("replay 1 is cancelled", self.run_ok("replay", "cancel", "1"))
            self.assertIn("replay 1 (cancelled)", self.run_ok("replay", "status", "1"))
        self.stop()


class Prune(DeliveryCase):
    def test_while_a_hub_runs_it_says_what_to_do_and_counts(self):
        self.assertIn("has 'ferry serve' run", self.run_bad(1, "prune"))
        receiver = receiver_for(self)
        fake = self.start_with_alice(receiver)
        fake.put("/a.txt")
        eventually(lambda: receiver.bodies, "the callback")
        eventually(lambda: '"delivered"' in self.run_ok("deliveries", "--json"), "its record")
        self.assertIn("a hub is running on this store", self.run_bad(1, "prune"))
        self.assertRegex(
            self.run_ok("prune", "--older-than", "0s", "--dry-run"), r": 1 events, 1 finished deliveries"
        )
        self.assertRegex(self.run_ok("prune", "--dry-run"), r": 0 events, 0 finished deliveries")
        self.stop()
        self.assertRegex(self.run_ok("prune"), r": 0 of 0 events, 0 of 0 finished deliveries\n$")
        self.assertRegex(
            self.run_ok("prune", "--older-than", "0s"), r": 1 of 1 events, 1 of 1 finished deliveries\n$"
        )
        self.assertEqual(self.run_ok("events"), "no events\n")
        self.assertEqual(self.run_ok("deliveries"), "no deliveries\n")
        self.assertIn("--older-than is a time", self.run_bad(1, "prune", "--older-than", "old"))
        self.start()
        self.stop()

    def test_the_events_of_a_dead_letter_stay_as_long_as_it_does(self):
        receiver = receiver_for(self)
        receiver.status = 500
        fake = self.start_with_alice(receiver, "6s")
        fake.put("/new.txt")
        eventually(lambda: self.listed("--state", "dead"), "its end")
        dead = self.listed("--state", "dead")[0]["id"]
        died = time.time()
        self.stop()
        self.assertIn(
            "dead letters among them, which were never delivered: 1; 'ferry deliveries redeliver'",
            self.run_ok("prune", "--older-than", "0s", "--dry-run"),
        )
        # Between the event, which is 5 s older at least, and the end.
        age = int((time.time() - died + 3) * 1000)
        self.assertRegex(
            self.run_ok("prune", "--older-than", f"{age}ms"), r": 0 of 1 events, 0 of 0 finished deliveries\n"
        )
        receiver.status = 200
        self.start()
        self.run_ok("deliveries", "redeliver", str(dead))
        eventually(lambda: self.listed("--state", "delivered"), "the delivery")
        self.assertEqual(receiver.bodies[-1]["message"]["events"][0]["object"]["path"], "/new.txt")
        # What was delivered needs its events no more, and can't be made again without them.
        delivered = time.time()
        self.stop()
        self.run_ok("prune", "--older-than", f"{int((time.time() - delivered + 3) * 1000)}ms")
        self.assertEqual(self.run_ok("events"), "no events\n")
        self.start()
        self.assertIn("no longer in the log", self.run_bad(1, "deliveries", "redeliver", str(dead)))
        self.assertEqual([one["state"] for one in self.listed()], ["delivered"])
        self.stop()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
