#!/usr/bin/env python3
# Goal: the real hub makes of real receivers what the table of simulation/receiver_scenarios.cpp says
# of simulated ones. Method: `ferry serve` with short waits, and a TLS receiver on a socket of its own
# that does one thing after another; what it saw, and the log of attempts.
# Usage: tls_receiver_test.py FERRY FAKE_DROPBOX
import email.utils
import json
import socket
import ssl
import struct
import subprocess
import threading
import time
import unittest

from cli_case import FakeDropbox, HubCase, eventually


def answer(status, *headers, body=b""):
    lines = ["HTTP/1.1 %d Told" % status, "Connection: close", "Content-Length: %d" % len(body), *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


class Receiver:
    """Does what `script` says with one connection after another, and answers 200 afterwards."""

    def __init__(self, folder):
        self.script = []
        self.times = []  # of requests, and of connections that failed in TLS
        self.paths = []
        self.good = self.context(folder, "good")
        self.bad = self.context(folder, "bad")
        self.ca = folder + "/good.pem"
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    @staticmethod
    def context(folder, name):
        pem, key = "%s/%s.pem" % (folder, name), "%s/%s.key" % (folder, name)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=" + name, "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", pem],
            check=True, capture_output=True,
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem, key)
        return context

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.take, args=(connection,), daemon=True).start()

    def take(self, connection):
        what = self.script.pop(0) if self.script else answer(200)
        with connection:
            connection.settimeout(20)
            if what == "tls":
                self.times.append(time.monotonic())
            try:
                context = self.bad if what == "tls" else self.good
                with context.wrap_socket(connection, server_side=True) as stream:
                    self.read(stream)
                    if callable(what):
                        what = what()
                    if what == "hang":
                        time.sleep(3)
                    elif what == "reset":
                        stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    else:
                        stream.sendall(what)
            except OSError:
                pass  # the hub has seen enough

    def read(self, stream):
        data = b""
        while b"\r\n\r\n" not in data:
            more = stream.recv(65536)
            if not more:
                raise OSError("closed")
            data += more
        head, body = data.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        length = [int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length:")][0]
        while len(body) < length:
            body += stream.recv(65536)
        self.times.append(time.monotonic())
        self.paths.append(lines[0].split()[1])


class RealTime(HubCase):
    def setUp(self):
        super().setUp()
        self.receiver = Receiver(self.folder)
        self.addCleanup(self.receiver.listener.close)
        self.fake = FakeDropbox(self)
        self.configure(
            "delivery: {allow_networks: [127.0.0.0/8]}\n"
            "providers: {dropbox: {base_urls: {www: %s, api: %s, content: %s, notify: %s}}}\n" % ((self.fake.url,) * 4)
        )
        self.write(
            "instances/example.yaml",
            "instances:\n  - name: alice\n    key: dropbox\n    configuration:\n"
            "      oauth.callback.url: http://hub.test/oauth/callback\n"
            "      oauth.api.key: %s\n      oauth.api.secret: %s\n      oauth.user.refresh_token: %s\n"
            "      event.notification.enabled: true\n      event.poll.interval: 1s\n"
            "      event.notification.callback.url: https://127.0.0.1:%d/events\n"
            "      event.notification.tls.ca: ${file:%s}\n      event.notification.timeout: 1s\n"
            "      event.notification.retry.schedule: 500ms, 500ms, 500ms\n"
            % (self.fake.app_key, self.fake.app_secret, self.fake.refresh_token, self.receiver.port, self.receiver.ca),
        )
        self.start()
        eventually(lambda: self.instances()["alice"]["state"] == "running", "the authorization")
        eventually(lambda: self.fake.baseline_is_in(), "the baseline")

    def delivery(self, state):
        """The one delivery, once it is in this state."""
        def listed():
            lines = self.run_ok("deliveries", "--json", "--state", state).splitlines()
            return [json.loads(line)["id"] for line in lines]

        eventually(listed, "a delivery that is " + state)
        return json.loads(self.run_ok("deliveries", "show", str(listed()[0]), "--json"))

    def check(self, script, classes, waits, state="delivered"):
        """One change is told to a receiver that does this; waits are seconds between attempts, at least."""
        self.receiver.script = list(script)
        self.fake.put("/new.txt")
        log = self.delivery(state)["log"]
        self.assertEqual([attempt.get("errorClass", "") for attempt in reversed(log)], classes)
        times = self.receiver.times
        self.assertEqual(len(times), len(waits) + 1)
        for before, after, wait in zip(times, times[1:], waits):
            # An attempt is seen here a little after the hub has begun it.
            self.assertGreaterEqual(after - before, wait - 0.1)
            self.assertLess(after - before, wait + 10, "a busy machine takes seconds")
        self.assertEqual(set(self.receiver.paths), {"/events"})
        self.stop()

    def test_tls_then_reset_then_taken(self):
        self.check(["tls", "reset"], ["tls", "reset", ""], [0.4, 0.4])

    def test_hangs_until_the_time_out(self):
        self.check(["hang"], ["timeout", ""], [1.4])

    def test_retry_after_in_seconds_and_as_a_date(self):
        def later():
            return answer(503, "Retry-After: " + email.utils.formatdate(time.time() + 4, usegmt=True))

        # A date has whole seconds: up to one is lost.
        self.check([answer(503, "Retry-After: 2"), later], ["status", "status", ""], [2, 3])

    def test_redirects_garbage_and_huge_answers(self):
        script = [
            answer(302, "Location: https://127.0.0.1:%d/elsewhere" % self.receiver.port),
            b"SSH-2.0-OpenSSH_9.2\r\n" * 3,
            answer(500, body=b"x" * (5 << 20)),
        ]
        self.check(script, ["status", "reset", "status", ""], [0.4, 0.4, 0.4])

    def test_a_huge_answer_of_one_that_took_it_is_success(self):
        self.check([answer(200, body=b"x" * (5 << 20))], [""], [])

    def test_gone_disables_at_once(self):
        self.receiver.script = [answer(410)]
        self.fake.put("/new.txt")
        self.assertEqual(self.delivery("dead")["log"][0]["errorClass"], "status")
        eventually(lambda: "switchedOffCallback" in self.instances()["alice"], "the end")
        self.fake.put("/second.txt")
        self.delivery("waiting")
        time.sleep(1)
        self.assertEqual(len(self.receiver.times), 1)
        self.stop()


if __name__ == "__main__":
    import sys

    unittest.main(argv=sys.argv[:1], verbosity=2)
