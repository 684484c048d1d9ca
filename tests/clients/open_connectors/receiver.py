"""A callback receiver: one server for all tests, a URL of its own for each mailbox."""

import base64
import collections
import hashlib
import hmac
import http.server
import json
import threading

from open_connectors.processes import eventually


def signature_of(key, body):
    """What Elements-Webhook-Signature has to be: section 2.6 of the contract."""
    return "sha256=" + base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


class Callback:
    def __init__(self, headers, body):
        self.headers, self.body = headers, body
        self.notification = json.loads(body)
        # The answer of an asynchronous call is another body (2.10), and so is what callers send to topics (2.8).
        has_events = not {"response", "from"} & set(self.notification)
        self.message = self.notification["message"] if has_events else None
        self.events = self.message["events"] if has_events else []


class Mailbox:
    """A callback URL. Answers with `statuses`, one each, and with `status` once there are no more."""

    def __init__(self, url, key):
        self.url, self.key = url, key
        self.statuses = collections.deque()
        self.status = 200
        self.taken = []    # callbacks that were answered with 200
        self.refused = []  # the others
        self.problems = []
        self._lock = threading.Lock()

    def receive(self, headers, body):
        """The status to answer with."""
        try:
            callback = Callback(headers, body)
        except (ValueError, KeyError) as error:
            self.problems.append(f"a body that is no callback: {error!r}: {body!r}")
            return 400
        given = headers.get("Elements-Webhook-Signature")
        wanted = signature_of(self.key, body) if self.key else None
        if given != wanted:
            self.problems.append(f"the signature is {given}, and should be {wanted}")
        with self._lock:
            status = self.statuses.popleft() if self.statuses else self.status
            (self.taken if status == 200 else self.refused).append(callback)
        return status

    def wait(self, events=None, callbacks=None, seconds=30):
        """The callbacks that were taken, once they are so many or have so many events together."""
        def enough():
            count = sum(len(one.events) for one in self.taken)
            return (events is None or count >= events) and (callbacks is None or len(self.taken) >= callbacks)
        eventually(enough, f"{events or callbacks} {'events' if events else 'callbacks'} at {self.url}", seconds)
        return list(self.taken)


class Receiver:
    def __init__(self):
        self.mailboxes = {}
        mailboxes = self.mailboxes

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                mailbox = mailboxes.get(self.path)
                status = mailbox.receive(self.headers, body) if mailbox else 404
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def mailbox(self, key="s3cr3t"):
        """A URL that nobody had before; `key` is what signatures are verified with, None if there are none."""
        path = f"/hook/{len(self.mailboxes) + 1}"
        made = Mailbox(f"http://127.0.0.1:{self.server.server_port}{path}", key)
        self.mailboxes[path] = made
        return made

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
