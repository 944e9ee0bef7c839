"""The README's first command in an empty data folder: it must come up, answer, and leave no process behind."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

READY_SECONDS = 240


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def status(port, path):
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        asked.request("GET", path)
        return asked.getresponse().status
    except OSError:
        return 0
    finally:
        asked.close()


def remaining(marker):
    """Command lines of processes whose environment names our data folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int(folder.name) != os.getpid() and marker in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def main():
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="qianxian-ci-demo-") as var:
        environment = {**os.environ, "QIANXIAN_VAR": var}
        began = time.monotonic()
        demo = subprocess.Popen(["python3", "manage.py", "demo", "--port", str(port)], env=environment)  # noqa: S603, S607 -- as a user types it
        try:
            while status(port, "/healthz") != 200:
                if demo.poll() is not None or time.monotonic() - began > READY_SECONDS:
                    sys.exit("the demo did not come up")
                time.sleep(1)
            print(f"up after {time.monotonic() - began:.0f} s; / answers {status(port, '/')}", flush=True)
            if status(port, "/") not in (200, 302):
                sys.exit("the first page does not answer")
            time.sleep(3)
        finally:
            demo.send_signal(signal.SIGINT)
            code = demo.wait(60)
        left = remaining(f"QIANXIAN_VAR={var}".encode())
        if code or left:
            sys.exit(f"stopped with {code}, left behind: {left}")


if __name__ == "__main__":
    main()
