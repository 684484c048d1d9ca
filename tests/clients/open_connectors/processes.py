"""A fake Dropbox and a hub, as processes of their own, for all tests of one run."""

import http.client
import json
import os
import pathlib
import socket
import subprocess
import time
import urllib.parse

USER, ORGANIZATION = "acceptance/user+secret=0123456789", "acceptance/organization+secret=01"
SECONDS_MAX = 30
REDIRECT_URI = "https://app.example/auth"
SITE = "https://app.example"
KEY_NAME = "ferry.yaml"  # of the key that ferry.yaml has


def eventually(condition, what, seconds=SECONDS_MAX):
    """The first true result of `condition`; an AssertionError after the deadline."""
    end = time.monotonic() + seconds
    while True:
        if result := condition():
            return result
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain for {seconds} s: {what}")
        time.sleep(0.02)


def free_port():
    """A port that was free a moment ago: the fake has to know the hub's webhook URI before it starts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def http_call(base, method, target, body=None, headers=None):
    """(status, headers, body); over a connection of its own."""
    connection = http.client.HTTPConnection(base.split("//")[1], timeout=SECONDS_MAX)
    try:
        connection.request(method, target, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


class FakeDropbox:
    """The program fake-dropbox. Its account has no files but /Documents."""

    def __init__(self, program, webhook_uri=None):
        self.process = subprocess.Popen(
            [program, "--port", "0", "--control", "--redirect-uri", REDIRECT_URI,
             *(["--webhook-uri", webhook_uri] if webhook_uri else [])],
            stdout=subprocess.PIPE, text=True)
        settings = {}
        for line in self.process.stdout:
            if line.strip() == "ready":
                break
            name, _, value = line.strip().partition(": ")
            settings[name] = value
        if "refresh_token" not in settings:
            raise RuntimeError("fake-dropbox ended before it was ready")
        self.url = settings["url"]
        self.app_key, self.app_secret = settings["app_key"], settings["app_secret"]
        self.account, self.refresh_token = settings["account"], settings["refresh_token"]

    def control(self, what, /, method="POST", **fields):
        status, _, body = http_call(
            self.url, method, f"/fake/{what}", json.dumps(fields), {"Content-Type": "application/json"})
        if status != 200:
            raise RuntimeError(f"the fake refused {what} {fields}: {body!r}")
        return json.loads(body)

    def change(self, action, path, **fields):
        """One change in the account: put, folder, move, copy, remove, restore."""
        return self.control("files", account=self.account, do=action, path=path, **fields)

    def grant_code(self):
        """What the redirect after a person's consent carries."""
        form = urllib.parse.urlencode({
            "client_id": self.app_key, "response_type": "code", "redirect_uri": REDIRECT_URI,
            "token_access_type": "offline", "account_id": self.account, "decision": "allow"})
        status, headers, body = http_call(self.url, "POST", "/oauth2/authorize", form)
        if status != 302:
            raise RuntimeError(f"the fake gave no code: {status} {body!r}")
        return urllib.parse.parse_qs(urllib.parse.urlsplit(headers["Location"]).query)["code"][0]

    def stop(self):
        self.process.terminate()
        if self.process.wait(SECONDS_MAX) != 0:
            raise RuntimeError(f"fake-dropbox ended with {self.process.returncode}")


class Hub:
    """`ferry serve` in `folder`, with short waits between the attempts of a delivery, and with
    `settings` and further `providers`, which are YAML. The fake sends it webhooks, or a test does; it is
    all hosts of the provider but those in `bases`."""

    def __init__(self, program, fake_program, folder, settings="", has_webhooks=True, bases=None, providers=""):
        self.program = os.path.abspath(program)
        self.folder = pathlib.Path(folder)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.fake = FakeDropbox(
            fake_program, f"{self.url}/elements/api-v2/events/dropbox" if has_webhooks else None)
        hosts = {**dict.fromkeys(("www", "api", "content", "notify"), self.fake.url), **(bases or {})}
        bases = ", ".join(f'{name}: "{url}"' for name, url in hosts.items())
        (self.folder / "instances").mkdir()
        (self.folder / "ferry.yaml").write_text(
            f"public_url: {self.url}\n"
            f"listen: 127.0.0.1:{port}\n"
            "delivery:\n"
            "  allow_networks: [127.0.0.0/8]\n"
            "  retry_schedule: [200ms, 200ms]\n"
            f'api: {{user_secret: "{USER}", organization_secret: "{ORGANIZATION}", cors_origins: ["{SITE}"]}}\n'
            f"providers: {{dropbox: {{base_urls: {{{bases}}}}}{providers}}}\n"
            f"{settings}")
        self.log = self.folder / "log"
        self.log.touch()
        self.start()

    def start(self):
        with self.log.open("a") as log:
            self.process = subprocess.Popen([self.program, "serve"], cwd=self.folder, stderr=log)
        try:
            eventually(self._is_ready, "the hub is ready")
        except BaseException:
            self.process.kill()
            self.fake.process.kill()
            raise

    def _is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the hub ended:\n{self.log.read_text()}")
        try:
            return http_call(self.url, "GET", "/readyz")[0] == 200
        except OSError:
            return False

    def stop(self):
        self.process.terminate()
        status = self.process.wait(SECONDS_MAX)
        self.fake.stop()
        if status != 0:
            raise RuntimeError(f"the hub ended with {status}:\n{self.log.read_text()[-3000:]}")
