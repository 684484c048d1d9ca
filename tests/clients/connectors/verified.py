"""What tests have verified of a connector, as `ferry connectors --quality` reads it."""

import hashlib
import json
import os

MEMBERS = ("authorization", "webhook", "reset", "rate_limits")


def check(test, manifest, record, found):
    """`record` has what was found, and is of the manifest as it is. FERRY_RECORD_VERIFIED=1 writes it, and keeps
    what other tests have found of the same manifest."""
    digest = hashlib.sha256(manifest.read_bytes()).hexdigest()
    if os.environ.get("FERRY_RECORD_VERIFIED"):
        before = json.loads(record.read_text()) if record.exists() else {}
        kept = before if before.get("sha256") == digest else {}
        kept = {**kept, **found}
        written = {"sha256": digest, **{name: kept[name] for name in MEMBERS if name in kept}}
        record.write_text(json.dumps(written, indent=2) + "\n")
    there = json.loads(record.read_text())
    test.assertEqual(there["sha256"], digest, f"{manifest} was changed since it was verified")
    test.assertEqual({name: there.get(name) for name in found}, found, manifest)
