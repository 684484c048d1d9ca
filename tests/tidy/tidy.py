#!/usr/bin/env python3
"""Repository rules as a test: sizes, include levels, banned names, registration.

Usage: tidy.py [ROOT]. Prints one line per finding and exits with 1 if there is any.
Exceptions stand in EXCEPTIONS, each with its reason.
"""

import pathlib
import re
import subprocess
import sys

FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 70

# (rule, path) -> reason. An exception that is not needed any more is a finding of its own.
TABLE = "one table of cases: halves of it would be read together anyway"
EXCEPTIONS = {
    ("function-lines", "tests/bench/flow_bench.cpp"): "one measurement told from beginning to end",
    ("function-lines", "tests/bench/intake_bench.cpp"): "one measurement told from beginning to end",
    ("file-lines", "tests/plugin/dropbox/changes_test.cpp"): TABLE,
    ("file-lines", "tests/plugin/dropbox/errors_test.cpp"): TABLE,
    ("file-lines", "tests/support/faulty_store.h"): "one line for each function of seven interfaces",
}

# A folder of host may include only itself and what its row names.
LEVELS = {
    "base": set(),
    "model": {"base"},
    "observe": {"base"},
    "config": {"base"},
    "store": {"base", "model"},
    "http": {"base"},
    "pipeline": {"base", "model", "observe", "store", "http"},
    "oauth": {"base", "model", "observe", "store", "http", "pipeline"},
    "api": {"base", "model", "observe", "config", "store", "http", "pipeline", "oauth"},
    "plugin": {"base", "model", "http", "pipeline"},
    "isolation": {"base", "model", "http", "pipeline", "plugin"},
    "plugin_check": {"base", "config", "plugin"},
    "app": {"base", "model", "observe", "config", "store", "http", "pipeline", "oauth", "api", "plugin",
            "isolation"},
    "demo": {"base", "model", "observe", "config", "store", "http", "pipeline", "app"},
    "cli": {"base", "model", "observe", "config", "store", "http", "pipeline", "oauth", "api", "plugin",
            "app", "demo"},
}

# pattern -> (what to use instead, folders of host where it may stand)
BANNED = {
    r"#include <Poco/": ("the values of host/http", {"http", "demo"}),
    r"#include <curl/": ("http/outbound", {"http"}),
    r"#include <yaml-cpp/": ("config/yaml_document", {"config"}),
    r"#include <sqlite3": ("the interfaces of store/", {"store", "cli"}),
    r"#include <ferry/": ("the views of host/plugin", {"plugin", "plugin_check"}),
    r"\bsystem_clock::now\(": ("an injected Clock", {"base"}),
    r"\bsleep_for\(|\busleep\(": ("waiting for a condition", {"app", "demo", "store"}),
    r"\bgetenv\(": ("config/references", {"config", "plugin_check"}),
    r"\b(s?rand|drand48)\(": ("an injected Random", set()),
    r"\bprintf\(": ("observe/log or a stream", set()),
    r"\bstd::thread\b": ("base/worker", {"base", "http", "store", "demo"}),
    r"\bFIXME\b|\bXXX\b": ("doing it", set()),
}
CATCH_FOLDERS = {"http", "config", "plugin", "plugin_check", "store", "demo", "cli"}

SOURCE = {".cpp", ".h", ".hpp", ".c"}


class Findings:
    def __init__(self):
        self.lines = []
        self.used = set()

    def add(self, rule, path, text):
        if (rule, str(path)) in EXCEPTIONS:
            self.used.add((rule, str(path)))
            return
        self.lines.append(f"{path}: {rule}: {text}")


def tracked(root):
    out = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard"],
                         check=True, capture_output=True, text=True).stdout
    return [pathlib.Path(line) for line in out.splitlines()
            if (pathlib.Path(root) / line).is_file()]


