"""Holds answers against the OpenAPI document that the hub serves."""

import json
import re

import jsonschema

ERROR = {"$ref": "#/components/schemas/Error"}


def _pattern(template):
    """(regular expression, number of literal segments) of a path template."""
    segments = template.strip("/").split("/")
    literals = sum(not segment.startswith("{") for segment in segments)
    parts = ["[^/]+" if segment.startswith("{") else re.escape(segment) for segment in segments]
    if segments[-1] == "{path}":  # the rest of a provider's path
        parts[-1] = ".+"
    return re.compile("/" + "/".join(parts)), literals


class OpenapiDocument:
    def __init__(self, text):
        self.document = json.loads(text)
        for schema in self.document["components"]["schemas"].values():
            jsonschema.Draft202012Validator.check_schema(schema)
        self.templates = [(*_pattern(template), methods) for template, methods in self.document["paths"].items()]

    def problem_of(self, method, path, status, headers, body):
        """Why the answer is not what the document says, or None."""
        if not headers.get("Elements-Request-Id"):
            return "no Elements-Request-Id"
        fitting = [(literals, methods) for pattern, literals, methods in self.templates if pattern.fullmatch(path)]
        if not fitting:
            return self.problem_of_error(body) if status == 404 else "the document has no such path"
        operation = max(fitting, key=lambda one: one[0])[1].get(method.lower())
        if operation is None:
            return self.problem_of_error(body) if status == 405 else "the document has no such method"
        answers = operation["responses"]
        answer = answers.get(str(status), answers.get("default"))
        if answer is None:
            return f"the operation names no status {status}"
        content = answer.get("content")
        if not content:
            return "a body where the document has none" if body else None
        if "*/*" in content:
            return None
        form = headers.get("Content-Type", "").split(";")[0]
        if form not in content:
            return f"the content is {form!r}, and should be one of {sorted(content)}"
        return self._schema_problem(content[form]["schema"], body) if form == "application/json" else None

    def problem_of_error(self, body):
        """Why a refusal has not the form that all of them have, or None."""
        return self._schema_problem(ERROR, body)

    def _schema_problem(self, schema, body):
        try:
            value = json.loads(body)
        except ValueError:
            return f"the body is not JSON: {body[:200]!r}"
        # A reference is looked up in the whole document.
        resolver = jsonschema.RefResolver.from_schema(self.document)
        errors = sorted(jsonschema.Draft202012Validator(schema, resolver=resolver).iter_errors(value), key=str)
        return "; ".join(f"{error.json_path}: {error.message}" for error in errors[:5]) or None
