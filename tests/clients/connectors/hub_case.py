"""A hub with one of the connectors beside this file, instances of it, and who takes their callbacks."""

import base64
import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from open_connectors.processes import Hub, eventually

from .receiver import Receiver

HERE = pathlib.Path(__file__).resolve().parent
CALLBACK_KEY = "whsec_" + base64.b64encode(b"a key of receivers, 32 bytes long").decode()


class HubCase(unittest.TestCase):
    """A test with a hub; `key` is the connector, and `programs` are ferry and fake-dropbox."""

    key = ""
    programs = []

    def start_hub(self, configurations, providers=""):
        folder = tempfile.TemporaryDirectory(prefix="ferry-checks-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.receiver = Receiver(CALLBACK_KEY)
        self.addCleanup(self.receiver.stop)
        (self.folder / "connectors").mkdir()
        shutil.copy(HERE / f"{self.key}.yaml", self.folder / "connectors")
        self.hub = Hub(*self.programs, folder.name, has_webhooks=False, providers=providers)
        self.addCleanup(self.hub.stop)
        lines = ["instances:"]
        for name, configuration in configurations.items():
            lines += [f"  - name: {name}", f"    key: {self.key}", "    configuration:",
                      *(f'      {option}: "{value}"' for option, value in configuration.items()),
                      "      event.notification.enabled: true",
                      f"      event.notification.callback.url: {self.receiver.url}/{name}",
                      f"      event.notification.signature.key: {CALLBACK_KEY}"]
        (self.hub.folder / "instances" / "all.yaml").write_text("\n".join(lines) + "\n")
        eventually(lambda: set(self.instances()) == set(configurations) and
                   all(one["state"] == "running" for one in self.instances().values()), "all run")

    def instances(self):
        done = subprocess.run([self.programs[0], "instances", "--json"], cwd=self.hub.folder, capture_output=True, text=True)
        return {one["name"]: one for one in json.loads(done.stdout)} if done.returncode == 0 else {}

    def target(self, name):
        number = base64.b64encode(str(self.instances()[name]["id"]).encode()).decode()
        return f"/elements/api-v2/events/{self.key}/{number}"
