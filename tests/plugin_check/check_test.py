#!/usr/bin/env python3
"""Goal: every rule of ferry-plugin-check catches the fault that it is for, and nothing else does.
Method: a plugin without fault, then one for each fault; the rules that find something must be exactly
those of the table below, with that result. A rule without a plugin that breaks it fails the test.

With --short the rules are tried that are to find a fault, and those that they need, but not whether others
find it, too.

Usage: check_test.py PROGRAM CHECKED_PLUGINS SOURCE_DIR [--short] [FAULT...]
"""

import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys

PROGRAM, PLUGINS, SOURCE = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
IS_SHORT = "--short" in sys.argv
ONLY = set(sys.argv[4:]) - {"--short"}

# fault -> {rule: result}. Where a fault breaks two rules, both would catch it alone.
FAULTS = {
    "manifest": {101: "fail"},
    "no_note": {102: "fail"},
    "note_version": {103: "fail"},
    "webhook_undeclared": {104: "fail"},
    "exports": {201: "fail"},
    "entry_no_function": {202: "fail"},
    "executable_stack": {203: "fail"},
    "text_relocation": {204: "fail"},
    "lazy": {205: "fail"},
    "no_relro": {206: "fail"},
    "unloadable": {207: "fail"},
    "needs_library": {208: "fail"},
    "run_path": {209: "fail"},
    "undefined": {210: "fail"},
    "constructor": {211: "warn"},
    "newer_glibc": {212: "fail"},
    "module_short": {301: "fail"},
    "entry_crashes": {301: "crash"},
    "entry_hangs": {301: "hang"},
    "any_major": {302: "fail"},
    "refuses_older": {303: "fail"},
    "refuses_newer": {304: "fail"},
    "trusts_without_crypto": {305: "fail"},
    "needs_log": {305: "crash"},
    "other_record": {306: "fail"},
    "any_extension": {307: "fail"},
    "table_size": {308: "fail"},
    "subscribes_alone": {308: "fail"},
    "no_object": {401: "fail"},
    "leaks_object": {402: "fail"},
    "same_object": {403: "fail"},
    "crash_at_exit": {404: "crash"},
    "reads_nul": {501: "crash"},
    "keeps_pointer": {501: "crash"},
    "writes": {502: "crash"},
    # What lies between two records is read as one: a crash, or a wrong result.
    "own_stride": {304: ("crash", "fail"), 503: ("crash", "fail")},
    "reads_empty": {504: "crash"},
    "no_request": {601: "fail"},
    "no_page": {601: "fail"},
    "leaks_dropped": {602: "fail"},
    "asks_for_ever": {603: "fail"},
    "asks_clock": {604: "fail"},
    "thread_local": {605: "fail"},
    "leaves_egress": {606: "fail"},
    "tells_token": {607: "fail"},
    "other_result": {608: "fail"},
    "other_request": {609: "fail"},
    "thread": {701: "fail"},
    "descriptor": {702: "fail"},
    "child": {703: "fail"},
    "signal": {704: "fail"},
    "locale": {705: "fail"},
    "environment": {706: "fail"},
    "sleeps": {707: "fail"},
    "refuses_genuine": {801: "fail"},
    "compares_half": {802: "fail"},
    "trusts_unsigned": {803: "fail"},
    "names_first": {804: "fail"},
    "wrong_reply": {805: "fail"},
    "remembers": {901: "fail"},
    "silent": {902: "fail"},
    "one_at_a_time": {903: "fail"},
    "other_size": {904: "fail"},
    "bad_input": {911: "crash"},
    "bad_answer": {912: "crash"},
}


def check(folder, *options):
    """The exit status and the report of one check."""
    done = subprocess.run([PROGRAM, folder, "--json", "--rounds", "300", "--timeout", "10",
                           "--golden", SOURCE / "tests/plugin_check/golden", *options],
                          capture_output=True, text=True, check=False)
    assert done.stdout, f"{folder}: no report; {done.stderr}"
    return done.returncode, json.loads(done.stdout)


def found(report):
    return {rule["number"]: rule["result"] for rule in report["rules"] if rule["result"] not in ("pass", "skip")}


def agrees(report, wanted):
    """A result may be one of several where the fault reads what happens to lie in memory."""
    results = found(report)
    return results.keys() == wanted.keys() and all(
        results[number] in (result if isinstance(result, tuple) else (result,)) for number, result in wanted.items())


