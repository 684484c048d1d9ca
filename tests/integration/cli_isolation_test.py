#!/usr/bin/env python3
"""Plugins in processes of their own, as an operator has them: what lint and `ferry plugins` say, what others
see of such a process, and that it ends with the hub however that ends.

Usage: cli_isolation_test.py FERRY FAKE_DROPBOX
"""

import json
import os
import shutil
import signal
import sys
import time
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli_case import HubCase, eventually, ferry  # noqa: E402

SECRET = "a-secret-of-the-environment"
HOSTILE = os.path.join(os.environ["FERRY_BUILD_DIR"], "tests/plugins/hostile/libhostile.so")
HOSTILE_MANIFEST = os.path.join(os.environ["FERRY_SOURCE_DIR"], "tests/plugin/connector.yaml")


def children(pid):
    """Of this process, by name of program."""
    found = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % entry) as stat:
                if int(stat.read().rpartition(")")[2].split()[1]) != pid:
                    continue
            with open("/proc/%s/cmdline" % entry, "rb") as line:
                found[int(entry)] = line.read()
        except OSError:
            pass  # it has ended meanwhile
    return found


def is_running(pid):
    try:
        with open("/proc/%d/stat" % pid) as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class IsolationTest(HubCase):
    def start_all_isolated(self, more="", count=1):
        os.environ["FERRY_ISOLATION_SECRET"] = SECRET
        self.addCleanup(os.environ.pop, "FERRY_ISOLATION_SECRET")
        self.configure(more or "plugin_isolation: [dropbox]\n")
        self.declare("one", more="      event.notification.signature.key: ${env:FERRY_ISOLATION_SECRET}\n")
        self.start()
        hosts = [pid for pid, line in children(self.hub.pid).items() if b"ferry-plugin-host" in line]
        self.assertEqual(len(hosts), count, self.log())
        return hosts

    def start_isolated(self):
        return self.start_all_isolated()[0]

    def test_nothing_of_the_hub_is_seen_in_the_process(self):
        host = self.start_isolated()
        for name in ["cmdline", "environ"]:
            with open("/proc/%d/%s" % (host, name), "rb") as opened:
                self.assertNotIn(SECRET.encode(), opened.read())
        with open("/proc/%d/cmdline" % host, "rb") as opened:
            self.assertEqual(opened.read().count(b"\0"), 1, "it has no arguments")
        with open("/proc/%d/environ" % self.hub.pid, "rb") as opened:
            self.assertIn(SECRET.encode(), opened.read(), "else the test would show nothing")

    def test_plugins_says_what_is_isolated(self):
        host = self.start_isolated()
        self.assertIn("isolated: in a process of its own\n", self.run_ok("plugins"))
        os.kill(host, signal.SIGKILL)
        eventually(lambda: not is_running(host), "the end of the process")

    def test_a_hub_that_is_killed_takes_the_process_along(self):
        # One for Dropbox, and one for all connectors without code.
        hosts = self.start_all_isolated("plugin_isolation: ['*']\n", 2)
        self.hub.kill()
        self.hub.wait()
        self.hub.returncode = 0  # as meant
        eventually(lambda: not any(map(is_running, hosts)), "the end of the processes")

    def test_a_hub_that_stops_takes_the_process_along(self):
        host = self.start_isolated()
        self.stop()
        self.assertFalse(is_running(host))

    def test_a_plugin_that_never_comes_back_is_told_and_keeps_nobody_from_stopping(self):
        self.write("plugins/hostile/connector.yaml", open(HOSTILE_MANIFEST).read().replace("minimal", "hostile"))
        shutil.copy(HOSTILE, self.path("plugins/hostile"))
        self.configure()
        self.write(
            "instances/example.yaml",
            "instances:\n  - name: stuck\n    key: hostile\n    event.notification.enabled: true\n"
            "    event.notification.callback.url: http://127.0.0.1:9999/\n    configuration:\n"
            "      hostile.authorization.apikey: sleep\n",
        )
        self.start()
        eventually(lambda: "does not come back" in self.log(), "the line about the plugin")
        self.assertIn("plugin=hostile", self.log())
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(self.url() + "/readyz")
        reasons = json.load(refused.exception)["reasons"]
        self.assertEqual(reasons, ["a call into the plugin hostile does not come back"])
        self.assertRegex(self.run_ok("plugins"), r"hangs: a call has not come back for \d+ s; restart the hub")
        shutil.rmtree(self.path("plugins/hostile"))
        eventually(lambda: "ending: " in self.run_ok("plugins"), "the plugin's being let go of")
        self.assertRegex(self.run_ok("plugins"), r"ending: hostile (.|\n)* hangs: a call has not come back for \d+ s")
        self.assertGreaterEqual(json.loads(self.run_ok("plugins", "--json"))["ending"][0]["hangsForMs"], 5000)
        told = lambda: " ".join(self.run_ok("instances").split())
        eventually(lambda: "its connector 'hostile' is gone, which was at " in told(), "the word about the connector")
        self.assertIn("plugins/hostile/connector.yaml: put it back", told())
        time.sleep(2)  # two looks
        with self.assertRaises(urllib.error.HTTPError):
            urllib.request.urlopen(self.url() + "/readyz")
        self.assertNotIn("has come back", self.log())
        began = time.monotonic()
        self.hub.send_signal(signal.SIGTERM)
        self.assertEqual(self.hub.wait(timeout=30), 1, self.log())
        self.assertLess(time.monotonic() - began, 12)
        self.hub.returncode = 0  # as meant
        self.assertIn("it does not stop in time", self.log())

    def test_lint_knows_the_plugins(self):
        self.configure("plugin_isolation: [dropbox, dropbx, declarative]\n")
        linted = ferry("lint", cwd=self.folder)
        self.assertEqual(linted.returncode, 0, linted.stdout)
        self.assertIn("ferry.yaml:3:29: warning: there is no plugin 'dropbx'", linted.stdout)
        self.assertIn("dropbox", linted.stdout.partition("dropbx'")[2])
        self.assertNotIn("'declarative'", linted.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
