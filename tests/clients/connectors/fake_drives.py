"""Google Drive and Microsoft Graph as their documentation describes them, as far as the connectors go.

Each fake has the token endpoint of its OAuth 2, the feed of changes with its pages and its ends, and webhooks
with their lifetimes. Documentation read on 2026-11-29:
https://developers.google.com/workspace/drive/api/guides/push, .../manage-changes, .../reference/rest/v3,
https://learn.microsoft.com/en-us/graph/api/driveitem-delta, .../subscription-post-subscriptions,
.../graph/change-notifications-delivery-webhooks
"""

import hashlib
import http.client
import json
import threading
import time
import urllib.parse

from .json_server import JsonServer


def rfc3339(at):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


class Fake:
    """Requests go to `answer(method, path, query, body)`; all but token requests need a bearer token."""

    def __init__(self):
        self.lock = threading.RLock()
        self.tokens, self.token_requests, self.requests = set(), [], []
        self.down = False  # everything is 503
        self.wait_until = 0  # 429 until then
        self.lifetime = 7 * 86400  # of webhooks, whatever is asked for
        self.webhooks = {}  # by id
        self.server = JsonServer(self.take)
        self.url = self.server.url

    def stop(self):
        self.server.stop()

    def take(self, method, path, query, body, headers):
        with self.lock:
            self.requests.append((method, path, query, body))
        if self.down:
            return 503, {"error": {"code": "serviceNotAvailable"}}, {}
        if path.endswith("/token"):
            return self.token(dict(urllib.parse.parse_qsl(body)))
        if headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return 401, {"error": {"code": 401, "message": "Invalid Credentials"}}, {}
        if time.time() < self.wait_until:
            return self.limited()
        return self.answer(method, path, query, json.loads(body) if body else {})

    def limited(self):
        return 429, {"error": {"code": "tooManyRequests"}}, {"Retry-After": "1"}

    def token(self, form):
        self.token_requests.append(form)
        if (form.get("client_id"), form.get("client_secret")) != ("app", "app-secret"):
            return 401, {"error": "invalid_client"}, {}
        if form.get("grant_type") != "refresh_token" or form.get("refresh_token") != "refresh":
            return 400, {"error": "invalid_grant"}, {}
        access = f"access-{len(self.token_requests)}"
        self.tokens.add(access)
        return 200, {"access_token": access, "token_type": "Bearer", "expires_in": 3599}, {}

    def revoke_access(self):
        """Access tokens end, as they do after an hour."""
        with self.lock:
            self.tokens.clear()

    def count(self, method, path):
        with self.lock:
            return sum(1 for one in self.requests if one[:2] == (method, path))

    def alive(self):
        with self.lock:
            return [one for one in self.webhooks.values() if one["end"] > time.time()]

    @staticmethod
    def post(url, body, headers):
        """(status, answer) of a webhook; (0, "") if nobody is there."""
        parts = urllib.parse.urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=10)
        try:
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", target, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            return 0, ""
        finally:
            connection.close()


