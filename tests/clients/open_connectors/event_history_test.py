"""Event history and dispositions: section 2.9."""

from open_connectors.contract import ContractTest, connector_calls, id_less
from open_connectors.processes import eventually

STATUSES = {"NEW", "RECEIVED", "DISPATCHED", "CONSUMED", "NOTIFIED"}


class EventHistory(ContractTest):
    def setUp(self):
        self.mailbox = self.open_mailbox()
        self.instance = self.create_with_events(self.mailbox)

    def put_and_wait(self, count):
        """So many events, all of them NOTIFIED."""
        for number in range(count):
            self.put(f"{number}.txt")
        self.mailbox.wait(events=count)
        return eventually(
            lambda: (found := self.history(self.instance)) and len(found) == count
            and all(one["status"] == "NOTIFIED" for one in found) and found,
            f"{count} events are NOTIFIED")

    def test_no_events_are_an_empty_list(self):
        """2.9: 200 and [], here no 404."""
        self.assertEqual(self.history(self.instance), [])
        self.assertEqual(self.call("GET", "/instances/events", auth=id_less(self.instance)), [])

    def test_an_event_has_its_members(self):
        """2.9: id, eventDate, status and providerData (a string) are required; notifiedData,
        eventElementInstances of {eventId, elementInstanceId, notificationId, notifiedData, createdDate,
        updatedDate}; after a good callback the status is NOTIFIED."""
        event = self.put_and_wait(1)[0]
        self.assertIsInstance(event["id"], str)
        self.assertRegex(event["eventDate"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
        self.assertIsInstance(event["providerData"], str)
        self.assertIn("0.txt", event["providerData"])
        self.assertIsInstance(event["notifiedData"], list)
        link = event["eventElementInstances"][0]
        self.assertLessEqual(
            {"eventId", "elementInstanceId", "notificationId", "notifiedData", "createdDate", "updatedDate"}, set(link))
        self.assertEqual((link["eventId"], link["elementInstanceId"]), (event["id"], self.instance["id"]))
        self.assertEqual(str(link["notificationId"]), self.mailbox.taken[0].headers["Elements-Webhook-Id"])

    def test_kinds_of_events_are_named_in_any_form_of_a_list(self):
        self.put_and_wait(2)
        path = f"/instances/{self.instance['id']}/events"
        for query, count in (({"eventTypes": "CREATED"}, 2), ({"eventTypes": "DELETED,MOVED"}, 0),
                             ({"eventTypes[]": ["DELETED", "MOVED"]}, 0), ({"eventTypes[]": ["DELETED", "CREATED"]}, 2),
                             ({"objectTypes[]": "folder"}, 0), ({"objectTypes[]": "file"}, 2)):
            with self.subTest(query):
                self.assertEqual(len(self.call("GET", path, query=query)), count)

    def test_an_event_that_nobody_takes_is_not_notified(self):
        """2.9: the status is one of NEW, RECEIVED, DISPATCHED, CONSUMED, NOTIFIED, the last after a good callback."""
        self.mailbox.status = 500
        self.put("a.txt")
        event = eventually(lambda: self.history(self.instance), "the event is there")[0]
        self.assertIn(event["status"], STATUSES - {"NOTIFIED"})

    def test_one_event_is_read(self):
        """2.9: GET /instances/{id}/events/{eventId} and /instances/events/{eventId}; 404 if unknown."""
        event = self.put_and_wait(1)[0]
        for path, auth in ((f"/instances/{self.instance['id']}/events", None), ("/instances/events", None),
                           ("/instances/events", id_less(self.instance))):
            kwargs = {"auth": auth} if auth else {}
            found = self.call("GET", f"{path}/{event['id']}", **kwargs)
            self.assertEqual({name: found[name] for name in event}, event)
            self.refused(404, "GET", f"{path}/AXBooiL_qrZEur0mJV08", **kwargs)
    def test_the_event_id_of_a_callback_leads_to_the_event(self):
        """2.9 (inferred): eventId of the callback is the event's id in the history."""
        self.put_and_wait(1)
        wanted = self.mailbox.taken[0].message["eventId"]
        self.call("GET", f"/instances/{self.instance['id']}/events/{wanted}")

    def test_pages(self):
        """2.9: pageSize."""
        self.put_and_wait(3)
        self.assertEqual(len(self.history(self.instance, pageSize=2)), 2)

    def test_events_of_all_instances_or_of_the_token(self):
        """2.9, 1.5: GET /instances/events is of all instances, with a token of its one."""
        event = self.put_and_wait(1)[0]
        self.assertIn(event["id"], [one["id"] for one in self.call("GET", "/instances/events")])
        self.assertEqual(
            [one["id"] for one in self.call("GET", "/instances/events", auth=id_less(self.instance))], [event["id"]])

    def test_dispositions(self):
        """2.9: [{eventId, elementInstanceId, notificationData: [{message}]}]."""
        event = self.put_and_wait(1)[0]
        found = self.call("GET", "/instances/events/dispositions", auth=id_less(self.instance))
        self.assertEqual([(one["eventId"], one["elementInstanceId"]) for one in found],
                         [(event["id"], self.instance["id"])])
        self.assertIsInstance(found[0]["notificationData"][0]["message"], str)

    def test_a_failure_is_a_disposition(self):
        """2.9: the message "Error delivering event"."""
        self.mailbox.status = 500
        self.put("a.txt")
        def messages():
            found = self.call("GET", "/instances/events/dispositions", auth=id_less(self.instance))
            return [data["message"] for one in found for data in one["notificationData"]]
        eventually(lambda: messages() == ["Error delivering event"], "the failure is told")

    def test_dispositions_take_a_range_and_pages(self):
        """2.9: from, to, nextPage and pageSize."""
        self.put_and_wait(3)
        seen, query = [], {"pageSize": 2, "from": "2020-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z"}
        while True:
            answer = self.ask("GET", "/instances/events/dispositions", auth=id_less(self.instance), query=query)
            self.assertEqual(answer.status, 200)
            seen += [one["eventId"] for one in answer.json]
            if not (token := answer.headers["Elements-Next-Page-Token"]):
                break
            query["nextPage"] = token
        self.assertEqual(sorted(seen), sorted(one["id"] for one in self.history(self.instance)))

    def test_metrics_of_events(self):
        """2.9: GET /metrics/events: how many events there were, by account, with from, to and interval."""
        self.put_and_wait(3)
        metrics = self.call("GET", "/metrics/events", auth=id_less(self.instance), query={"interval": "year"})
        self.assertEqual([one["count"] for one in metrics], [3])
        self.assertEqual(sum(one["count"] for one in metrics[0]["metrics"]), 3)
        self.refused(400, "GET", "/metrics/events", query={"interval": "fortnight"})
        self.refused(403, "GET", "/metrics/events", query={"accountIds[]": "999"})

    def test_usage(self):
        """2.9: GET /usage is a log of API traffic, GET /usage/{id} one call of it."""
        asked = self.ask("GET", "/hubs/documents/ping", auth=connector_calls(self.instance))
        number = asked.headers["Elements-Request-Id"]
        found = self.call("GET", "/usage", query={"searchText": "documents/ping", "keys[]": "dropbox", "pageSize": 1})
        self.assertEqual(found[0]["request_id"], number)
        self.assertEqual(self.call("GET", f"/usage/{number}"), found[0])
        self.assertEqual((found[0]["element_key"], found[0]["request_status"]), ("dropbox", "success"))
        self.refused(404, "GET", "/instances/999999999")
        failed = self.call("GET", "/usage", query={"status": "failed", "pageSize": 1})[0]
        self.assertEqual((failed["request_uri"], failed["http_status"]), ("/elements/api-v2/instances/999999999", 404))
        self.ask("GET", "/instances/%FF")
        self.assertEqual(self.call("GET", "/usage", query={"pageSize": 1})[0]["request_uri"],
                         "/elements/api-v2/instances/\ufffd")
        self.refused(404, "GET", "/usage", query={"from": "2100-01-01T00:00:00Z"})
        self.refused(404, "GET", "/usage/nothing")
        self.refused(400, "GET", "/usage", query={"status": "nonsense"})

    def test_usage_comes_in_pages(self):
        """2.9, 1.6: pageSize and Elements-Next-Page-Token."""
        for _ in range(5):
            self.call("GET", f"/instances/{self.instance['id']}")
        seen, query = [], {"pageSize": 2, "searchText": f"/instances/{self.instance['id']}"}
        while len(seen) < 5:
            answer = self.ask("GET", "/usage", query=query)
            self.assertEqual(answer.status, 200, answer.body)
            seen += [one["traffic_id"] for one in answer.json]
            query["nextPage"] = answer.headers["Elements-Next-Page-Token"]
        self.assertEqual(len(set(seen)), len(seen))

    def test_poller_records(self):
        """1.5: GET /instances/event-poller-records: a list of what is polled for the instance."""
        record, = self.call("GET", "/instances/event-poller-records", auth=id_less(self.instance))
        self.assertEqual(record["instanceId"], self.instance["id"])
        self.assertEqual(record["objects"], self.call("GET", "/objects", auth=connector_calls(self.instance)))
        self.assertLessEqual({"lastPollDate", "nextPollDate"}, set(record))
        self.call("DELETE", f"/instances/{self.instance['id']}/enabled")
        self.assertEqual(self.call("GET", "/instances/event-poller-records", auth=id_less(self.instance)), [])
