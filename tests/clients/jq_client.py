#!/usr/bin/python3
"""Connectors whose records are mapped by a program of jq, through the real hub.

Usage: jq_client.py FERRY FAKE_DROPBOX
Goal: a webhook becomes the events that the program gives, exactly; whatever a program does, it costs its own
connector a retry with an error that says why, and no other connector anything; what is wrong with a program
is said where it stands.
Method: a real hub with a connector for each hostile program beside a good one; the programs are those of
which libjq is known to hang, to abort, or to read what it should not.
"""

import base64
import hashlib
import hmac
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True  # nothing is written beside the sources
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from open_connectors.processes import Hub, eventually, http_call  # noqa: E402
from connectors.receiver import Receiver  # noqa: E402

FERRY, FAKE_DROPBOX = (str(pathlib.Path(name).resolve()) for name in sys.argv[1:3])
CALLBACK_KEY = "whsec_" + base64.b64encode(b"a key of receivers, 32 bytes long").decode()
GOOD = HERE / "connectors" / "jq-orders.yaml"
SECRET = "the secret of the webhooks"
EVENT = '{event: "created", type: "thing", id: (.id | tostring)}'

# A sanitizer ends the process before jq says what was wrong, and takes longer to compute.
IS_SANITIZED = b"__asan_init" in pathlib.Path(FERRY).read_bytes()

# By the key of their connector: a program, and what the log says of its end.
HOSTILE = {
    "endless": ("def f: f; f", "gave no answer in time"),
    "range": ("[range(1e9)] | length", "in time|memory"),
    "large": ("[] | .[1e9] = 1", "more memory than it may have"),
    "deep": ("def f: 1 + f; f", "more memory than it may have|in time"),
    "nested": ("reduce range(1e6) as $i (0; [.]) | length", "was killed by signal"),
    "text": ('"x" * 1e9 | length', "more memory than it may have|in time"),
}


def connector(key, program, values=""):
    text = GOOD.read_text()
    head, tail = text.split("jq:\n")[0], text[text.index("parameters:"):]
    indented = "".join(f"    {line}\n" for line in program.splitlines())
    return (head.replace("key: jq-orders", f"key: {key}") +
            f"jq:\n{values}  program: |\n{indented}\n{tail}")


def ferry(*arguments, cwd=None):
    done = subprocess.run([FERRY, *arguments], cwd=cwd, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ferry-jq-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.connectors = self.folder / "connectors"
        self.connectors.mkdir()

    def start(self, *keys):
        self.receiver = Receiver(CALLBACK_KEY)
        self.addCleanup(self.receiver.stop)
        self.hub = Hub(FERRY, FAKE_DROPBOX, str(self.folder), has_webhooks=False)
        self.addCleanup(self.hub.stop)
        lines = ["instances:"]
        for key in keys:
            lines += [f"  - name: {key}", f"    key: {key}", "    configuration:",
                      f'      webhook.secret: "{SECRET}"', "      event.notification.enabled: true",
                      f"      event.notification.callback.url: {self.receiver.url}/{key}",
                      f"      event.notification.signature.key: {CALLBACK_KEY}"]
        (self.folder / "instances" / "all.yaml").write_text("\n".join(lines) + "\n")
        eventually(lambda: set(self.instances()) == set(keys) and
                   all(one["state"] == "running" for one in self.instances().values()), "all run")

    def instances(self):
        status, text = ferry("instances", "--json", cwd=self.folder)
        return {one["name"]: one for one in json.loads(text)} if status == 0 else {}

    def log(self):
        return self.hub.log.read_text()

    def post(self, key, body, headers=None):
        number = base64.b64encode(str(self.instances()[key]["id"]).encode()).decode()
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        mac = hmac.new(SECRET.encode(), data, hashlib.sha256).hexdigest()
        status, _, answer = http_call(
            self.hub.url, "POST", f"/elements/api-v2/events/{key}/{number}", data,
            {"Content-Type": "application/json", "X-Acme-Signature": f"sha256={mac}", **(headers or {})})
        self.assertEqual(status, 200, answer)

    def events(self, key, count, seconds=30):
        return eventually(lambda: len(found := self.receiver.events(key)) >= count and found,
                          f"{count} events of {key}", seconds)

    def metric(self, name):
        text = http_call(self.hub.url, "GET", "/metrics")[2].decode()
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
                   if line.startswith(name) and not line.startswith("#"))


