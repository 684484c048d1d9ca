# What the tests of the ferry program share: the built binary in a temporary folder, a hub that runs in
# it, the fake Dropbox as a process of its own, and a receiver of callbacks.
# The programs are the arguments of the test: FERRY FAKE_DROPBOX.
import hashlib
import hmac
import http.server
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

FERRY = os.path.abspath(sys.argv[1])
PATIENCE = 30
NOT_SOON = "1h,1h"


def ferry(*args, cwd=None, env=None):
    return subprocess.run([FERRY, *args], cwd=cwd, env=env, capture_output=True, text=True, timeout=60)


def eventually(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("in vain waited for: " + what)
        time.sleep(0.02)


class CliCase(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="ferry-cli-")
        self.addCleanup(shutil.rmtree, self.folder, True)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path("draft"), "w") as out:
            out.write(text)
        os.replace(self.path("draft"), self.path(name))

    def run_ok(self, *args):
        done = ferry(*args, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def run_bad(self, code, *args):
        done = ferry(*args, cwd=self.folder)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertNotIn("unexpected failure", done.stderr)
        return done.stderr


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def receiver_for(case):
    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    receiver.bodies = []
    receiver.status = 200
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    case.addCleanup(receiver.server_close)
    case.addCleanup(receiver.shutdown)
    return receiver


class HubCase(CliCase):
    """A folder in which a hub can run."""

    def setUp(self):
        super().setUp()
        self.run_ok("init")
        self.configure()
        self.write("instances/example.yaml", "instances: []\n")

    def configure(self, more=""):
        self.write("ferry.yaml", "listen: 127.0.0.1:0\npublic_url: http://hub.test\n" + more)

    def declare(self, *names, more=""):
        text = "instances:\n"
        for name in names:
            text += (
                "  - name: " + name + "\n    key: dropbox\n    configuration:\n"
                "      oauth.callback.url: http://hub.test/oauth/callback\n"
                "      oauth.api.key: key\n      oauth.api.secret: secret-of-the-app\n" + more
            )
        self.write("instances/example.yaml", text)

    def start(self):
        self.log_path = self.path("log")
        log = open(self.log_path, "w")
        self.hub = subprocess.Popen([FERRY, "serve"], cwd=self.folder, stderr=log)
        log.close()
        self.addCleanup(self.end, self.hub)
        eventually(lambda: "listening" in self.log() or self.hub.poll() is not None, "the start")
        self.assertIsNone(self.hub.poll(), self.log())

    def log(self):
        with open(self.log_path) as opened:
            return opened.read()

    def end(self, hub):
        # A hub that ended by itself, as one does that a sanitizer stops, fails the test.
        if hub.poll() is None:
            hub.kill()
            hub.wait()
        else:
            self.assertEqual(hub.returncode, 0, self.log())

    def stop(self, number=signal.SIGTERM):
        begin = time.monotonic()
        self.hub.send_signal(number)
        self.assertEqual(self.hub.wait(timeout=20), 0, self.log())
        self.assertLess(time.monotonic() - begin, 10)

    def instances(self):
        return {one["name"]: one for one in json.loads(self.run_ok("instances", "--json"))}

    def url(self):
        return "http://" + re.search(r"listening address=(127\.0\.0\.1:\d+)", self.log()).group(1)

    def notify(self, fake):
        """Tells the hub as Dropbox does that something has changed in the account."""
        body = json.dumps({"list_folder": {"accounts": [fake.account]}}).encode()
        signature = hmac.new(fake.app_secret.encode(), body, hashlib.sha256).hexdigest()
        url = self.url() + "/elements/api-v2/events/dropbox"
        headers = {"X-Dropbox-Signature": signature, "Content-Type": "application/json"}
        urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=PATIENCE).close()

    def start_with_alice(self, receiver, schedule="5s,5m", folder="", delivery="", settings=()):
        """A hub with an instance that runs, has its baseline, and calls `receiver` back.

        `folder` is all that it watches, with a file kept.txt; empty: the whole account.
        `schedule` is when a failed callback is tried again: whoever looks at one that has failed
        takes NOT_SOON, so that nothing happens meanwhile, however slow the machine is.
        `delivery` goes into that section of ferry.yaml, `settings` into the instance's configuration.
        """
        fake = FakeDropbox(self)
        if folder:
            fake.put(folder + "/kept.txt")
        self.configure(
            "delivery: {allow_networks: [127.0.0.0/8]%s}\n"
            "providers: {dropbox: {base_urls: {www: %s, api: %s, content: %s, notify: %s}}}\n"
            % ((delivery and ", " + delivery,) + (fake.url,) * 4)
        )
        self.write(
            "instances/example.yaml",
            "instances:\n  - name: alice\n    key: dropbox\n    configuration:\n"
            "      oauth.callback.url: http://hub.test/oauth/callback\n"
            "      oauth.api.key: %s\n      oauth.api.secret: %s\n      oauth.user.refresh_token: %s\n"
            "      event.notification.enabled: true\n      event.poll.interval: 1s\n"
            "      dropbox.path: '%s'\n"
            "      event.notification.retry.schedule: '%s'\n"
            "      event.notification.callback.url: http://127.0.0.1:%d/events\n"
            % (fake.app_key, fake.app_secret, fake.refresh_token, folder or "/", schedule, receiver.server_address[1])
            + "".join("      %s\n" % line for line in settings),
        )
        self.start()
        eventually(lambda: self.instances()["alice"]["state"] == "running", "the authorization")
        eventually(lambda: fake.baseline_is_in(), "the baseline")
        return fake


class FakeDropbox:
    """The fake as a process; it prints "name: value" lines, then "ready"."""

    def __init__(self, case):
        self.process = subprocess.Popen(
            [os.path.abspath(sys.argv[2]), "--control"], stdout=subprocess.PIPE, text=True
        )
        self.case = case
        case.addCleanup(self.end)
        made = dict(line.strip().split(": ", 1) for line in iter(self.process.stdout.readline, "ready\n"))
        self.url, self.account = made["url"], made["account"]
        self.app_key, self.app_secret = made["app_key"], made["app_secret"]
        self.refresh_token = made["refresh_token"]

    def end(self):
        self.process.terminate()
        status = self.process.wait()
        self.process.stdout.close()
        self.case.assertEqual(status, 0, "the fake Dropbox failed")

    def ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read())

    def put(self, path):
        self.ask("/fake/files", {"account": self.account, "do": "put", "path": path, "content": "x"})

    def baseline_is_in(self):
        return self.ask("/fake/requests").get("files/list_folder/continue 200", 0) > 0
