"""What every test of the contract has: a caller, mailboxes and instances."""

import itertools
import json
import pathlib
import shutil
import unittest
import urllib.parse

from open_connectors.openapi import OpenapiDocument
from open_connectors.processes import ORGANIZATION, REDIRECT_URI, USER, Hub, eventually, http_call
from open_connectors.receiver import Receiver

BASE = "/elements/api-v2"
MASK = "*" * 8
PLATFORM = f"User {USER}, Organization {ORGANIZATION}"
NOBODY = None
CONNECTORS = pathlib.Path(__file__).resolve().parents[1] / "connectors"


def connector_calls(instance):
    """The header of calls to a connector."""
    return f"User {USER}, Element {instance['token']}"


def id_less(instance):
    """The header of routes that know their instance by its token."""
    return f"User {USER}, Organization {ORGANIZATION}, Element {instance['token']}"


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)


class World:
    """The processes that all tests share."""

    def __init__(self, ferry, fake_dropbox, folder):
        self.receiver = Receiver()
        (pathlib.Path(folder) / "connectors").mkdir()
        for key in ("form", "query"):  # providers whose webhooks are no JSON
            shutil.copy(CONNECTORS / f"{key}.yaml", pathlib.Path(folder) / "connectors")
        self.hub = Hub(ferry, fake_dropbox, folder)
        self.fake = self.hub.fake
        self.numbers = itertools.count(1)
        self.document = OpenapiDocument(http_call(self.hub.url, "GET", f"{BASE}/openapi.json")[2])

    def stop(self):
        try:
            self.hub.stop()
        finally:
            self.receiver.stop()


class ContractTest(unittest.TestCase):
    world = None  # set before the tests run
    longMessage = True

    def shortDescription(self):
        return None  # names are shown rather than docstrings

    @property
    def fake(self):
        return self.world.fake

    # Calls

    def ask(self, method, path, body=None, auth=PLATFORM, query=None, headers=None):
        """An answer of any status that the OpenAPI document allows."""
        given = {"Authorization": auth} if auth else {}
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
            given["Content-Type"] = "application/json"
        given.update(headers or {})
        target = BASE + path + ("?" + urllib.parse.urlencode(query, doseq=True) if query else "")
        status, answered, content = http_call(self.world.hub.url, method, target, body, given)
        problem = self.world.document.problem_of(method, path, status, answered, content)
        if problem:
            raise RuntimeError(f"{method} {target}: {status}, not as in openapi.json: {problem}")
        return Answer(status, answered, content)

    def call(self, method, path, *args, status=200, **kwargs):
        """The JSON of an answer of this status."""
        answer = self.ask(method, path, *args, **kwargs)
        self.assertEqual(answer.status, status, f"{method} {path}: {answer.body[:500]!r}")
        return answer.json

    def refused(self, status, method, path, *args, **kwargs):
        """The message of a refusal, which has the form of section 1.7."""
        error = self.call(method, path, *args, status=status, **kwargs)
        self.assertRegex(error["requestId"], r"^[0-9a-f]{24}$")
        self.assertIsInstance(error["message"], str)
        self.assertNotEqual(error["message"], "")
        self.assertLessEqual(set(error), {"requestId", "message", "providerMessage"})
        return error["message"]

    def webhook(self, method, path, body=None, headers=None):
        """An answer to what only providers call."""
        answer = Answer(*http_call(self.world.hub.url, method, f"{BASE}/events/{path}", body, headers))
        if answer.status >= 400 and (problem := self.world.document.problem_of_error(answer.body)):
            raise RuntimeError(f"{method} {path}: {answer.status}, and no error as in openapi.json: {problem}")
        return answer

    # Instances

    def unique(self, word):
        return f"{word} {next(self.world.numbers)}"

    def configuration(self, **dotted):
        """What a Dropbox instance needs; further parameters with _ for the dots of their names."""
        return {
            "oauth.api.key": self.fake.app_key,
            "oauth.api.secret": self.fake.app_secret,
            "oauth.callback.url": REDIRECT_URI,
            **{name.replace("_", "."): value for name, value in dotted.items()},
        }

    def initial(self, configuration=None, **members):
        """The body that makes an instance from a refresh token."""
        return {
            "element": {"key": "dropbox"},
            "name": self.unique("instance"),
            "externalAuthentication": "initial",
            "configuration": {
                **self.configuration(), "oauth.user.refresh_token": self.fake.refresh_token, **(configuration or {})},
            **members,
        }

    def create(self, body=None, path="/instances"):
        """An instance that is gone after the test."""
        instance = self.call("POST", path, body or self.initial())
        self.addCleanup(self.ask, "DELETE", f"/instances/{instance['id']}")
        return instance

    # Events

    def open_mailbox(self, **kwargs):
        """A callback URL; whatever comes to it has to be signed with its key."""
        made = self.world.receiver.mailbox(**kwargs)
        self.addCleanup(lambda: self.assertEqual(made.problems, []))
        return made

    def create_with_events(self, mailbox, configuration=None, **members):
        """An instance that watches a new folder of its own, `folder`, and has begun to."""
        self.folder = f"/{self.unique('folder')}"
        self.fake.change("folder", self.folder)
        instance = self.create(self.initial({
            "event.notification.enabled": "true",
            "event.notification.callback.url": mailbox.url,
            **({"event.notification.signature.key": mailbox.key} if mailbox.key else {}),
            "event.move.window": "100ms",
            "dropbox.path": self.folder,
            **(configuration or {}),
        }, **members))
        self.wait_until_live(instance)
        return instance

    def wait_until_live(self, instance):
        """Until the hub has listed the account: what happens before is no event, of which the contract is silent."""
        cursor = f"/instances/{instance['id']}/cursor"
        eventually(lambda: self.call("GET", cursor)["phase"] == "live", "the account is listed")

    def put(self, name, content="hello"):
        return self.fake.change("put", f"{self.folder}/{name}", content=content)

    def history(self, instance, **query):
        return self.call("GET", f"/instances/{instance['id']}/events", query=query)

    def deliveries(self, instance, where="", **query):
        """Those of the instance that also match `where`."""
        condition = f"instanceId='{instance['id']}'" + (f" and {where}" if where else "")
        return self.call("GET", "/notifications/subscriptions/deliveries", query={"where": condition, **query})
