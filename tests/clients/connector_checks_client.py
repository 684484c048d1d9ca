#!/usr/bin/python3
"""What connectors without code can say of proofs that no shipped one needs.

Usage: connector_checks_client.py FERRY FAKE_DROPBOX
Goal: a challenge is answered with a signature, and nothing is signed that would pass as a webhook; Ed25519
is verified as its maker says, and so are the sorted values of a form and a time in the body; an app gets tokens
by itself, again and again.
Method: a real hub with connectors that stand beside this file; signatures by Python's hmac and by the
program openssl, never by the hub's code.
"""

import base64
import hashlib
import hmac
import http.server
import json
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

sys.dont_write_bytecode = True  # nothing is written beside the sources
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from open_connectors.processes import eventually, http_call  # noqa: E402
from connectors.hub_case import HubCase  # noqa: E402

HubCase.programs = [str(pathlib.Path(name).resolve()) for name in sys.argv[1:3]]


class ChallengeTest(HubCase):
    key = "checked"

    def setUp(self):
        self.start_hub({"one": {"webhook.secret": "secret-1"}, "two": {"webhook.secret": "secret-2"}})

    def ask(self, target, token):
        return http_call(self.hub.url, "GET", f"{target}?crc_token={urllib.parse.quote(token)}")

    def test_the_token_is_signed_with_the_secret_of_the_instance(self):
        for name, secret in (("one", b"secret-1"), ("two", b"secret-2")):
            status, headers, body = self.ask(self.target(name), "xOkVe-6_1")
            mac = base64.b64encode(hmac.new(secret, b"xOkVe-6_1", hashlib.sha256).digest()).decode()
            self.assertEqual((status, json.loads(body)), (200, {"response_token": f"sha256={mac}"}))
            self.assertEqual(headers["Content-Type"], "application/json")

    def test_nothing_else_is_signed(self):
        target = self.target("one")
        bodies = ('{"id":"forged"}', "[]", "", "a" * 129, "a b", "a.b", "a+b", "a/b", "a=", '"a"', "a\n", "\u00e4")
        for token in bodies:
            status, _, body = self.ask(target, token)
            self.assertEqual(status, 400, token)
            self.assertNotIn(b"sha256=", body)
        # The longest one that is; and without an instance there is no secret.
        self.assertEqual(self.ask(target, "a" * 128)[0], 200)
        self.assertIn(self.ask("/elements/api-v2/events/checked", "abc")[0], (400, 404))
        # By POST it is a webhook, whose signature is wrong.
        self.assertIn(http_call(self.hub.url, "POST", target + "?crc_token=abc", b'{"id":"x"}')[0], (400, 401))

    def test_what_was_signed_is_no_webhook(self):
        # A number is JSON as well, and so is true: signed as tokens, they are refused as bodies.
        for token in ("123", "true", "null"):
            body = json.loads(self.ask(self.target("one"), token)[2])
            status, _, answer = http_call(self.hub.url, "POST", self.target("one"), token.encode(),
                                          {"X-Signature": body["response_token"]})
            self.assertEqual(status, 400, answer)
        self.assertEqual(self.receiver.events("one"), [])


class Ed25519Test(HubCase):
    key = "checked"

    def setUp(self):
        self.keys = tempfile.TemporaryDirectory(prefix="ferry-keys-")
        self.addCleanup(self.keys.cleanup)
        self.private = f"{self.keys.name}/key.pem"
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.private], check=True)
        public = subprocess.run(["openssl", "pkey", "-in", self.private, "-pubout", "-outform", "DER"],
                                check=True, capture_output=True).stdout[-32:]
        self.start_hub({"one": {"webhook.secret": public.hex()}})
        self.url = self.target("one")

    def sign(self, content):
        (pathlib.Path(self.keys.name) / "content").write_bytes(content)
        return subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.private, "-in",
                               f"{self.keys.name}/content"], check=True, capture_output=True).stdout.hex()

    def post(self, body, timestamp, signature):
        return http_call(self.hub.url, "POST", self.url, body, {
            "X-Signature-Timestamp": timestamp, "X-Signature-Ed25519": signature})[0]

    def test_the_makers_signature_is_taken_and_no_other(self):
        now = str(int(time.time()))
        body = b'{"id": "signed"}'
        good = self.sign(now.encode() + body)
        wrong = [(body + b" ", now, good), (body, str(int(now) + 1), good), (body, now, good.upper()),
                 (body, now, good[:-2]), (body, now, good + "00"), (body, now, ""), (body, now, "00" * 64)]
        wrong += [(body, now, good[:at] + format(int(good[at], 16) ^ 1, "x") + good[at + 1:]) for at in range(0, 128, 9)]
        old = str(int(now) - 400)
        wrong.append((body, old, self.sign(old.encode() + body)))
        for one in wrong:
            self.assertEqual(self.post(*one), 401, one)
        self.assertEqual(self.post(body, now, good), 200)
        eventually(lambda: [one["objectId"] for one in self.receiver.events("one")] == ["signed"], "its event")