class FlowTest(Case):
    def setUp(self):
        super().setUp()
        shutil.copy(GOOD, self.connectors)

    def test_a_webhook_becomes_what_the_program_gives(self):
        self.start("jq-orders")
        sample = json.loads((GOOD.parent / "jq-orders" / "samples" / "batch.json").read_text())
        self.post("jq-orders", sample["body"], {**sample["headers"], "X-Acme-Delivery": "1"})
        got = self.events("jq-orders", 2)
        told = {one["objectId"]: (one["eventType"], one["objectType"], one["object"].get("properties"))
                for one in got}
        self.assertEqual(told, {
            "7": ("CREATED", "order", {"total": 5.1, "reference": "12345678901234567890", "region": "eu"}),
            "9": ("DELETED", "order", {"total": 0, "region": "eu"})})
        # Sent again, it counts once.
        self.post("jq-orders", sample["body"], {**sample["headers"], "X-Acme-Delivery": "1"})
        self.post("jq-orders", {"orders": {"10": {"state": "paid", "lines": []}}}, {"X-Acme-Delivery": "2"})
        self.assertEqual([one["objectId"] for one in self.events("jq-orders", 3)][2:], ["10"])
        self.assertIn("jq: in a process of its own", ferry("plugins", cwd=self.folder)[1])
        # The hub itself has nothing of libjq in it.
        maps = pathlib.Path(f"/proc/{self.hub.process.pid}/maps").read_text()
        self.assertNotIn("libjq", maps)

    def test_what_a_program_gives_wrong_is_rejected_with_the_place(self):
        (self.connectors / "wrong.yaml").write_text(connector("wrong", ".outputs[]"))
        self.start("wrong")
        good = {"event": "created", "type": "thing", "id": "1"}
        cases = [
            ({**good, "event": "creatd"}, r"""output 2: 'event' is \"creatd\"; it is created, updated"""),
            ({**good, "id": None}, "output 2: 'id' is missing"),
            ({**good, "nme": "x"}, "output 2: 'nme' is no member of an event"),
            ({**good, "size": -1}, "output 2: 'size' is no number of bytes"),
            ({**good, "modified": "yesterday"}, "output 2: 'modified' is no time"),
            ({**good, "properties": {"a": [1]}}, "output 2: 'properties.a' is a list in place of a text"),
            ("text", "output 2: it is a text in place of an object"),
        ]
        for number, (output, message) in enumerate(cases, 1):
            self.post("wrong", {"outputs": [good, output]})
            eventually(lambda: self.metric("ferry_sync_rejected_total") >= number, message)
            self.assertIn(message, self.log())
        self.post("wrong", {"outputs": 5})  # an error of the program itself
        eventually(lambda: self.metric("ferry_sync_rejected_total") > len(cases), "the program's error")
        self.assertIn("jq: Cannot iterate over number", self.log())
        self.post("wrong", {"outputs": [good] * 101})
        eventually(lambda: "jq: more than 100 outputs" in self.log(), "too many outputs")
        # One that is wrong takes its record with it, and nothing else.
        self.assertEqual(self.receiver.events("wrong"), [])
        self.post("wrong", {"outputs": [None, good, {**good, "id": 12}]})
        self.assertEqual(sorted(one["objectId"] for one in self.events("wrong", 2)), ["1", "12"])

    def test_integers_stay_exact_and_the_environment_is_empty(self):
        program = ('{event: "created", type: "thing", id: .id, size: .size, properties: {env: (env | tojson), '
                   'variable: ($ENV | tojson), path: env.PATH, big: .big, small: .small, float: .float, '
                   'negative: .negative, zone: (0 | localtime | mktime)}}')
        (self.connectors / "exact.yaml").write_text(connector("exact", program))
        self.start("exact")
        body = (b'{"id": 98765432109876543210, "size": 9007199254740992, "big": 9007199254740993,'
                b' "small": 9007199254740992, "float": 0.1, "negative": -123456789012345678901234567890}')
        self.post("exact", body)
        event = self.events("exact", 1)[0]
        self.assertEqual(event["objectId"], "98765432109876543210")
        self.assertEqual(event["object"]["size"], 9007199254740992)
        self.assertEqual(event["object"]["properties"], {
            "env": "{}", "variable": "{}", "big": "9007199254740993", "small": 9007199254740992,
            "float": 0.1, "negative": "-123456789012345678901234567890", "zone": 0})


