"""A provider that tells nobody anything: what changed there has to be asked for.

It has records by kind, in four forms: by time stamp and numbered pages (`orders`), as lists with a
Link header (`contacts`), as a feed with a cursor (`files`), and as a search by POST (`tickets`). Controls make it fail in the ways that
providers fail in.
"""

import base64
import collections
import email.utils
import json
import threading
import time

from .json_server import JsonServer


def rfc3339(at):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{int(at % 1 * 1000):03d}Z"


class PollProvider:
    PAGE = 3

    def __init__(self):
        self.lock = threading.RLock()
        self.orders, self.contacts, self.files, self.tickets = {}, {}, {}, {}
        self.feed = []  # (file id, or None for a position that is forgotten)
        self.forgotten = 0  # cursors below it are gone
        self.times = collections.defaultdict(list)  # of requests, by path
        self.queries = collections.defaultdict(list)
        self.wait_until, self.retry_after = 0, 0
        self.held = {}  # path: (event that ends the wait, event that says that somebody waits)
        self.unknown_pages = 0  # so many pages are refused
        self.status = None
        self.server = JsonServer(self.take)
        self.url = self.server.url

    def stop(self):
        for release, _ in self.held.values():
            release.set()
        self.server.stop()

    # What users do.

    def put(self, kind, identity, created=None, **fields):
        with self.lock:
            now = time.time()
            records = getattr(self, kind)
            was = records.get(identity, {})
            record = {"created_at": rfc3339(created or now), **was, "id": identity, **fields,
                      "version": was.get("version", 0) + 1, "updated_at": rfc3339(now)}
            records[identity] = record
            if kind == "files":
                self.feed.append(identity)

    def remove(self, kind, identity):
        with self.lock:
            getattr(self, kind).pop(identity)
            if kind == "files":
                self.feed.append(identity)

    # What goes wrong.

    def hold(self, path, page=None):
        """The next request of `path` (and `page`) waits. Gives the events: to let it go, and: it waits."""
        self.held[(path, page)] = (threading.Event(), threading.Event())
        return self.held[(path, page)]

    def count(self, path):
        return len(self.times[path])

    def starts(self, path):
        """When polls began: the times of first pages."""
        with self.lock:
            return [at for at, query in zip(self.times[path], self.queries[path]) if query.get("page", "1") == "1"]

    # The API.

    def take(self, method, path, query, body, headers):
        if (method, path) == ("POST", "/tickets"):
            return self.search(json.loads(body), headers)
        if method != "GET":
            return 501, {"error": "it is only read"}, {}
        return self.answer(path, query, headers)

    def answer(self, path, query, headers):
        with self.lock:
            self.times[path].append(time.time())
            self.queries[path].append(query)
            if time.time() < self.wait_until:
                return 429, {"error": "slow down"}, {"Retry-After": str(self.retry_after)}
            if headers.get("X-Key") != "the-key":
                return 401, {"error": "who are you"}, {}
            if self.status is not None:
                return self.status, {"error": "as you like"}, {}
            kind = path.strip("/").replace("/", "_")
            found = getattr(self, "get_" + kind)(query)
        # The answer is as of now, and comes later.
        held = self.held.pop((path, query.get("page")), None) or self.held.pop((path, None), None)
        if held:
            held[1].set()
            held[0].wait(60)
        return found

    def get_orders(self, query):
        since = query["since"]
        page = int(query["page"])
        changed = sorted((one for one in self.orders.values() if one["updated_at"] >= since),
                         key=lambda one: one["updated_at"])
        return 200, {"orders": changed[(page - 1) * self.PAGE:page * self.PAGE]}, {
            "Date": email.utils.formatdate(usegmt=True)}

    def search(self, body, headers):
        with self.lock:
            self.times["/tickets"].append(time.time())
            self.queries["/tickets"].append(body)
            if headers.get("Authorization") != "Basic " + base64.b64encode(b"the-key:X").decode():
                return 401, {"error": {"message": "the-key? who are you"}}, {}
            found = sorted((one for one in self.tickets.values() if one["updated_at"] >= body["filter"]["updated_after"]),
                           key=lambda one: one["updated_at"])
            at = int(body.get("start", "p0").removeprefix("p"))
            after = at + body["page_size"]
            return 200, {"results": found[at:after], "next": f"p{after}" if after < len(found) else None}, {
                "Date": email.utils.formatdate(usegmt=True)}

    def get_contacts(self, query):
        offset = int(query.get("after", 0))
        if offset and self.unknown_pages:
            self.unknown_pages -= 1
            return 400, {"error": "there is no such page"}, {}
        records = list(self.contacts.values())
        page = [{name: value for name, value in one.items() if not name.endswith("_at")}
                for one in records[offset:offset + self.PAGE]]
        more = offset + self.PAGE < len(records)
        link = f'<{self.url}/contacts?after={offset + self.PAGE}>; rel="next"'
        return 200, {"data": {"contacts": page}}, {"Link": f'<{self.url}/>; rel="self", {link}'} if more else {}

    def get_files(self, query):
        offset = int(query.get("page", 0))
        records = list(self.files.values())
        more = offset + self.PAGE < len(records)
        return 200, {"files": records[offset:offset + self.PAGE],
                     **({"nextPage": str(offset + self.PAGE)} if more else {})}, {}

    def get_files_cursor(self, query):
        return 200, {"cursor": f"at-{len(self.feed)}"}, {}

    def get_files_changes(self, query):
        at = int(query["cursor"].removeprefix("at-"))
        if at < self.forgotten:
            return 410, {"error": "that is too long ago"}, {}
        entries = self.feed[at:at + self.PAGE]
        after = at + len(entries)
        changes = [{"id": one, "removed": one not in self.files, "file": self.files.get(one)} for one in entries]
        more = after < len(self.feed)
        return 200, {"changes": changes, "cursor": f"at-{after}",
                     **({"more": f"{self.url}/files/changes?cursor=at-{after}"} if more else {})}, {}
