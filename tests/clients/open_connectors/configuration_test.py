"""What instances configure: the configuration routes of 1.5, and the keys of 2.1 and 3.2."""

import datetime

from open_connectors.contract import MASK, ContractTest, connector_calls, id_less
from open_connectors.processes import eventually

MEMBERS = {"id", "key", "name", "description", "type", "propertyValue", "required", "active", "hideFromConsole"}


class Configuration(ContractTest):
    def entries(self, instance):
        return {one["key"]: one for one in self.call("GET", f"/instances/{instance['id']}/configuration")}

    def test_entries_are_listed(self):
        """1.5: a list of {id, key, name, description, type, propertyValue, required, active, hideFromConsole}."""
        instance = self.create()
        listed = self.call("GET", f"/instances/{instance['id']}/configuration")
        self.assertEqual(self.call("GET", "/instances/configuration", auth=id_less(instance)), listed)
        for entry in listed:
            self.assertLessEqual(MEMBERS, set(entry))
            self.assertIsInstance(entry["id"], int)
            self.assertIsInstance(entry["propertyValue"], str)
        self.assertEqual(len({entry["id"] for entry in listed}), len(listed))

    def test_secrets_are_masked(self):
        """1.5: secrets are masked there, too."""
        entries = self.entries(self.create())
        for key in ("oauth.api.key", "oauth.api.secret", "oauth.user.refresh_token"):
            self.assertEqual(entries[key]["propertyValue"], MASK)

    def test_one_entry_is_read(self):
        """1.5: GET …/configuration/{configId}, also without the instance's id."""
        instance = self.create()
        entry = self.entries(instance)["oauth.callback.url"]
        path = f"/configuration/{entry['id']}"
        self.assertEqual(self.call("GET", f"/instances/{instance['id']}{path}"), entry)
        self.assertEqual(self.call("GET", f"/instances{path}", auth=id_less(instance)), entry)
        self.refused(404, "GET", f"/instances/{instance['id']}/configuration/1")

    def test_one_entry_is_changed(self):
        """1.5: PATCH …/configuration/{configId} with {propertyValue}, also without the instance's id."""
        instance = self.create()
        before = self.entries(instance)
        path = f"/configuration/{before['document.tagging']['id']}"
        changed = self.call("PATCH", f"/instances/{instance['id']}{path}", {"propertyValue": "true"})
        self.assertEqual(changed, {**before["document.tagging"], "propertyValue": "true"})
        self.assertEqual(self.entries(instance), {**before, "document.tagging": changed})
        self.call("PATCH", f"/instances{path}", {"propertyValue": "false"}, auth=id_less(instance))
        self.assertEqual(self.entries(instance), before)

    def test_events_are_off_by_default(self):
        """2.1, 3.2: event.notification.enabled is false by default, and so is document.tagging (inferred)."""
        instance = self.create()
        self.assertIs(instance["eventsEnabled"], False)
        self.assertEqual(instance["configuration"]["event.notification.enabled"], "false")
        self.assertEqual(instance["configuration"]["document.tagging"], "false")

    def test_event_keys_have_their_types(self):
        """2.1: enabled is BOOLEAN, the callback URL TEXTFIELD_1000."""
        entries = self.entries(self.create())
        self.assertEqual(entries["event.notification.enabled"]["type"], "BOOLEAN")
        self.assertEqual(entries["event.notification.callback.url"]["type"], "TEXTFIELD_1000")

    def test_a_signature_key_needs_no_events(self):
        """2.1: event.notification.signature.key is independent of the switch."""
        instance = self.create(self.initial({"event.notification.signature.key": "s3cr3t"}))
        self.assertEqual(instance["configuration"]["event.notification.signature.key"], MASK)

    def test_either_spelling_of_the_vendor_type_is_taken(self):
        """2.1: event.vendor.type is polling, or webhook, or webhooks."""
        for value in ("polling", "webhook", "webhooks"):
            self.create(self.initial({"event.vendor.type": value}))

    def test_generic_event_keys_are_taken(self):
        """2.1: keys of the events framework that callers send to any element, whatever it makes of them."""
        for key, value in {
                "event.notification.type": "webhook",
                "event.notification.subscription.id": "77",
                "event.notification.instance.finder": "github.organization|organization.login",
                "event.poller.configuration": {"files": {"url": "/files"}},
                "event.poller.urls": "files|/files|x",
                "event.objects": "files,folders",
                "event.metadata": "{\"webhook\":{\"file\":{\"eventTypes\":[\"created\"]}}}",
                "event.helper.key": "marketoPolling"}.items():
            with self.subTest(key):
                self.create(self.initial({key: value}))

    def test_a_callback_that_can_never_be_sent_to_is_refused(self):
        """2.1: the callback URL is the caller's receiver, not the hub's network: ours, as the contract is silent."""
        for url, word in (("http://10.1.2.3/hook", "delivery.allow_networks"),
                          ("http://169.254.169.254/latest", "delivery.allow_networks"),
                          ("https://app.example:25/hook", "port 25"),
                          ("https://user:pass@app.example/hook", "event.notification.callback.url")):
            switches = {"event.notification.callback.url": url, "event.notification.enabled": True}
            self.assertIn(word, self.refused(400, "POST", "/instances", self.initial(switches)))
        instance = self.create(self.initial({"event.notification.callback.url": "http://10.1.2.3/hook"}))
        self.assertIn("10.1.2.3/32", self.refused(400, "PATCH", f"/instances/{instance['id']}", {
            "configuration": {"event.notification.enabled": True}}))
        headers = {"Elements-Async-Request": "True", "Elements-Async-Callback-Url": "http://10.1.2.3/"}
        self.refused(400, "GET", "/ping", auth=connector_calls(instance), headers=headers)

    def test_the_notification_type_is_webhook(self):
        """2.1: event.notification.type is how the hub notifies; only webhook."""
        for wrong in ("email", "Webhook", "polling"):
            body = self.initial({"event.notification.type": wrong, "event.notification.enabled": "maybe"})
            message = self.refused(400, "POST", "/instances", body)
            self.assertIn("'event.notification.type' is none of: webhook", message)
            self.assertIn("event.notification.enabled", message)
        instance = self.create(self.initial({"event.notification.type": "webhook"}))
        self.refused(400, "PATCH", f"/instances/{instance['id']}", {
            "configuration": {"event.notification.type": "sms"}})

    def test_the_poll_interval_is_in_minutes(self):
        """2.1: event.poller.refresh_interval is minutes, at least 1."""
        def next_poll(instance):
            def record():
                found = self.call("GET", "/instances/event-poller-records", auth=id_less(instance))
                return found[0] if found and "lastPollDate" in found[0] else None
            polled = eventually(record, "the account was asked for changes")
            last, following = (datetime.datetime.fromisoformat(polled[name].replace("Z", "+00:00"))
                               for name in ("lastPollDate", "nextPollDate"))
            return (following - last).total_seconds() / 60

        for value in ("40", 40):
            instance = self.create(self.initial({"event.poller.refresh_interval": value}))
            self.assertEqual(instance["configuration"]["event.poller.refresh_interval"], "40")
            self.assertAlmostEqual(next_poll(instance), 40, delta=4.1)
        for wrong in ("0", "soon", -5):
            self.assertIn("event.poller.refresh_interval", self.refused(
                400, "POST", "/instances", self.initial({"event.poller.refresh_interval": wrong})))

    def test_callbacks_may_have_http_basic(self):
        """2.1: event.notification.basic.username and .password; that they mean HTTP Basic is inferred."""
        mailbox = self.open_mailbox()
        self.create_with_events(mailbox, {
            "event.notification.basic.username": "alice", "event.notification.basic.password": "s3cr3t"})
        self.put("a.txt")
        self.assertEqual(mailbox.wait(1)[0].headers["Authorization"], "Basic YWxpY2U6czNjcjN0")

    def test_callbacks_may_have_further_headers(self):
        """2.1: event.notification.callback.headers."""
        self.create(self.initial({"event.notification.callback.headers": "X-Tenant:7"}))

    def test_reserved_keys_are_taken(self):
        """4: reserved keys that callers copy from generic samples: oauth.*, pagination.*, aws.*, bulk.*, expires."""
        self.create(self.initial({
            "oauth.user.token": "t0ken", "oauth.user.refresh_interval": "3600", "oauth.user.refresh_time": "0",
            "oauth.basic.header": "x", "oauth.authorization.url": "https://www.dropbox.com/oauth2/authorize",
            "oauth.token.url": "https://api.dropboxapi.com/oauth2/token", "pagination.max": "100",
            "pagination.type": "cursor", "bulk.query.operations": "x", "expires_in": "14400", "expires": "0",
            "filter.response.nulls": "true", "base.url": "https://api.dropboxapi.com", "authentication.time": "0",
            "aws.region": "eu-central-1", "oauth.user.id": "7"}))
