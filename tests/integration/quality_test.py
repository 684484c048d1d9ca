#!/usr/bin/env python3
# Goal: 'ferry connectors --quality' tells of every shipped connector what is good and what is not, and
# fails one that gets worse. Method: the real program on the connectors of this repository, and on
# copies of one that are spoilt in one place each.
# Usage: quality_test.py FERRY FAKE_DROPBOX
import hashlib
import hmac
import json
import pathlib
import shutil
import sys
import unittest

from cli_case import CliCase, ferry

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "connectors"


class Quality(CliCase):
    def checks(self, folder, *args):
        self.write("ferry.yaml", f"connectors: [{folder}]\n")
        done = ferry("connectors", "--quality", "--json", *args, cwd=self.folder)
        found = {one["key"]: {check["name"]: check for check in one["checks"]}
                 for one in json.loads(done.stdout)["connectors"]}
        failed = any(check["grade"] == "FAIL" for checks in found.values() for check in checks.values())
        self.assertEqual(done.returncode, 1 if failed else 0, done.stderr)
        return found

    def test_every_shipped_connector(self):
        found = self.checks(SOURCE)
        keys = {path.stem for path in SOURCE.glob("*.yaml")}
        self.assertLessEqual(keys, set(found))
        for key in keys:
            for name, check in found[key].items():
                self.assertNotEqual(check["grade"], "FAIL", (key, name, check))
            self.assertEqual({found[key][name]["grade"] for name in ("docs", "parameters", "samples",
                                                                     "webhook verified")}, {"pass"}, key)
        text = ferry("connectors", "--quality", "github", cwd=self.folder)
        self.assertIn("pass  samples: ", text.stdout)

    def test_the_connectors_beside_the_program(self):
        """Those of the build tree, with what is known of them; among them the one with code."""
        pathlib.Path(self.path("connectors")).mkdir(exist_ok=True)
        found = self.checks("connectors")
        self.assertEqual(set(found), {path.stem for path in SOURCE.glob("*.yaml")} | {"dropbox"})
        bad = [(key, check) for key, checks in found.items() for check in checks.values()
               if check["grade"] == "FAIL"]
        self.assertEqual(bad, [])
        self.assertEqual({name: found["dropbox"][name]["grade"] for name in
                          ("auth verified", "webhook verified", "reset handled", "rate limits handled")},
                         dict.fromkeys(("auth verified", "webhook verified", "reset handled",
                                        "rate limits handled"), "pass"))

    def test_a_connector_that_gets_worse_fails(self):
        def edit(old, new):
            def change(folder):
                file = folder / "github.yaml"
                self.assertIn(old, file.read_text())
                file.write_text(file.read_text().replace(old, new, 1))
            return change

        def sample(folder):
            file = folder / "github/samples/push.json"
            document = json.loads(file.read_text())
            document["events"][0]["objectType"] = "other"
            file.write_text(json.dumps(document))

        for change, name, why in [
            (lambda folder: None, None, None),
            (edit("date_read:", "# date_read:"), "docs", "no date_read"),
            (edit("    secret: true\n", ""), "parameters", "not marked as secret"),
            (sample, "samples", "push.json: event 1/objectType"),
            (lambda folder: shutil.rmtree(folder / "github/samples"), "samples", "there are none"),
            (edit("name: GitHub", "name: GitHub."), "webhook verified", "changed since"),
            (lambda folder: (folder / "github/verified.json").unlink(), "webhook verified", "no test has"),
        ]:
            with self.subTest(name=name, why=why):
                folder = pathlib.Path(self.path("connectors"))
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                shutil.copy(SOURCE / "github.yaml", folder)
                shutil.copytree(SOURCE / "github", folder / "github")
                change(folder)
                checks = self.checks(folder, "github")["github"]
                if name is None:
                    self.assertEqual([one for one in checks.values() if one["grade"] == "FAIL"], [])
                else:
                    self.assertEqual(checks[name]["grade"], "FAIL", checks)
                    self.assertIn(why, checks[name]["why"])

    def test_a_sample_that_checks_nothing_fails(self):
        """What is misspelt in a sample is told by its name, and no sample passes without saying what it wants."""
        folder = pathlib.Path(self.path("samples"))
        file = folder / "new" / "samples" / "created.json"
        self.assertEqual(ferry("connector", "new", "new", "--in", str(folder), cwd=self.folder).returncode, 0)
        good = json.loads(file.read_text())

        def without(key, **other):
            return {name: value for name, value in good.items() if name != key} | other

        for sample, why in [
            (good, None),
            ({**good, "events": []}, "it gives 1 events instead of 0"),
            (without("events"), "the sample needs 'events'"),
            (without("events", evnts=good["events"]), "unknown key 'evnts' in the sample; did you mean 'events'?"),
            ({**good, "note": "x"}, "unknown key 'note' in the sample; known: method, "),
            ({**good, "record": {}}, "unknown key 'record' in the sample"),
            ({**good, "answer": "x"}, "the sample needs 'events'"),
            ({**good, "events": good["events"][0]}, "'events' of the sample is no list"),
            ({**good, "events": ["x"]}, "event 1 of the sample is no object"),
            (without("events", answer=1), "'answer' of the sample is no text"),
            (without("events", answer="x"), "it is not answered 'x'"),
            ({"resource": "a", "record": {}}, "the sample needs 'events'"),
            ({"resource": "a", "record": {}, "events": [], "body": {}}, "unknown key 'body'"),
        ]:
            with self.subTest(why=why):
                file.write_text(json.dumps(sample))
                done = ferry("connector", "test", str(folder / "new.yaml"), cwd=self.folder)
                self.assertEqual(done.returncode, 0 if why is None else 1, done.stdout)
                self.assertIn("ok   created.json" if why is None else "FAIL created.json", done.stdout)
                self.assertIn(why or "", done.stdout)

    def test_the_signature_of_a_sample_is_verified_as_the_hub_does(self):
        folder = pathlib.Path(self.path("signed"))
        file = folder / "new" / "samples" / "signed.json"
        self.assertEqual(ferry("connector", "new", "new", "--in", str(folder), cwd=self.folder).returncode, 0)
        good = json.loads(file.read_text())
        header = "X-Signature-256"

        for sample, why in [
            (good, "ok   signed.json\n     its signature is good, and refused if the body was changed\n"),
            ({**good, "text": good["text"] + "\n"}, "FAIL signed.json\n     its signature is refused: "),
            ({**good, "text": good["text"] + "\n"}, "'X-Signature-256' has no signature that the secret makes of this"),
            ({**good, "secret": "another"}, "its signature is refused: "),
            ({**good, "headers": {header: good["headers"][header][:-1] + "x"}}, "its signature is refused: "),
            ({**good, "headers": {}}, "the header 'X-Signature-256' is missing, empty, or there twice"),
            ({**good, "signed": "yes"}, "'signed' of the sample is true, or is not there"),
            ({**good, "secret": ""}, "needs the 'secret' that it was signed with"),
            ({**good, "body": {}}, "a sample that is signed has no 'body' but a 'text'"),
            ({**good, "url": "hub.example.com"}, "'url' of the sample, that it was sent to, is none such as"),
            ({**good, "at": "yesterday"}, "'at' of the sample, when it came, is no time such as"),
        ]:
            with self.subTest(why=why):
                file.write_text(json.dumps(sample))
                done = ferry("connector", "test", str(folder / "new.yaml"), cwd=self.folder)
                self.assertIn(why, done.stdout)
                self.assertEqual(done.returncode, 0 if "ok" in why else 1, done.stdout)

    def test_a_connector_that_takes_the_place_of_another_is_told(self):
        made = ferry("connector", "new", "webhook", "--in", self.path("own"), cwd=self.folder)
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertIn("note: Ferry has a connector 'webhook' already (", made.stderr)
        made = ferry("connector", "new", "another", "--in", self.path("own"), cwd=self.folder)
        self.assertEqual(made.stderr, "")

    def test_a_signed_sample_verifies_the_webhook(self):
        folder = pathlib.Path(self.path("author"))
        self.assertEqual(ferry("connector", "new", "new", "--in", str(folder), cwd=self.folder).returncode, 0)
        check = self.checks(folder, "new")["new"]["webhook verified"]
        self.assertEqual(check["grade"], "pass", check)
        self.assertIn("signed samples: 1, refused with another secret", check["why"])
        (folder / "new" / "samples" / "signed.json").unlink()
        self.assertEqual(self.checks(folder, "new")["new"]["webhook verified"]["grade"], "FAIL")

    def test_the_time_and_the_url_of_a_signed_sample_count(self):
        folder = pathlib.Path(self.path("timed"))
        self.assertEqual(ferry("connector", "new", "new", "--in", str(folder), cwd=self.folder).returncode, 0)
        connector = (folder / "new.yaml").read_text()
        old = "      header: X-Signature-256\n      prefix: sha256=\n"
        self.assertIn(old, connector)
        new = (
            "      header: X-Signature-256\n      prefix: sha256=\n      signed: ${timestamp}.${url}.${body}\n"
            "      timestamp_header: X-Time\n      tolerance: 5m\n"
        )
        (folder / "new.yaml").write_text(connector.replace(old, new))
        file = folder / "new" / "samples" / "signed.json"
        good = json.loads(file.read_text())
        url = "https://hub.example.com/elements/api-v2/events/new/7?a=1"
        signed = "1767322000.%s.%s" % (url, good["text"])
        digest = hmac.new(b"a-secret", signed.encode(), hashlib.sha256).hexdigest()
        good["headers"] = {"X-Signature-256": "sha256=" + digest, "X-Time": "1767322000"}
        good.update(url=url, at="2026-01-02T02:47:00Z")
        def without(key):
            return {name: value for name, value in good.items() if name != key}

        untimely = "the time in the header 'X-Time' is no time within 300 seconds of now"
        unsigned = "has no signature that the secret makes of this request"
        for sample, why in [
            (good, None),
            ({**good, "at": "2026-01-02T02:55:00Z"}, untimely + "\n"),
            ({**good, "url": url.replace("7", "8")}, unsigned + "\n"),
            (without("at"), untimely + "; without 'at' it comes now\n"),
            (without("url"), unsigned + "; without 'url' it was sent to no host\n"),
        ]:
            file.write_text(json.dumps(sample))
            done = ferry("connector", "test", str(folder / "new.yaml"), cwd=self.folder)
            self.assertEqual("FAIL signed.json" in done.stdout, why is not None, done.stdout)
            self.assertIn(why or "", done.stdout)

    def test_a_challenge_that_wants_events_fails(self):
        shutil.copytree(SOURCE / "slack", self.path("slack"))
        shutil.copy(SOURCE / "slack.yaml", self.folder)
        file = pathlib.Path(self.path("slack/samples/url_verification.json"))
        sample = json.loads(file.read_text())
        del sample["answer"]
        file.write_text(json.dumps({**sample, "events": []}))
        done = ferry("connector", "test", self.path("slack.yaml"), cwd=self.folder)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("it is a challenge, so it has no 'events'", done.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
