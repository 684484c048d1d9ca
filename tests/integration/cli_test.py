#!/usr/bin/env python3
# Goal: every command of the real program says what it should, in a form that scripts and people can
# use, and exits with 0, 1 or 2. Method: the built binary in temporary folders, with the fake Dropbox
# as a process of its own where a hub runs.
# Usage: cli_test.py FERRY FAKE_DROPBOX
import fcntl
import http.server
import json
import os
import resource
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import unittest
import urllib.request

FERRY = os.path.abspath(sys.argv[1])
PATIENCE = 30


def ferry(*args, cwd=None, env=None):
    return subprocess.run([FERRY, *args], cwd=cwd, env=env, capture_output=True, text=True, timeout=60)


def eventually(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("in vain waited for: " + what)
        time.sleep(0.02)


class CliCase(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="ferry-cli-")
        self.addCleanup(shutil.rmtree, self.folder, True)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path("draft"), "w") as out:
            out.write(text)
        os.replace(self.path("draft"), self.path(name))

    def run_ok(self, *args):
        done = ferry(*args, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def run_bad(self, code, *args):
        done = ferry(*args, cwd=self.folder)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertNotIn("unexpected failure", done.stderr)
        return done.stderr


class Usage(CliCase):
    def test_help_of_each_command(self):
        text = self.run_ok("--help")
        commands = ["serve", "lint", "init", "demo", "connectors", "instances", "keys", "events", "deliveries",
                    "replay", "prune", "version"]
        for command in commands:
            self.assertIn("\n  " + command, text)
            own = self.run_ok(command, "--help")
            self.assertIn("Usage: ferry " + command, own)
            self.assertNotIn("Start here", own)

    def test_a_wrong_call_says_what_is_wrong_and_where_to_read(self):
        for args, said in [
            ([], "a command is missing; see 'ferry --help'"),
            (["nonsense"], "there is no command 'nonsense'; see 'ferry --help'"),
            (["lint", "--jsn"], "see 'ferry lint --help'"),
            (["events", "--count", "-3"], "see 'ferry events --help'"),
            (["--config"], "see 'ferry --help'"),
        ]:
            error = self.run_bad(2, *args)
            self.assertTrue(error.startswith("ferry: "), error)
            self.assertIn(said, error)
            self.assertEqual(error.count("\n"), 1, error)

    def test_without_a_configuration_it_says_how_to_get_one(self):
        for command in ["serve", "instances", "events"]:
            self.assertIn("ferry init", self.run_bad(1, command))
        self.assertIn("nowhere.yaml", self.run_bad(1, "--config", "nowhere.yaml", "serve"))

    def test_version(self):
        self.assertRegex(self.run_ok("version"), r"^ferry \d+\.\d+\.\d+ \(plugin ABI 1;")
        self.assertEqual(self.run_ok("--version"), self.run_ok("version"))
        self.assertEqual(json.loads(self.run_ok("version", "--json"))["pluginAbi"], 1)

    def test_help_is_a_command_as_well(self):
        self.assertEqual(self.run_ok("help"), self.run_ok("--help"))
        self.assertEqual(self.run_ok("help", "lint"), self.run_ok("lint", "--help"))
        self.assertIn("there is no command 'nonsense'", self.run_bad(2, "help", "nonsense"))

    def test_connectors(self):
        text = self.run_ok("connectors")
        self.assertIn("dropbox", text)
        self.assertIn("oauth.api.secret", text)
        listed = json.loads(self.run_ok("connectors", "dropbox", "--json"))
        self.assertEqual([c["key"] for c in listed["connectors"]], ["dropbox"])
        keys = {p["key"]: p for p in listed["connectors"][0]["parameters"]}
        self.assertTrue(keys["oauth.api.secret"]["secret"])
        # What is required only under a condition says so.
        url = "event.notification.callback.url"
        self.assertRegex(text, url + " +url, required when event.notification.enabled is true\n")
        self.assertEqual(keys[url]["dependsOn"], {"key": "event.notification.enabled", "value": "true"})
        self.assertRegex(text, r"oauth\.api\.key +string, required when authentication\.type is oauth2\n")
        self.assertRegex(text, r"oauth\.scope +string, used when authentication\.type is oauth2\n")
        self.assertEqual(listed["connectors"][0]["authenticationParameter"], "authentication.type")
        self.assertEqual(keys["oauth.api.key"]["profiles"], ["oauth2"])
        self.assertNotIn("profiles", keys["oauth.api.secret"])
        self.assertNotIn("dependsOn", keys["oauth.api.key"])
        self.assertIn("there is dropbox", self.run_bad(1, "connectors", "box"))
        # What a value may be.
        self.assertEqual(keys["authentication.type"]["values"], ["oauth2", "apiKey"])
        self.assertEqual((keys["event.move.window"]["min"], keys["event.move.window"]["max"]), ("0s", "5m"))
        self.assertEqual(keys["dropbox.path"]["pattern"], "/|(/[^/]+)+")
        self.assertIn("begins with '/'", keys["dropbox.path"]["patternMessage"])
        for line in [
            "        one of: webhook, webhooks, polling",
            "        1s to 7d",
            "        a path begins with '/' and does not end with one; pattern: /|(/[^/]+)+",
            "        example: /Invoices",
        ]:
            self.assertIn(line + "\n", text)
        self.assertLessEqual(max(len(line) for line in text.splitlines() if " from " not in line), 100)

    def test_a_terminal_is_not_written_wider_than_it_is(self):
        for columns, widest in [(72, 72), (200, 100), (20, 60)]:
            ours, theirs = os.openpty()
            fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            shown = subprocess.Popen([FERRY, "connectors", "dropbox"], cwd=self.folder, stdout=theirs)
            os.close(theirs)
            text = b""
            try:
                while part := os.read(ours, 65536):
                    text += part
            except OSError:
                pass  # so ends a terminal that nobody writes to any more
            os.close(ours)
            self.assertEqual(shown.wait(timeout=60), 0)
            lines = [len(line) for line in text.decode().splitlines() if " " in line.strip() and " from " not in line]
            self.assertLessEqual(max(lines), widest)
            self.assertGreater(max(lines), widest - 12)


class BrokenPlugin(CliCase):
    """A hub with a plugin of its own, acme, whose library was cut."""

    def setUp(self):
        super().setUp()
        self.run_ok("init")
        self.write("ferry.yaml", "listen: 127.0.0.1:0\n")
        own = os.path.join(os.path.dirname(FERRY), "..", "plugins", "dropbox")
        with open(os.path.join(own, "connector.yaml")) as manifest:
            text = manifest.read().replace("key: dropbox\n", "key: acme\n", 1)
        self.write("plugins/folder/connector.yaml", text)
        with open(os.path.join(own, "libdropbox.so"), "rb") as library:
            half = library.read(100_000)
        with open(self.path("plugins", "folder", "libdropbox.so"), "wb") as out:
            out.write(half)

    def test_it_is_refused_by_name_and_with_the_reason(self):
        error = self.run_bad(1, "connectors", "acme")
        self.assertRegex(error, r"^ferry: connector 'acme' is not loaded: plugins/folder/libdropbox\.so: .*\(elf-")
        self.assertIn("(elf-", self.run_bad(1, "connectors", "acme", "--json"))
        text = self.run_ok("connectors")
        self.assertRegex(text, r"(?m)^not loaded: plugins/folder\n  why: ")
        refused = json.loads(self.run_ok("connectors", "--json"))["refused"]
        self.assertEqual([one["key"] for one in refused], ["acme"])
        # Who asks for another one is not told of it.
        self.assertNotIn("not loaded", self.run_ok("connectors", "dropbox"))
        self.assertEqual(json.loads(self.run_ok("connectors", "dropbox", "--json"))["refused"], [])

    def test_a_manifest_that_is_bad_is_known_by_its_folder(self):
        self.write("plugins/folder/connector.yaml", "key: acme\nplugin: x.so\n")
        self.assertIn("'folder' is not loaded: plugins/folder/connector.yaml", self.run_bad(1, "connectors", "folder"))
        done = ferry("lint", cwd=self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn("plugins/folder/connector.yaml:1:1: error: ", done.stdout)

    def test_lint_warns_of_it_without_loading_it(self):
        text = self.run_ok("lint")
        self.assertRegex(text, r"^plugins/folder/connector\.yaml: warning: this plugin will not be loaded: .*\(elf-")
        self.assertTrue(text.endswith("0 errors, 1 warning\n"), text)
        self.run_bad(1, "lint", "--strict")
        os.remove(self.path("plugins", "folder", "libdropbox.so"))
        self.assertIn("(library-missing)", self.run_ok("lint"))
        os.remove(self.path("plugins", "folder", "connector.yaml"))
        self.assertIn("(manifest-missing)", self.run_ok("lint"))


class Demo(CliCase):
    def test_once_ends_by_itself_and_the_hub_knows_its_address(self):
        done = ferry("demo", "--once", "--log", cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        address = re.search(r"(?m)^hub +(\S+)$", done.stdout).group(1)
        self.assertIn("listening address=" + address[len("http://"):] + " public_url=" + address + " ", done.stderr)


    def test_it_says_how_to_ask_the_hub(self):
        with subprocess.Popen([FERRY, "demo"], cwd=self.folder, stdout=subprocess.PIPE, text=True) as demo:
            try:
                line = next(line for line in demo.stdout if "curl" in line)
                header, url = re.search(r"curl -H '(.+)' (\S+)$", line).groups()
                request = urllib.request.Request(url, headers=dict([header.split(": ", 1)]))
                with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                    self.assertEqual([one["name"] for one in json.load(answer)], ["alice"])
            finally:
                demo.send_signal(signal.SIGINT)
                demo.stdout.read()
        self.assertEqual(demo.returncode, 0)


class Init(CliCase):
    def test_makes_what_lint_and_serve_take_and_keeps_it_the_second_time(self):
        first = self.run_ok("init", "hub")
        self.assertEqual(first.count("wrote "), 3)
        key = self.path("hub", "data", "master.key")
        self.assertEqual(os.stat(key).st_mode & 0o777, 0o600)
        self.assertEqual(os.stat(os.path.dirname(key)).st_mode & 0o777, 0o700)
        with open(key) as opened:
            before = opened.read()
        self.write("hub/ferry.yaml", "listen: 127.0.0.1:0\n")
        second = self.run_ok("init", "hub")
        self.assertEqual(second.count("kept "), 3)
        with open(key) as opened:
            self.assertEqual(opened.read(), before)
        with open(self.path("hub", "ferry.yaml")) as opened:
            self.assertEqual(opened.read(), "listen: 127.0.0.1:0\n")
        done = ferry("lint", cwd=self.path("hub"))
        self.assertEqual((done.returncode, done.stdout), (0, "0 errors, 0 warnings\n"))

    def test_the_example_is_good_once_the_signs_are_taken_away(self):
        self.run_ok("init", "hub")
        with open(self.path("hub", "instances", "example.yaml")) as opened:
            text = opened.read()
        self.write("hub/instances/example.yaml", re.sub("(?m)^#", "", text))
        done = ferry("lint", cwd=self.path("hub"))
        self.assertEqual((done.returncode, done.stdout), (0, "0 errors, 0 warnings\n"))
        done = ferry("lint", "--resolve", cwd=self.path("hub"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("'DROPBOX_APP_KEY' is not set", done.stdout)

    def test_the_programs_own_plugins_are_there_beside_the_hubs(self):
        self.run_ok("init")
        self.assertIn("dropbox", self.run_ok("connectors"))

    def test_a_file_in_the_way_is_an_error(self):
        self.write("hub", "x")
        self.assertIn("hub", self.run_bad(1, "init", "hub"))


class Lint(CliCase):
    GOOD = (
        "instances:\n  - name: one\n    key: dropbox\n    configuration:\n"
        "      oauth.callback.url: https://h.example/oauth/callback\n"
        "      oauth.api.key: k\n      oauth.api.secret: ${env:NOT_SET_HERE}\n"
    )

    def test_good(self):
        self.write("good.yaml", self.GOOD)
        self.assertEqual(self.run_ok("lint", "good.yaml"), "0 errors, 0 warnings\n")
        self.assertEqual(json.loads(self.run_ok("lint", "--json", "good.yaml"))["errors"], 0)

    def test_bad(self):
        self.write("bad.yaml", self.GOOD.replace("oauth.api.key", "oauth.api.kee") + "      event.x: 1\n")
        done = ferry("lint", "bad.yaml", cwd=self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"bad\.yaml:6:7: error: .*oauth\.api\.kee")
        self.assertIn("oauth.api.key", done.stdout)
        self.assertRegex(done.stdout, r"bad\.yaml:8:7: error")
        done = ferry("lint", "--json", "bad.yaml", cwd=self.folder)
        self.assertEqual(done.returncode, 1)
        report = json.loads(done.stdout)
        self.assertEqual(report["errors"], len(report["diagnostics"]))
        self.assertEqual(report["diagnostics"][0]["line"], 6)

    def test_references_are_looked_up_on_demand(self):
        self.write("good.yaml", self.GOOD)
        done = ferry("lint", "--resolve", "good.yaml", cwd=self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn("NOT_SET_HERE", done.stdout)

    def test_a_callback_that_will_be_refused_is_a_warning(self):
        for host in ["127.0.0.1:9000", "[::1]", "LocalHost", "10.1.2.3", "[::ffff:10.1.2.3]", "169.254.1.1",
                     "[64:ff9b::a01:203]", "[2002:a01:203::1]"]:
            self.lint_callback("http://" + host + "/x", "will be refused")
        self.lint_callback("https://app.example.com:22/x", "callbacks to port 22 will be refused")
        # A name that may be anything, a public address, and a reference.
        for url in ["https://app.example.com/x", "http://8.8.8.8/", "${env:CALLBACK_URL}"]:
            self.lint_callback(url, None)
        self.lint_callback("http://10.1.2.3/", None, "delivery: {allow_networks: [10.0.0.0/8]}\n")
        self.lint_callback("http://10.1.2.3/", None, events="false")
        out = self.lint_callback("http://10.1.2.3/", "callbacks to 10.1.2.3 (private use) will be refused")
        self.assertIn("i.yaml:8:7: warning: ", out)
        self.assertIn("add 10.1.2.3/32 to delivery.allow_networks in ferry.yaml", out)
        self.run_bad(1, "lint", "--strict", "i.yaml")
        # Taken at its word, it is good.
        self.lint_callback("http://10.1.2.3/", None, "delivery: {allow_networks: [10.1.2.3/32]}\n")

    def lint_callback(self, url, warning, hub="", events="true"):
        self.write("ferry.yaml", "listen: 127.0.0.1:0\n" + hub)
        text = self.GOOD + "      event.notification.callback.url: '" + url + "'\n"
        self.write("i.yaml", text + "      event.notification.enabled: " + events + "\n")
        out = self.run_ok("lint", "i.yaml")
        self.assertIn("0 errors, %d warning" % (warning is not None), out)
        self.assertIn(warning or "", out)
        return out

    def test_nothing_to_check(self):
        self.assertIn("nothing to check", self.run_bad(1, "lint"))

    def test_a_configuration_that_is_named_must_be_there(self):
        self.write("good.yaml", self.GOOD)
        for args in [("lint",), ("lint", "good.yaml")]:
            done = ferry("-c", "nofile.yaml", *args, cwd=self.folder)
            self.assertEqual(done.returncode, 1)
            self.assertIn("there is no nofile.yaml", done.stderr)


class Refusals(CliCase):
    def test_a_bad_configuration_is_shown_with_its_line(self):
        self.write("ferry.yaml", "listen: 127.0.0.1:0\nplugin: [x]\n")
        error = self.run_bad(1, "serve")
        self.assertRegex(error, r"ferry\.yaml:2:1: error")
        self.assertIn("plugins", error)

    def test_all_commands_tell_all_findings_as_lint_does(self):
        self.write(
            "ferry.yaml",
            "logging: {level: loud}\nproviders:\n  dropbx: {}\n"
            "  dropbox: {base_urls: {apii: http://h, api: nope}}\nlisten: 8080\nplugins: [own]\ninstances: []\n",
        )
        findings = ferry("lint", cwd=self.folder).stdout
        self.assertEqual(re.findall(r"(?m)^ferry\.yaml:(\d+:\d+): error", findings),
                         ["1:18", "3:3", "4:25", "4:46", "5:9"])
        self.assertIn("did you mean 'dropbox'?", findings)
        self.assertIn("did you mean 'api'?", findings)
        self.assertTrue(findings.endswith("\n5 errors, 0 warnings\n"), findings)
        for command in ["serve", "instances", "events", "connectors"]:
            self.assertEqual(self.run_bad(1, command), findings)

    def test_another_storage(self):
        self.write("ferry.yaml", "storage: postgresql://u:hunter2@h/db\nlisten: 127.0.0.1:0\n")
        for command in ["serve", "lint"]:
            done = ferry(command, cwd=self.folder)
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stdout + done.stderr, r"ferry\.yaml:1:10: error: .*PostgreSQL")
            self.assertNotIn("hunter2", done.stdout + done.stderr)

    def test_a_store_that_is_none_is_named_with_what_to_do(self):
        self.run_ok("init")
        self.write("ferry.yaml", "listen: 127.0.0.1:0\n")
        self.write("data/ferry.db", "")
        for command in ["instances", "events"]:
            error = self.run_bad(1, command)
            self.assertIn("data/ferry.db: it is empty", error)
            self.assertIn("ferry serve", error)
        self.write("data/ferry.db", "not a database" * 1000)
        for command in ["instances", "events", "serve"]:
            error = self.run_bad(1, command)
            self.assertIn("data/ferry.db is damaged", error)
            self.assertIn("backup", error)
            self.assertNotIn("ferry serve", error)

    def test_before_the_first_start_there_is_nothing_to_list(self):
        self.run_ok("init")
        for command in ["instances", "events"]:
            self.assertIn("ferry serve", self.run_bad(1, command))


class Keys(CliCase):
    def setUp(self):
        super().setUp()
        self.write("ferry.yaml", "listen: 127.0.0.1:0\n")

    def test_a_key_is_shown_once_and_listed_without_its_secret(self):
        shown = self.run_ok("keys", "add", "crm", "--role", "write")
        secret = re.search(r"fk_[\w-]{43}", shown).group(0)
        self.assertRegex(shown, "Authorization: User " + secret + r", Organization [\w-]{43}\n")
        listed = self.run_ok("keys", "list")
        self.assertRegex(listed, r"^crm +write +20\d\d-")
        self.assertNotIn(secret, listed)
        with open(self.path("data", "keys.db"), "rb") as file:
            self.assertNotIn(secret.encode(), file.read())
        self.assertEqual(os.stat(self.path("data", "keys.db")).st_mode & 0o777, 0o600)
        self.assertEqual([(key["name"], key["role"]) for key in json.loads(self.run_ok("keys", "list", "--json"))],
                         [("crm", "write")])

    def test_the_organization_secret_is_always_the_same(self):
        one = json.loads(self.run_ok("keys", "add", "one", "--json"))
        two = json.loads(self.run_ok("keys", "add", "two", "--json"))
        self.assertEqual(one["organizationSecret"], two["organizationSecret"])
        self.assertNotEqual(one["secret"], two["secret"])
        self.assertEqual(one["role"], "read")
        self.write("ferry.yaml", "api: {organization_secret: named}\n")
        self.assertEqual(json.loads(self.run_ok("keys", "add", "three", "--json"))["organizationSecret"], "named")

    def test_a_revoked_key_is_gone_and_its_name_is_free(self):
        self.run_ok("keys", "add", "crm")
        self.assertIn("'crm' already", self.run_bad(1, "keys", "add", "crm"))
        self.assertIn("'crm' is revoked", self.run_ok("keys", "revoke", "crm"))
        self.assertIn("no API keys", self.run_ok("keys", "list"))
        self.assertIn("no API key 'crm'", self.run_bad(1, "keys", "revoke", "crm"))
        self.run_ok("keys", "add", "crm")

    def test_wrong_calls(self):
        self.run_bad(2, "keys")
        self.run_bad(2, "keys", "add")
        self.run_bad(2, "keys", "add", "crm", "--role", "admin")
        for name in ["", "a b", "ferry", "ferry.yaml", "x" * 65]:
            self.assertIn("the name of a key", self.run_bad(1, "keys", "add", name))


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def receiver_for(case):
    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    receiver.bodies = []
    receiver.status = 200
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    case.addCleanup(receiver.server_close)
    case.addCleanup(receiver.shutdown)
    return receiver


class Serve(CliCase):
    def setUp(self):
        super().setUp()
        self.run_ok("init")
        self.configure()
        self.write("instances/example.yaml", "instances: []\n")

    def configure(self, more=""):
        self.write("ferry.yaml", "listen: 127.0.0.1:0\npublic_url: http://hub.test\n" + more)

    def declare(self, *names, more=""):
        text = "instances:\n"
        for name in names:
            text += (
                "  - name: " + name + "\n    key: dropbox\n    configuration:\n"
                "      oauth.callback.url: http://hub.test/oauth/callback\n"
                "      oauth.api.key: key\n      oauth.api.secret: secret-of-the-app\n" + more
            )
        self.write("instances/example.yaml", text)

    def start(self):
        self.log_path = self.path("log")
        log = open(self.log_path, "w")
        self.hub = subprocess.Popen([FERRY, "serve"], cwd=self.folder, stderr=log)
        log.close()
        self.addCleanup(self.end, self.hub)
        eventually(lambda: "listening" in self.log() or self.hub.poll() is not None, "the start")
        self.assertIsNone(self.hub.poll(), self.log())

    def log(self):
        with open(self.log_path) as opened:
            return opened.read()

    def end(self, hub):
        # A hub that ended by itself, as one does that a sanitizer stops, fails the test.
        if hub.poll() is None:
            hub.kill()
            hub.wait()
        else:
            self.assertEqual(hub.returncode, 0, self.log())

    def stop(self, number=signal.SIGTERM):
        begin = time.monotonic()
        self.hub.send_signal(number)
        self.assertEqual(self.hub.wait(timeout=20), 0, self.log())
        self.assertLess(time.monotonic() - begin, 10)

    def instances(self):
        return {one["name"]: one for one in json.loads(self.run_ok("instances", "--json"))}

    def test_stops_on_both_signals_and_starts_again(self):
        self.start()
        self.stop(signal.SIGTERM)
        self.start()
        self.stop(signal.SIGINT)
        self.assertIn("stopped", self.log())

    def test_takes_the_descriptors_that_the_system_allows(self):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        self.start()
        self.assertEqual(
            resource.prlimit(self.hub.pid, resource.RLIMIT_NOFILE)[0],
            65536 if hard == resource.RLIM_INFINITY else min(hard, 65536),
        )

    def test_instances_are_listed_with_what_to_do_while_it_runs_and_after(self):
        self.assertEqual(ferry("instances", cwd=self.folder).returncode, 1)
        self.declare("one", "two words")
        self.start()
        eventually(lambda: all(i["reason"] for i in self.instances().values()), "the reasons")
        for _ in range(2):
            listed = self.instances()
            self.assertEqual(listed["one"]["state"], "awaiting-authorization")
            self.assertEqual(listed["one"]["whatToDo"], "open http://hub.test/oauth/start/one")
            self.assertIn("/oauth/start/two%20words", listed["two words"]["whatToDo"])
            text = self.run_ok("instances")
            self.assertRegex(text.splitlines()[0], r"^ +ID  NAME +CONNECTOR +STATE +ACCOUNT$")
            self.assertEqual(text.splitlines()[0].index("NAME"), text.splitlines()[1].index("one"))
            self.assertEqual(text.count("/oauth/start/one"), 1, "what to do is said once")
            self.assertNotIn("secret-of-the-app", text + json.dumps(listed) + self.log())
            self.assertEqual(listed["one"]["reason"], "it waits for somebody to authorize it")
            # The lock tells whether the states are those of a hub that runs.
            stopped = "no hub is running: this is how the last one left them\n"
            done = ferry("instances", "--json", cwd=self.folder)
            if self.hub.poll() is None:
                self.assertNotIn("no hub is running", text + done.stderr)
                self.stop()
            else:
                self.assertTrue(text.endswith("\n" + stopped), text)
                self.assertEqual(done.stderr, stopped)
        # The link is that of today's public_url.
        self.write("ferry.yaml", "listen: 127.0.0.1:0\npublic_url: http://moved.test\n")
        text = self.run_ok("instances")
        self.assertIn("http://moved.test/oauth/start/one", text)
        self.assertNotIn("hub.test", text)

    def test_asking_whether_a_hub_runs_never_keeps_one_from_starting(self):
        self.start()
        asking = subprocess.Popen(
            ["sh", "-c", 'while "$0" instances >asked; do :; done', FERRY], cwd=self.folder
        )
        self.addCleanup(asking.wait)
        self.addCleanup(asking.kill)
        for _ in range(3):
            self.stop()
            self.start()
        self.assertIsNone(asking.poll())

    def test_an_instance_whose_new_version_is_bad_says_so_whatever_its_state(self):
        # It waits for authorization, and the other is a second one of its name.
        self.declare("one", "two")
        self.start()
        eventually(lambda: all(i["reason"] for i in self.instances().values()), "the reasons")
        self.declare("one", "two", "two", more="      event.nonsense: 1\n")
        eventually(lambda: "rejected" in self.instances()["one"], "the reload")
        listed = self.instances()
        self.assertEqual(listed["one"]["state"], "awaiting-authorization")
        self.assertEqual(len(listed["one"]["rejected"]), 1)
        self.assertIn("example.yaml:8:7: error: ", listed["one"]["rejected"][0]["reason"])
        self.assertEqual(listed["one"]["rejected"][0]["source"], "instances/example.yaml:2")
        self.assertEqual(len(listed["two"]["rejected"]), 2)
        text = self.run_ok("instances")
        self.assertIn("        declared with an error: instances/example.yaml:8:7: error: ", text)
        self.declare("one", "two")
        eventually(lambda: "rejected" not in self.instances()["one"], "the mended file")
        self.assertNotIn("declared with", self.run_ok("instances"))

    def test_what_is_tried_again_by_itself_asks_nobody_for_anything(self):
        self.configure("providers: {dropbox: {base_urls: {api: 'http://127.0.0.1:9'}}}\n")
        self.write(
            "instances/example.yaml",
            "instances:\n  - name: one\n    key: dropbox\n    configuration:\n"
            "      authentication.type: apiKey\n      oauth.api.secret: s\n"
            "      dropbox.authorization.apikey: k\n",
        )
        self.start()
        eventually(lambda: "tried again" in self.instances()["one"]["reason"], "the first try")
        self.assertEqual(self.instances()["one"]["whatToDo"], "")
        self.assertNotIn("do:", self.run_ok("instances"))

    def test_a_new_instance_with_an_error_is_listed_with_it(self):
        self.declare("one", more="      event.nonsense: 1\n")
        self.start()
        listed = self.instances()
        self.assertEqual(listed["one"]["state"], "rejected")
        self.assertRegex(listed["one"]["reason"], r"example\.yaml:8:7: error: .*'event\.nonsense'")
        self.assertEqual(listed["one"]["source"], "instances/example.yaml:2")
        text = self.run_ok("instances")
        self.assertRegex(text, r"(?m)^ +-  one +- +rejected +-$")
        self.assertIn("why: instances/example.yaml:8:7", text)
        # What runs already is told of by its own reason, and not twice.
        self.declare("one")
        eventually(lambda: self.instances()["one"]["state"] != "rejected", "the mended one")
        self.declare("one", more="      event.nonsense: 1\n")
        eventually(lambda: self.log().count("event.nonsense") > 1, "the reload")
        listed = json.loads(self.run_ok("instances", "--json"))
        self.assertEqual([one["name"] for one in listed], ["one"])
        self.assertNotEqual(listed[0]["state"], "rejected")
        self.write("instances/example.yaml", "instances: [\n")
        eventually(lambda: "" in self.instances(), "the file that is no YAML")
        self.assertEqual(self.instances()[""]["source"], "instances/example.yaml")

    def test_what_does_nothing_in_the_configuration_is_told_by_lint_and_serve(self):
        self.configure("connectors: [x]\napi: {}\nproviders:\n  dropbx: {}\n")
        self.start()
        linted = ferry("lint", cwd=self.folder)
        self.assertEqual(linted.returncode, 1)
        for text in [self.log(), linted.stdout]:
            self.assertIn("ferry.yaml:3:1: warning: 'connectors' has no effect", text)
            self.assertIn("ferry.yaml:6:3: error: there is no connector 'dropbx'", text)

    def test_an_empty_store_file_is_a_new_store_and_said_to_be_one(self):
        self.write("data/ferry.db", "")
        self.start()
        self.assertRegex(self.log(), r"warning .*was there and empty.* file=data/ferry\.db")
        self.stop()
        self.start()
        self.assertNotIn("was there and empty", self.log())

    def test_a_store_file_that_was_truncated_is_refused(self):
        self.declare("one")
        self.start()
        self.hub.kill()
        self.hub.wait()
        self.hub.returncode = 0  # as meant
        self.write("data/ferry.db", "")
        log_bytes = os.path.getsize(self.path("data", "ferry.db-wal"))
        self.assertGreater(log_bytes, 0)
        error = self.run_bad(1, "serve")
        self.assertIn("ferry.db is empty, but there are %d bytes in" % log_bytes, error)
        self.assertIn("backup", error)
        self.assertEqual(os.path.getsize(self.path("data", "ferry.db-wal")), log_bytes, "it is kept")

    def test_the_store_is_for_its_owner_alone(self):
        self.start()
        self.stop()
        os.chmod(self.path("data", "ferry.db"), 0o644)  # as earlier versions made it
        self.start()
        files = [name for name in os.listdir(self.path("data")) if name.startswith("ferry.db")]
        self.assertIn("ferry.db-wal", files)
        for name in files:
            self.assertEqual(os.stat(self.path("data", name)).st_mode & 0o777, 0o600, name)

    def test_without_instances_it_says_so(self):
        self.start()
        self.assertIn("no instances", self.run_ok("instances"))
        self.assertEqual(self.instances(), {})
        self.assertEqual(self.run_ok("events"), "")
        self.assertIn("there is no instance 'x'", self.run_bad(1, "events", "x"))

    def test_a_folder_of_instances_that_is_missing_removes_none(self):
        self.declare("one")
        self.start()
        self.assertIn("one", self.instances(), self.log())
        os.rename(self.path("instances"), self.path("elsewhere"))
        self.hub.send_signal(signal.SIGHUP)
        eventually(lambda: "there is no such file or folder" in self.log(), "the reload")
        self.assertIn("one", self.instances())
        self.stop()
        self.start()
        self.assertIn("one", self.instances())
        self.assertNotIn("it was removed", self.log())
        os.rename(self.path("elsewhere"), self.path("instances"))
        self.write("instances/example.yaml", "instances: []\n")
        eventually(lambda: "it was removed with its tokens and events instance=one" in self.log(),
                   "the removal")

    def test_sighup_and_changed_files_reload(self):
        self.start()
        self.declare("one")
        self.hub.send_signal(signal.SIGHUP)
        eventually(lambda: "one" in self.instances(), "the reload by the signal")
        self.declare("one", "two")
        eventually(lambda: "two" in self.instances(), "the reload by the change")
        # A mistake keeps what runs and says so.
        self.declare("one", "two", more="      event.nonsense: 1\n")
        eventually(lambda: "event.nonsense" in self.log(), "the finding in the log")
        self.assertEqual(set(self.instances()), {"one", "two"})
        self.assertRegex(self.log(), r"example\.yaml:8:7: error")
        self.declare("two")
        eventually(lambda: set(self.instances()) == {"two"}, "the removal")

    def test_a_changed_configuration_is_told_and_not_applied(self):
        self.start()
        self.hub.send_signal(signal.SIGHUP)
        eventually(lambda: self.log().count("instance files applied") > 1, "the reload")
        self.assertNotIn(" warning ", self.log())
        self.configure("delivery: {timeout: 7s}\nlogging: {level: error}\n")
        eventually(lambda: "need a restart" in self.log(), "the change in the log, without a signal")
        self.assertRegex(self.log(), r"need a restart file=ferry\.yaml keys=.?delivery\.timeout, logging\.level")
        self.configure("listn: x\n")
        self.hub.send_signal(signal.SIGHUP)
        eventually(lambda: "would not start" in self.log(), "the error in the log")
        self.assertIn("ferry.yaml:3:1: error: unknown key 'listn'", self.log())
        self.declare("one")
        self.hub.send_signal(signal.SIGHUP)
        eventually(lambda: "created=1" in self.log(), "the instance files, applied all the same")

    def test_a_missing_or_another_key_is_a_refusal_that_says_what_to_do(self):
        self.declare("one")
        self.start()
        self.stop()
        key = self.path("data", "master.key")
        os.rename(key, key + ".kept")
        error = self.run_bad(1, "serve")
        self.assertIn("missing", error)
        self.assertIn("backup", error)
        with open(key, "w") as out:
            out.write("ab" * 32 + "\n")
        os.chmod(key, 0o600)
        self.assertIn("was sealed with key", self.run_bad(1, "serve"))
        os.replace(key + ".kept", key)
        os.chmod(key, 0o644)
        self.assertIn("chmod 600", self.run_bad(1, "serve"))

    def test_a_second_hub_on_the_same_store_or_port_is_refused(self):
        self.start()
        self.assertIn("another", self.run_bad(1, "serve"))
        port = re.search(r"127\.0\.0\.1:(\d+)", self.log()).group(1)
        self.run_ok("init", "other")
        self.write("other/ferry.yaml", "listen: 127.0.0.1:" + port + "\n")
        error = self.run_bad(1, "--config", "other/ferry.yaml", "serve")
        self.assertIn("can't listen on 127.0.0.1:" + port + ": Address already in use; set 'listen'", error)
        self.assertNotIn("applied", error, "the instances are not touched")

    def start_with_alice(self, receiver):
        """A hub with an instance that runs, has its baseline, and calls `receiver` back."""
        fake = FakeDropbox(self)
        self.configure(
            "delivery: {allow_networks: [127.0.0.0/8]}\n"
            "providers: {dropbox: {base_urls: {www: %s, api: %s, content: %s, notify: %s}}}\n"
            % ((fake.url,) * 4)
        )
        self.write(
            "instances/example.yaml",
            "instances:\n  - name: alice\n    key: dropbox\n    configuration:\n"
            "      oauth.callback.url: http://hub.test/oauth/callback\n"
            "      oauth.api.key: %s\n      oauth.api.secret: %s\n      oauth.user.refresh_token: %s\n"
            "      event.notification.enabled: true\n      event.poll.interval: 1s\n"
            "      event.notification.callback.url: http://127.0.0.1:%d/events\n"
            % (fake.app_key, fake.app_secret, fake.refresh_token, receiver.server_address[1]),
        )
        self.start()
        eventually(lambda: self.instances()["alice"]["state"] == "running", "the authorization")
        eventually(lambda: fake.baseline_is_in(), "the baseline")
        return fake

    def test_a_dead_delivery_is_seen_at_its_instance(self):
        receiver = receiver_for(self)
        fake = self.start_with_alice(receiver)
        self.assertNotIn("deadDeliveries", self.instances()["alice"])
        receiver.status = 410
        fake.put("/new.txt")
        eventually(lambda: "deadDeliveries" in self.instances()["alice"], "the end")
        dead = self.instances()["alice"]["deadDeliveries"]
        self.assertEqual((dead["count"], dead["lastStatus"]), (1, 410))
        self.assertNotIn("failingCallback", self.instances()["alice"])
        self.assertRegex(
            self.run_ok("instances"),
            r"(?m)^ +callback: 1 dead, not tried again, the last one at \S+Z: .*410",
        )
        self.assertRegex(
            self.run_ok("instances"),
            r"(?m)^ +callback: switched off since \S+Z, what comes for it waits: .*410.*\n +do:  once it works again: curl ",
        )
        off = self.instances()["alice"]["switchedOffCallback"]
        self.assertIn("instanceId%3D", off["whatToDo"])

    def test_a_callback_that_fails_is_seen_at_its_instance(self):
        receiver = receiver_for(self)
        fake = self.start_with_alice(receiver)
        self.assertNotIn("failingCallback", self.instances()["alice"])
        receiver.status = 503
        fake.put("/new.txt")
        eventually(lambda: "failingCallback" in self.instances()["alice"], "the failure")
        failing = self.instances()["alice"]["failingCallback"]
        self.assertEqual((failing["waiting"], failing["lastStatus"]), (1, 503))
        self.assertEqual(failing["lastError"], "the callback answered 503")
        self.assertRegex(failing["since"], r"^\d{4}-\d\d-\d\dT.*Z$")
        self.assertRegex(
            self.run_ok("instances"),
            r"(?m)^ +callback: failing since \S+Z, 1 waiting, last: the callback answered 503$",
        )
        receiver.status = 200
        eventually(lambda: "failingCallback" not in self.instances()["alice"], "the second attempt")
        self.assertNotIn("callback:", self.run_ok("instances"))
        self.stop()

    def test_events_are_followed_while_the_hub_runs(self):
        receiver = receiver_for(self)
        fake = self.start_with_alice(receiver)
        following = subprocess.Popen(
            [FERRY, "events", "alice", "--follow"], cwd=self.folder, stdout=subprocess.PIPE, text=True
        )
        self.addCleanup(following.stdout.close)
        self.addCleanup(lambda: following.poll() is None and following.kill())
        fake.put("/new.txt")
        line = following.stdout.readline()
        self.assertRegex(line, r"^ +1  \S+Z  alice +CREATED +file +/new\.txt$")
        following.send_signal(signal.SIGTERM)
        self.assertEqual(following.wait(timeout=20), 0)
        eventually(lambda: receiver.bodies, "the callback")
        listed = [json.loads(one) for one in self.run_ok("events", "--json").splitlines()]
        self.assertEqual([one["event"]["eventType"] for one in listed], ["CREATED"])
        self.assertEqual(self.run_ok("events", "-n", "0"), "")
        # Names that users gave can't forge a line or move the cursor.
        fake.put("/a\n       2  forged\x1b[2J\x9b\u202etxt.gpj")
        eventually(lambda: len(self.run_ok("events", "--json").splitlines()) == 2, "the second event")
        lines = self.run_ok("events").splitlines()
        self.assertEqual(len(lines), 2)
        self.assertTrue(lines[1].endswith("  /a        2  forged\ufffd[2J\ufffd\ufffdtxt.gpj"), lines[1])
        self.stop()


class FakeDropbox:
    """The fake as a process; it prints "name: value" lines, then "ready"."""

    def __init__(self, case):
        self.process = subprocess.Popen(
            [os.path.abspath(sys.argv[2]), "--control"], stdout=subprocess.PIPE, text=True
        )
        self.case = case
        case.addCleanup(self.end)
        made = dict(line.strip().split(": ", 1) for line in iter(self.process.stdout.readline, "ready\n"))
        self.url, self.account = made["url"], made["account"]
        self.app_key, self.app_secret = made["app_key"], made["app_secret"]
        self.refresh_token = made["refresh_token"]

    def end(self):
        self.process.terminate()
        status = self.process.wait()
        self.process.stdout.close()
        self.case.assertEqual(status, 0, "the fake Dropbox failed")

    def ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read())

    def put(self, path):
        self.ask("/fake/files", {"account": self.account, "do": "put", "path": path, "content": "x"})

    def baseline_is_in(self):
        return self.ask("/fake/requests").get("files/list_folder/continue 200", 0) > 0


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
