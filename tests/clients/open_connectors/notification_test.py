"""Subscriptions, notifications and settings of the account: section 2.8."""

from open_connectors.contract import ContractTest
from open_connectors.processes import eventually

SUBSCRIPTIONS = "/notifications/subscriptions"


def topic_of(instance):
    """2.3: the topic of an instance's events."""
    return f"instance-{instance['id']}-dropbox-events"


def subscription_body(topic, mailbox):
    return {"channel": "webhook", "topics": [topic], "config": {"url": mailbox.url}}


class Notification(ContractTest):
    def test_a_subscription_is_made_read_and_removed(self):
        """2.8: POST, GET and DELETE /notifications/subscriptions[/{id}]: {id, channel, topics, config, active}."""
        mailbox = self.open_mailbox(key=None)
        instance = self.create()
        self.wait_until_live(instance)
        body = subscription_body(topic_of(instance), mailbox)
        made = self.call("POST", SUBSCRIPTIONS, body)
        self.assertEqual({**body, "id": made["id"], "active": True}, made)
        one = f"{SUBSCRIPTIONS}/{made['id']}"
        self.assertEqual(self.call("GET", one), made)
        self.assertEqual(self.call("POST", SUBSCRIPTIONS, body), made)
        self.fake.change("put", f"/{self.unique('file')}")
        mailbox.wait(events=1)
        self.call("DELETE", one)
        self.refused(404, "GET", one)
        self.refused(404, "DELETE", one)
        self.fake.change("put", f"/{self.unique('file')}")
        with self.assertRaises(AssertionError):
            mailbox.wait(events=2, seconds=3)

    def test_an_instance_with_events_has_a_subscription(self):
        """2.3, 2.8: events of an instance go to the subscription of its topic; GET /notifications/subscriptions."""
        mailbox, other = self.open_mailbox(), self.open_mailbox()
        instance, silent = self.create_with_events(mailbox), self.create()
        listed = {one["id"]: one for one in self.call("GET", SUBSCRIPTIONS, query={"pageSize": 500})}
        found = [one for one in listed.values() if one["topics"] == [topic_of(instance)]]
        self.assertEqual([(one["config"]["url"], one["active"]) for one in found], [(mailbox.url, True)])
        self.assertFalse([one for one in listed.values() if one["topics"] == [topic_of(silent)]])
        self.refused(409, "POST", SUBSCRIPTIONS, subscription_body(topic_of(instance), other))

    def test_a_subscription_that_was_given_up_is_not_active(self):
        """2.8: after the last failure (policy `queue`) the subscription is deactivated, and PUT reactivates it."""
        mailbox = self.open_mailbox()
        instance = self.create_with_events(mailbox, {
            "event.notification.retry.policy": "queue", "event.notification.retry.schedule": "100ms"})
        listed = self.call("GET", SUBSCRIPTIONS, query={"pageSize": 500})
        one = f"{SUBSCRIPTIONS}/" + str(next(o["id"] for o in listed if o["topics"] == [topic_of(instance)]))
        self.assertTrue(self.call("GET", one)["active"])
        mailbox.status = 500
        self.put("a.txt")
        eventually(lambda: not self.call("GET", one)["active"], "the subscription is deactivated")
        mailbox.status = 200
        self.call("PUT", "/notifications/subscriptions/deliveries", query={
            "where": f"status='queued' and config.url='{mailbox.url}'"})
        mailbox.wait(events=1)
        self.assertTrue(self.call("GET", one)["active"])

    def test_an_empty_subscription_is_400(self):
        """2.8: bad or empty is 400, unknown is 404."""
        topic = topic_of(self.create())
        for body in ({}, {"channel": "webhook"}, {"channel": "pigeon", "topics": [topic], "config": {"url": "http://a/"}},
                     {"channel": "webhook", "topics": [], "config": {"url": "http://a/"}},
                     {"channel": "webhook", "topics": [topic], "config": {"url": "no url"}}):
            self.refused(400, "POST", SUBSCRIPTIONS, body)
        self.refused(404, "GET", f"{SUBSCRIPTIONS}/999999999")

    def test_any_topic_may_be_subscribed_to(self):
        """2.8: POST, GET and DELETE /notifications/subscriptions {topics}."""
        mailbox = self.open_mailbox(key=None)
        topics = sorted(self.unique("topic") for _ in range(2))
        body = {"channel": "webhook", "topics": topics, "config": {"url": mailbox.url}}
        made = self.call("POST", SUBSCRIPTIONS, body)
        self.assertEqual({**body, "id": made["id"], "active": True}, made)
        self.assertEqual(self.call("POST", SUBSCRIPTIONS, body), made)
        one = f"{SUBSCRIPTIONS}/{made['id']}"
        self.assertEqual(self.call("GET", one), made)
        self.assertIn(made, self.call("GET", SUBSCRIPTIONS, query={"pageSize": 500}))
        self.call("DELETE", one)
        self.refused(404, "GET", one)
        self.refused(404, "DELETE", one)
        self.refused(400, "POST", SUBSCRIPTIONS, {**body, "topics": [topics[0], topic_of(self.create())]})

    def test_a_notification_is_made(self):
        """2.8: POST /notifications {topic, from, severity, message}: brought to whoever subscribed, and listed."""
        mailbox, other = self.open_mailbox(key=None), self.open_mailbox(key=None)  # not signed
        topic = self.unique("topic")
        self.call("POST", SUBSCRIPTIONS, subscription_body(topic, mailbox))
        self.call("POST", SUBSCRIPTIONS, subscription_body(self.unique("topic"), other))
        given = {"topic": topic, "from": "me", "severity": "low", "message": "hello"}
        made = self.call("POST", "/notifications", given)
        self.assertEqual({**given, "active": True, "acknowledged": False},
                         {k: v for k, v in made.items() if k not in ("id", "createdDate")})
        brought = mailbox.wait(callbacks=1)[0]
        self.assertEqual((brought.headers["Elements-Webhook-Id"], brought.notification), (made["id"], made))
        later = self.call("POST", "/notifications", {"topic": topic, "message": "world"})
        self.assertEqual((later["from"], later["severity"]), ("", "low"))
        self.assertEqual(mailbox.wait(callbacks=2)[1].notification, later)
        self.assertEqual(other.taken, [])
        listed = self.call("GET", "/notifications", query={"topics[]": topic})
        self.assertEqual(listed, [later, made])
        page = self.ask("GET", "/notifications", query={"topics[]": topic, "pageSize": 1})
        self.assertEqual(page.json, [later])
        token = page.headers["Elements-Next-Page-Token"]
        self.assertEqual(self.call("GET", "/notifications", query={"topics[]": topic, "nextPage": token}), [made])
        one = f"/notifications/{made['id']}"
        after = {**made, "acknowledged": True}
        self.assertEqual(self.call("PUT", f"{one}/acknowledge"), after)
        self.assertEqual(self.call("GET", one), after)

    def test_a_wrong_notification_is_400(self):
        """2.8: bad or empty is 400. The topic of an instance is for what the hub saw itself."""
        good = {"topic": "a-topic", "from": "me", "severity": "low", "message": "hello"}
        for wrong in ({}, {**good, "topic": ""}, {**good, "message": ""}, {**good, "message": 1},
                      {**good, "severity": "loud"}, {**good, "topic": topic_of(self.create())}):
            self.refused(400, "POST", "/notifications", wrong)

    def test_a_notification_is_acknowledged(self):
        """2.8: id, createdDate, active, acknowledged; PUT /notifications/{id}/acknowledge."""
        mailbox = self.open_mailbox()
        self.create_with_events(mailbox)
        self.put("a.txt")
        one = f"/notifications/{mailbox.wait(events=1)[0].headers['Elements-Webhook-Id']}"
        before = self.call("GET", one)
        self.assertLessEqual({"id", "createdDate", "active", "acknowledged"}, set(before))
        self.assertEqual((before["active"], before["acknowledged"]), (True, False))
        after = {**before, "acknowledged": True}
        self.assertEqual(self.call("PUT", f"{one}/acknowledge"), after)
        self.assertEqual(self.call("GET", one), after)
        for method, path in (("GET", "/notifications/999999999"), ("PUT", "/notifications/999999999/acknowledge")):
            self.refused(404, method, path)

    def test_notifications_are_listed_by_topic(self):
        """2.8: GET /notifications?topics[]=, and 400 without."""
        mailbox = self.open_mailbox()
        instance = self.create_with_events(mailbox)
        self.put("a.txt")
        told = {**mailbox.wait(events=1)[0].notification, "active": True, "acknowledged": False}
        for topics in ([topic_of(instance)], [topic_of(instance), "a-topic"]):
            self.assertEqual(self.call("GET", "/notifications", query={"topics[]": topics}), [told])
        for topics in ("a-topic", "instance-999999999-dropbox-events", f"instance-{instance['id']}-box-events"):
            self.assertEqual(self.call("GET", "/notifications", query={"topics[]": topics}), [])
        self.refused(400, "GET", "/notifications")

    def test_the_account_has_a_failure_policy(self):
        """2.8: notification.webhook.failure.policy, retry or queue, by POST or PATCH; retry is the default."""
        key = "notification.webhook.failure.policy"
        self.addCleanup(self.call, "PATCH", "/accounts/settings", {key: "retry"})
        self.assertEqual(self.call("GET", "/accounts/settings"), {key: "retry"})
        for method, path in (("PATCH", "/accounts/settings"), ("POST", "/accounts/1/settings")):
            self.call("PATCH", "/accounts/settings", {key: "retry"})
            self.assertEqual(self.call(method, path, {key: "queue"}), {key: "queue"})
            self.assertEqual(self.call("GET", path), {key: "queue"})
        self.refused(403, "PATCH", "/accounts/2/settings", {key: "queue"})
        self.refused(400, "PATCH", "/accounts/settings", {key: "often"})