class FakeGoogleDrive(Fake):
    PAGE = 2

    def __init__(self):
        super().__init__()
        self.files, self.changes = {}, []
        self.forgotten = 0  # page tokens below it are invalid values
        self.limit_reason = None
        self.statuses = []  # of webhooks that were sent
        self.next_version = 100

    def limited(self):
        # Drive says so by 403 as well, without a Retry-After.
        return 403, {"error": {"code": 403, "errors": [{"domain": "usageLimits", "reason": "userRateLimitExceeded"}]}}, {}

    # What users do.

    def put(self, identity, notify=True, **fields):
        with self.lock:
            self.next_version += 1
            now = rfc3339(time.time())
            was = self.files.get(identity, {"createdTime": now, "mimeType": "text/plain", "trashed": False})
            record = {**was, "id": identity, "modifiedTime": now, **fields, "version": str(self.next_version)}
            # Of blobs alone.
            if "vnd.google-apps" not in record["mimeType"]:
                record["md5Checksum"] = hashlib.md5(f"{record.get('size')}".encode()).hexdigest()
            self.files[identity] = record
            self.changes.append(identity)
        if notify:
            self.notify()

    def touch(self, identity):
        """What no user sees: there is another version, and nothing else is different."""
        with self.lock:
            self.next_version += 1
            self.files[identity]["version"] = str(self.next_version)
            self.changes.append(identity)
        self.notify()

    def remove(self, identity, notify=True):
        with self.lock:
            self.files.pop(identity)
            self.changes.append(identity)
        if notify:
            self.notify()

    def notify(self, state="change"):
        for channel in self.alive():
            channel["number"] += 1
            self.statuses.append(self.post(channel["address"], b"", {
                "X-Goog-Channel-ID": channel["id"], "X-Goog-Channel-Token": channel["token"],
                "X-Goog-Resource-ID": channel["resource"], "X-Goog-Resource-State": state,
                "X-Goog-Message-Number": str(channel["number"])})[0])

    # The API.

    def answer(self, method, path, query, body):
        with self.lock:
            if (method, path) == ("GET", "/drive/v3/about"):
                return 200, {"user": {"permissionId": "0815", "emailAddress": "ann@example.com"}}, {}
            if (method, path) == ("GET", "/drive/v3/changes/startPageToken"):
                return 200, {"kind": "drive#startPageToken", "startPageToken": str(len(self.changes) + 1)}, {}
            if (method, path) == ("GET", "/drive/v3/files"):
                return self.list_files(query)
            if (method, path) == ("GET", "/drive/v3/changes"):
                return self.list_changes(query)
            if (method, path) == ("POST", "/drive/v3/changes/watch"):
                return self.watch(query, body)
            if (method, path) == ("POST", "/drive/v3/channels/stop"):
                channel = self.webhooks.get(body.get("id"))
                if channel is None or channel["resource"] != body.get("resourceId"):
                    return 404, {"error": {"code": 404, "message": f"Channel '{body.get('id')}' not found"}}, {}
                del self.webhooks[body["id"]]
                return 204, None, {}
        return 404, {"error": {"code": 404}}, {}

    def shown(self, record, fields):
        names = fields[fields.rindex("files(" if "files(" in fields else "file(") :].split("(", 1)[1]
        names = {name.split("(")[0] for name in names.replace(")", "").split(",")}
        return {name: value for name, value in record.items() if name in names}

    def list_files(self, query):
        if query.get("q") != "trashed = false":
            return 400, {"error": {"code": 400}}, {}
        at = int(query.get("pageToken", "~0").removeprefix("~"))
        records = [one for one in self.files.values() if not one["trashed"]]
        page = [self.shown(one, query["fields"]) for one in records[at:at + self.PAGE]]
        more = at + self.PAGE < len(records)
        return 200, {"files": page, **({"nextPageToken": f"~{at + self.PAGE}"} if more else {})}, {}

    def list_changes(self, query):
        at = int(query["pageToken"]) - 1
        if at < self.forgotten:
            return 400, {"error": {"code": 400, "errors": [{"reason": "invalid", "location": "pageToken"}]}}, {}
        page = [{"changeType": "file", "removed": one not in self.files, "fileId": one,
                 **({"file": self.shown(self.files[one], query["fields"])} if one in self.files else {})}
                for one in self.changes[at:at + self.PAGE]]
        after = str(at + len(page) + 1)
        is_last = at + self.PAGE >= len(self.changes)
        return 200, {"changes": page, "newStartPageToken" if is_last else "nextPageToken": after}, {}

    def watch(self, query, body):
        if int(query["pageToken"]) < 1 or body["type"] != "web_hook" or body["id"] in self.webhooks:
            return 400, {"error": {"code": 400}}, {}
        wanted = int(body["expiration"]) / 1000
        if wanted > time.time() + 7 * 86400 + 60:
            return 400, {"error": {"code": 400}}, {}
        channel = {"id": body["id"], "resource": f"resource-{len(self.requests)}", "address": body["address"],
                   "token": body["token"], "number": 0, "end": min(wanted, time.time() + self.lifetime)}
        self.webhooks[body["id"]] = channel
        threading.Thread(target=self.notify, args=("sync",)).start()
        return 200, {"kind": "api#channel", "id": channel["id"], "resourceId": channel["resource"],
                     "resourceUri": f"{self.url}/drive/v3/changes", "token": channel["token"],
                     "expiration": str(int(channel["end"] * 1000))}, {}