def strip_comments(text):
    """Blanks comments and texts, so that a word in them is no finding; lines stay lines."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r'//[^\n]*|/\*.*?\*/|R"[a-z]*\((?:.|\n)*?\)[a-z]*"|"(?:\\.|[^"\\\n])*"', blank, text,
                  flags=re.S)


def check_sizes(root, files, findings):
    for path in files:
        lines = (root / path).read_text(encoding="utf-8").count("\n")
        if lines > FILE_LINES_MAX:
            findings.add("file-lines", path, f"{lines} lines, {FILE_LINES_MAX} at most: split it along a seam")
    if not files:
        return
    out = subprocess.run(
        ["ctags", "--languages=C++", "--langmap=C++:+.h", "--kinds-C++=f", "--fields=+ne", "-f", "-",
         *map(str, files)], cwd=root, check=True, capture_output=True, text=True).stdout
    for row in out.splitlines():
        begin = re.search(r"\bline:(\d+)", row)
        end = re.search(r"\bend:(\d+)", row)
        if not begin or not end:
            continue
        length = int(end.group(1)) - int(begin.group(1)) + 1
        name, path = row.split("\t")[:2]
        if length > FUNCTION_LINES_MAX:
            findings.add("function-lines", path, f"{name} has {length} lines, {FUNCTION_LINES_MAX} at most")


def check_host(root, files, findings):
    for path in files:
        if path.parts[0] != "host" or len(path.parts) < 3:
            continue
        folder = path.parts[1]
        text = (root / path).read_text(encoding="utf-8")
        for included in re.findall(r'^#include "(\w+)/', text, flags=re.M):
            if included != folder and included in LEVELS and included not in LEVELS.get(folder, set()):
                findings.add("include-level", path, f"{folder}/ may not include {included}/")
        code = strip_comments(text)
        for pattern, (instead, allowed) in BANNED.items():
            source = text if pattern.startswith("#include") else code
            if re.search(pattern, source) and folder not in allowed:
                findings.add("banned", path, f"'{pattern}' may not stand here; use {instead}")
        if re.search(r"\bcatch \(", code) and folder not in CATCH_FOLDERS:
            findings.add("catch", path, "exceptions end in adapters; use Result")


def range_expressions(code):
    """(place, text) of what each range-based for goes through."""
    for loop in re.finditer(r"\bfor\s*\(", code):
        depth, at, colon = 1, loop.end(), None
        while at < len(code) and depth > 0:
            char = code[at]
            depth += (char in "([{") - (char in ")]}")
            if depth == 1 and char == ";":
                colon = None
            elif depth == 1 and char == ":" and colon is None and ":" not in (code[at - 1], code[at + 1]):
                colon = at
            at += 1
        if colon is not None:
            yield loop.start(), code[colon + 1:at - 1].strip()


def group_before(text, end):
    """Where the parenthesis opens that closes before `end`."""
    depth = 0
    for at in range(end - 1, -1, -1):
        depth += (text[at] == ")") - (text[at] == "(")
        if depth == 0:
            return at
    return 0


def goes_through_temporary(text):
    """Whether a range is behind a pointer, or an optional, that a call has just returned: it may own
    what it points to, and is gone before the first round. `f()->x`, `(*f())->x`, `(*f()).x`, `*f()`."""
    is_call = r"\w\s*\("
    if re.search(rf"^\*[^()]*{is_call}.*\)$", text, flags=re.S):
        return True
    for arrow in re.finditer(r"\)\s*(->|\.)", text):
        if text[:arrow.start()].count("(") - text[:arrow.start()].count(")") != 1:
            continue  # within the arguments of a call, whose result is another matter
        begin = group_before(text, arrow.start() + 1)
        inside = text[begin + 1:arrow.start()].strip()
        if re.search(r"\w\s*$", text[:begin]):
            if arrow.group(1) == "->":
                return True
        elif inside.startswith("*") and re.search(is_call, inside):
            return True
    return False


def check_ranges(root, files, findings):
    for path in files:
        code = strip_comments((root / path).read_text(encoding="utf-8"))
        for at, text in range_expressions(code):
            if goes_through_temporary(text):
                line = code.count("\n", 0, at) + 1
                findings.add("range-of-temporary", path, f"line {line}: '{' '.join(text.split())}' may be gone "
                             "while the loop goes on: give what the call returns a name before it")


def check_registered(root, files, findings):
    listed = ""
    for cmake in root.glob("**/CMakeLists.txt"):
        if "build" not in cmake.relative_to(root).parts[0]:
            listed += cmake.read_text(encoding="utf-8")
    for path in files:
        if path.suffix != ".cpp":
            continue
        # A list may hold the name of the program alone, where each has one source of its name.
        own = root / path.parent / "CMakeLists.txt"
        names = "|".join(re.escape(name) for name in (path.stem, path.stem.removesuffix("_test")))
        by_stem = own.exists() and re.search(rf"\b({names})\b", own.read_text(encoding="utf-8"))
        if not by_stem and not re.search(rf"\b{re.escape(path.name)}\b", listed):
            findings.add("unregistered", path, "stands in no CMakeLists.txt, so nothing builds it")


def check_documents(root, files, findings):
    for path in files:
        if path.suffix != ".md":
            continue
        text = (root / path).read_text(encoding="utf-8")
        headings = re.findall(r"^# ", re.sub(r"```.*?```", "", text, flags=re.S), flags=re.M)
        if len(headings) != 1:
            findings.add("one-title", path, f"{len(headings)} titles")
        for link in re.findall(r"\]\(([^)#:\s]+)\)", text):
            if not (root / path.parent / link).exists():
                findings.add("dead-link", path, link)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    files = tracked(str(root))
    sources = [path for path in files if path.suffix in SOURCE]
    findings = Findings()
    check_sizes(root, sources, findings)
    check_host(root, sources, findings)
    check_ranges(root, sources, findings)
    check_registered(root, sources, findings)
    check_documents(root, files, findings)
    present = {str(path) for path in files}
    for rule, path in sorted(EXCEPTIONS.keys() - findings.used):
        if path not in present:
            continue
        findings.lines.append(f"{path}: unneeded exception from {rule}")
    for line in sorted(findings.lines):
        print(line)
    print(f"tidy: {len(sources)} source files, {len(findings.lines)} findings")
    return 1 if findings.lines else 0


if __name__ == "__main__":
    sys.exit(main())
