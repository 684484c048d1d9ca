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

        tested = ferry("plugin", "test", "acme-files", "--update-golden")
        self.assertEqual(tested.returncode, 0, tested.stdout + tested.stderr)
        self.assertIn("100% tests passed", tested.stdout)
        golden = WORK / "acme-files" / "golden"
        self.assertEqual(sorted(path.name for path in golden.iterdir()),
                         ["a-later-page.txt", "changes.txt", "the-first-page.txt", "the-token-was-refused.txt",
                          "whose-the-token-is.txt"])
        self.assertIn("GET https://api.example.com/changes?after=c1",
                      (golden / "a-later-page.txt").read_text(encoding="utf-8"))

        source = WORK / "acme-files" / "plugin.cpp"
        source.write_text(source.read_text(encoding="utf-8").replace("/changes?after=", "/v2/changes?after="),
                          encoding="utf-8")
        changed = ferry("plugin", "test", "acme-files")
        self.assertEqual(changed.returncode, 1)
        self.assertIn("fail  609", changed.stdout)
        self.assertIn("/v2/changes?after=", changed.stdout)

        # Every rule that can be tried is tried: a new author sees none skipped but for lack of a hook.
        check = subprocess.run([WORK / "prefix" / "bin" / "ferry-plugin-check",
                                WORK / "acme-files" / "build" / "plugins" / "acme-files", "--golden", golden],
                               capture_output=True, text=True, timeout=300, check=False)
        skipped = [line for line in check.stdout.splitlines() if line.startswith("skip")]
        self.assertEqual(skipped, [], check.stdout)

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