class FakeGraph(Fake):
    PAGE = 2
    DRIVE = "/v1.0/me/drive"
    TYPE, RESOURCE = "business", "/drives/b!4711/root"  # what may be subscribed to

    def __init__(self):
        super().__init__()
        self.items, self.changes = {"ROOT": {"id": "ROOT", "name": "root", "root": {}, "folder": {"childCount": 1}}}, []
        self.forgotten = 0
        self.validated, self.statuses = [], []
        self.next_tag, self.next_webhook = 1, 1

    # What users do.

    def put(self, identity, notify=True, **fields):
        with self.lock:
            self.next_tag += 1
            now = rfc3339(time.time())
            was = self.items.get(identity, {"createdDateTime": now, "file": {"mimeType": "text/plain"}})
            self.items[identity] = {**was, "id": identity, "lastModifiedDateTime": now, **fields,
                                    "eTag": f'"{{{identity}}},{self.next_tag}"'}
            self.changes.append(identity)
        if notify:
            self.notify()

    def remove(self, identity, notify=True):
        with self.lock:
            self.items.pop(identity)
            self.changes.append(identity)
        if notify:
            self.notify()

    def notify(self, client_state=None):
        for one in self.alive():
            body = {"value": [{"subscriptionId": one["id"], "clientState": client_state or one["clientState"],
                               "changeType": "updated", "resource": "me/drive/root",
                               "subscriptionExpirationDateTime": rfc3339(one["end"]), "tenantId": "T"}]}
            self.statuses.append(self.post(one["url"], json.dumps(body), {"Content-Type": "application/json"})[0])

    # The API.

    def answer(self, method, path, query, body):
        if (method, path) == ("POST", "/v1.0/subscriptions"):
            return self.subscribe(body)
        with self.lock:
            if (method, path) == ("GET", self.DRIVE):
                return 200, {"id": "b!4711", "driveType": self.TYPE, "owner": {"user": {"displayName": "Ann"}}}, {}
            if (method, path) == ("GET", self.DRIVE + "/root/delta"):
                return self.delta(query)
            one = self.webhooks.get(path.removeprefix("/v1.0/subscriptions/"))
            if path.startswith("/v1.0/subscriptions/"):
                if one is None or one["end"] < time.time():
                    return 404, {"error": {"code": "ResourceNotFound"}}, {}
                if method == "DELETE":
                    del self.webhooks[one["id"]]
                    return 204, None, {}
                if method == "PATCH":
                    one["end"] = self.end(body)
                    return 200, {"id": one["id"], "expirationDateTime": rfc3339(one["end"])}, {}
        return 404, {"error": {"code": "itemNotFound"}}, {}

    def end(self, body):
        wanted = time.mktime(time.strptime(body["expirationDateTime"], "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
        assert wanted < time.time() + 42300 * 60, "longer than a subscription to drive items may be"
        return min(wanted, time.time() + self.lifetime)

    def subscribe(self, body):
        # The URL has to answer first, by the token as it was before it was encoded.
        token = f"Validation: Testing client application reachability {self.next_webhook} +&="
        status, answer = self.post(
            f"{body['notificationUrl']}?validationToken={urllib.parse.quote(token)}", b"", {"Content-Type": "text/plain"})
        self.validated.append((status, answer == token))
        if self.validated[-1] != (200, True):
            return 400, {"error": {"code": "ValidationError"}}, {}
        if len(body["clientState"]) > 128 or body["resource"] != self.RESOURCE or body["changeType"] != "updated":
            return 400, {"error": {"code": "InvalidRequest"}}, {}
        with self.lock:
            identity = f"subscription-{self.next_webhook}"
            self.next_webhook += 1
            self.webhooks[identity] = {"id": identity, "url": body["notificationUrl"],
                                       "clientState": body["clientState"], "end": self.end(body)}
            return 201, {"id": identity, "resource": body["resource"], "clientState": None,
                         "expirationDateTime": rfc3339(self.webhooks[identity]["end"])}, {}

    def delta(self, query):
        link = f"{self.url}{self.DRIVE}/root/delta?token="
        token = query.get("token", "list-0")
        if token.startswith("list-"):
            at = int(token.removeprefix("list-").split(".")[0])
            began = int(token.split(".")[1]) if "." in token else len(self.changes)
            records = list(self.items.values())
            page = records[at:at + self.PAGE]
            if at + self.PAGE < len(records):
                return 200, {"value": page, "@odata.nextLink": f"{link}list-{at + self.PAGE}.{began}"}, {}
            return 200, {"value": page, "@odata.deltaLink": f"{link}at-{began}"}, {}
        at = int(token.removeprefix("at-"))
        if at < self.forgotten:
            return 410, {"error": {"code": "resyncChangesApplyDifferences"}}, {"Location": link + "list-0"}
        names = self.changes[at:at + self.PAGE]
        # An item comes once on a page, as it is now.
        page = [self.items.get(one, {"id": one, "deleted": {"state": "deleted"}}) for one in dict.fromkeys(names)]
        after = at + len(names)
        more = after < len(self.changes)
        return 200, {"value": page, "@odata.nextLink" if more else "@odata.deltaLink": f"{link}at-{after}"}, {}
