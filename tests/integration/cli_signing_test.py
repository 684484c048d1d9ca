#!/usr/bin/env python3
# Goal: a plugin that was signed on one machine is loaded by a hub that trusts the signer, and one
# that was changed on the way is not. Method: the built program; openssl, which knows nothing of it,
# makes a key and verifies a signature.
# Usage: cli_signing_test.py FERRY FAKE_DROPBOX
import base64
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import unittest

from cli_case import FERRY, CliCase

BUILT = pathlib.Path(FERRY).resolve().parents[1] / "plugins" / "dropbox"


def openssl(*args):
    return subprocess.run(["openssl", *args], check=True, capture_output=True, text=True, timeout=60).stdout


class Signing(CliCase):
    def setUp(self):
        super().setUp()
        # A connector of another key, beside the one that comes with the program.
        self.plugin = pathlib.Path(self.path("plugins", "acme"))
        self.plugin.mkdir(parents=True)
        manifest = (BUILT / "connector.yaml").read_text().replace("key: dropbox\n", "key: dropbax\n", 1)
        (self.plugin / "connector.yaml").write_text(manifest)
        library = (BUILT / "libdropbox.so").read_bytes()
        (self.plugin / "libdropbox.so").write_bytes(library.replace(b"dropbox", b"dropbax"))
        self.public_key = self.make_key("release.key")

    def make_key(self, name):
        return re.search(r"release: ([^}\s]+)", self.run_ok("plugin", "key", name)).group(1)

    def sign(self, key="release.key"):
        return self.run_ok("plugin", "sign", str(self.plugin), "--key", key)

    def configure(self, *keys, required=True):
        trusted = ", ".join(f'k{number}: "{key}"' for number, key in enumerate(keys))
        self.write("ferry.yaml", "listen: 127.0.0.1:0\ninstances: []\nplugin_signatures:\n"
                   f"  trusted_keys: {{{trusted}}}\n  require_signed: {str(required).lower()}\n")

    def refused(self):
        listed = json.loads(self.run_ok("connectors", "--json"))
        return [one["rule"] for one in listed["refused"]], [one["key"] for one in listed["connectors"]]

    def test_a_key_is_for_its_owner_alone_and_never_written_over(self):
        self.assertEqual(stat.S_IMODE(os.stat(self.path("release.key")).st_mode), 0o600)
        self.assertIn("never written over", self.run_bad(1, "plugin", "key", "release.key"))
        der = base64.b64decode(self.public_key)
        told = openssl("pkey", "-in", self.path("release.key"), "-text", "-noout")
        self.assertIn(der.hex(), re.sub(r"[\s:]", "", told.split("pub:")[1]))

    def test_openssl_verifies_what_was_signed(self):
        self.sign()
        signed, signature = (self.plugin / "MANIFEST").read_text().split("signature ")
        self.write("signed", signed)
        with open(self.path("signature"), "wb") as out:
            out.write(base64.b64decode(signature))
        told = openssl("pkeyutl", "-verify", "-rawin", "-inkey", self.path("release.key"),
                       "-in", self.path("signed"), "-sigfile", self.path("signature"))
        self.assertIn("Verified Successfully", told)
        for line in signed.splitlines()[1:-1]:
            name = line.split(" ", 2)[2]
            digest = openssl("dgst", "-sha256", "-r", str(self.plugin / name)).split()[0]
            self.assertEqual(line, f"sha256 {digest} {name}")

    def test_a_key_of_openssl_signs_as_well(self):
        openssl("genpkey", "-algorithm", "ed25519", "-out", self.path("other.key"))
        key = re.search(r"key (\S+)", self.sign("other.key")).group(1)
        self.assertIn("2 files, signed by", self.run_ok("plugin", "verify", str(self.plugin), "--trust", key))
        openssl("genpkey", "-algorithm", "ed448", "-out", self.path("wrong.key"))
        openssl("genpkey", "-algorithm", "ed25519", "-aes256", "-pass", "pass:x", "-out", self.path("locked.key"))
        for name in ["wrong.key", "locked.key", "ferry.yaml", "nowhere.key"]:
            self.write("ferry.yaml", "")
            self.run_bad(1, "plugin", "sign", str(self.plugin), "--key", name)

    def test_verify_says_which_file_was_changed(self):
        self.configure(self.public_key)
        self.sign()
        told = self.run_ok("plugin", "verify", str(self.plugin) + "/")
        self.assertIn("2 files, signed by 'k0'", told)
        (self.plugin / "connector.yaml").open("a").write("# later\n")
        error = self.run_bad(1, "plugin", "verify", str(self.plugin))
        self.assertIn("acme/connector.yaml: is not the file that was signed", error)
        self.assertIn("(file-changed)", error)

    def expect(self, rules, is_served):
        refused, served = self.refused()
        self.assertEqual(refused, rules)
        self.assertEqual("dropbax" in served, is_served)
        self.assertIn("dropbox", served, "what came with the program needs no signature")

    def test_a_hub_that_asks_for_signatures_loads_nothing_else(self):
        self.configure(self.public_key)
        self.expect(["signature-missing"], is_served=False)
        self.assertIn("(signature-missing)", self.run_ok("lint"))
        self.sign()
        self.expect([], is_served=True)
        self.assertNotIn("signature", self.run_ok("lint"))

        library = bytearray((self.plugin / "libdropbox.so").read_bytes())
        library[-1] ^= 1
        (self.plugin / "libdropbox.so").write_bytes(library)
        self.expect(["file-changed"], is_served=False)
        self.sign()
        self.assertEqual(self.refused()[0], [])
        (self.plugin / "libhelper.so").write_bytes(b"")
        self.expect(["file-unlisted"], is_served=False)

    def test_whoever_is_not_trusted_signs_in_vain(self):
        other = self.make_key("other.key")
        self.configure(self.public_key)
        self.sign("other.key")
        self.assertEqual(self.refused()[0], ["signature-untrusted"])
        self.configure(self.public_key, other)
        self.assertEqual(self.refused()[0], [])
        self.configure(self.public_key, required=False)
        self.assertEqual(self.refused()[0], ["signature-untrusted"], "who signs means it")
        (self.plugin / "MANIFEST").unlink()
        self.assertEqual(self.refused()[0], [])

    def test_a_library_that_connectors_share_is_looked_at_too(self):
        shutil.rmtree(self.plugin)
        shared = pathlib.Path(self.path("plugins", "declarative"))
        shared.mkdir()
        shutil.copy(BUILT.parent / "declarative" / "libdeclarative.so", shared)
        self.configure(self.public_key)
        rules, keys = self.refused()
        self.assertEqual(set(rules), {"signature-missing"})
        self.assertEqual(keys, ["dropbox"])
        self.run_ok("plugin", "sign", str(shared), "--key", "release.key")
        rules, keys = self.refused()
        self.assertEqual(rules, [])
        self.assertIn("github", keys)


if __name__ == "__main__":
    unittest.main(argv=["cli_signing_test"], verbosity=2)
