"""What the receiver gets: sections 2.3 to 2.6."""

from open_connectors.contract import ContractTest, connector_calls
from open_connectors.processes import eventually
from open_connectors.receiver import signature_of

EVENTS_MAX = 20
ISO_DATE = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"


class Callback(ContractTest):
    def test_n_changes_give_n_signed_callbacks(self):
        """2.5, 2.6: a callback a webhook; all are signed, no two have an eventId in common, and in the end
        the history has every event as NOTIFIED."""
        mailbox = self.open_mailbox()
        instance = self.create_with_events(mailbox)
        count = 6
        for number in range(count):
            self.put(f"{number}.txt")
            mailbox.wait(callbacks=number + 1)
        callbacks = mailbox.wait(events=count)
        self.assertEqual(len(callbacks), count)
        self.assertEqual(len({one.message["eventId"] for one in callbacks}), count)
        self.assertEqual(len({one.headers["Elements-Webhook-Id"] for one in callbacks}), count)
        self.assertEqual([one.events[0]["object"]["name"] for one in callbacks], [f"{n}.txt" for n in range(count)])
        eventually(lambda: {one["status"] for one in self.history(instance)} == {"NOTIFIED"}, "all are NOTIFIED")
        self.assertEqual(len(self.history(instance)), count)

    def test_the_published_vector(self):
        """2.6: the vendor's example of a signature, by the code that verifies all callbacks of these tests."""
        self.assertEqual(
            signature_of("MySecretEventSignatureKey", b"<INSERT_EVENT_NOTIFICATION_RESPONSE_BODY>"),
            "sha256=jHdbRx5EZAsOfTwAPJOGkNUzQMVVdu5VJlxcsk+G6jQ=")

    def test_any_key_signs(self):
        """2.6: base64 of HMAC-SHA256 with event.notification.signature.key over the raw body."""
        for key in ("k", "MySecretEventSignatureKey", "schlüssel mit = / +", "x" * 200):
            mailbox = self.open_mailbox(key=key)
            self.create_with_events(mailbox)
            self.put("a.txt")
            callback = mailbox.wait(events=1)[0]
            self.assertEqual(callback.headers["Elements-Webhook-Signature"], signature_of(key, callback.body))

    def test_without_a_key_there_is_no_signature(self):
        """2.6: signed if the key is set; otherwise there is no such header (inferred)."""
        mailbox = self.open_mailbox(key=None)
        self.create_with_events(mailbox)
        self.put("a.txt")
        callback = mailbox.wait(events=1)[0]
        self.assertNotIn("Elements-Webhook-Signature", callback.headers)
        self.assertNotEqual(callback.headers["Elements-Webhook-Id"], "")

    def test_the_body_has_the_members_of_the_samples(self):
        """2.5: every member of the two published bodies."""
        mailbox = self.open_mailbox()
        instance = self.create_with_events(mailbox, tags=["tenant-7", "b"])
        self.put("a.txt")
        callback = mailbox.wait(events=1)[0]
        notification, message = callback.notification, callback.message
        self.assertRegex(notification["id"], r"^\d+$")  # a number, as a string
        self.assertEqual(notification["id"], callback.headers["Elements-Webhook-Id"])  # inferred
        self.assertEqual(notification["topic"], f"instance-{instance['id']}-dropbox-events")
        self.assertEqual((notification["severity"], notification["action"]), ("medium", "create"))
        self.assertRegex(notification["createdDate"], r"^[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d UTC \d{4}$")
        self.assertIsInstance(notification["user"], str)
        for name in ("accountId", "companyId", "userId"):
            self.assertIsInstance(message[name], int, name)
        self.assertEqual(message["elementKey"], "dropbox")
        self.assertRegex(message["eventId"], r"^[A-Za-z0-9_-]{20}$")
        self.assertEqual((message["instanceId"], message["instance_id"]), (instance["id"], instance["id"]))
        self.assertEqual((message["instanceName"], message["instanceTags"]), (instance["name"], ["tenant-7", "b"]))
        self.assertIn("a.txt", str(message["raw"]))

    def test_an_event_has_the_members_of_the_samples(self):
        """2.5: elementKey, hubKey, objectType, objectId, eventType, and a date with a Z."""
        mailbox = self.open_mailbox()
        self.create_with_events(mailbox)
        file = self.put("a.txt")
        event = mailbox.wait(events=1)[0].events[0]
        self.assertEqual(
            (event["elementKey"], event["hubKey"], event["objectType"], event["eventType"], event["objectId"]),
            ("dropbox", "documents", "file", "CREATED", file["id"]))
        self.assertRegex(event["date"], ISO_DATE)

    def test_types_are_upper_case_and_objects_are_file_or_folder(self):
        """2.4: CREATED, UPDATED, DELETED; MOVED is known to documents; file and folder."""
        mailbox = self.open_mailbox()
        self.create_with_events(mailbox)
        steps = [
            (lambda: self.put("a.txt"), ("CREATED", "file")),
            (lambda: self.put("a.txt", "more"), ("UPDATED", "file")),
            (lambda: self.fake.change("move", f"{self.folder}/a.txt", to=f"{self.folder}/b.txt"), ("MOVED", "file")),
            (lambda: self.fake.change("remove", f"{self.folder}/b.txt"), ("DELETED", "file")),
            (lambda: self.fake.change("folder", f"{self.folder}/f"), ("CREATED", "folder")),
            (lambda: self.fake.change("remove", f"{self.folder}/f"), ("DELETED", "folder")),
        ]
        for number, (change, wanted) in enumerate(steps, 1):
            change()
            event = mailbox.wait(events=number)[-1].events[-1]
            self.assertEqual((event["eventType"], event["objectType"]), wanted)

    def test_receivers_that_know_three_types_get_no_other(self):
        """2.4: delivered types are CREATED, UPDATED, DELETED and UNKNOWN, for those who want only them."""
        mailbox = self.open_mailbox()
        self.create_with_events(mailbox, {"event.notification.moves": "deleted-created"})
        self.put("a.txt")
        mailbox.wait(events=1)
        self.fake.change("move", f"{self.folder}/a.txt", to=f"{self.folder}/b.txt")
        events = [event for one in mailbox.wait(events=3) for event in one.events]
        self.assertEqual([event["eventType"] for event in events], ["CREATED", "DELETED", "CREATED"])

    def test_a_restored_file_is_an_update(self):
        """3.3: what was not deleted for good and is made again is UPDATED rather than CREATED, for who wants it."""
        mailbox = self.open_mailbox()
        self.create_with_events(mailbox, {"event.notification.restores": "updated"})
        self.put("a.txt")
        mailbox.wait(events=1)
        self.fake.change("remove", f"{self.folder}/a.txt")
        mailbox.wait(events=2)
        self.fake.change("restore", f"{self.folder}/a.txt")
        self.assertEqual(mailbox.wait(events=3)[-1].events[-1]["eventType"], "UPDATED")

    def test_an_event_leads_to_the_document(self):
        """2.4: customers call /hubs/documents/{files|folders}/{objectId}/metadata with what an event has."""
        mailbox = self.open_mailbox()
        instance = self.create_with_events(mailbox)
        self.put("a.txt")
        event = mailbox.wait(events=1)[0].events[0]
        document = self.call("GET", f"/hubs/documents/{event['objectType']}s/{event['objectId']}/metadata",
                             auth=connector_calls(instance))
        self.assertEqual(document["path"], f"{self.folder}/a.txt")

    def many_at_once(self, mailbox, count, configuration=None):
        """A folder with so many files appears in one change; all its callbacks."""
        aside = f"/{self.unique('aside')}"
        for number in range(count):
            self.fake.change("put", f"{aside}/{number}.txt")
        self.create_with_events(mailbox, configuration)
        self.fake.change("copy", aside, to=f"{self.folder}/copy")
        return mailbox.wait(events=count + 1)

    def test_a_notification_has_twenty_events_at_most(self):
        """2.5: of webhooks, at most 20 event objects in one notification."""
        callbacks = self.many_at_once(self.open_mailbox(), 45)
        self.assertLessEqual(max(len(one.events) for one in callbacks), EVENTS_MAX)
        self.assertEqual(sum(len(one.events) for one in callbacks), 46)
        objects = [event["objectId"] for one in callbacks for event in one.events]
        self.assertEqual(len(set(objects)), len(objects))
        self.assertEqual(len({one.message["eventId"] for one in callbacks}), len(callbacks))

    def test_raw_is_repeated_in_every_page(self):
        """2.5: the whole body of the provider comes with every page, for those who want it."""
        callbacks = self.many_at_once(self.open_mailbox(), 45, {"event.notification.raw": "all"})
        self.assertGreater(len(callbacks), 2)
        for one in callbacks:
            self.assertEqual(one.message["raw"], callbacks[0].message["raw"])
        records = callbacks[0].message["raw"]["records"]
        self.assertEqual(
            {record["id"] for record in records}, {event["objectId"] for one in callbacks for event in one.events})
        self.assertEqual(len(records), 46)

    def test_without_events_enabled_there_is_no_callback(self):
        """2.1: event.notification.enabled is the master switch."""
        silent, loud = self.open_mailbox(), self.open_mailbox()
        self.create(self.initial({
            "event.notification.enabled": "false", "event.notification.callback.url": silent.url}))
        self.create_with_events(loud)
        self.put("a.txt")
        loud.wait(events=1)
        self.assertEqual(silent.taken, [])
