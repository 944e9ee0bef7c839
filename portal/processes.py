"""Child processes of ``manage.py demo``: started together, stopped together, none left behind."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

TERM_SECONDS = 10
PR_SET_PDEATHSIG = 1


class Child:
    """One process in a group of its own, its output in a log file."""

    def __init__(self, label: str, command: Sequence[str], log: Path, environment: dict[str, str]):
        self.label, self.log = label, log
        log.parent.mkdir(parents=True, exist_ok=True)
        self.offset = log.stat().st_size if log.exists() else 0
        with log.open("ab") as stream:
            self.process = subprocess.Popen(  # noqa: S603 -- our own interpreter and modules
                command,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,  # Ctrl-C reaches the parent alone, which then stops the children in order
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def signal(self, number: int, *, group: bool = False) -> None:
        try:
            if group:
                os.killpg(self.process.pid, number)
            elif not self.ended:
                self.process.send_signal(number)
        except ProcessLookupError:
            return

    def tail(self, lines: int = 20) -> str:
        """The end of what this run has written."""
        with self.log.open("rb") as stream:
            stream.seek(self.offset)
            return "\n".join(stream.read().decode("utf-8", "replace").splitlines()[-lines:])


def _die_with_parent() -> None:
    """Linux only: should the parent be killed outright, the kernel asks the child to end."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def stop_all(children: Sequence[Child]) -> None:
    """Ask, wait, then kill whole groups; a second Ctrl-C skips the wait."""
    for child in children:
        child.signal(signal.SIGTERM)
    deadline = time.monotonic() + TERM_SECONDS
    try:
        for child in children:
            child.process.wait(max(0.1, deadline - time.monotonic()))
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        pass  # killed below
    for child in children:
        child.signal(signal.SIGKILL, group=True)  # also what a child has left in its group
        child.process.wait()


def first_ended(children: Sequence[Child]) -> Child | None:
    return next((child for child in children if child.ended), None)
