#!/usr/bin/env python3
# Goal: the hub itself takes the plugin that was built outside of the tree, with its connector.yaml,
# and makes events with it. Method: `ferry connectors`, then `ferry serve` with an instance, against
# a provider of a few lines.
# Usage: hub_test.py FERRY PLUGINS_FOLDER
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import unittest

FERRY, PLUGINS = map(os.path.abspath, sys.argv[1:3])
PATIENCE = 30


class Provider(http.server.BaseHTTPRequestHandler):
    PAGES = {"": ("1", "old.txt\n"), "1": ("2", "new.txt\n")}

    def do_GET(self):
        body, headers = "me", {}
        if self.path.startswith("/changes?after="):
            after = self.path.partition("=")[2]
            cursor, body = self.PAGES.get(after, (after, ""))
            headers["x-cursor"] = cursor
        self.send_response(200 if self.headers["Authorization"] == "Bearer token-1" else 401)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


class MinimalPlugin(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ferry-minimal-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.provider = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Provider)
        threading.Thread(target=self.provider.serve_forever, daemon=True).start()
        self.addCleanup(self.provider.server_close)
        self.addCleanup(self.provider.shutdown)
        self.write(
            "ferry.yaml",
            "listen: 127.0.0.1:0\nplugins: [%s]\ninstances: [i.yaml]\n"
            "delivery: {allow_networks: [127.0.0.0/8]}\n"
            "providers: {minimal: {base_urls: {api: http://127.0.0.1:%d}, poll_interval: 1s}}\n"
            % (PLUGINS, self.provider.server_address[1]),
        )
        self.write(
            "i.yaml",
            "key: minimal\nname: one\nconfiguration:\n  minimal.authorization.apikey: token-1\n"
            "  event.notification.enabled: true\n"
            "  event.notification.callback.url: http://127.0.0.1:8999/\n",
        )

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w") as out:
            out.write(text)

    def ferry(self, *args):
        done = subprocess.run(
            [FERRY, *args], cwd=self.folder, capture_output=True, text=True, timeout=60
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_is_listed_and_good(self):
        listed = json.loads(self.ferry("connectors", "--json"))
        self.assertIn("minimal", [one["key"] for one in listed["connectors"]])
        refused = [one for one in listed["refused"] if one["path"].startswith(PLUGINS)]
        self.assertEqual(refused, [])
        self.assertIn("minimal.authorization.apikey", self.ferry("connectors", "minimal"))
        checked = self.ferry("lint", "i.yaml", os.path.join(PLUGINS, "minimal", "connector.yaml"))
        self.assertEqual(checked, "0 errors, 0 warnings\n")

    def test_makes_events(self):
        with open(os.path.join(self.folder, "log"), "w") as log:
            hub = subprocess.Popen([FERRY, "serve"], cwd=self.folder, stderr=log)
        self.addCleanup(hub.wait)
        self.addCleanup(hub.kill)
        deadline = time.monotonic() + PATIENCE
        events = []
        while not events and time.monotonic() < deadline and hub.poll() is None:
            time.sleep(0.1)
            if os.path.exists(os.path.join(self.folder, "data", "ferry.db")):
                events = [json.loads(line)["event"] for line in self.ferry("events", "--json").splitlines()]
        with open(os.path.join(self.folder, "log")) as log:
            self.assertEqual([event["objectId"] for event in events], ["new.txt"], log.read())
        self.assertEqual(events[0]["eventType"], "CREATED")
        hub.terminate()
        self.assertEqual(hub.wait(timeout=20), 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
