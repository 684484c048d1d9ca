#!/usr/bin/env python3
"""Goal: 'ferry plugin new' writes a plugin that builds and passes its test outside of the tree, and
'ferry plugin test' notices when it changes. Method: SDK and programs are installed to a prefix of their
own, and used from there as an author would.

Usage: scaffold_test.py CMAKE BUILD_DIR WORK_DIR
"""

import pathlib
import shutil
import subprocess
import sys
import unittest

CMAKE, BUILD = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
WORK = pathlib.Path(sys.argv[3]).resolve()
FERRY = WORK / "prefix" / "bin" / "ferry"


def ferry(*arguments):
    return subprocess.run([FERRY, *arguments], cwd=WORK, capture_output=True, text=True, timeout=300, check=False)


class Scaffold(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(WORK, ignore_errors=True)
        (WORK / "prefix" / "bin").mkdir(parents=True)
        subprocess.run([CMAKE, "--install", BUILD, "--component", "sdk", "--prefix", WORK / "prefix"],
                       check=True, capture_output=True)
        shutil.copy2(BUILD / "bin" / "ferry", FERRY)

    def test_a_new_plugin_passes_and_a_changed_one_is_noticed(self):
        made = ferry("plugin", "new", "acme-files")
        self.assertEqual(made.returncode, 0, made.stderr)
        for name in ("CMakeLists.txt", "connector.yaml", "plugin.cpp", "check.yaml"):
            text = (WORK / "acme-files" / name).read_text(encoding="utf-8")
            self.assertNotIn("@", text.replace("@ ", ""), f"{name} has a gap that was not filled")
            self.assertIn(f"wrote    ./acme-files/{name}", made.stdout)

        # As the guide has it: first as it is, then with golden files.
        for more in ([], ["--update-golden"]):
            tested = ferry("plugin", "test", "acme-files", *more)
            self.assertEqual(tested.returncode, 0, tested.stdout + tested.stderr)
            self.assertIn("100% tests passed", tested.stdout)
        golden = WORK / "acme-files" / "golden"
        self.assertEqual(sorted(path.name for path in golden.iterdir()),
                         ["a-later-page.txt", "changes.txt", "the-first-page.txt", "the-token-was-refused.txt",
                          "too-many-requests.txt", "whose-the-token-is.txt"])
        self.assertIn("GET https://api.example.com/changes?after=c1",
                      (golden / "a-later-page.txt").read_text(encoding="utf-8"))

        self.assertIn("retry_after=30000ms", (golden / "too-many-requests.txt").read_text(encoding="utf-8"))

        source = WORK / "acme-files" / "plugin.cpp"
        source.write_text(source.read_text(encoding="utf-8").replace("/changes?after=", "/v2/changes?after="),
                          encoding="utf-8")
        changed = ferry("plugin", "test", "acme-files")
        self.assertEqual(changed.returncode, 1)
        self.assertIn("fail  609", changed.stdout)
        self.assertIn("/v2/changes?after=", changed.stdout)

        # What has no name in check.yaml any more, and what a record has beside its object, count too.
        source.write_text(source.read_text(encoding="utf-8").replace("/v2/changes?after=", "/changes?after=").replace(
            "out.upsert(i, file)", 'out.upsert(i, file, 0, {}, R"({"pages": 3})")'), encoding="utf-8")
        shutil.copy(golden / "a-later-page.txt", golden / "a-former-page.txt")
        changed = ferry("plugin", "test", "acme-files")
        self.assertEqual(changed.returncode, 1)
        self.assertIn("a-former-page.txt: remove it", changed.stdout)
        self.assertIn('properties={"pages": 3}', changed.stdout)
        (golden / "a-former-page.txt").unlink()

        # Every rule that can be tried is tried: a new author sees none skipped but for lack of a hook.
        check = subprocess.run([WORK / "prefix" / "bin" / "ferry-plugin-check",
                                WORK / "acme-files" / "build" / "plugins" / "acme-files", "--golden", golden],
                               capture_output=True, text=True, timeout=300, check=False)
        skipped = [line for line in check.stdout.splitlines() if line.startswith("skip")]
        self.assertEqual(skipped, [], check.stdout)
        self.registers_webhooks(golden)

    def registers_webhooks(self, golden):
        """The same plugin with one feature more."""
        folder = WORK / "acme-files"
        source = folder / "plugin.cpp"
        source.write_text(source.read_text(encoding="utf-8").replace("  private:\n", """
    Task<Subscription> subscribe(
        Context& context, const AccountView& account, const TokenSet&, const Subscribe& wanted
    ) const {
        const auto response = co_await get(
            context, account, "/hooks?url=" + urlEncoded(wanted.callback_url) + "&was=" + urlEncoded(wanted.state)
        );
        Subscription made{std::string(response.body())};
        if (made.state.empty()) co_return Error::malformed("hooks: no id");
        co_return made;
    }
    Task<void> unsubscribe(
        Context& context, const AccountView& account, const TokenSet&, const Subscribe& wanted
    ) const {
        co_await get(context, account, "/forget?id=" + urlEncoded(wanted.state));
    }

  private:
""", 1), encoding="utf-8")
        check = folder / "check.yaml"
        before = check.read_text(encoding="utf-8")
        check.write_text(before + """  - name: another webhook
    hook: subscribe
    state: hook-1
    answers: [{status: 200, body: hook-2}]
  - name: no webhook
    hook: unsubscribe
    state: hook-2
    answers: [{status: 200}]
""", encoding="utf-8")
        tested = ferry("plugin", "test", "acme-files", "--update-golden")
        self.assertEqual(tested.returncode, 0, tested.stdout + tested.stderr)
        made = (golden / "another-webhook.txt").read_text(encoding="utf-8")
        self.assertIn("&was=hook-1", made)
        self.assertIn("subscription hook-2 -", made)
        self.assertIn("/forget?id=hook-2", (golden / "no-webhook.txt").read_text(encoding="utf-8"))
        check.write_text(before + "  - {name: slip, hook: subscribes, answers: []}\n", encoding="utf-8")
        slip = ferry("plugin", "test", "acme-files")
        self.assertEqual(slip.returncode, 1)
        self.assertIn("did you mean 'subscribe'", slip.stdout)

    def test_wrong_calls_say_what_is_wrong(self):
        for name, word in (("Acme", "small letters"), ("a/b", "small letters"), ("-a", "small letters")):
            refused = ferry("plugin", "new", "--in", ".", "--", name)
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn(word, refused.stderr)
        (WORK / "there").mkdir(exist_ok=True)
        again = ferry("plugin", "new", "there")
        self.assertEqual(again.returncode, 1)
        self.assertIn("there already", again.stderr)
        self.assertFalse(list((WORK / "there").iterdir()))
        empty = ferry("plugin", "test", "there")
        self.assertEqual(empty.returncode, 1)
        self.assertIn("ferry plugin new", empty.stderr)
        self.assertEqual(ferry("plugin").returncode, 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
