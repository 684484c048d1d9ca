#!/usr/bin/env python3
# Goal: every command of the real program says what it should, in a form that scripts and people can
# use, and exits with 0, 1 or 2. Method: the built binary in temporary folders, without a hub that
# runs; cli_serve_test has those.
# Usage: cli_test.py FERRY FAKE_DROPBOX
import fcntl
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import termios
import unittest
import urllib.request

from cli_case import FERRY, PATIENCE, CliCase, ferry


class Usage(CliCase):
    def test_help_of_each_command(self):
        text = self.run_ok("--help")
        commands = ["serve", "lint", "init", "demo", "connectors", "plugins", "instances", "keys", "events", "deliveries",
                    "replay", "prune", "schema", "version"]
        for command in commands:
            self.assertIn("\n  " + command, text)
            own = self.run_ok(command, "--help")
            self.assertIn("Usage: ferry " + command, own)
            self.assertNotIn("Start here", own)
            self.assertEqual("--config FILE" in own, command not in ("init", "demo", "version"), own)
        self.assertIn("--config FILE", self.run_ok("keys", "add", "--help"))

    def test_a_wrong_call_says_what_is_wrong_and_where_to_read(self):
        for args, said in [
            ([], "a command is missing; see 'ferry --help'"),
            (["nonsense", "--help"], "there is no command 'nonsense'; see 'ferry --help'"),
            (["nonsense"], "there is no command 'nonsense'; see 'ferry --help'"),
            (["lint", "--jsn"], "see 'ferry lint --help'"),
            (["lint", "--jsn"], "--jsn; did you mean --json?; see"),
            (["deliveries", "redeliver", "--dryrun"], "did you mean --dry-run?"),
            (["instances", "--confg=x"], "did you mean --config?"),
            (["sreve"], "there is no command 'sreve'; did you mean 'serve'?; see 'ferry --help'"),
            (["events", "--count", "-3"], "see 'ferry events --help'"),
            (["--config"], "see 'ferry --help'"),
            (["keys"], "a command is missing: 'ferry keys' takes add, list, revoke; see 'ferry keys --help'"),
            (["keys", "ad"], "there is no command 'ad': 'ferry keys' takes add, list, revoke; see 'ferry keys --help'"),
            (["keys", "add"], "NAME is required; see 'ferry keys add --help'"),
            (["replay", "status", "x"], "see 'ferry replay status --help'"),
            (["replay", "status", "x"], "'x' is no ID: IDs are numbers, and shown by 'ferry replay list'"),
            (["replay", "--from", "1d", "--rate", "x"], "Value x not in range 1 to 100000"),
            *((["deliveries", "show", bad], f"'{bad}' is no ID: IDs are numbers, and shown by 'ferry deliveries'")
              for bad in ("x", "0", "007", "0x1a", "1.5", "99999999999999999999", "1,2")),
            (["deliveries", "redeliver", "7", "1,2"], "'1,2' is no ID"),
        ]:
            error = self.run_bad(2, *args)
            self.assertTrue(error.startswith("ferry: "), error)
            self.assertIn(said, error)
            self.assertEqual(error.count("\n"), 1, error)

    def test_without_a_configuration_it_says_how_to_get_one(self):
        for command in ["serve", "instances", "events"]:
            self.assertIn("ferry init", self.run_bad(1, command))
        error = self.run_bad(1, "--config", "nowhere.yaml", "serve")
        self.assertEqual(error, "ferry: there is no nowhere.yaml, which --config names\n")

    def test_version(self):
        self.assertRegex(self.run_ok("version"), r"^ferry \d+\.\d+\.\d+ \(plugin ABI 1;")
        self.assertEqual(self.run_ok("--version"), self.run_ok("version"))
        self.assertEqual(json.loads(self.run_ok("version", "--json"))["pluginAbi"], 1)

    def test_help_is_a_command_as_well(self):
        self.assertEqual(self.run_ok("help"), self.run_ok("--help"))
        self.assertEqual(self.run_ok("help", "lint"), self.run_ok("lint", "--help"))
        self.assertEqual(self.run_ok("help", "keys", "add"), self.run_ok("keys", "add", "--help"))
        self.assertIn("there is no command 'nonsense'", self.run_bad(2, "help", "nonsense"))
        self.assertIn("'x'; see 'ferry keys --help'", self.run_bad(2, "help", "keys", "x"))

    def test_connectors(self):
        summary = self.run_ok("connectors")
        self.assertRegex(summary, r"(?m)^dropbox  Dropbox \S+ \(hub: documents\)$")
        self.assertNotIn("oauth.api.secret", summary)
        self.assertIn("'ferry connectors KEY' shows the parameters of one\n", summary)
        text = self.run_ok("connectors", "dropbox")
        self.assertIn("oauth.api.secret", text)
        self.assertIn("aliases: dropboxbusiness, 1779, 14, 1780\n", text)
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
        self.assertEqual(listed["connectors"][0]["aliases"], ["dropboxbusiness", "1779", "14", "1780"])
        self.assertEqual(listed["connectors"][0]["authenticationParameter"], "authentication.type")
        self.assertEqual(keys["oauth.api.key"]["profiles"], ["oauth2"])
        self.assertNotIn("profiles", keys["oauth.api.secret"])
        self.assertNotIn("dependsOn", keys["oauth.api.key"])
        self.assertIn("dropbox", self.run_bad(1, "connectors", "nosuch"))
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
        # A word that is longer stays whole.
        lines = [line for line in text.splitlines() if " from " not in line and " " in line.strip()]
        self.assertLessEqual(max(len(line) for line in lines), 100)

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
        # One for another ABI is an error, in its line, and the program's own is served all the same.
        with open(self.path("plugins", "folder", "connector.yaml")) as manifest:
            text = manifest.read()
        self.write("plugins/folder/connector.yaml", text.replace("abi: 1", "abi: 2").replace("key: acme", "key: dropbox"))
        done = ferry("lint", cwd=self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"^plugins/folder/connector\.yaml:\d+:6: error: this program has plugin ABI 1")
        self.assertTrue(done.stdout.endswith("1 error, 0 warnings\n"), done.stdout)
        self.assertEqual(ferry("lint", "plugins/folder/connector.yaml", cwd=self.folder).stdout, done.stdout)
        # Nor does one take its key whose library is not loaded.
        self.write("plugins/folder/connector.yaml", text.replace("key: acme", "key: dropbox"))
        done = ferry("lint", cwd=self.folder)
        self.assertIn("(elf-", done.stdout)
        self.assertTrue(done.stdout.endswith("0 errors, 1 warning\n"), done.stdout)
        self.write("plugins/folder/connector.yaml", text)
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
                demo.terminate()  # SIGINT is ignored where a shell runs the tests in the background
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

    def test_a_connector_of_the_hub_takes_the_place_of_the_programs(self):
        self.run_ok("init")
        own = pathlib.Path(__file__).resolve().parents[2] / "connectors/github.yaml"
        self.write("connectors/github.yaml", own.read_text())
        self.assertEqual(self.run_ok("lint"), "0 errors, 0 warnings\n")
        (one,) = [one for one in json.loads(self.run_ok("connectors", "--json"))["refused"] if one["key"] == "github"]
        self.assertIn("connectors/github.yaml is used in its place; this one came with the program", one["message"])
        self.write("plugins/github-again/connector.yaml", own.read_text())
        self.assertIn("remove one of the two", self.run_ok("lint"))

    def test_an_alias_is_of_one_connector(self):
        self.run_ok("init")
        own = (pathlib.Path(__file__).resolve().parents[2] / "connectors/github.yaml").read_text()
        for key, aliases in (("acme", "[1779, acmebusiness]"), ("better", "[acmebusiness]")):
            self.write(f"connectors/{key}.yaml", own.replace("key: github\n", f"key: {key}\naliases: {aliases}\n", 1))
        listed = json.loads(self.run_ok("connectors", "--json"))
        aliases = {one["key"]: one.get("aliases") for one in listed["connectors"]}
        self.assertEqual(aliases["acme"], ["1779", "acmebusiness"])
        self.assertEqual(aliases["dropbox"], ["dropboxbusiness", "14", "1780"])  # came with the program, and gives way
        self.assertNotIn("better", aliases)
        one = next(one for one in listed["refused"] if one["key"] == "better")
        self.assertEqual(one["rule"], "alias-duplicate")
        self.assertIn("the alias 'acmebusiness' is one of connector 'acme' already, from connectors/acme.yaml", one["message"])
        self.assertIn("(alias-duplicate)", self.run_bad(1, "connectors", "better"))

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

    def test_the_instance_files_to_copy_are_good(self):
        folder = pathlib.Path(__file__).resolve().parents[2] / "examples/instances"
        files = sorted(folder.glob("*.yaml"))
        self.assertEqual(len(files), (folder / "README.md").read_text().count(".yaml)"), "each is in the README")
        self.assertEqual(self.run_ok("lint", "--strict", *map(str, files)), "0 errors, 0 warnings\n")

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
                     "[64:ff9b::a01:203]", "[2002:a01:203::1]", "2130706433", "0x7f.1", "0177.0.0.1"]:
            self.lint_callback("http://" + host + "/x", "will be refused")
        self.lint_callback("https://app.example.com:22/x", "callbacks to port 22 will be refused")
        self.lint_callback("http://134744072/", "the host 134744072 is read as the address 8.8.8.8")
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

    def test_a_link_that_leads_nowhere_is_called_that(self):
        os.symlink("loop.yaml", self.path("loop.yaml"))
        os.symlink("nowhere.yaml", self.path("dangling.yaml"))
        for name, target in [("loop.yaml", "loop.yaml"), ("dangling.yaml", "nowhere.yaml")]:
            done = ferry("lint", name, cwd=self.folder)
            self.assertEqual(done.returncode, 1)
            self.assertIn("%s: error: this is a symbolic link to '%s', where nothing is\n" % (name, target), done.stdout)
        self.assertIn("there is no such file or folder", ferry("lint", "nowhere.yaml", cwd=self.folder).stdout)

    def test_what_is_wrong_is_told_once(self):
        self.write("ferry.yaml", "listen: []\n")
        os.makedirs(self.path("instances"))
        done = ferry("lint", cwd=self.folder)
        self.assertEqual(done.stdout.count(" error: "), 1, done.stdout)

    def test_parts_of_plugins_that_have_no_folder_are_told(self):
        self.run_ok("init")
        self.write("plugins/connector.yaml", "key: x\n")
        self.write("plugins/libx.so", "x")
        text = self.run_ok("lint")
        self.assertEqual(text.count("(folder-missing)"), 2, text)
        self.assertIn("plugins/libx.so lies in the plugins folder itself", text)

    def test_nothing_to_check(self):
        self.assertIn("nothing to check", self.run_bad(1, "lint"))
        os.mkdir(os.path.join(self.folder, "empty"))
        self.assertIn("nothing to check", self.run_bad(1, "lint", "empty"))

    def test_a_configuration_that_is_named_must_be_there(self):
        self.write("good.yaml", self.GOOD)
        for args in [("lint",), ("lint", "good.yaml")]:
            done = ferry("-c", "nofile.yaml", *args, cwd=self.folder)
            self.assertEqual(done.returncode, 1)
            self.assertIn("there is no nofile.yaml", done.stderr)


    def test_a_key_file_with_which_the_hub_does_not_start_is_told_in_its_words(self):
        self.write("ferry.yaml", "data_dir: data\n")
        key = self.path("data", "master.key")
        for text, mode, said in [("abc", 0o600, "does not hold a key (64 hex digits)"),
                                 ("0" * 64, 0o644, "may be read by others: run 'chmod 600")]:
            self.write("data/master.key", text)
            os.chmod(key, mode)
            found = self.run_ok("lint", "ferry.yaml")
            self.assertRegex(found, r"ferry.yaml:1:11: warning: the hub does not start: key file \S*/?data/master.key ")
            self.assertIn(said, found)
            self.assertIn(said, self.run_bad(1, "serve"))
        os.chmod(key, 0o600)
        self.assertNotIn("does not start", self.run_ok("lint", "ferry.yaml"))


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
        self.assertTrue(findings.endswith("\n5 errors, 1 warning\n"), findings)
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

    def test_a_data_folder_that_can_not_be_written_is_refused_with_what_to_do(self):
        self.run_ok("init")
        self.write("ferry.yaml", "listen: 127.0.0.1:0\n")
        os.chmod(self.folder, 0o755)
        os.chmod(self.path("data"), 0o555)
        # Nobody is kept out who is root.
        other = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        done = subprocess.run([FERRY, "serve"], cwd=self.folder, capture_output=True, text=True, timeout=60, **other)
        os.chmod(self.path("data"), 0o700)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("open lock file 'data/ferry.db.lock': Permission denied; the user that runs", done.stderr)
        self.assertIn("set data_dir in ferry.yaml", done.stderr)

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


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
