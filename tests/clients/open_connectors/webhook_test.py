"""What providers send: section 2.2."""

import base64
import hashlib
import hmac
import json
import urllib.parse

from open_connectors.contract import ContractTest


SECRET = "of the webhook"


def encoded_id(number):
    return base64.b64encode(str(number).encode()).decode()


class Webhook(ContractTest):
    def setUp(self):
        self.mailbox = self.open_mailbox()
        self.instance = self.create_with_events(self.mailbox)
        # Nothing but the webhooks of the test is to tell the hub.
        self.fake.control("faults", route="webhook", kind="drop_notice", times=1_000_000)
        self.addCleanup(self.fake.control, "faults", method="DELETE")

    def notify(self, path, **headers):
        """A notification as Dropbox makes it, for the account of all instances."""
        body = json.dumps({"list_folder": {"accounts": [self.fake.account]}}).encode()
        signature = hmac.new(self.fake.app_secret.encode(), body, hashlib.sha256).hexdigest()
        return self.webhook("POST", path, body, {
            "Content-Type": "application/json", "X-Dropbox-Signature": signature,
            **{name.replace("_", "-"): value for name, value in headers.items()}})

    def assert_it_tells(self, path, **headers):
        before = sum(len(one.events) for one in self.mailbox.taken)
        self.put(f"{self.unique('file')}.txt")
        answer = self.notify(path, **headers)
        self.assertLess(answer.status, 300, answer.body)
        self.mailbox.wait(events=before + 1)

    def test_one_url_serves_all_instances(self):
        """2.2: POST /events/{elementKey}, shared by all instances of the connector."""
        self.assert_it_tells("dropbox")

    def test_the_url_of_an_alias_serves_them_too(self):
        """3.1: /events/dropboxbusiness, which an app at Dropbox may have."""
        self.assert_it_tells("dropboxbusiness")
        self.assert_it_tells(f"dropboxbusiness/{encoded_id(self.instance['id'])}")

    def test_an_instance_has_a_url_of_its_own(self):
        """2.2: /events/{elementKey}/{id in base64}, standard with padding, of the decimal id: MjA5MzE= is 20931."""
        self.assertEqual(encoded_id(20931), "MjA5MzE=")
        encoded = encoded_id(self.instance["id"])
        self.assert_it_tells(f"dropbox/{encoded}")
        self.assert_it_tells(f"dropbox/{urllib.parse.quote(encoded)}")

    def test_the_id_may_be_url_safe(self):
        """2.2 (inferred): URL-safe base64, without padding, serves as well."""
        encoded = encoded_id(self.instance["id"]).rstrip("=").translate(str.maketrans("+/", "-_"))
        self.assert_it_tells(f"dropbox/{encoded}")

    def test_an_id_that_no_instance_has_is_404(self):
        """1.7: 404 for unknown ids."""
        self.assertEqual(self.notify(f"dropbox/{encoded_id(20931)}").status, 404)
        self.assertEqual(self.notify("dropbox/%20nothing").status, 404)

    def test_a_header_may_name_the_instances(self):
        """2.2: Element-Instances: id1,id2 on /events/{elementKey} names the target instances."""
        self.assert_it_tells("dropbox", Element_Instances=str(self.instance["id"]))

    def test_a_header_leaves_other_instances_out(self):
        """2.2: and no others."""
        self.assert_it_tells("dropbox")  # so the first listing, which would find the file as well, is over
        before = sum(len(one.events) for one in self.mailbox.taken)
        self.put("a.txt")
        answer = self.notify("dropbox", Element_Instances="999999999")
        self.assertLess(answer.status, 300, answer.body)
        with self.assertRaises(AssertionError):
            self.mailbox.wait(events=before + 1, seconds=3)

    def test_the_challenge_is_answered(self):
        """2.2: GET is taken, too; Dropbox verifies the URL by it (needed by Dropbox, said by nobody)."""
        answer = self.webhook("GET", "dropbox?challenge=abc123")
        self.assertEqual((answer.status, answer.body), (200, b"abc123"))

    def test_what_nobody_signed_tells_nothing(self):
        """2.2: X-Dropbox-Signature is checked (needed by Dropbox, said by nobody)."""
        body = json.dumps({"list_folder": {"accounts": [self.fake.account]}})
        for headers in ({}, {"X-Dropbox-Signature": "0" * 64}):
            answer = self.webhook("POST", "dropbox", body, {"Content-Type": "application/json", **headers})
            self.assertEqual(answer.status, 401)
            self.assertEqual(set(answer.json), {"requestId", "message"})

    def test_an_unknown_connector_is_404(self):
        """1.7: 404."""
        self.assertEqual(self.notify("nobody").status, 404)


