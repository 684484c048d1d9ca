"""A callback receiver that takes nothing whose signature is wrong."""

import base64
import hashlib
import hmac
import json
import threading

from .json_server import JsonServer


class Receiver:
    """Events by the path of the callback, in the order in which they came, each id once."""

    def __init__(self, key):
        self.secret = key.encode()
        self.lock = threading.Lock()
        self.by_path, self.seen, self.refused = {}, set(), []
        self.server = JsonServer(self.answer)
        self.url = self.server.url

    def answer(self, method, path, query, body, headers):
        return self.take(path.strip("/"), headers, body.encode()), None, {}

    def take(self, path, headers, body):
        key = base64.b64decode(self.secret.decode().removeprefix("whsec_"))
        content = f'{headers["webhook-id"]}.{headers["webhook-timestamp"]}.'.encode() + body
        wanted = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        if wanted not in headers["webhook-signature"].split(" "):
            self.refused.append(body)
            return 401
        message = json.loads(body)["message"]
        with self.lock:
            for event in message["events"]:
                if event["id"] not in self.seen:
                    self.seen.add(event["id"])
                    self.by_path.setdefault(path, []).append(event)
        return 200

    def events(self, path):
        with self.lock:
            return list(self.by_path.get(path, []))

    def ids(self, path):
        return {event["id"] for event in self.events(path)}

    def stop(self):
        self.server.stop()
