#!/usr/bin/env python3
# Goal: a hub that runs, and the commands that look at it, tell people what is so and what to do.
# Method: the built binary in temporary folders, with the fake Dropbox as a process of its own.
# Usage: cli_serve_test.py FERRY FAKE_DROPBOX
import json
import os
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import unittest
import urllib.error
import urllib.request

from cli_case import FERRY, NOT_SOON, HubCase, eventually, ferry, receiver_for


class Serve(HubCase):
    def test_stops_on_both_signals_and_starts_again(self):
        self.start()
        self.stop(signal.SIGTERM)
        self.start()
        self.stop(signal.SIGINT)
        self.assertIn("stopped", self.log())

    def test_takes_the_descriptors_that_the_system_allows(self):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        self.start()
        self.assertEqual(
            resource.prlimit(self.hub.pid, resource.RLIMIT_NOFILE)[0],
            65536 if hard == resource.RLIM_INFINITY else min(hard, 65536),
        )

    def test_instances_are_listed_with_what_to_do_while_it_runs_and_after(self):
        self.assertEqual(ferry("instances", cwd=self.folder).returncode, 1)
        self.declare("one", "two words")
        self.start()
        eventually(lambda: all(i["reason"] for i in self.instances().values()), "the reasons")
        for _ in range(2):
            listed = self.instances()
            self.assertEqual(listed["one"]["state"], "awaiting-authorization")
            self.assertEqual(listed["one"]["whatToDo"], "open http://hub.test/oauth/start/one")
            self.assertIn("/oauth/start/two%20words", listed["two words"]["whatToDo"])
            text = self.run_ok("instances")
            self.assertRegex(text.splitlines()[0], r"^ +ID  NAME +CONNECTOR +STATE +ACCOUNT$")
            self.assertEqual(text.splitlines()[0].index("NAME"), text.splitlines()[1].index("one"))
            self.assertEqual(text.count("/oauth/start/one"), 1, "what to do is said once")
            self.assertNotIn("secret-of-the-app", text + json.dumps(listed) + self.log())
            self.assertEqual(listed["one"]["reason"], "it waits for somebody to authorize it")
            # The lock tells whether the states are those of a hub that runs.
            stopped = "no hub is running: this is how the last one left them\n"
            done = ferry("instances", "--json", cwd=self.folder)
            if self.hub.poll() is None:
                self.assertNotIn("no hub is running", text + done.stderr)
                self.stop()
            else:
                self.assertTrue(text.endswith("\n" + stopped), text)
                self.assertEqual(done.stderr, stopped)
        # The link is that of today's public_url.
        self.write("ferry.yaml", "listen: 127.0.0.1:0\npublic_url: http://moved.test\n")
        text = self.run_ok("instances")
        self.assertIn("http://moved.test/oauth/start/one", text)
        self.assertNotIn("hub.test", text)

    def test_asking_whether_a_hub_runs_never_keeps_one_from_starting(self):
        self.start()
        asking = subprocess.Popen(
            ["sh", "-c", 'while "$0" instances >asked; do :; done', FERRY], cwd=self.folder,
            start_new_session=True,
        )
        self.addCleanup(asking.wait)
        # With the command that it has just started, which would ask on in a folder that is gone.
        self.addCleanup(os.killpg, asking.pid, signal.SIGKILL)
        for _ in range(3):
            self.stop()
            self.start()
        self.assertIsNone(asking.poll())

    def test_an_instance_whose_new_version_is_bad_says_so_whatever_its_state(self):
        # It waits for authorization, and the other is a second one of its name.
        self.declare("one", "two")
        self.start()
        eventually(lambda: all(i["reason"] for i in self.instances().values()), "the reasons")
        self.declare("one", "two", "two", more="      event.nonsense: 1\n")
        eventually(lambda: "rejected" in self.instances()["one"], "the reload")
        listed = self.instances()
        self.assertEqual(listed["one"]["state"], "awaiting-authorization")
        self.assertEqual(len(listed["one"]["rejected"]), 1)
        self.assertIn("example.yaml:8:7: error: ", listed["one"]["rejected"][0]["reason"])
        self.assertEqual(listed["one"]["rejected"][0]["source"], "instances/example.yaml:2")
        self.assertEqual(len(listed["two"]["rejected"]), 2)
        text = self.run_ok("instances")
        self.assertIn("        declared with an error: instances/example.yaml:8:7: error: ", text)
        self.declare("one", "two")
        eventually(lambda: "rejected" not in self.instances()["one"], "the mended file")
        self.assertNotIn("declared with", self.run_ok("instances"))

    def test_what_is_tried_again_by_itself_asks_nobody_for_anything(self):
        self.configure("providers: {dropbox: {base_urls: {api: 'http://127.0.0.1:9'}}}\n")
        self.write(
            "instances/example.yaml",
            "instances:\n  - name: one\n    key: dropbox\n    configuration:\n"
            "      authentication.type: apiKey\n      oauth.api.secret: s\n"
            "      dropbox.authorization.apikey: k\n",
        )
        self.start()
        eventually(lambda: "tried again" in self.instances()["one"]["reason"], "the first try")
        self.assertEqual(self.instances()["one"]["whatToDo"], "")
        self.assertNotIn("do:", self.run_ok("instances"))

    def test_a_new_instance_with_an_error_is_listed_with_it(self):
        self.declare("one", more="      event.nonsense: 1\n")
        self.start()
        listed = self.instances()
        self.assertEqual(listed["one"]["state"], "rejected")
        self.assertRegex(listed["one"]["reason"], r"example\.yaml:8:7: error: .*'event\.nonsense'")
        self.assertEqual(listed["one"]["source"], "instances/example.yaml:2")
        text = self.run_ok("instances")
        self.assertRegex(text, r"(?m)^ +-  one +dropbox +rejected +-$")
        self.assertEqual(listed["one"]["connector"], "dropbox")
        self.assertIn("why: instances/example.yaml:8:7", text)
        # What runs already is told of by its own reason, and not twice.
        self.declare("one")
        eventually(lambda: self.instances()["one"]["state"] != "rejected", "the mended one")
        self.declare("one", more="      event.nonsense: 1\n")
        eventually(lambda: self.log().count("event.nonsense") > 1, "the reload")
        listed = json.loads(self.run_ok("instances", "--json"))
        self.assertEqual([one["name"] for one in listed], ["one"])
        self.assertNotEqual(listed[0]["state"], "rejected")
        self.write("instances/example.yaml", "instances: [\n")
        eventually(lambda: "" in self.instances(), "the file that is no YAML")
        self.assertEqual(self.instances()[""]["source"], "instances/example.yaml")

    def test_a_provider_that_is_no_connector_is_told_by_lint_and_serve(self):
        self.configure("api: {}\nproviders:\n  dropbx: {}\n")
        self.start()
        linted = ferry("lint", cwd=self.folder)
        self.assertEqual(linted.returncode, 1)
        for text in [self.log(), linted.stdout]:
            self.assertIn("ferry.yaml:5:3: error: there is no connector 'dropbx'", text)

    def test_an_empty_store_file_is_a_new_store_and_said_to_be_one(self):
        self.write("data/ferry.db", "")
        self.start()
        self.assertRegex(self.log(), r"warning .*was there and empty.* file=data/ferry\.db")
        self.stop()
        self.start()
        self.assertNotIn("was there and empty", self.log())

    def test_a_store_file_that_was_truncated_is_refused(self):
        self.declare("one")
        self.start()
        self.hub.kill()
        self.hub.wait()
        self.hub.returncode = 0  # as meant
        self.write("data/ferry.db", "")
        log_bytes = os.path.getsize(self.path("data", "ferry.db-wal"))
        self.assertGreater(log_bytes, 0)
        error = self.run_bad(1, "serve")
        self.assertIn("ferry.db is empty, but there are %d bytes in" % log_bytes, error)
        self.assertIn("backup", error)
        self.assertEqual(os.path.getsize(self.path("data", "ferry.db-wal")), log_bytes, "it is kept")

    def test_the_store_is_for_its_owner_alone(self):
        self.start()
        self.stop()
        os.chmod(self.path("data", "ferry.db"), 0o644)  # as earlier versions made it
        self.start()
        files = [name for name in os.listdir(self.path("data")) if name.startswith("ferry.db")]
        self.assertIn("ferry.db-wal", files)
        for name in files:
            self.assertEqual(os.stat(self.path("data", name)).st_mode & 0o777, 0o600, name)

    def ready(self):
        """The status of /readyz and the reasons it gives."""
        try:
            with urllib.request.urlopen(self.url() + "/readyz", timeout=30) as answer:
                return answer.status, json.loads(answer.read())["reasons"]
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, json.loads(refusal.read())["reasons"]

    def test_a_full_disk_is_told_while_it_lasts(self):
        os.mkdir(self.path("small"))
        mount = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", self.path("small")]
        if subprocess.run(mount, capture_output=True).returncode != 0:
            self.skipTest("a small file system can't be mounted here (not root?): nothing is tested")
        self.addCleanup(subprocess.run, ["umount", "-l", self.path("small")])
        shutil.copytree(self.path("data"), self.path("small", "data"))
        self.configure("data_dir: small/data\n")
        self.start()
        self.assertEqual(self.ready(), (200, []))
        with open(self.path("small", "ballast"), "wb", buffering=0) as ballast:
            try:
                while ballast.write(b"x" * 4096):
                    pass
            except OSError:
                pass  # as full as it gets
        # More than the log of the store has room for as it is.
        self.declare(*("i%d" % number for number in range(2000)))
        eventually(lambda: self.ready()[0] == 503, "the store to refuse the instances")
        self.assertIn("the store can't be written", self.ready()[1][0])
        eventually(lambda: "error store: the store can't be written" in self.log(), "the line in the log")
        os.remove(self.path("small", "ballast"))
        eventually(lambda: "the store can be written again folder=small/data" in self.log(), "the end of it")
        self.assertEqual(self.ready(), (200, []))
        self.assertEqual(self.log().count("error store: the store can't be written"), 1)
        self.assertEqual(self.log().count("can't reload, and goes on trying"), 1)
        eventually(lambda: len(self.instances()) == 2000, "the reload that the full disk held up")

    def test_without_instances_it_says_so(self):
        self.start()
        self.assertIn("no instances", self.run_ok("instances"))
        self.assertEqual(self.instances(), {})
        self.assertEqual(self.run_ok("events"), "no events\n")
        self.assertIn("there is no instance 'x'", self.run_bad(1, "events", "x"))

    def test_a_folder_of_instances_that_is_missing_removes_none(self):
        self.declare("one")
        self.start()
        self.assertIn("one", self.instances(), self.log())
        os.rename(self.path("instances"), self.path("elsewhere"))
        self.hub.send_signal(signal.SIGHUP)
        eventually(lambda: "there is no such file or folder" in self.log(), "the reload")
        self.assertIn("one", self.instances())
        self.stop()
        self.start()
        self.assertIn("one", self.instances())
        self.assertNotIn("it was removed", self.log())
        os.rename(self.path("elsewhere"), self.path("instances"))
        self.write("instances/example.yaml", "instances: []\n")
        eventually(lambda: "it was removed with its tokens and events instance=one" in self.log(),
                   "the removal")

    def test_a_name_that_was_taken_over_rest_is_refused_alone(self):
        self.configure("api: {user_secret: user-user-user-user, organization_secret: organization-123}\n")
        self.start()
        body = {
            "name": "one",
            "element": {"key": "dropbox"},
            "configuration": {
                "oauth.api.key": "key",
                "oauth.api.secret": "secret",
                "oauth.callback.url": "http://hub.test/oauth/callback",
            },
        }
        request = urllib.request.Request(
            self.url() + "/elements/api-v2/instances",
            json.dumps(body).encode(),
            {
                "Authorization": "User user-user-user-user, Organization organization-123",
                "Content-Type": "application/json",
            },
        )
        self.assertEqual(urllib.request.urlopen(request).status, 200)
        self.declare("one", "two")
        self.hub.send_signal(signal.SIGHUP)
        eventually(lambda: "two" in self.instances(), "the other one")
        listed = self.instances()["one"]
        self.assertEqual(listed["source"], "")
        self.assertIn("made over REST has the name", listed["rejected"][0]["reason"])
        self.stop()
        self.start()
        self.assertIn("two", self.instances())
        self.stop()

    def test_sighup_and_changed_files_reload(self):
        self.start()
        self.declare("one")
        self.hub.send_signal(signal.SIGHUP)
        eventually(lambda: "one" in self.instances(), "the reload by the signal")
        self.declare("one", "two")
        eventually(lambda: "two" in self.instances(), "the reload by the change")
        # A mistake keeps what runs and says so.
        self.declare("one", "two", more="      event.nonsense: 1\n")
        eventually(lambda: "event.nonsense" in self.log(), "the finding in the log")
        self.assertEqual(set(self.instances()), {"one", "two"})
        self.assertRegex(self.log(), r"example\.yaml:8:7: error")
        self.declare("two")
        eventually(lambda: set(self.instances()) == {"two"}, "the removal")

    def test_plugins_shows_what_is_loaded_and_what_is_refused(self):
        self.assertIn("no hub is running", self.run_bad(1, "plugins"))
        os.makedirs(self.path("plugins"), exist_ok=True)
        self.start()
        self.assertRegex(self.run_ok("plugins"), r"(?m)^dropbox +\S+ +dropbox \S+ +/\S+/connector\.yaml$")
        self.write("plugins/acme/connector.yaml", "key: [\n")
        eventually(lambda: "manifest-invalid" in self.run_ok("plugins"), "the refusal")
        self.assertIn("refused: ", self.run_ok("plugins"))
        told = json.loads(self.run_ok("plugins", "--json"))
        self.assertEqual([one["key"] for one in told["refused"]], ["acme"])
        self.assertFalse(told["refused"][0]["formerKept"])
        self.assertEqual(told["ending"], [])
        shutil.rmtree(self.path("plugins", "acme"))
        eventually(lambda: "refused" not in self.run_ok("plugins"), "the removal")

    def test_a_changed_configuration_is_told_and_not_applied(self):
        self.start()
        self.hub.send_signal(signal.SIGHUP)
        eventually(lambda: self.log().count("instance files applied") > 1, "the reload")
        self.assertNotIn(" warning ", self.log())
        self.configure("delivery: {timeout: 7s}\nlogging: {level: error}\n")
        eventually(lambda: "need a restart" in self.log(), "the change in the log, without a signal")
        self.assertRegex(self.log(), r"need a restart file=ferry\.yaml keys=.?delivery\.timeout, logging\.level")
        self.configure("listn: x\n")
        self.hub.send_signal(signal.SIGHUP)
        eventually(lambda: "would not start" in self.log(), "the error in the log")
        self.assertIn("ferry.yaml:3:1: error: unknown key 'listn'", self.log())
        self.declare("one")
        self.hub.send_signal(signal.SIGHUP)
        eventually(lambda: "created=1" in self.log(), "the instance files, applied all the same")

    def test_a_connector_that_changes_hands_is_told(self):
        self.declare("one")
        own = os.path.join(os.path.dirname(FERRY), "..", "plugins", "dropbox")
        os.makedirs(self.path("plugins"), exist_ok=True)
        shutil.copytree(own, self.path("plugins", "mine"))
        self.start()
        self.assertIn("version=1.0.0 folder=plugins/mine", self.log())
        # The hub's own folders come first, and the program's plugin is the second one of its key.
        self.assertIn("plugins/mine/connector.yaml is used in its place; this one came with the program", self.log())
        shutil.copytree(own, self.path("plugins", "evil"))
        eventually(lambda: "path=plugins/evil rule=key-duplicate" in self.log(), "the refusal")
        self.assertIn("remove one of the two", self.log())
        self.assertNotIn("another plugin serves", self.log())
        shutil.rmtree(self.path("plugins", "mine"))
        eventually(lambda: "another plugin serves" in self.log(), "the change")
        self.assertRegex(
            self.log(),
            r"warning .*folder of the former one is gone connector=dropbox folder=plugins/evil "
            r"former=plugins/mine instances=1",
        )

    def test_a_missing_or_another_key_is_a_refusal_that_says_what_to_do(self):
        self.declare("one")
        self.start()
        self.stop()
        key = self.path("data", "master.key")
        os.rename(key, key + ".kept")
        error = self.run_bad(1, "serve")
        self.assertIn("missing", error)
        self.assertIn("backup", error)
        self.assertEqual(self.run_bad(1, "keys", "add", "mine"), error)
        with open(key, "w") as out:
            out.write("ab" * 32 + "\n")
        os.chmod(key, 0o600)
        error = self.run_bad(1, "serve")
        self.assertIn("was sealed with key", error)
        self.assertEqual(self.run_bad(1, "keys", "add", "mine"), error)
        self.assertNotIn("mine", self.run_ok("keys", "list"))
        os.replace(key + ".kept", key)
        os.chmod(key, 0o644)
        self.assertIn("chmod 600", self.run_bad(1, "serve"))

    def test_a_second_hub_on_the_same_store_or_port_is_refused(self):
        self.start()
        self.assertIn("another", self.run_bad(1, "serve"))
        port = re.search(r"127\.0\.0\.1:(\d+)", self.log()).group(1)
        self.run_ok("init", "other")
        self.write("other/ferry.yaml", "listen: 127.0.0.1:" + port + "\n")
        error = self.run_bad(1, "--config", "other/ferry.yaml", "serve")
        self.assertIn("can't listen on 127.0.0.1:" + port + ": Address already in use; set 'listen'", error)
        self.assertNotIn("applied", error, "the instances are not touched")

    def test_a_dead_delivery_is_seen_at_its_instance(self):
        receiver = receiver_for(self)
        fake = self.start_with_alice(receiver)
        self.assertNotIn("deadDeliveries", self.instances()["alice"])
        receiver.status = 410
        fake.put("/new.txt")
        eventually(lambda: "deadDeliveries" in self.instances()["alice"], "the end")
        dead = self.instances()["alice"]["deadDeliveries"]
        self.assertEqual((dead["count"], dead["lastStatus"]), (1, 410))
        self.assertNotIn("failingCallback", self.instances()["alice"])
        self.assertRegex(
            self.run_ok("instances"),
            r"(?m)^ +callback: 1 dead, not tried again, the last one at \S+Z: .*410",
        )
        self.assertRegex(
            self.run_ok("instances"),
            r"(?m)^ +callback: switched off since \S+Z, what comes for it waits: .*410.*\n +do:  once it works again: ferry deliveries redeliver --instance ",
        )
        off = self.instances()["alice"]["switchedOffCallback"]
        command = "ferry deliveries redeliver --instance 'alice'"
        self.assertEqual(off["whatToDo"], "once it works again: " + command)
        # As it is told.
        receiver.status = 200
        self.run_ok(*shlex.split(command)[1:])
        eventually(lambda: "switchedOffCallback" not in self.instances()["alice"], "the callback to be on")
        eventually(lambda: "deadDeliveries" not in self.instances()["alice"], "the dead one")

    def test_a_folder_of_instances_that_is_gone_is_named(self):
        self.start()
        self.assertNotIn("which is not there", self.run_ok("instances"))
        os.rename(os.path.join(self.folder, "instances"), os.path.join(self.folder, "moved"))
        self.assertRegex(self.run_ok("instances"), r"ferry.yaml names \S*instances, which is not there")
        self.stop()

    def test_a_callback_that_fails_is_seen_at_its_instance(self):
        receiver = receiver_for(self)
        fake = self.start_with_alice(receiver, NOT_SOON)
        self.assertNotIn("failingCallback", self.instances()["alice"])
        receiver.status = 503
        fake.put("/new.txt")
        eventually(lambda: "failingCallback" in self.instances()["alice"], "the failure")
        failing = self.instances()["alice"]["failingCallback"]
        self.assertEqual((failing["waiting"], failing["lastStatus"]), (1, 503))
        self.assertEqual(failing["lastError"], "the callback answered 503")
        self.assertRegex(failing["since"], r"^\d{4}-\d\d-\d\dT.*Z$")
        self.assertRegex(
            self.run_ok("instances"),
            r"(?m)^ +callback: 1 waiting, tried in vain since \S+Z, last: the callback answered 503$",
        )
        receiver.status = 200
        self.run_ok("deliveries", "redeliver", "--failing", "--instance", "alice")
        eventually(lambda: "failingCallback" not in self.instances()["alice"], "the second attempt")
        self.assertNotIn("callback:", self.run_ok("instances"))
        self.stop()

    def test_a_watched_folder_that_is_gone_is_told_at_its_instance_until_it_is_back(self):
        fake = self.start_with_alice(receiver_for(self), folder="/W")
        self.assertEqual(self.instances()["alice"]["reason"], "")
        fake.ask("/fake/files", {"account": fake.account, "do": "remove", "path": "/W"})
        gone = "the folder at dropbox.path is gone"
        eventually(lambda: gone in self.instances()["alice"]["reason"], "the reason")
        self.assertEqual(self.instances()["alice"]["state"], "running")
        self.assertRegex(self.run_ok("events", "alice"), r"DELETED +file +/W/kept\.txt\n")
        fake.put("/W/new.txt")
        self.notify(fake)
        eventually(lambda: self.instances()["alice"]["reason"] == "", "the end of it")
        self.assertRegex(self.run_ok("events", "alice"), r"CREATED +file +/W/new\.txt\n")

    def test_a_slip_in_a_changed_folder_is_told_at_once_and_deletes_nothing(self):
        self.start_with_alice(receiver_for(self), folder="/W")
        events = self.run_ok("events", "alice")
        with open(os.path.join(self.folder, "instances/example.yaml")) as declared:
            text = declared.read()
        self.assertIn("dropbox.path: '/W'\n", text)
        self.write("instances/example.yaml", text.replace("dropbox.path: '/W'\n", "dropbox.path: '/V'\n"))
        slip = "there is no folder at dropbox.path"
        eventually(lambda: slip in self.instances()["alice"]["reason"], "the reason")
        self.assertEqual(self.instances()["alice"]["state"], "running")
        self.write("instances/example.yaml", text)
        eventually(lambda: self.instances()["alice"]["reason"] == "", "the end of it")
        self.assertEqual(self.run_ok("events", "alice"), events)
        self.stop()

    def test_events_are_followed_while_the_hub_runs(self):
        receiver = receiver_for(self)
        fake = self.start_with_alice(receiver)
        following = subprocess.Popen(
            [FERRY, "events", "alice", "--follow"], cwd=self.folder, stdout=subprocess.PIPE, text=True
        )
        self.addCleanup(following.stdout.close)
        self.addCleanup(lambda: following.poll() is None and following.kill())
        fake.put("/new.txt")
        line = following.stdout.readline()
        self.assertRegex(line, r"^ +1  \S+Z  alice +CREATED +file +/new\.txt$")
        following.send_signal(signal.SIGTERM)
        self.assertEqual(following.wait(timeout=20), 0)
        eventually(lambda: receiver.bodies, "the callback")
        listed = [json.loads(one) for one in self.run_ok("events", "--json").splitlines()]
        self.assertEqual([one["event"]["eventType"] for one in listed], ["CREATED"])
        self.assertEqual(self.run_ok("events", "-n", "0"), "")
        # Names that users gave can't forge a line or move the cursor.
        fake.put("/a\n       2  forged\x1b[2J\x9b\u202etxt.gpj")
        eventually(lambda: len(self.run_ok("events", "--json").splitlines()) == 2, "the second event")
        lines = self.run_ok("events").splitlines()
        self.assertEqual(len(lines), 2)
        self.assertTrue(lines[1].endswith("  /a        2  forged\ufffd[2J\ufffd\ufffdtxt.gpj"), lines[1])
        self.stop()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
