"""Calls that are answered later: section 2.10."""

from open_connectors.contract import ContractTest, connector_calls
from open_connectors.processes import eventually

LATER = {"Elements-Async-Request": "True"}


class AsyncRequest(ContractTest):
    def ask_later(self, instance, path, url=None, **kwargs):
        headers = {**LATER, **({"Elements-Async-Callback-Url": url} if url else {})}
        return self.call("GET", path, auth=connector_calls(instance), headers=headers, **kwargs)

    def answer(self, mailbox, count=1):
        """The last of so many answers."""
        return eventually(lambda: len(mailbox.taken) >= count and mailbox.taken[-1], "the answer is brought").notification

    def test_it_is_dispatched_and_answered_by_the_callback_of_the_instance(self):
        """2.10: {eventId, eventStatus: "dispatched"} at once; the result to the callback, signed with its key."""
        mailbox = self.open_mailbox()
        instance = self.create_with_events(mailbox)
        self.fake.change("put", f"{self.folder}/a.txt", content="hello")
        mailbox.wait(events=1)
        wanted = self.call("GET", "/hubs/documents/folders/contents", auth=connector_calls(instance),
                           query={"path": self.folder})
        dispatched = self.ask_later(instance, "/hubs/documents/folders/contents", query={"path": self.folder})
        self.assertEqual(set(dispatched), {"eventId", "eventStatus"})
        self.assertEqual(dispatched["eventStatus"], "dispatched")
        self.assertIsInstance(dispatched["eventId"], int)
        told = self.answer(mailbox, 2)
        self.assertEqual(told, {"eventId": dispatched["eventId"], "instanceId": instance["id"],
                                "notificationId": told["notificationId"], "status": 200, "response": wanted})
        self.assertEqual(mailbox.taken[-1].headers["Elements-Webhook-Id"], str(dispatched["eventId"]))
        self.assertTrue(mailbox.taken[-1].headers["Elements-Webhook-Signature"].startswith("sha256="))

    def test_a_call_may_name_its_callback(self):
        """2.10: Elements-Async-Callback-Url; an instance without events has no key, so nothing is signed."""
        mailbox = self.open_mailbox(key=None)
        instance = self.create()
        dispatched = self.ask_later(instance, "/ping", mailbox.url)
        told = self.answer(mailbox)
        self.assertEqual((told["eventId"], told["status"]), (dispatched["eventId"], 200))
        self.assertEqual(told["response"]["endpoint"], "dropbox")

    def test_a_call_without_any_callback_is_an_error(self):
        """2.10: neither in the header nor of the instance: an error."""
        instance = self.create()
        caller = connector_calls(instance)
        message = self.refused(400, "GET", "/ping", auth=caller, headers=LATER)
        self.assertIn("Elements-Async-Callback-Url", message)
        for url in ("nonsense", "ftp://a.example/", "/path", "http://"):
            self.refused(400, "GET", "/ping", auth=caller, headers={**LATER, "Elements-Async-Callback-Url": url})

    def test_a_refusal_is_told_as_well(self):
        mailbox = self.open_mailbox(key=None)
        instance = self.create()
        self.ask_later(instance, "/files/metadata", mailbox.url, query={"path": "/no-such-file"})
        told = self.answer(mailbox)
        self.assertEqual(told["status"], 404)
        self.assertLessEqual({"requestId", "message"}, set(told["response"]))

    def test_an_answer_is_brought_until_it_is_taken(self):
        """2.8: a receiver that answers no 2xx has failed."""
        mailbox = self.open_mailbox()
        instance = self.create_with_events(mailbox, {"event.notification.retry.schedule": "1s, 1s, 1s"})
        mailbox.status = 500
        dispatched = self.ask_later(instance, "/ping")
        eventually(lambda: mailbox.refused, "the first attempt failed")
        mailbox.status = 200
        self.assertEqual(self.answer(mailbox)["eventId"], dispatched["eventId"])

    def test_what_is_streamed_is_not_kept(self):
        instance = self.create()
        self.fake.change("put", "/streamed.txt")
        caller = connector_calls(instance)
        for path, query in (("/files", {"path": "/streamed.txt"}), ("/proxy/api/x", None)):
            message = self.refused(400, "GET", path, auth=caller, query=query,
                                   headers={**LATER, "Elements-Async-Callback-Url": "https://a.example/"})
            self.assertIn("streams", message)

    def test_a_killed_hub_answers_all_the_same(self):
        mailbox = self.open_mailbox(key=None)
        instance = self.create()
        mailbox.status = 500
        asked = [self.ask_later(instance, "/ping", mailbox.url)["eventId"] for _ in range(3)]
        self.world.hub.process.kill()
        self.world.hub.process.wait()
        mailbox.status = 200
        self.world.hub.start()
        told = eventually(lambda: {one.notification["eventId"] for one in mailbox.taken} >= set(asked), "all answers")
        self.assertTrue(told)

    def test_other_words_are_no_wish(self):
        instance = self.create()
        for word in ("false", "", "1"):
            pong = self.call("GET", "/ping", auth=connector_calls(instance), headers={"Elements-Async-Request": word})
            self.assertEqual(pong["endpoint"], "dropbox")