class HostileTest(Case):
    def check(self, key):
        """Costs its own connector a retry with an error that says why, and the other one nothing."""
        program, ends = HOSTILE[key]
        if IS_SANITIZED:
            ends += "|in time|its process ended with status 1"
        shutil.copy(GOOD, self.connectors)
        (self.connectors / f"{key}.yaml").write_text(connector(key, program))
        self.start("jq-orders", key)
        self.post(key, {"id": 1})
        for number in range(5):
            self.post("jq-orders", {"orders": {str(number): {"state": "new", "lines": []}}})
            time.sleep(0.2)
        self.assertEqual(len(self.events("jq-orders", 5)), 5)
        mine = f"declarative_jq of connector {key}: "
        eventually(lambda: any(mine in line and any(end in line for end in ends.split("|"))
                               for line in self.log().splitlines()), f"{ends} of {key}")
        eventually(lambda: self.metric("ferry_plugin_restarts_total") >= 1, "its process is started again")
        # Its webhooks are taken all the same, and nothing is lost.
        self.post(key, {"id": 2})
        self.assertEqual(self.receiver.events(key), [])
        self.assertNotIn("of connector jq-orders: its process", self.log())
        self.assertEqual(self.metric("ferry_sync_rejected_total"), 0)

    def test_endless(self):
        self.check("endless")

    def test_range(self):
        self.check("range")

    def test_large(self):
        self.check("large")

    def test_deep(self):
        self.check("deep")

    def test_nested(self):
        self.check("nested")

    def test_text(self):
        self.check("text")

    def test_once_it_is_mended_what_has_waited_comes(self):
        (self.connectors / "endless.yaml").write_text(connector("endless", "def f: f; f"))
        self.start("endless")
        for number in (1, 2):
            self.post("endless", {"id": number})
        eventually(lambda: "gave no answer in time" in self.log(), "it hangs")
        (self.connectors / "endless.yaml").write_text(connector("endless", EVENT))
        self.assertEqual({one["objectId"] for one in self.events("endless", 2, 120)}, {"1", "2"})

    def test_a_record_that_ends_the_process_again_and_again_is_rejected_alone(self):
        program = f"if .id == 2 then ([] | .[1e9] = 1) else {EVENT} end"
        (self.connectors / "poison.yaml").write_text(connector("poison", program))
        self.start("poison")
        for number in (1, 2, 3):
            self.post("poison", {"id": number})
        self.assertEqual({one["objectId"] for one in self.events("poison", 2, 120)}, {"1", "3"})
        self.assertEqual(self.metric("ferry_sync_rejected_total"), 1)
        self.assertIn("(at this record 3 times)", self.log())


