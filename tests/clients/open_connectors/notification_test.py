"""Subscriptions, notifications and settings of the account: section 2.8. The hub has none of them."""

from open_connectors.contract import ContractTest, known_difference

SUBSCRIPTION = {"channel": "webhook", "topics": ["a-topic"], "config": {"url": "http://127.0.0.1:9/"}}


class Notification(ContractTest):
    @known_difference("a subscription is an instance with events enabled, and no other topics are told")
    def test_a_subscription_is_made_read_and_removed(self):
        """2.8: POST, GET and DELETE /notifications/subscriptions[/{id}]: {id, channel, topics, config, active}."""
        made = self.call("POST", "/notifications/subscriptions", SUBSCRIPTION)
        self.assertEqual({**SUBSCRIPTION, "id": made["id"], "active": True}, made)
        self.assertEqual(self.call("GET", f"/notifications/subscriptions/{made['id']}"), made)
        self.call("DELETE", f"/notifications/subscriptions/{made['id']}")
        self.refused(404, "GET", f"/notifications/subscriptions/{made['id']}")

    @known_difference("a subscription is an instance with events enabled: GET /instances")
    def test_subscriptions_are_listed(self):
        """2.8: GET /notifications/subscriptions."""
        self.assertIsInstance(self.call("GET", "/notifications/subscriptions"), list)

    @known_difference("subscriptions are not made over the API, so the path is 404")
    def test_an_empty_subscription_is_400(self):
        """2.8: bad or empty is 400."""
        self.refused(400, "POST", "/notifications/subscriptions", {})

    @known_difference("notifications are the hub's own, of events")
    def test_a_notification_is_made_and_acknowledged(self):
        """2.8: POST /notifications {topic, from, severity, message}, PUT /notifications/{id}/acknowledge."""
        given = {"topic": "a-topic", "from": "me", "severity": "low", "message": "hello"}
        made = self.call("POST", "/notifications", given)
        self.assertLessEqual({"id", "createdDate", "active", "acknowledged"}, set(made))
        self.call("PUT", f"/notifications/{made['id']}/acknowledge")

    @known_difference("notifications are listed as deliveries: GET /notifications/subscriptions/deliveries")
    def test_notifications_are_listed_by_topic(self):
        """2.8: GET /notifications?topics[]=, and 400 without."""
        self.assertIsInstance(self.call("GET", "/notifications", query={"topics[]": "a-topic"}), list)
        self.refused(400, "GET", "/notifications")

    @known_difference("delivery.retry_schedule in ferry.yaml is the policy, for all callbacks")
    def test_the_account_has_a_failure_policy(self):
        """2.8: notification.webhook.failure.policy, retry or queue, by PATCH /accounts/settings."""
        self.call("PATCH", "/accounts/settings", {"notification.webhook.failure.policy": "queue"})
        self.call("PATCH", "/accounts/settings", {"notification.webhook.failure.policy": "retry"})
