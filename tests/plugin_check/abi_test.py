#!/usr/bin/env python3
"""Goal: the ABI is the one of the golden dump, and no change of a header gets past it.
Method: a library that mentions every type is compiled and compared by abidiff (abigail-tools); then with
headers that were changed in one place each, which must be noticed.

Usage: abi_test.py SOURCE_DIR CC [--update]   (--update writes sdk/abi/<version>.abi anew)
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True  # nothing is written beside the sources
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from abi_growth import broken_promises  # noqa: E402

SOURCE, CC = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
HEADERS = SOURCE / "sdk" / "include"
PROBE = SOURCE / "sdk" / "abi" / "probe.c"
HOST = (HEADERS / "ferry" / "abi" / "host.h").read_text(encoding="utf-8")
VERSION = ".".join(re.search(rf"#define FERRY_ABI_{part} (\d+)", HOST).group(1) for part in ("MAJOR", "MINOR"))
GOLDEN = SOURCE / "sdk" / "abi" / f"{VERSION}.abi"
MUSEUM = SOURCE / "tests" / "museum"
# Of earlier minors, whose plugins every hub of this major runs.
EARLIER = sorted(path for path in (SOURCE / "sdk" / "abi").glob("*.abi") if path != GOLDEN)

# What was done to the ABI of others, or nearly to this one: header, text, and what became of it.
CHANGES = {
    "a field between others": ("account.h", "    ferry_str account_state;    /* from ferry_identity; empty before */",
                               "    ferry_str account_label;\n    ferry_str account_state;"),
    "a field at the end": ("account.h", "without a slash at the end */\n} ferry_account;",
                           "without a slash at the end */\n    ferry_str later;\n} ferry_account;"),
    "a field at the end of a frozen record": ("types.h", "    const uint8_t* data;\n    size_t size;\n} ferry_bytes;",
                                              "    const uint8_t* data;\n    size_t size;\n    size_t room;\n} ferry_bytes;"),
    "two slots in another order": ("ext/webhook.h", "verify_challenge", "SWAP verify_signature"),
    "another type of an argument": ("operation.h", "ferry_operation* op, const ferry_call* call",
                                    "ferry_operation* op, const ferry_sink* call"),
    "one field made of two": ("types.h", "    size_t size; /* bytes */\n} ferry_str;",
                              "    uint32_t size;\n    uint32_t flags;\n} ferry_str;"),
    "another number of a status": ("status.h", "FERRY_NEED_HTTP = 3,", "FERRY_NEED_HTTP = 4,"),
    "a status more": ("status.h", "FERRY_NEED_HTTP = 3,", "FERRY_NEED_HTTP = 3, FERRY_LATER = 4,"),
    "a field with a sign": ("records.h", "    uint32_t change_index; /* which change of the page */",
                            "    int32_t change_index;"),
}


# What may be done in a new minor.
GROWTH = {"a field at the end", "a status more"}


def dump(headers, to, probe=PROBE):
    """The dump of the ABI that these headers describe."""
    with tempfile.TemporaryDirectory() as folder:
        library = pathlib.Path(folder) / "libferry_abi.so"
        subprocess.run([CC, "-std=c99", "-g", "-O0", "-fPIC", "-shared", "-fvisibility=hidden",
                        "-fno-eliminate-unused-debug-types", f"-fdebug-prefix-map={SOURCE}=.", "-isystem", headers, probe, "-o", library], check=True)
        subprocess.run(["abidw", "--load-all-types", "--no-show-locs", "--no-corpus-path", "--no-comp-dir-path",
                        "--no-elf-needed", "--headers-dir", headers, "--out-file", to, library], check=True)


def difference(old, new):
    """What abidiff finds; "" for nothing."""
    done = subprocess.run(["abidiff", "--harmless", "--non-reachable-types", "--no-architecture", old, new],
                          capture_output=True, text=True, check=False)
    return (done.stdout or f"status {done.returncode}") if done.returncode != 0 else ""


class Abi(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_it_is_that_of_the_golden_dump(self):
        dump(HEADERS, self.folder / "now.abi")
        self.assertEqual(difference(GOLDEN, self.folder / "now.abi"), "",
                         "if the change is one that sdk/include/ferry/abi/types.h allows: raise FERRY_ABI_MINOR once "
                         "for each release, write CHANGELOG.md, and run this with --update")

    def test_every_change_is_noticed(self):
        for name, (header, text, other) in CHANGES.items():
            with self.subTest(name):
                headers = self.folder / "include"
                shutil.rmtree(headers, ignore_errors=True)
                shutil.copytree(HEADERS, headers)
                path = headers / "ferry" / "abi" / header
                before = path.read_text(encoding="utf-8")
                if other.startswith("SWAP "):
                    second = other.removeprefix("SWAP ")
                    after = before.replace(f"(*{text})", "(*@)").replace(f"(*{second})", f"(*{text})")
                    after = after.replace("(*@)", f"(*{second})")
                else:
                    after = before.replace(text, other)
                self.assertNotEqual(before, after, "the text to change is not there any more")
                path.write_text(after, encoding="utf-8")
                dump(headers, self.folder / "changed.abi")
                self.assertNotEqual(difference(GOLDEN, self.folder / "changed.abi"), "")
                broken = broken_promises(GOLDEN, self.folder / "changed.abi")
                self.assertEqual(broken == [], name in GROWTH, broken)

    def test_it_keeps_what_earlier_minors_promised(self):
        self.assertTrue(EARLIER, "there is no dump of ABI 1.0")
        dump(HEADERS, self.folder / "now.abi")
        for before in EARLIER:
            with self.subTest(before.name):
                self.assertEqual(broken_promises(before, self.folder / "now.abi"), [])
                self.assertNotEqual(broken_promises(self.folder / "now.abi", before), [], "it has not grown")

    def test_the_dumps_are_those_of_the_headers_in_the_museum(self):
        for before in EARLIER:
            with self.subTest(before.name):
                headers = MUSEUM / before.stem / "include"
                dump(headers, self.folder / "then.abi", MUSEUM / before.stem / "probe.c")
                self.assertEqual(difference(before, self.folder / "then.abi"), "")

    def test_every_public_type_is_in_it(self):
        probe = PROBE.read_text(encoding="utf-8")
        for header in (HEADERS / "ferry" / "abi").rglob("*.h"):
            for name in re.findall(r"^\} (ferry_\w+);", header.read_text(encoding="utf-8"), re.M):
                self.assertRegex(probe, rf"\b{name}\*", f"{header.name}: put it into sdk/abi/probe.c")


if __name__ == "__main__":
    if "--update" in sys.argv:
        dump(HEADERS, GOLDEN)
        print("wrote", GOLDEN)
        for folder in MUSEUM.glob("*/probe.c"):
            dump(folder.parent / "include", GOLDEN.parent / f"{folder.parent.name}.abi", folder)
        sys.exit(0)
    unittest.main(argv=sys.argv[:1])
