"""How many events there were: section 2.9."""

import datetime

from open_connectors.contract import ContractTest, id_less
from open_connectors.processes import eventually

ANALYTICS = "/instances/events/analytics"


def text(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def last(**span):
    """A range that ends now."""
    now = datetime.datetime.now(datetime.timezone.utc)
    return {"from": text(now - datetime.timedelta(**span)), "to": text(now + datetime.timedelta(minutes=1))}


class Analytics(ContractTest):
    def counted(self, path=ANALYTICS, **query):
        return self.call("GET", path, query=query, auth=id_less(self.instance))

    def with_events(self, count, **answers):
        self.mailbox = self.open_mailbox()
        self.mailbox.status = answers.get("status", 200)
        self.instance = self.create_with_events(self.mailbox)
        for number in range(count):
            self.put(f"{number}.txt")
        eventually(lambda: len(self.history(self.instance)) == count, f"{count} events")

    def test_an_hour_by_minute_has_61_buckets(self):
        """2.9: one hour by minute is 61 buckets of {count, timestamp}."""
        for begin in ("2026-01-02T03:00:00Z", "2026-01-02T03:04:05Z"):
            start = datetime.datetime.fromisoformat(begin)
            buckets = self.call("GET", ANALYTICS, query={
                "from": begin, "to": text(start + datetime.timedelta(hours=1)), "interval": "minute"})
            self.assertEqual(len(buckets), 61)
            for bucket in buckets:
                self.assertEqual(set(bucket), {"count", "timestamp"})
            self.assertEqual(len({bucket["timestamp"] for bucket in buckets}), 61)

    def test_every_interval_is_known(self):
        """2.9: second, minute, hour, day, week, month, quarter, year."""
        for interval in ("second", "minute", "hour", "day", "week", "month", "quarter", "year"):
            self.assertTrue(self.call("GET", ANALYTICS, query={**last(minutes=10), "interval": interval}), interval)

    def test_events_are_counted(self):
        """2.9: the counts of the buckets are those of the events."""
        self.with_events(3)
        buckets = self.counted(**last(minutes=10), interval="minute")
        self.assertEqual(sum(bucket["count"] for bucket in buckets), 3)

    def test_events_are_counted_by_instance(self):
        """2.9: /analytics/instances: {total, timestamp, records: [{instanceId, count, success, failed}]}."""
        self.with_events(2)
        def record():
            buckets = self.counted(f"{ANALYTICS}/instances", **last(minutes=10), interval="year")
            self.assertEqual(set(buckets[-1]), {"total", "timestamp", "records"})
            self.assertEqual(sum(bucket["total"] for bucket in buckets), 2)
            return {name: sum(one[name] for bucket in buckets for one in bucket["records"])
                    for name in ("instanceId", "count", "success", "failed")}
        wanted = {"instanceId": self.instance["id"], "count": 2, "success": 2, "failed": 0}
        eventually(lambda: record() == wanted, f"{wanted}")

    def test_failures_are_counted(self):
        """2.9: `failed`."""
        self.with_events(1, status=500)
        def failed():
            buckets = self.counted(f"{ANALYTICS}/instances", **last(minutes=10), interval="year")
            return [(one["success"], one["failed"]) for bucket in buckets for one in bucket["records"]]
        eventually(lambda: failed() == [(0, 1)], "the failure is counted")

    def test_events_are_counted_by_account(self):
        """2.9: /analytics/accounts likewise, with accountId."""
        self.with_events(1)
        buckets = self.counted(f"{ANALYTICS}/accounts", **last(minutes=10), interval="year")
        records = [one for bucket in buckets for one in bucket["records"]]
        self.assertEqual([set(one) for one in records], [{"accountId", "count", "success", "failed"}])
        self.assertEqual(records[0]["count"], 1)

    def test_a_range_that_is_reversed_is_400(self):
        """2.9, 1.7: 400 for a range that ends before it begins, and for an interval that is none."""
        for query in ({"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z", "interval": "hour"},
                      {**last(hours=1), "interval": "fortnight"}, {"from": "yesterday"}):
            for path in ("", "/instances", "/accounts"):
                self.refused(400, "GET", ANALYTICS + path, query=query)

    def test_seconds_of_a_day_are_400(self):
        """2.9: `second` over 24 hours is 400."""
        self.refused(400, "GET", ANALYTICS, query={
            "from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z", "interval": "second"})

    def test_seconds_of_almost_a_day_are_counted(self):
        """2.9: every second of a day, without the first one of the next."""
        self.assertEqual(len(self.call("GET", ANALYTICS, query={
            "from": "2026-01-01T00:00:00Z", "to": "2026-01-01T23:59:59Z", "interval": "second"})), 86_400)

    def test_another_account_is_403(self):
        """2.9, 1.7: 403 for the id of a foreign account; the own one is good."""
        query = {**last(hours=1), "interval": "hour"}
        for path in ("", "/instances", "/accounts"):
            self.refused(403, "GET", ANALYTICS + path, query={**query, "accountIds[]": "987654321"})
            self.call("GET", ANALYTICS + path, query={**query, "accountIds[]": "1"})
