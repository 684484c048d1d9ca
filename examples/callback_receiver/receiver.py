#!/usr/bin/env python3
"""A callback receiver for Ferry: verifies signatures, drops duplicates, prints events.

Python 3.9 or later, nothing but the standard library. Copy it and replace `handle`.

    SIGNING_KEY=... python3 receiver.py --port 9000
"""

import argparse
import base64
import collections
import hashlib
import hmac
import http.server
import json
import os
import re
import sys
import threading
import time
import unicodedata

TOLERANCE_SECONDS = 5 * 60  # as the Standard Webhooks libraries
BODY_BYTES_MAX = 8 * 1024 * 1024
EVENTS_REMEMBERED = 100_000


def write_line(stream, *words) -> None:
    """In one piece: print() writes the words and the line end one by one, between which another
    thread's may come."""
    stream.write(" ".join(map(str, words)) + "\n")
    stream.flush()


class VerificationError(Exception):
    """The request was not signed with our key, or not now."""


def standard_key(key: str) -> bytes:
    """`whsec_<base64>` stands for the decoded bytes, any other text for its own."""
    text = key[len("whsec_"):]
    if key.startswith("whsec_") and text:
        try:
            return base64.b64decode(text, validate=True)
        except ValueError:
            pass
    return key.encode()


def verify_standard(key: str, headers, body: bytes, now: float) -> None:
    """Standard Webhooks 1.0.0, v1. Protects against replay: the time is signed."""
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    signatures = headers.get("webhook-signature", "")
    if not message_id or not signatures or not re.fullmatch(r"[0-9]{1,12}", timestamp):
        raise VerificationError("webhook-id, webhook-timestamp or webhook-signature is missing")
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        raise VerificationError("webhook-timestamp is more than 5 minutes off")
    content = f"{message_id}.{timestamp}.".encode() + body
    expected = base64.b64encode(hmac.new(standard_key(key), content, hashlib.sha256).digest())
    for candidate in signatures.split(" "):
        version, _, signature = candidate.partition(",")
        if version == "v1" and hmac.compare_digest(signature.encode(), expected):
            return
    raise VerificationError("webhook-signature does not match")


def verify_elements(key: str, headers, body: bytes) -> None:
    """Open Connectors' scheme. Covers the body only, so it can't tell a replay."""
    expected = b"sha256=" + base64.b64encode(
        hmac.new(key.encode(), body, hashlib.sha256).digest()
    )
    signature = headers.get("Elements-Webhook-Signature", "")
    if not hmac.compare_digest(signature.encode(), expected):
        raise VerificationError("Elements-Webhook-Signature does not match")


def verify(scheme: str, key: str, headers, body: bytes, now: float) -> None:
    """Which schemes are asked for is our choice, never the sender's: someone who replays a request
    could leave out the headers of the better scheme."""
    if not key:
        raise VerificationError("no signing key")
    if scheme in ("standard", "both"):
        verify_standard(key, headers, body, now)
    if scheme in ("elements", "both"):
        verify_elements(key, headers, body)


class SeenEvents:
    """Ids of the events that were handled, the last ones. Deliveries come at least once; keep the
    ids in your database, in the transaction that handles the event, to be safe across restarts."""

    def __init__(self, limit: int = EVENTS_REMEMBERED):
        self._ids = collections.OrderedDict()
        self._limit = limit

    def __contains__(self, event_id: str) -> bool:
        return event_id in self._ids

    def add(self, event_id: str) -> None:
        self._ids[event_id] = True
        if len(self._ids) > self._limit:
            self._ids.popitem(last=False)


def printable(text: str) -> str:
    """The text with U+FFFD for what a terminal would obey or not show: whoever names a file could
    otherwise forge lines."""
    unwanted = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return "".join("\ufffd" if unicodedata.category(c) in unwanted else c for c in text)


def handle(event: dict) -> None:
    """Yours to replace. If it raises, Ferry delivers again later."""
    path = event.get("object", {}).get("path", "")
    words = (event["eventType"], event["objectType"], event["objectId"], path)
    write_line(sys.stdout, *(printable(str(word)) for word in words))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    scheme = "both"
    key = ""
    seen = SeenEvents()
    lock = threading.Lock()  # one page at a time: a duplicate must not be handled beside the first

    def do_POST(self):
        body = self._read_body()
        if body is None:
            return
        try:
            verify(self.scheme, self.key, self.headers, body, time.time())
            events = json.loads(body)["message"]["events"]
            with self.lock:
                for event in events:
                    if event["id"] not in self.seen:
                        handle(event)
                        self.seen.add(event["id"])
        except VerificationError as error:
            self._answer(401, str(error))
        except (ValueError, KeyError, TypeError) as error:
            self._answer(400, f"not a callback of Ferry: {error!r}")
        except Exception as error:  # whatever handle raises: ask for another delivery
            self._answer(500, repr(error))
        else:
            self._answer(204, "")

    def _read_body(self):
        length = self.headers.get("Content-Length", "")
        if not re.fullmatch(r"[0-9]{1,9}", length) or int(length) > BODY_BYTES_MAX:
            self.close_connection = True
            self._answer(413 if length else 411, "Content-Length is missing or too large")
            return None
        return self.rfile.read(int(length))

    def _answer(self, status: int, text: str) -> None:
        data = text.encode()
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if status != 204:
            self.wfile.write(data)

    def log_message(self, form, *args):
        write_line(sys.stderr, self.address_string(), printable(form % args))


def main() -> int:
    parser = argparse.ArgumentParser(description="receives and verifies Ferry's callbacks")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9000, help="0: any free one")
    parser.add_argument("--scheme", choices=["standard", "elements", "both"], default="both")
    options = parser.parse_args()
    Handler.scheme = options.scheme
    Handler.key = os.environ.get("SIGNING_KEY", "")
    if not Handler.key:
        print("set SIGNING_KEY to event.notification.signature.key", file=sys.stderr)
        return 2
    server = http.server.ThreadingHTTPServer((options.host, options.port), Handler)
    print(f"listening on http://{options.host}:{server.server_address[1]}/", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
