#!/usr/bin/env python3
# Goal: the JSON Schemas that 'ferry schema' prints take every file that is good, and refuse the usual
# mistakes, as 'ferry lint' does. Method: python3-jsonschema holds the files of this repository, those
# that the program writes, and faulty variants of them against the schemas.
# Usage: schema_test.py FERRY FAKE_DROPBOX
import copy
import json
import pathlib
import re
import sys
import unittest

import jsonschema
import yaml

from cli_case import CliCase

SOURCE = pathlib.Path(__file__).resolve().parents[2]


class Loader(yaml.SafeLoader):
    """YAML 1.2's core schema as far as it matters here: a date is a text, 'on' and 'yes' are, too."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers
            if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|True|TRUE|false|False|FALSE"), list("tTfF"))


def read(text):
    return yaml.load(text, Loader)


class Schema(CliCase):
    def schema(self, *args):
        schema = json.loads(self.run_ok("schema", *args))
        self.assertEqual(schema["$schema"], "https://json-schema.org/draft/2020-12/schema")
        jsonschema.Draft202012Validator.check_schema(schema)
        return jsonschema.Draft202012Validator(schema)

    def problems(self, schema, document):
        return [f"{error.json_path}: {error.message}" for error in schema.iter_errors(document)]

    def assert_lint_refuses(self, name, document):
        pathlib.Path(self.folder, name).write_text(json.dumps(document))  # JSON is YAML
        self.run_bad(1, "lint", name)


class Connectors(Schema):
    def test_every_manifest_is_taken(self):
        schema = self.schema("connector")
        files = [file for place in ("connectors/*.yaml", "*/*/connector.yaml", "tests/clients/connectors/*.yaml")
                 for file in sorted(SOURCE.glob(place))]
        self.assertGreater(len(files), 13)
        for file in files:
            self.assertEqual(self.problems(schema, read(file.read_text())), [], file)
        self.run_ok("connector", "new", "acme")
        self.assertEqual(self.problems(schema, read(pathlib.Path(self.folder, "connectors/acme.yaml").read_text())), [])

    def test_the_examples_of_the_documentation_are_taken(self):
        page = (SOURCE / "sdk/declarative.md").read_text()
        examples = re.findall(r"```yaml\n(key: .*?)```", page, re.S)
        self.assertEqual(len(examples), 2)
        for example in examples:
            self.assertEqual(self.problems(self.schema("connector"), read(example)), [])
            pathlib.Path(self.folder, "example.yaml").write_text(example)
            self.assertEqual(self.run_ok("connector", "lint", "example.yaml"), "0 errors, 0 warnings\n")

    def test_mistakes_are_refused_by_schema_and_lint_alike(self):
        schema = self.schema("connector")
        good = read((SOURCE / "connectors/github.yaml").read_text())
        for where, value in [
            (["naem"], "x"),
            (["key"], "Git Hub"),
            (["hub"], "documentz"),
            (["abi"], "one"),
            (["abi"], 0),
            (["plugin"], "/etc/passwd"),
            (["webhook"], "both"),
            (["notifications", "verfy"], []),
            (["notifications", "verify"], {}),
            (["notifications", "verify", 0, "method"], "hmacc"),
            (["notifications", "verify", 0, "hash"], "md5"),
            (["notifications", "verify", 0, "tolerance"], "5 minutes"),
            (["map"], {}),
            (["map"], []),
            (["map", 0, "ignroe"], "x"),
            (["map", 0], {"event": "creatd", "id": "/id"}),
            (["map", 0], {"event": "created", "id": {"form": "/id"}}),
            (["map", 0], {"event": "created", "id": {"from": "/id", "as": "upperr"}}),
            (["map", 0], {"event": "created", "id": "/id", "when": {}}),
            (["parameters", 0, "type"], "txt"),
            (["parameters", 0, "required"], "yes"),
            (["documentation", "url"], "docs.github.com"),
        ]:
            bad = copy.deepcopy(good)
            place = bad
            for step in where[:-1]:
                place = place[step]
            place[where[-1]] = value
            with self.subTest(where=where, value=value):
                self.assertNotEqual(self.problems(schema, bad), [])
                self.assert_lint_refuses("connector.yaml", bad)
        asked = read((SOURCE / "tests/clients/connectors/poll-tickets.yaml").read_text())
        for key, value in [("body", ["${since}"]), ("form", "a=b"), ("basic", {"password": "X"}), ("basic", "X")]:
            bad = copy.deepcopy(asked)
            bad["polling"]["resources"][0]["changes"][key] = value
            with self.subTest(key=key, value=value):
                self.assertNotEqual(self.problems(schema, bad), [])
                self.assert_lint_refuses("connector.yaml", bad)
        for missing in ["key", "events", "plugin"]:
            bad = copy.deepcopy(good)
            del bad[missing]
            self.assertIn(f"$: '{missing}' is a required property", self.problems(schema, bad))


class Hub(Schema):
    def test_what_init_writes_is_taken(self):
        self.run_ok("init")
        hub = read(pathlib.Path(self.folder, "ferry.yaml").read_text())
        self.assertEqual(self.problems(self.schema("hub"), hub), [])
        files = list(pathlib.Path(self.folder).glob("instances/*.y*ml"))
        self.assertNotEqual(files, [])
        for file in files:
            self.assertEqual(self.problems(self.schema("instances"), read(file.read_text())), [], file)

    def test_mistakes_are_refused_by_schema_and_lint_alike(self):
        schema = self.schema("hub")
        for document, place in [
            ({"lisen": "127.0.0.1:8080"}, "$"),
            ({"http": {"threads": 0}}, "$.http.threads"),
            ({"http": {"threads": "many"}}, "$.http.threads"),
            ({"http": {"body_limit": "10 megs"}}, "$.http.body_limit"),
            ({"logging": {"level": "loud"}}, "$.logging.level"),
            ({"public_url": "hub.example.com"}, "$.public_url"),
            ({"delivery": ["timeout"]}, "$.delivery"),
            ({"delivery": {"timeout": 5}}, "$.delivery.timeout"),
            ({"providers": {"dropbox": {"poll_intervall": "5m"}}}, "$.providers.dropbox"),
        ]:
            with self.subTest(document=document):
                self.assertTrue(any(problem.startswith(place + ":") for problem in self.problems(schema, document)))
                self.assert_lint_refuses("ferry.yaml", document)
        for document in [
            {"http": {"threads": "${env:THREADS}"}, "logging": {"level": "${env:LEVEL}"}, "plugins": "a, b"},
            {"retention": {"age": "30d", "size": "10GiB"}, "http": None},
        ]:
            self.assertEqual(self.problems(schema, document), [])


class Instances(Schema):
    GOOD = {"instances": [{
        "name": "a", "key": "github", "tags": ["x"],
        "configuration": {"webhook.secret": "${env:SECRET}", "event.notification.enabled": True,
                          "event.notification.callback.url": "https://app.example.com/events"}}]}

    def changed(self, **members):
        document = copy.deepcopy(self.GOOD)
        document["instances"][0].update(members)
        return document

    def test_good_files_are_taken(self):
        for args in [[], ["--connector", "github"], ["--connector", "dropbox", "--connector", "github"]]:
            schema = self.schema("instances", *args)
            self.assertEqual(self.problems(schema, self.GOOD), [], args)
            self.assertEqual(self.problems(schema, self.GOOD["instances"][0]), [], args)
            beside = self.changed(**{"event.notification.format": "cloudevents"})
            self.assertEqual(self.problems(schema, {"x-shared": {"a": 1}, **beside}), [], args)

    def test_mistakes_are_refused_by_schema_and_lint_alike(self):
        anything, github = self.schema("instances"), self.schema("instances", "--connector", "github")
        for document, is_of_hub in [
            (self.changed(nmae="b"), True),
            (self.changed(tags={"a": 1}), True),
            (self.changed(configuration=["a"]), True),
            (self.changed(configuration={"event.notification.enabled": "yes"}), True),
            (self.changed(configuration={"event.notification.format": "cloudevent"}), True),
            (self.changed(configuration={"event.notification.callback.url": "app.example.com"}), True),
            (self.changed(configuration={"event.notification.formt": "cloudevents"}), False),
            (self.changed(configuration={"webhook": {"secret": "x"}}), True),
            ({**self.GOOD, "shared": 1}, True),
            ({"instances": [{"key": "github"}]}, True),
        ]:
            with self.subTest(document=document):
                self.assertNotEqual(self.problems(github, document), [])
                self.assertEqual(bool(self.problems(anything, document)), is_of_hub)
                self.assert_lint_refuses("instances.yaml", document)
        self.assertNotEqual(self.problems(github, self.changed(key="dropbox")), [])

    def test_it_has_every_parameter_that_the_connector_lists(self):
        schema = self.schema("instances", "--connector", "dropbox").schema
        shown = schema["$defs"]["instance"]["allOf"][0]["then"]["properties"]["configuration"]["properties"]
        listed = json.loads(self.run_ok("connectors", "--json", "dropbox"))["connectors"][0]["parameters"]
        wanted = {one["key"]: one for one in listed if one["key"] not in ("name", "key", "tags", "code")}
        self.assertEqual(set(shown), set(wanted))
        for key, parameter in wanted.items():
            self.assertIn(parameter["description"], shown[key]["description"])
            if "values" in parameter:
                self.assertLessEqual(set(parameter["values"]), set(shown[key]["anyOf"][0]["enum"]))
            self.assertEqual("default" in parameter, "default" in shown[key], key)

    def test_wrong_calls(self):
        self.assertIn("there is no connector 'githb'", self.run_bad(1, "schema", "instances", "--connector", "githb"))
        self.assertIn("--connector is for", self.run_bad(2, "schema", "hub", "--connector", "github"))
        self.run_bad(2, "schema", "other")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
