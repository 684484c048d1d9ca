#!/usr/bin/python3
"""Goal: an app that is installed from the hub gets its token from Slack as `oauth.v2.access` gives it, the
instance is of the workspace that Slack names, and what Slack refuses is told as it says it.
Method: a real hub with the shipped connector, at a fake of the two documented addresses. Slack answers a
refused code with 200 and `"ok": false`.

Usage: slack_client.py FERRY FAKE_DROPBOX
"""

import base64
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

sys.dont_write_bytecode = True  # nothing is written beside the sources
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from open_connectors.processes import Hub, eventually, http_call  # noqa: E402
from connectors import verified  # noqa: E402
from connectors.json_server import JsonServer  # noqa: E402
from connectors.receiver import Receiver  # noqa: E402
from connectors.signers import SIGNERS  # noqa: E402

FERRY, FAKE_DROPBOX = (str(pathlib.Path(name).resolve()) for name in sys.argv[1:3])
CONNECTORS = pathlib.Path(__file__).resolve().parents[2] / "connectors"
CALLBACK_KEY = "whsec_" + base64.b64encode(b"a key of receivers, 32 bytes long").decode()
PROVEN = set()


class FakeSlack:
    """Installs an app into workspace T0FAKE for the code "good", once. `forms` are what came."""

    def __init__(self):
        self.codes, self.forms, self.authorizations = {"good"}, [], []
        self.server = JsonServer(self.take)
        self.url = self.server.url

    def take(self, method, path, query, body, headers):
        if (method, path) != ("POST", "/api/oauth.v2.access"):
            return 404, {"ok": False, "error": "unknown_method"}, {}
        form = dict(urllib.parse.parse_qsl(body))
        self.forms.append(form)
        self.authorizations.append(headers.get("Authorization"))
        if headers.get("Authorization") != "Basic " + base64.b64encode(b"app:app-secret").decode():
            return 200, {"ok": False, "error": "bad_client_secret"}, {}
        if form.get("code") not in self.codes:
            return 200, {"ok": False, "error": "invalid_code"}, {}
        self.codes.remove(form["code"])
        return 200, {"ok": True, "access_token": "xoxb-0", "token_type": "bot", "scope": "channels:history",
                     "bot_user_id": "U0BOT", "app_id": "A0APP", "team": {"name": "Fake", "id": "T0FAKE"},
                     "enterprise": None, "authed_user": {"id": "U1"}}, {}


class SlackTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ferry-slack-")
        self.addCleanup(folder.cleanup)
        self.slack = FakeSlack()
        self.addCleanup(self.slack.server.stop)
        self.receiver = Receiver(CALLBACK_KEY)
        self.addCleanup(self.receiver.stop)
        self.hub = Hub(FERRY, FAKE_DROPBOX, folder.name, has_webhooks=False,
                       providers=f', slack: {{base_urls: {{www: "{self.slack.url}"}}}}')
        self.addCleanup(self.hub.stop)
        configuration = {"authentication.type": "oauth2", "oauth.api.key": "app", "oauth.api.secret": "app-secret",
                         "webhook.secret": SIGNERS["slack"].secret, "event.notification.enabled": "true",
                         "event.notification.callback.url": f"{self.receiver.url}/slack",
                         "event.notification.signature.key": CALLBACK_KEY}
        lines = ["instances:", "  - name: team", "    key: slack", "    configuration:",
                 *(f'      {name}: "{value}"' for name, value in configuration.items())]
        (self.hub.folder / "instances" / "all.yaml").write_text("\n".join(lines) + "\n")
        eventually(lambda: self.instance().get("state") == "awaiting-authorization", "it waits for a person")

    def instance(self):
        done = subprocess.run([FERRY, "instances", "--json"], cwd=self.hub.folder, capture_output=True, text=True)
        found = json.loads(done.stdout) if done.returncode == 0 else []
        return found[0] if found else {}

    def consent(self, code):
        """As a person's browser goes: to Slack, and back with `code`. Gives the query that Slack got, and the
        hub's page."""
        status, headers, _ = http_call(self.hub.url, "GET", "/oauth/start/team")
        self.assertIn(status, (302, 303))
        url = urllib.parse.urlsplit(headers["Location"])
        self.assertEqual(f"{url.scheme}://{url.netloc}{url.path}", f"{self.slack.url}/oauth/v2/authorize")
        asked = dict(urllib.parse.parse_qsl(url.query))
        back = urllib.parse.urlencode({"code": code, "state": asked["state"]})
        status, _, page = http_call(self.hub.url, "GET", f"/oauth/callback?{back}",
                                    headers={"Cookie": headers["Set-Cookie"].split(";")[0]})
        return asked, status, page.decode()

    def send(self, team, event_id):
        body = json.dumps({"team_id": team, "type": "event_callback", "event_id": event_id,
                           "event": {"type": "message", "channel": "C1", "user": "U1", "text": "Rain", "ts": "1.1"}})
        target = "/elements/api-v2/events/slack"
        headers = SIGNERS["slack"].sign(target, body, self.hub.url.split("//")[1], {})
        return http_call(self.hub.url, "POST", target, body, {"Content-Type": "application/json", **headers})

    def test_an_installed_app_is_of_the_workspace_that_slack_names(self):
        asked, status, page = self.consent("good")
        self.assertEqual(status, 200, page)
        self.assertEqual({name: asked.get(name) for name in ("client_id", "scope", "redirect_uri")},
                         {"client_id": "app", "scope": "channels:history,reactions:read",
                          "redirect_uri": f"{self.hub.url}/oauth/callback"})
        self.assertNotIn("code_challenge", asked)
        eventually(lambda: self.instance()["state"] == "running", "it is authorized")
        self.assertEqual(self.instance()["account"], "T0FAKE")
        self.assertEqual(len(self.slack.forms), 1)
        self.assertEqual(self.slack.forms[0]["redirect_uri"], f"{self.hub.url}/oauth/callback")
        for team in ("T0OTHER", "T0FAKE"):
            self.assertEqual(self.send(team, f"Ev-{team}")[0], 200)
        eventually(lambda: self.receiver.events("slack"), "the event of its workspace")
        time.sleep(0.3)
        self.assertEqual(len(self.receiver.events("slack")), 1)
        PROVEN.add("installed")

    def test_a_refused_code_leaves_it_waiting_for_a_good_one(self):
        _, status, page = self.consent("forged")
        self.assertGreaterEqual(status, 400)
        self.assertIn("invalid_code", page)
        self.assertEqual(self.instance()["state"], "awaiting-authorization")
        self.assertEqual(self.consent("good")[1], 200)
        eventually(lambda: self.instance()["state"] == "running", "it is authorized")
        PROVEN.add("refused")


class VerifiedTest(unittest.TestCase):
    def test_what_was_verified_here_is_of_this_connector(self):
        """`ferry connectors --quality` goes by it. FERRY_RECORD_VERIFIED=1 writes it anew."""
        if not PROVEN:  # tests run in the order of their names
            self.skipTest("the tests whose results it keeps were left out")
        self.assertEqual(PROVEN, {"installed", "refused"})
        verified.check(self, CONNECTORS / "slack.yaml", CONNECTORS / "slack" / "verified.json", {
            "authorization": "an app installed by a person's consent, and the workspace that its token is of, at a "
                             "fake of the documented API; a refused code"})


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=1)
