#!/usr/bin/python3
"""What people watch a hub with: a Prometheus client, a reader of JSON log lines, a tracer.

Usage: observability_client.py FERRY FAKE_DROPBOX
Goal: /metrics is what Prometheus' parser takes it for, every line of a JSON log is one object, and one
trace id leads from a webhook to its callbacks, over failed attempts and the death of the hub.
Method: the real program with a fake Dropbox that sends no webhooks, so that the test's are the only ones.
"""

import base64
import hashlib
import hmac
import http.server
import json
import pathlib
import re
import sys
import tempfile
import threading
import unittest

from prometheus_client.parser import text_string_to_metric_families

sys.dont_write_bytecode = True  # nothing is written beside the sources
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from open_connectors.processes import Hub, eventually, http_call  # noqa: E402

FERRY, FAKE_DROPBOX = sys.argv[1:3]
METRICS_TABLE = pathlib.Path(__file__).resolve().parents[2] / "host" / "observe" / "README.md"
OPERATOR_KEY = b"an operator's key of 32 bytes..."
SETTINGS = (
    "logging: {level: debug, format: json}\n"
    'operator: {callback_url: "%s/operator", signature_key: whsec_%s}\n')
HOSTILE_NAME = "läßt \\u202e grüßen"


class Receiver:
    """Keeps what comes to it; answers with `status`."""

    def __init__(self):
        self.status, self.callbacks, self.messages = 200, [], []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.status
                if self.path == "/operator":
                    status = 200
                    receiver.messages.append((self.headers, body))
                else:
                    receiver.callbacks.append((status, self.headers, json.loads(body)))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def with_path(self, path):
        return [one for one in self.callbacks if any(
            event["data"]["object"]["path"] == path for event in one[2])]


class ObservabilityTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="ferry-observability-")
        cls.addClassCleanup(folder.cleanup)
        cls.receiver = Receiver()
        cls.addClassCleanup(cls.receiver.server.shutdown)
        settings = SETTINGS % (cls.receiver.url, base64.b64encode(OPERATOR_KEY).decode())
        cls.hub = Hub(FERRY, FAKE_DROPBOX, folder.name, settings, has_webhooks=False)
        cls.addClassCleanup(cls.hub.stop)
        fake = cls.hub.fake
        (cls.hub.folder / "instances" / "one.yaml").write_text(
            f'name: "{HOSTILE_NAME}"\n'
            "key: dropbox\n"
            f"oauth.api.key: {fake.app_key}\n"
            f"oauth.api.secret: {fake.app_secret}\n"
            "oauth.callback.url: https://app.example/auth\n"
            f"oauth.user.refresh_token: {fake.refresh_token}\n"
            "event.notification.enabled: true\n"
            "event.notification.format: cloudevents\n"
            f"event.notification.callback.url: {cls.receiver.url}/\n"
            "event.move.window: 200ms\n"
            "event.poll.interval: 1d\n")
        eventually(lambda: cls.metric("ferry_sync_drains_total") >= 1, "the baseline")

    @classmethod
    def families(cls):
        status, headers, body = http_call(cls.hub.url, "GET", "/metrics")
        assert status == 200 and headers["Content-Type"].startswith("text/plain; version=0.0.4")
        return {family.name: family for family in text_string_to_metric_families(body.decode())}

    @classmethod
    def metric(cls, name, **labels):
        family = cls.families()[name.removesuffix("_total").removesuffix("_count").removesuffix("_sum")]
        found = [s.value for s in family.samples if s.name == name and s.labels == labels]
        assert len(found) == 1, (name, labels, family)
        return found[0]

    def webhook(self, traceparent=None):
        fake = self.hub.fake
        body = json.dumps({"list_folder": {"accounts": [fake.account]}})
        signature = hmac.new(fake.app_secret.encode(), body.encode(), hashlib.sha256).hexdigest()
        headers = {"X-Dropbox-Signature": signature, "Content-Type": "application/json"}
        if traceparent:
            headers["traceparent"] = traceparent
        status, _, answer = http_call(
            self.hub.url, "POST", "/elements/api-v2/events/dropbox", body, headers)
        self.assertEqual(status, 200, answer)

    def lines(self):
        """Every line of the log; strictly UTF-8, strictly one object each."""
        text = self.hub.log.read_bytes().decode("utf-8", errors="strict")
        lines = [json.loads(line) for line in text.split("\n")[:-1]]
        for line in lines:
            self.assertIsInstance(line, dict)
            self.assertLessEqual({"time", "level", "component", "message"}, set(line))
        return lines

    def components_of(self, trace):
        return {line["component"] for line in self.lines() if line.get("trace") == trace}

    def check_traces(self, callbacks, trace, flags="01"):
        spans = set()
        for _, headers, events in callbacks:
            version, given, span, given_flags = headers["traceparent"].split("-")
            self.assertEqual((version, given, given_flags), ("00", trace, flags))
            self.assertRegex(span, r"^[0-9a-f]{16}$")
            spans.add(span)
            for event in events:
                self.assertEqual(event["traceparent"].split("-")[1], trace)
        self.assertEqual(len(spans), len(callbacks), "each attempt has a span of its own")

    def test_one_id_leads_from_the_webhook_to_every_attempt(self):
        trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        self.receiver.status = 503
        self.hub.fake.change("put", "/Documents/traced.txt", content="1")
        self.webhook(f"00-{trace}-00f067aa0ba902b7-00")
        eventually(lambda: self.receiver.with_path("/Documents/traced.txt"), "a first attempt")
        self.receiver.status = 200
        accepted = eventually(
            lambda: [one for one in self.receiver.with_path("/Documents/traced.txt") if one[0] == 200],
            "an attempt that is accepted")
        callbacks = self.receiver.with_path("/Documents/traced.txt")
        self.assertGreaterEqual(len(callbacks), 2)
        self.assertEqual(callbacks[0][2], accepted[0][2], "the body stays the same")
        self.check_traces(callbacks, trace, flags="00")
        eventually(
            lambda: self.components_of(trace) >= {"webhook_receiver", "sync", "delivery"},
            "a line of every step in the log")

    def test_a_webhook_without_a_trace_begins_one(self):
        self.hub.fake.change("put", "/Documents/begun.txt", content="1")
        self.webhook()
        eventually(lambda: self.receiver.with_path("/Documents/begun.txt"), "the callback")
        callbacks = self.receiver.with_path("/Documents/begun.txt")
        trace = callbacks[0][1]["traceparent"].split("-")[1]
        self.check_traces(callbacks, trace)
        eventually(
            lambda: self.components_of(trace) >= {"webhook_receiver", "sync", "delivery"},
            "a line of every step in the log")

    def test_a_deletion_that_waited_for_its_other_half_keeps_the_trace(self):
        trace = "5bf92f3577b34da6a3ce929d0e0e4736"
        self.hub.fake.change("put", "/Documents/gone.txt", content="1")
        self.webhook()
        eventually(lambda: self.receiver.with_path("/Documents/gone.txt"), "the creation")
        self.hub.fake.change("remove", "/Documents/gone.txt")
        self.webhook(f"00-{trace}-00f067aa0ba902b7-01")
        eventually(lambda: len(self.receiver.with_path("/Documents/gone.txt")) > 1, "the deletion")
        self.check_traces(self.receiver.with_path("/Documents/gone.txt")[1:], trace)

    def test_the_trace_outlives_the_hub(self):
        trace = "6bf92f3577b34da6a3ce929d0e0e4736"
        self.receiver.status = 503
        self.hub.fake.change("put", "/Documents/killed.txt", content="1")
        self.webhook(f"00-{trace}-00f067aa0ba902b7-01")
        eventually(lambda: self.receiver.with_path("/Documents/killed.txt"), "a first attempt")
        self.hub.process.kill()
        self.hub.process.wait()
        before = len(self.receiver.with_path("/Documents/killed.txt"))
        self.receiver.status = 200
        self.hub.start()
        eventually(lambda: len(self.receiver.with_path("/Documents/killed.txt")) > before, "the next one")
        self.check_traces(self.receiver.with_path("/Documents/killed.txt"), trace)

    def test_the_parser_reads_every_family(self):
        self.hub.fake.change("put", "/Documents/counted.txt", content="1")
        self.webhook()
        eventually(lambda: self.receiver.with_path("/Documents/counted.txt"), "the callback")
        eventually(
            lambda: self.metric("ferry_delivery_attempt_seconds_count", result="delivered") >= 1,
            "the callback is counted")
        families = self.families()
        for name, family in families.items():
            self.assertTrue(name.startswith("ferry_"), name)
            self.assertNotEqual(family.documentation, "", name)
            self.assertIn(family.type, ("counter", "gauge", "histogram"), name)
        for name, kind in {
                "ferry_deliveries": "gauge", "ferry_deliveries_oldest_seconds": "gauge",
                "ferry_delivery_attempt_seconds": "histogram", "ferry_delivery_lag_seconds": "histogram",
                "ferry_webhook_seconds": "histogram", "ferry_webhooks_rejected": "counter",
                "ferry_sync_pages": "counter", "ferry_sync_changes": "counter",
                "ferry_sync_fetch_seconds": "histogram", "ferry_sync_derivation_seconds": "histogram",
                "ferry_callback_breakers": "gauge", "ferry_replays_running": "gauge",
                "ferry_notices": "gauge", "ferry_notices_oldest_seconds": "gauge"}.items():
            self.assertEqual(families[name].type, kind, name)
        self.assertGreaterEqual(self.metric("ferry_webhook_seconds_count", result="accepted"), 1)
        self.assertGreaterEqual(self.metric("ferry_sync_fetch_seconds_count"), 1)
        self.assertGreaterEqual(self.metric("ferry_deliveries", state="delivered"), 1)
        self.assertEqual(self.metric("ferry_callback_breakers", state="open"), 0)

    def test_the_table_of_the_documents_has_every_family_and_no_other(self):
        told = {}
        for line in METRICS_TABLE.read_text().splitlines():
            cells = line.split(" | ")
            if line.startswith("| `ferry_"):
                told.update((name.removesuffix("_total"), cells[1]) for name in re.findall(r"`(ferry_\w+)`", cells[0]))
        self.assertEqual(told.pop("ferry_plugin_restarts"), "counter")  # only hubs that isolate a plugin have it
        self.assertEqual(told, {name: family.type for name, family in self.families().items()})

    def test_the_buckets_of_every_histogram_fit_together(self):
        for name, family in self.families().items():
            if family.type != "histogram":
                continue
            series = {}
            for sample in family.samples:
                labels = tuple(sorted((k, v) for k, v in sample.labels.items() if k != "le"))
                series.setdefault(labels, []).append(sample)
            for samples in series.values():
                buckets = [(float(s.labels["le"]), s.value) for s in samples if s.name == f"{name}_bucket"]
                self.assertEqual(buckets, sorted(buckets), "bounds and counts ascend")
                self.assertEqual(len({bound for bound, _ in buckets}), len(buckets))
                self.assertEqual(buckets[-1][0], float("inf"))
                rest = {s.name: s.value for s in samples if s.name != f"{name}_bucket"}
                self.assertEqual(set(rest), {f"{name}_sum", f"{name}_count"})
                self.assertEqual(rest[f"{name}_count"], buckets[-1][1])
                self.assertGreaterEqual(rest[f"{name}_sum"], 0)

    def test_metric_names_are_as_prometheus_wants_them(self):
        for name, family in self.families().items():
            self.assertRegex(name, re.compile(r"^[a-z][a-z0-9_]*[a-z0-9]$"))
            for sample in family.samples:
                for label in sample.labels:
                    self.assertRegex(label, re.compile(r"^[a-z_]+$"))

    def test_hostile_texts_leave_the_log_json(self):
        for path in (b"/%ff%fe%00%0a%22", b"/elements/api-v2/events/%22%7d%0a"):
            http_call(self.hub.url, "POST", path.decode(), b'\xff"}\n{')
        http_call(self.hub.url, "POST", "/elements/api-v2/events/dropbox", b"\xff\xfe",
                  {"X-Dropbox-Signature": "\\\"}\x01"})
        self.hub.fake.change("put", "/Documents/\u202e\u2028.txt", content="1")
        self.webhook('00-"}\\n-x-01')
        eventually(lambda: self.receiver.with_path("/Documents/\u202e\u2028.txt"), "the callback")
        self.assertTrue(any(line.get("instance") == "läßt \u202e grüßen" for line in self.lines()))

    def test_z_the_operator_hears_of_a_callback_that_is_switched_off(self):
        """The last one: the callback stays off."""
        self.receiver.status = 410
        self.hub.fake.change("put", "/Documents/off.txt", content="1")
        self.webhook()
        # The delivery is dead as well, of which another message tells, before this one or after it.
        headers, body = eventually(
            lambda: [sent for sent in list(self.receiver.messages)
                     if json.loads(sent[1])["type"] == "callback.switched_off"],
            "the message",
        )[0]
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        digest = hmac.new(OPERATOR_KEY, signed, hashlib.sha256).digest()
        self.assertEqual(headers["webhook-signature"], "v1," + base64.b64encode(digest).decode())
        message = json.loads(body)
        self.assertEqual(message["data"]["instances"][0]["name"], "läßt \u202e grüßen")
        self.assertIn("410", message["data"]["reason"])
        self.assertEqual(self.metric("ferry_conditions", kind="callback.switched_off"), 1)
        self.assertTrue(any(line.get("kind") == "callback.switched_off" for line in self.lines()))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