class WebhookBody(ContractTest):
    """2.2: JSON, form-encoded, or nothing but the query of a GET; which of them is up to the connector."""

    def create_of(self, key):
        self.mailbox = self.open_mailbox()
        instance = self.create({
            "element": {"key": key}, "name": self.unique(key),
            "configuration": {
                "webhook.secret": SECRET, "event.notification.enabled": "true",
                "event.notification.callback.url": self.mailbox.url,
                "event.notification.signature.key": self.mailbox.key}})
        return f"{key}/{encoded_id(instance['id'])}"

    def signed(self, content):
        return hmac.new(SECRET.encode(), content.encode(), hashlib.sha256).hexdigest()

    def told(self):
        """The one event of the callback, and the provider's record."""
        message = self.mailbox.wait(events=1)[0].notification["message"]
        return message["events"][0], message["raw"]

    def test_a_form_is_taken(self):
        path = self.create_of("form")
        body = "delivery=d-1&action=new&item_id=7&item+name=Caf%C3%A9+%26+more&label=a&label=b"
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Form-Signature": self.signed(body)}
        for _ in range(2):  # what comes twice counts once
            answer = self.webhook("POST", path, body, headers)
            self.assertEqual(answer.status, 200, answer.body)
        event, raw = self.told()
        self.assertEqual((event["objectType"], event["objectId"], event["eventType"]), ("item", "7", "CREATED"))
        self.assertEqual(event["object"]["name"], "Café & more")
        self.assertEqual(event["object"]["properties"], {"labels": "b", "action": "new"})
        self.assertIn(["a", "b"], [record["label"] for record in self.records(raw)])

    def records(self, raw):
        return next(value for value in raw.values() if isinstance(value, list)) if "item_id" not in raw else [raw]

    def test_what_is_no_form_is_refused(self):
        path = self.create_of("form")
        for body, kind, status in (("item_id=7", "application/x-www-form-urlencoded", 401),
                                   ('{"item_id":7}', "application/json", 400),
                                   ("a=%zz", "application/x-www-form-urlencoded", 400),
                                   ("", "application/x-www-form-urlencoded", 400)):
            signature = self.signed(body) if status == 400 else "0" * 64
            answer = self.webhook("POST", path, body, {"Content-Type": kind, "X-Form-Signature": signature})
            self.assertEqual(answer.status, status, (body, answer.body))
        self.assertEqual(self.webhook("GET", f"{path}?item_id=7").status, 400)

    def test_a_query_is_taken(self):
        path = self.create_of("query")
        query = urllib.parse.urlencode({"ticket": "35436", "status": "solved & closed", "token": SECRET})
        answer = self.webhook("GET", f"{path}?{query}")
        self.assertEqual(answer.status, 200, answer.body)
        event, _ = self.told()
        self.assertEqual((event["objectType"], event["objectId"], event["eventType"]), ("ticket", "35436", "UPDATED"))
        self.assertEqual(event["object"]["properties"], {"status": "solved & closed"})
        self.assertNotIn(SECRET, json.dumps(self.mailbox.taken[0].notification), "the token is no receiver's business")

    def test_a_query_may_be_signed(self):
        path = self.create_of("query")
        host = self.world.hub.url.split("//")[1]
        target = f"/elements/api-v2/events/{path}?ticket=1"
        headers = {"X-Query-Signature": self.signed(f"https://{host}{target}")}
        self.assertEqual(self.webhook("GET", f"{path}?ticket=2", headers=headers).status, 401)
        self.assertEqual(self.webhook("GET", f"{path}?ticket=1", headers=headers).status, 200)
        self.assertEqual(self.told()[0]["objectId"], "1")

    def test_a_query_that_nobody_proves_is_refused(self):
        path = self.create_of("query")
        self.assertEqual(self.webhook("GET", f"{path}?ticket=1").status, 401)
        self.assertEqual(self.webhook("GET", f"{path}?ticket=1&token=wrong").status, 401)
        self.assertEqual(self.webhook("GET", path).status, 400)
