#!/usr/bin/python3
"""Runs a client against a fake Dropbox over TLS.

Usage: with_fake_dropbox.py FAKE_DROPBOX_PROGRAM COMMAND...
Makes a certificate, starts the program on a free port, gives the client what it needs in the
environment (FAKE_*, DROPBOX_*, CA files), and ends with the client's exit status.
"""

import os
import subprocess
import sys
import tempfile

START_SECONDS = 30


def make_certificate(folder):
    certificate, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=fake-dropbox", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
         "-keyout", key, "-out", certificate],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return certificate, key


def read_settings(fake):
    """The "name: value" lines that the program prints before "ready"."""
    settings = {}
    for line in fake.stdout:
        line = line.strip()
        if line == "ready":
            return settings
        name, _, value = line.partition(": ")
        settings[name] = value
    raise SystemExit("fake-dropbox ended before it was ready")


def client_environment(settings, certificate):
    host = settings["url"].split("//")[1]
    environment = dict(os.environ)
    # The SDK reads these when it is imported.
    for name in ("API", "API_CONTENT", "API_NOTIFY", "WEB"):
        environment[f"DROPBOX_{name}_HOST"] = host
    environment["REQUESTS_CA_BUNDLE"] = certificate
    environment["NODE_EXTRA_CA_CERTS"] = certificate
    for name, value in settings.items():
        environment["FAKE_" + name.upper()] = value
    return environment


def main():
    program, command = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = make_certificate(folder)
        with subprocess.Popen(
                [program, "--port", "0", "--tls-cert", certificate, "--tls-key", key, "--control",
                 "--files", "25", "--redirect-uri", "https://example.com/callback"],
                stdout=subprocess.PIPE, text=True) as fake:
            try:
                settings = read_settings(fake)
                status = subprocess.run(
                    command, env=client_environment(settings, certificate)).returncode
            finally:
                fake.terminate()
            if fake.wait(START_SECONDS) != 0:
                raise SystemExit(f"fake-dropbox ended with {fake.returncode}")
    return status


if __name__ == "__main__":
    sys.exit(main())
