"""Goal: an example receiver accepts callbacks that the hub's code signed and refuses all others.
Method: starts the receiver on a free port and sends it genuine, altered, old and repeated ones.

Usage: check_receiver.py <signed_callback> <both|standard> <command of the receiver> ...
"""

import http.client
import json
import os
import subprocess
import sys
import time

program, schemes, *command = sys.argv[1:]
KEYS = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MySecretEventSignatureKey"]


def signed(key, seconds):
    out = subprocess.run([program, key, str(seconds)], check=True, capture_output=True).stdout
    callback = json.loads(out)
    return callback["headers"], callback["body"].encode()


def post(port, headers, body):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", "/events", body, headers)
    status = connection.getresponse().status
    connection.close()
    return status


def without(headers, name):
    return {key: value for key, value in headers.items() if key != name}


def expect(what, got, want):
    print(f"{what}: {got}")
    if got != want:
        sys.exit(f"{what}: got {got}, want {want}")


def check(key, port):
    now = int(time.time())
    headers, body = signed(key, now)
    expect("genuine", post(port, headers, body), 204)
    expect("repeated", post(port, headers, body), 204)
    expect("next attempt", post(port, *signed(key, now + 1)), 204)
    expect("changed body", post(port, headers, body.replace(b"CREATED", b"DELETED")), 401)
    expect("changed time", post(port, dict(headers, **{"webhook-timestamp": str(now + 2)}), body), 401)
    expect("old", post(port, *signed(key, now - 310)), 401)
    expect("from the future", post(port, *signed(key, now + 310)), 401)
    expect("another key", post(port, *signed("another key", now)), 401)
    expect("no key", post(port, *signed("", now)), 401)
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        expect(f"without {name}", post(port, without(headers, name), body), 401)
    if schemes == "both":
        name = "Elements-Webhook-Signature"
        expect(f"without {name}", post(port, without(headers, name), body), 401)
        expect("wrong elements signature", post(port, dict(headers, **{name: "sha256=AAAA"}), body), 401)
    expect("still genuine", post(port, headers, body), 204)


def run(key):
    print(f"key {key}")
    environment = dict(os.environ, SIGNING_KEY=key)
    receiver = subprocess.Popen(
        [*command, "--port", "0"], env=environment, stdout=subprocess.PIPE, encoding="utf-8"
    )
    try:
        port = int(receiver.stdout.readline().rsplit(":", 1)[1].strip().strip("/"))
        check(key, port)
    finally:
        receiver.terminate()
        output, _ = receiver.communicate(timeout=10)
    expect("events handled", output.count("CREATED file id:"), 1)
    expect("lines printed", len(output.split("\n")), 2)
    expect("what a terminal obeys", [c for c in output if c in "\x1b\x9b\u202e"], [])
    expect("the name is told", "/Prüfung/日本 \"1\"" in output and output.endswith("txt.gpj\n"), True)


for one_key in KEYS:
    run(one_key)
