#!/usr/bin/env python3
# Goal: bodies of any length pass through the hub both ways, byte for byte, and it holds none of them
# in memory, however slowly one side reads. Method: a real `ferry serve` between a caller and a
# provider that make the bytes as they go; the hub's resident memory is looked at all the while.
# Usage: proxy_streaming.py FERRY FAKE_DROPBOX [--mib 1024]
import argparse
import hashlib
import http.client
import http.server
import json
import pathlib
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "clients"))
from open_connectors.processes import ORGANIZATION, REDIRECT_URI, USER, Hub, http_call  # noqa: E402

MIB = 1 << 20
BASE = "/elements/api-v2"
BLOCK = bytes(hashlib.shake_256(b"a block of a body").digest(MIB))
# What the hub may need more than before: buffers of two connections, and what its allocator keeps.
GROWTH_MIB_MAX = 32
PATIENCE = 60


def digest_of(mib):
    digest = hashlib.sha256()
    for _ in range(mib):
        digest.update(BLOCK)
    return digest.hexdigest()


class Provider(http.server.BaseHTTPRequestHandler):
    """The content host: sends and takes bodies that it never has whole."""
    protocol_version = "HTTP/1.1"
    mib = 0
    pause = 0.0  # before it reads on, after the first MiB

    def log_message(self, *_):
        pass

    def chunks(self):
        if self.headers.get("Transfer-Encoding", "") == "chunked":
            while size := int(self.rfile.readline().split(b";")[0], 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return
        left = int(self.headers["Content-Length"])
        while left:
            part = self.rfile.read(min(left, MIB))
            if not part:
                raise ConnectionError("the body was cut off")
            left -= len(part)
            yield part

    def do_POST(self):
        digest, size = hashlib.sha256(), 0
        for part in self.chunks():
            digest.update(part)
            is_first = size < MIB <= size + len(part)
            size += len(part)
            if is_first and self.path.endswith("/upload"):
                time.sleep(self.pause)
        if self.path.endswith("/upload"):
            answer = json.dumps({"size": size, "sha256": digest.hexdigest()}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(self.mib * MIB))
        self.send_header("Dropbox-API-Result", '{"name":"big.bin","id":"id:big","size":1}')
        self.end_headers()
        for _ in range(self.mib):
            self.wfile.write(BLOCK)


class Memory(threading.Thread):
    """The greatest resident memory of a process while this runs."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.status = pathlib.Path(f"/proc/{pid}/status")
        self.before = self.most = self.now()
        self.ended = threading.Event()
        self.start()

    def now(self):
        for line in self.status.read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("the hub is gone")

    def run(self):
        while not self.ended.wait(0.02):
            self.most = max(self.most, self.now())

    def stop(self):
        self.ended.set()
        self.join()
        return self.most - self.before


def caller(hub, headers):
    connection = http.client.HTTPConnection(hub.url.split("//")[1], timeout=PATIENCE)
    return connection, {"Authorization": headers}


def download(hub, auth, method, target, pause):
    """The digest of what came."""
    connection, headers = caller(hub, auth)
    connection.request(method, BASE + target, headers=headers)
    answer = connection.getresponse()
    if answer.status != 200:
        raise SystemExit(f"{target}: {answer.status} {answer.read(500)!r}")
    digest, size = hashlib.sha256(), 0
    while part := answer.read(MIB):
        digest.update(part)
        if size == 0:
            time.sleep(pause)
        size += len(part)
    connection.close()
    return digest.hexdigest()


def upload(hub, auth, mib, is_chunked):
    """The digest of what the provider got."""
    connection, headers = caller(hub, auth)
    headers["Content-Type"] = "application/octet-stream"
    if not is_chunked:
        headers["Content-Length"] = str(mib * MIB)
    body = (BLOCK for _ in range(mib))
    connection.request(
        "POST", f"{BASE}/proxy/content/2/files/upload", body, headers, encode_chunked=is_chunked)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"upload: {answer.status} {text[:500]!r}")
    return json.loads(text)["sha256"]


def instance_token(hub):
    body = {
        "element": {"key": "dropbox"}, "name": "streams", "externalAuthentication": "initial",
        "configuration": {
            "oauth.api.key": hub.fake.app_key, "oauth.api.secret": hub.fake.app_secret,
            "oauth.callback.url": REDIRECT_URI, "oauth.user.refresh_token": hub.fake.refresh_token}}
    platform = {"Authorization": f"User {USER}, Organization {ORGANIZATION}", "Content-Type": "application/json"}
    status, _, answer = http_call(hub.url, "POST", f"{BASE}/instances", json.dumps(body), platform)
    if status != 200:
        raise SystemExit(f"no instance: {status} {answer!r}")
    return json.loads(answer)["token"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ferry")
    parser.add_argument("fake_dropbox")
    parser.add_argument("--mib", type=int, default=1024, help="of each body")
    given = parser.parse_args()
    Provider.mib, Provider.pause = given.mib, 1.0
    provider = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    provider.daemon_threads = True
    threading.Thread(target=provider.serve_forever, daemon=True).start()
    wanted, failed = digest_of(given.mib), 0
    with tempfile.TemporaryDirectory() as folder:
        hub = Hub(given.ferry, given.fake_dropbox, folder,
                  bases={"content": f"http://127.0.0.1:{provider.server_port}"})
        auth = f"User {USER}, Element {instance_token(hub)}"
        target = "/proxy/content/2/files/download"
        download(hub, auth, "GET", "/files?path=/warm-up", 0)  # code and buffers that stay
        for name, run in {
                "proxy, down": lambda: download(hub, auth, "POST", target, 1.0),
                "files, down": lambda: download(hub, auth, "GET", "/files?path=/big.bin", 1.0),
                "proxy, up": lambda: upload(hub, auth, given.mib, False),
                "proxy, up, chunked": lambda: upload(hub, auth, given.mib, True)}.items():
            memory, began = Memory(hub.process.pid), time.monotonic()
            digest = run()
            seconds, growth = time.monotonic() - began, memory.stop()
            is_good = digest == wanted and growth < GROWTH_MIB_MAX
            failed += not is_good
            print(f"{name}: {given.mib} MiB in {seconds:.1f} s, {'the same bytes' if digest == wanted else 'OTHER BYTES'}, "
                  f"hub {memory.before:.1f} MiB and {growth:.1f} MiB more at most: {'good' if is_good else 'BAD'}")
        hub.stop()
    provider.shutdown()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
