#!/usr/bin/env python3
# Goal: the scripts that people start by hand refuse a wrong call before they install or build
# anything, and say what is wrong. Method: each in a folder of its own, where installing packages is
# a stand-in that tells that it was called.
# Usage: scripts_test.py SOURCE_FOLDER
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.path.abspath(sys.argv[1])
INSTALLER = "#!/bin/sh\necho INSTALLING\nexit 7\n"


class Scripts(unittest.TestCase):
    def call(self, script, *args):
        with tempfile.TemporaryDirectory(prefix="ferry-scripts-") as folder:
            copy = os.path.join(folder, script)
            os.makedirs(os.path.dirname(copy))
            shutil.copy(os.path.join(SOURCE, script), copy)
            os.mkdir(os.path.join(folder, ".ci"))
            installer = os.path.join(folder, ".ci", "install-packages")
            with open(installer, "w") as out:
                out.write(INSTALLER)
            os.chmod(installer, 0o755)
            return subprocess.run([copy, *args], capture_output=True, text=True, timeout=30)

    def refused(self, said, script, *args):
        done = self.call(script, *args)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertEqual(done.stderr, f"{script}: {said} (try --help)\n")

    def test_tests_run(self):
        for option in ["--preset", "--label", "--filter"]:
            self.refused(f"'{option}' needs a value", "tests/run", option)
        self.refused("'--filter' needs a value", "tests/run", "--preset", "dev", "--filter")
        self.refused("unknown argument '--bogus'", "tests/run", "--bogus")
        self.assertIn("--preset dev|tsan|release", self.call("tests/run", "--help").stdout)
        self.assertEqual(self.call("tests/run", "--preset", "dev").returncode, 7)

    def test_demo(self):
        self.refused("unknown argument '--bogus'", "examples/demo/run", "--once", "--bogus")
        self.assertIn("--once", self.call("examples/demo/run", "--help").stdout)
        self.assertEqual(self.call("examples/demo/run", "--once", "--log").returncode, 7)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