class TimeInTheBodyTest(HubCase):
    key = "checked"

    def setUp(self):
        self.start_hub({"one": {"webhook.secret": "secret-1"}})

    def post(self, body, secret=b"secret-1", header="Linear-Signature"):
        content = json.dumps(body).encode()
        return http_call(self.hub.url, "POST", self.target("one"), content,
                         {header: hmac.new(secret, content, hashlib.sha256).hexdigest()})

    def test_a_time_that_is_missing_or_old_or_new_is_refused(self):
        now = int(time.time() * 1000)
        for at in (None, now - 70_000, now + 70_000, "soon", "", True, [], {"a": now}, -1, 0):
            body = {"id": "refused"} | ({} if at is None else {"webhookTimestamp": at})
            self.assertEqual(self.post(body)[0], 401, body)
        for place in ({"data": {"webhookTimestamp": now}}, [{"webhookTimestamp": now}]):
            self.assertEqual(self.post(place)[0], 401, place)
        self.assertEqual(self.post({"id": "refused", "webhookTimestamp": now}, b"secret-2")[0], 401)
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        for number, at in enumerate((now, now // 1000, str(now), moment)):
            self.assertEqual(self.post({"id": f"taken-{number}", "webhookTimestamp": at})[0], 200, at)
        eventually(lambda: sorted(one["objectId"] for one in self.receiver.events("one"))
                   == [f"taken-{number}" for number in range(4)], "their events")

    def test_a_signed_question_is_answered_without_a_body(self):
        now = int(time.time() * 1000)
        status, headers, body = self.post({"type": 0, "webhookTimestamp": now})
        self.assertEqual((status, body), (204, b""))
        self.assertNotIn("Content-Length", headers)
        self.assertEqual(self.post({"type": 0, "webhookTimestamp": now}, b"secret-2")[0], 401)
        self.assertEqual(self.post({"type": 0, "webhookTimestamp": now - 70_000})[0], 401)


class FormSignatureTest(HubCase):
    key = "signed-form"

    def test_the_url_and_the_sorted_values_are_what_is_signed(self):
        # The request, the token and the signature of the provider's own documentation.
        form = {"To": "+18005551212", "From": "+14158675309", "Digits": "1234", "CallSid": "CA1234567890ABCDE",
                "Caller": "+14158675309"}
        self.assertEqual(self.sign("https://mycompany.com/myapp.php?foo=1&bar=2", form, b"12345"),
                         "RSOYDt4T1cUTdK1PDd93/VVr8B8=")
        self.start_hub({"one": {"webhook.secret": "12345"}})
        target = self.target("one") + "?foo=1&bar=2"
        url = "https://" + self.hub.url.removeprefix("http://") + target
        good = self.sign(url, form, b"12345")
        for signature, sent in ((self.sign(url, form, b"1234"), form), (self.sign(url + "0", form, b"12345"), form),
                                (good, form | {"Digits": "12345"}), (good, form | {"A": "b"}), ("", form)):
            self.assertEqual(self.post(target, sent, signature), 401, sent)
        self.assertEqual(self.post(target, form, good), 200)
        eventually(lambda: [one["objectId"] for one in self.receiver.events("one")] == ["CA1234567890ABCDE"], "its event")

    @staticmethod
    def sign(url, form, secret):
        content = url + "".join(name + form[name] for name in sorted(form))
        return base64.b64encode(hmac.new(secret, content.encode(), hashlib.sha1).digest()).decode()

    def post(self, target, form, signature):
        return http_call(self.hub.url, "POST", target, urllib.parse.urlencode(form).encode(), {
            "Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature})[0]


class ClientCredentialsTest(HubCase):
    key = "robot"

    def setUp(self):
        case = self
        self.forms, self.tokens, self.things = [], set(), [{"id": "1"}]

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, status, body):
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_POST(self):
                form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
                case.forms.append((form, self.headers.get("Authorization")))
                token = f"token-{len(case.forms)}"
                case.tokens.add(token)
                self.answer(200, {"access_token": token, "token_type": "bearer", "expires_in": 3})

            def do_GET(self):
                if self.headers.get("Authorization", "").removeprefix("Bearer ") not in case.tokens:
                    return self.answer(401, {})
                self.answer(200, {"id": "robot-1"} if self.path == "/me" else case.things)

            def log_message(self, *args):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        self.start_hub({"one": {"oauth.api.key": "app", "oauth.api.secret": "pass:word"}},
                       f', robot: {{base_urls: {{api: "http://127.0.0.1:{server.server_port}"}}}}')

    def test_the_app_gets_tokens_by_itself_and_new_ones_when_they_end(self):
        self.assertEqual(self.instances()["one"]["account"], "robot-1")
        form, authorization = self.forms[0]
        self.assertEqual(form, {"grant_type": "client_credentials", "scope": "read"})
        self.assertEqual(authorization, "Basic " + base64.b64encode(b"app:pass%3Aword").decode())
        eventually(lambda: len(self.forms) >= 3, "tokens that ended were replaced")
        self.assertTrue(all(form["grant_type"] == "client_credentials" for form, _ in self.forms))
        self.things.append({"id": "2"})
        eventually(lambda: [one["objectId"] for one in self.receiver.events("one")] == ["2"], "what is new")
        self.tokens.clear()  # one that was revoked before its end
        self.things.append({"id": "3"})
        eventually(lambda: [one["objectId"] for one in self.receiver.events("one")] == ["2", "3"], "it goes on")
        self.assertEqual(self.instances()["one"]["state"], "running")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=1)