def text_of(report, number):
    return next(rule["text"] for rule in report["rules"] if rule["number"] == number)


def faults(problems):
    def judge(fault):
        wanted = FAULTS[fault]
        only = ("--only", ",".join(map(str, wanted))) if IS_SHORT else ()
        status, report = check(PLUGINS / fault, *only)
        is_bad = any(result != "warn" for result in wanted.values())
        if not agrees(report, wanted) or status != (1 if is_bad else 0):
            texts = "; ".join(f"{number}: {text_of(report, number)}" for number in found(report))
            return f"{fault}: found {found(report)}, wanted {wanted}, exit {status}: {texts}"
        print(f"{fault}: " + "; ".join(f"{number} {text_of(report, number)}" for number in wanted))
        return None

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        chosen = [fault for fault in FAULTS if not ONLY or fault in ONLY]
        problems += [problem for problem in pool.map(judge, chosen) if problem]


def control(problems):
    status, report = check(PLUGINS / "none")
    odd = {rule["number"]: rule for rule in report["rules"] if rule["result"] != "pass"}
    if status != 0 or odd:
        problems.append(f"the plugin without a fault: exit {status}, {odd}")
    untried = {rule["number"] for rule in report["rules"]} - {n for wanted in FAULTS.values() for n in wanted}
    if untried:
        problems.append(f"rules that no plugin breaks: {sorted(untried)}")


def options(problems):
    def want(what, good):
        if not good:
            problems.append(what)

    def run(*arguments):
        return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)

    _, report = check(PLUGINS / "none", "--only", "602,stays-in-egress")
    want("--only takes numbers and names", [rule["number"] for rule in report["rules"]] == [602, 606])
    status, report = check(PLUGINS / "no_note", "--only", "602")
    results = {rule["number"]: rule["result"] for rule in report["rules"]}
    want(f"a rule whose needs failed is skipped, and they are told: {results}",
         results == {102: "fail", 602: "skip"} and status == 1 and report["good"] is False)
    _, first = check(PLUGINS / "bad_input", "--only", "911", "--seed", "5")
    _, second = check(PLUGINS / "bad_input", "--only", "911", "--seed", "5")
    want(f"a seed repeats: {text_of(first, 911)} / {text_of(second, 911)}",
         text_of(first, 911) == text_of(second, 911) and "seed 5" in text_of(first, 911))
    for arguments in ([], ["--only", "nonsense", str(PLUGINS / "none")], ["--seed", "x"], ["--seed", "-1", "a"], ["--rounds", "0", "a"], ["--explain", "1"]):
        done = run(*arguments)
        want(f"{arguments}: exit 2 and a word", done.returncode == 2 and "--help" in done.stderr)
    none, nowhere = str(PLUGINS / "none"), str(PLUGINS / "nowhere")
    for arguments in ([nowhere], [nowhere, "--only", "801"], [none, "--fixtures", nowhere + ".yaml", "--only", "801"],
                      [none, "--golden", nowhere, "--json"]):
        done = run(*arguments)
        want(f"{arguments}: what is not there is told in a line, {done.stderr}{done.stdout}",
             done.returncode == 2 and "nowhere" in done.stderr and done.stderr.count("\n") == 1 and not done.stdout)
    report = json.loads(run(none, "--golden", nowhere, "--golden-may-be-missing", "--json",
                            "--only", "golden-results").stdout)
    want(f"a new plugin has no golden files yet: {report}", text_of(report, 904).startswith("there are no golden"))
    want("--explain says why", "why:" in run("--explain", "drops-anywhere").stdout)
    want("--help teaches", "check.yaml" in run("--help").stdout)


def documents(problems):
    page = (SOURCE / "sdk" / "plugin_check.md").read_text(encoding="utf-8")
    table = subprocess.run([PROGRAM, "--markdown"], capture_output=True, text=True, check=True).stdout
    if table not in page:
        missing = [line for line in table.splitlines() if line and line not in page.splitlines()]
        problems.append("sdk/plugin_check.md lacks what 'ferry-plugin-check --markdown' prints: "
                        + "\n".join(missing[:3]))


def main():
    problems = []
    if not ONLY:
        documents(problems)
        control(problems)
        options(problems)
    faults(problems)
    for problem in problems:
        print("FAILED:", problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
