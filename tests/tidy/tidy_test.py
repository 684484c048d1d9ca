#!/usr/bin/env python3
"""The rules themselves are tested: a small tree that breaks each of them once."""

import pathlib
import subprocess
import sys
import tempfile

import tidy

HERE = pathlib.Path(__file__).parent

BAD = {
    "host/base/long.cpp": "int x;\n" * 301,
    "host/base/longfunction.cpp": "int f() {\n" + "    ;\n" * 71 + "    return 1;\n}\n",
    "host/base/up.h": '#include "pipeline/stages.h"\n',
    "host/pipeline/poco.cpp": "#include <Poco/Net/Net.h>\n",
    "host/pipeline/wall.cpp": "auto now = std::chrono::system_clock::now();\n",
    "host/pipeline/caught.cpp": "void f() { try { } catch (...) { } }\n",
    "host/base/gone.cpp": "void f() { for (const auto& x : catalog.snapshot()->refused) use(x); }\n",
    "host/base/forgotten.cpp": "\n",
    "host/README.md": "# One\n\n# Two\n\n[gone](nothing.md)\n",
}
WANTED = ["file-lines", "function-lines", "include-level", "banned", "catch", "unregistered", "one-title",
          "dead-link", "wall.cpp", "range-of-temporary"]

# Ranges of loops, and whether they may be gone while the loop goes on.
RANGES = {
    "catalog_.snapshot()->refused": True,
    "store.find(id)\n    ->tags": True,
    "map.find(f(a, b))->second.items()": True,
    "(*store.find(id))->tags": True,
    "(*store.find(id)).tags": True,
    "*store.page(InstanceId(), 9)": True,
    "snapshot->refused": False,
    "(*found)->tags": False,
    "*found": False,
    "store.page(0, 9)": False,
    "sorted((*bench)->operations(), count()->size())": False,
    "document.GetArray()": False,
    "answer.body[0].list()": False,
}
LOOPS = {
    "for (int i = 0; i < n; ++i) f()->g();": [],
    "for (const std::string& x : f()->g) h();": ["f()->g"],
    "for (auto all = f(); const auto& [a, b] : all) h();": ["all"],
    "for (const bool is : {a ? b : c, true}) h();": ["{a ? b : c, true}"],
}


def run(root):
    return subprocess.run([sys.executable, HERE / "tidy.py", root], capture_output=True, text=True)


def check_loops():
    wrong = [text for text, is_gone in RANGES.items() if tidy.goes_through_temporary(text) != is_gone]
    wrong += [text for text, found in LOOPS.items()
              if [range_of for _, range_of in tidy.range_expressions(text)] != found]
    for text in wrong:
        print(f"taken for the wrong thing: {text}")
    return not wrong


def main():
    if not check_loops():
        return 1
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        subprocess.run(["git", "init", "-q", root], check=True)
        good = run(root)
        if good.returncode != 0:
            print("an empty tree has findings:\n" + good.stdout + good.stderr)
            return 1
        for name, text in BAD.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (root / "CMakeLists.txt").write_text(
            "\n".join(pathlib.Path(name).name for name in BAD if "forgotten" not in name))
        bad = run(root)
        missing = [rule for rule in WANTED if rule not in bad.stdout]
        if bad.returncode != 1 or missing:
            print(f"exit {bad.returncode}, not found: {missing}\n{bad.stdout}{bad.stderr}")
            return 1
    print(f"{len(WANTED)} rules find what breaks them")
    return 0


if __name__ == "__main__":
    sys.exit(main())
