#!/usr/bin/python3
"""A caller of the REST API that knows the vendor's public contract alone.

Usage: open_connectors_client.py FERRY FAKE_DROPBOX [TEST...]
Starts the hub, a fake Dropbox and a callback receiver, and runs the tests of open_connectors/, or
those whose names have one of the given words in them. A docstring says what the contract says, with
its section.
"""

import pathlib
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent


def main():
    ferry, fake_dropbox, *words = sys.argv[1:]
    sys.dont_write_bytecode = True  # nothing is written beside the sources
    sys.path.insert(0, str(HERE))
    from open_connectors.contract import ContractTest, World

    loader = unittest.defaultTestLoader
    loader.testNamePatterns = [f"*{word}*" for word in words] or None
    suite = loader.discover(str(HERE / "open_connectors"), "*_test.py", str(HERE))
    with tempfile.TemporaryDirectory(prefix="ferry-contract-") as folder:
        world = World(ferry, fake_dropbox, folder)
        ContractTest.world = world
        try:
            result = unittest.TextTestRunner(verbosity=2).run(suite)
        finally:
            world.stop()
    if result.testsRun == 0:
        raise SystemExit("no test ran")
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
