"""Retry, queue and redelivery: section 2.8."""

import datetime

from open_connectors.contract import ContractTest
from open_connectors.processes import eventually

DELIVERIES = "/notifications/subscriptions/deliveries"
MEMBERS = {"notificationId", "subscriptionId", "status", "createdDate", "updatedDate"}


class Delivery(ContractTest):
    def setUp(self):
        self.mailbox = self.open_mailbox()
        self.instance = self.create_with_events(self.mailbox)

    def where_is(self, status, **query):
        return self.deliveries(self.instance, f"status='{status}'", **query)

    def wait_for(self, status):
        """The one delivery, once it has this status."""
        found = eventually(lambda: self.where_is(status), f"the delivery is {status}")
        self.assertEqual(len(found), 1)
        return found[0]

    def redeliver(self, status):
        where = f"channel='webhook' and status='{status}' and config.url='{self.mailbox.url}'"
        return self.call("PUT", DELIVERIES, query={"where": where})

    def out_of_attempts(self):
        """The delivery of an event that the receiver refused until the hub gave up."""
        self.mailbox.status = 500
        self.put("a.txt")
        delivery = self.wait_for("queued")
        self.mailbox.status = 200
        return delivery

    def test_a_delivery_has_its_members(self):
        """2.8: notificationId, subscriptionId, status, createdDate, updatedDate."""
        self.put("a.txt")
        callback = self.mailbox.wait(events=1)[0]
        delivery = self.wait_for("delivered")
        self.assertLessEqual(MEMBERS, set(delivery))
        self.assertEqual(str(delivery["notificationId"]), callback.headers["Elements-Webhook-Id"])

    def test_hydrate_embeds_notification_and_subscription(self):
        """2.8: hydrate=true embeds both objects; 2.3: the topic; the subscription as further below in 2.8."""
        self.put("a.txt")
        callback = self.mailbox.wait(events=1)[0]
        self.wait_for("delivered")
        delivery = self.where_is("delivered", hydrate="true")[0]
        self.assertEqual(delivery["notification"], callback.notification)
        subscription = delivery["subscription"]
        self.assertEqual(subscription["id"], delivery["subscriptionId"])
        self.assertEqual(subscription["channel"], "webhook")
        self.assertEqual(subscription["config"], {"url": self.mailbox.url})
        self.assertEqual(self.call("GET", f"/notifications/subscriptions/{subscription['id']}"), subscription)
        self.assertEqual(subscription["topics"], [f"instance-{self.instance['id']}-dropbox-events"])

    def test_a_502_is_tried_again(self):
        """2.8: a receiver that answers 502 makes the delivery `retry`; once it is well again, `delivered`."""
        self.instance = self.create_with_events(
            self.mailbox, {"event.notification.retry.schedule": "open-connectors-9"})
        self.mailbox.statuses.append(502)
        self.put("a.txt")
        waiting = self.wait_for("retry")
        due = datetime.datetime.fromisoformat(waiting["nextAttemptDate"])
        self.assertLessEqual((due - datetime.datetime.now(datetime.timezone.utc)).total_seconds(), 4)
        callback = self.mailbox.wait(events=1)[0]
        self.assertEqual(self.wait_for("delivered")["notificationId"], waiting["notificationId"])
        self.assertEqual(callback.body, self.mailbox.refused[0].body)

    def test_what_failed_is_tried_again_by_itself(self):
        """2.8: the same notification, with the same eventId, until the receiver takes it."""
        self.mailbox.statuses.extend([500, 503])
        self.put("a.txt")
        callback = self.mailbox.wait(events=1)[0]
        self.wait_for("delivered")
        self.assertEqual([one.message["eventId"] for one in self.mailbox.refused], [callback.message["eventId"]] * 2)

    def test_out_of_attempts_is_queued_until_a_put(self):
        """2.8: after the last failure it is `queued`; PUT on the list redelivers what matches."""
        delivery = self.out_of_attempts()
        self.assertEqual(len(self.mailbox.refused), 3)
        again = self.redeliver("queued")
        self.assertEqual([one["notificationId"] for one in again], [delivery["notificationId"]])
        callback = self.mailbox.wait(events=1)[0]
        self.assertEqual(str(delivery["notificationId"]), callback.headers["Elements-Webhook-Id"])
        self.wait_for("delivered")
        self.assertEqual(self.where_is("queued"), [])

    def test_where_finds_what_is_queued(self):
        """2.8: channel='webhook' and status='queued', and config.url, lists queued ones with their payload."""
        delivery = self.out_of_attempts()
        for where, wanted in {
                "channel='webhook' and status='queued'": [delivery["notificationId"]],
                f"channel='webhook' and status='queued' and config.url='{self.mailbox.url}'": [
                    delivery["notificationId"]],
                "channel='webhook' and status='queued' and config.url='http://127.0.0.1:9/'": [],
                "channel='email' and status='queued'": [],
                "channel='webhook' and status='delivered'": []}.items():
            found = self.deliveries(self.instance, where, hydrate="true")
            self.assertEqual([one["notificationId"] for one in found], wanted, where)
            for one in found:
                self.assertEqual(one["notification"]["message"]["instanceId"], self.instance["id"])

    def test_every_status_may_be_asked_for(self):
        """2.8: created, delivered, notified, retry, queued."""
        for status in ("created", "delivered", "notified", "retry", "queued"):
            self.assertEqual(self.where_is(status), [])

    def test_a_where_that_is_none_is_400(self):
        """1.7: 400."""
        for where in ("status=", "status='nonsense'", "no such thing", "nofield='x'"):
            self.refused(400, "GET", DELIVERIES, query={"where": where})

    def test_the_deliveries_of_a_notification(self):
        """2.8: GET /notifications/{nId}/subscriptions/deliveries and …/subscriptions/{sId}/deliveries."""
        self.put("a.txt")
        self.mailbox.wait(events=1)
        delivery = self.wait_for("delivered")
        number, subscription = delivery["notificationId"], delivery["subscriptionId"]
        self.assertEqual(self.call("GET", f"/notifications/{number}/subscriptions/deliveries"), [delivery])
        self.assertEqual(
            self.call("GET", f"/notifications/{number}/subscriptions/{subscription}/deliveries"), [delivery])
        self.refused(404, "GET", "/notifications/999999999/subscriptions/deliveries")
        self.refused(404, "GET", f"/notifications/{number}/subscriptions/999999999/deliveries")

    def test_later_events_wait_as_well(self):
        """2.8: policy `queue`: with the last failure the subscription is deactivated, until a PUT reactivates it."""
        self.instance = self.create_with_events(self.mailbox, {
            "event.notification.retry.policy": "queue", "event.notification.retry.schedule": "100ms"})
        self.out_of_attempts()
        self.put("b.txt")
        eventually(lambda: len(self.deliveries(self.instance, "channel='webhook'")) == 2, "there are two deliveries")
        self.assertEqual(self.mailbox.taken, [])
        self.redeliver("queued")
        self.mailbox.wait(events=2)

    def test_later_events_are_queued_as_well(self):
        """2.8: policy `queue`: later events are `queued`, too."""
        self.instance = self.create_with_events(self.mailbox, {
            "event.notification.retry.policy": "queue", "event.notification.retry.schedule": "100ms"})
        self.out_of_attempts()
        self.put("b.txt")
        eventually(lambda: len(self.where_is("queued")) == 2, "both are queued", seconds=3)

    def test_another_callback_url_is_another_subscription(self):
        """1.5: a change of the callback URL makes a new notification subscription; the former is gone."""
        self.put("a.txt")
        self.mailbox.wait(events=1)
        first = self.wait_for("delivered")["subscriptionId"]
        other = self.open_mailbox(key=self.mailbox.key)
        self.call("PATCH", f"/instances/{self.instance['id']}", {
            "configuration": {"event.notification.callback.url": other.url}})
        self.put("b.txt")
        other.wait(events=1)
        second = eventually(lambda: [one for one in self.where_is("delivered") if one["subscriptionId"] != first],
                            "the second is delivered")[0]["subscriptionId"]
        self.assertEqual(self.call("GET", f"/notifications/subscriptions/{second}")["config"], {"url": other.url})
        self.refused(404, "GET", f"/notifications/subscriptions/{first}")
        for number in (first, second):
            self.assertEqual(
                [one["subscriptionId"] for one in self.deliveries(self.instance, f"subscriptionId='{number}'")],
                [number])
        self.call("PATCH", f"/instances/{self.instance['id']}", {
            "configuration": {"event.notification.callback.url": self.mailbox.url}})
        self.assertEqual(self.call("GET", f"/notifications/subscriptions/{first}")["config"], {"url": self.mailbox.url})

    def test_another_callback_url_gets_what_comes_next(self):
        """1.5: the new URL is that of later events."""
        other = self.open_mailbox(key=self.mailbox.key)
        self.call("PATCH", f"/instances/{self.instance['id']}", {
            "configuration": {"event.notification.callback.url": other.url}})
        self.put("a.txt")
        other.wait(events=1)
        self.assertEqual(self.mailbox.taken, [])