class LintTest(Case):
    def lint(self, program, values=""):
        path = self.connectors / "acme.yaml"
        path.write_text(connector("acme", program, values))
        self.first = path.read_text().split("\n").index("  program: |") + 2
        status, text = ferry("connector", "lint", str(path))
        return status, text

    def test_the_example_of_the_documentation_is_this_connector(self):
        page = (HERE.parents[1] / "sdk" / "declarative.md").read_text()
        example = page.split("```yaml\njq:")[1].split("```")[0]
        self.assertIn("jq:" + example, GOOD.read_text())

    def test_a_good_one_has_no_findings(self):
        for command in (("connector", "lint"), ("lint",)):
            status, text = ferry(*command, str(GOOD))
            self.assertEqual((status, text), (0, "0 errors, 0 warnings\n"))

    def test_mistakes_are_told_at_their_place(self):
        cases = [
            (".a |\n  b", 1, 3, "jq: b/0 is not defined"),
            (".a | $region", 0, 6, "jq: $region is not defined"),
            (".a +\n.b c", 1, 1, "jq: syntax error, unexpected IDENT"),
            ("[.a\n| (.b]", 1, 6, "this bracket does not match the one that is open"),
            ('. | "a\\(input)"', 0, 9, "'input' can't be used here"),
            ("import \"x\" as x; .", 0, 1, "'import' can't be used here"),
            ("include \"x\"; .", 0, 1, "'include' can't be used here"),
            ("., (\n  inputs)", 1, 3, "'inputs' can't be used here"),
            ("debug", 0, 1, "'debug' can't be used here"),
            (". | halt", 0, 5, "'halt' can't be used here"),
            (".a as $x | $__prog_args", 0, 12, "'$__prog_args' can't be used here"),
            ("{a: stderr}", 0, 5, "'stderr' can't be used here"),
            ('"x\n', 0, 1, "this text has no end"),
        ]
        for program, line, column, message in cases:
            with self.subTest(program=program):
                status, text = self.lint(program)
                self.assertEqual(status, 1, text)
                self.assertIn(f"acme.yaml:{self.first + line}:{column + 4}: error: {message}", text)

    def test_members_may_have_any_name(self):
        status, text = self.lint('{input: .debug, halt: ."import", env: $ENV.x, inputs: .inputs} | '
                                 '{event: "created", id: "1", name: "debug # \\"input\\"", type: .env} # input')
        self.assertEqual((status, text), (0, "0 errors, 0 warnings\n"))

    def test_names_of_values(self):
        status, text = self.lint(".", "  values: {good: /a, if: /b, ENV: /c, a-b: /d}\n")
        self.assertEqual(status, 1)
        for name in ("if", "ENV", "a-b"):
            self.assertIn(f"'{name}' is no name that a program can use", text)
        self.assertNotIn("'good'", text)

    def test_samples_run(self):
        status, text = ferry("connector", "test", str(GOOD))
        self.assertEqual(status, 0, text)
        self.assertIn("ok   batch.json", text)

    def test_polled_records_go_through_it(self):
        text = connector("polled", '.lines[] | {event: "changed", type: "line", id: "\\($resource)-\\(.id)", name}',
                         "  values: {resource: polled:resource}\n")
        start, end = text.index("notifications:"), text.index("jq:\n")
        polling = ("base_urls: {api: http://localhost}\n"
                   "polling:\n  resources:\n    - name: orders\n      list: {url: '${base_url:api}/orders', records: /}\n")
        text = text[:start].replace("webhook: instance\n", "").replace("[webhook]", "[polling]") + polling + text[end:]
        (self.connectors / "polled.yaml").write_text(text)
        samples = self.connectors / "polled" / "samples"
        samples.mkdir(parents=True)
        (samples / "one.json").write_text(json.dumps({
            "resource": "orders", "record": {"lines": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]},
            "events": [{"objectType": "line", "objectId": f"orders-{number}", "eventType": "CREATED"} for number in (1, 2)]}))
        status, text = ferry("connector", "test", str(self.connectors / "polled.yaml"))
        self.assertEqual(status, 0, text)
        self.assertIn("ok   one.json", text)

    def test_it_is_marked(self):
        (self.folder / "ferry.yaml").write_text("public_url: http://localhost\nlisten: 127.0.0.1:0\n")
        shutil.copy(GOOD, self.connectors)
        status, text = ferry("connectors", "jq-orders", cwd=self.folder)
        self.assertEqual(status, 0, text)
        self.assertIn("mapped by jq, in a process of its own", text)
        found = json.loads(ferry("connectors", "--json", cwd=self.folder)[1])["connectors"]
        self.assertEqual({one["key"] for one in found if one["jq"]}, {"jq-orders"})


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=1)
