"""Children start together and none is left behind."""

import os
import signal
import sys
import time

import pytest

from portal.processes import Child, first_ended, stop_all

OBEDIENT = "import time\nprint('up', flush=True)\ntime.sleep(60)"
DEAF = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up', flush=True)\ntime.sleep(60)"
WITH_GRANDCHILD = (
    "import subprocess, sys, time\n"
    "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid, flush=True)\n"
    "time.sleep(60)"
)


@pytest.fixture
def start(tmp_path):
    children = []

    def start(code):
        child = Child("child", [sys.executable, "-c", code], tmp_path / f"{len(children)}.log", dict(os.environ))
        children.append(child)
        return child

    yield start
    stop_all(children)


def said(child):
    """Wait for the child's first line."""
    deadline = time.monotonic() + 20
    while not child.tail() and time.monotonic() < deadline:
        time.sleep(0.02)
    return child.tail()


def test_obedient_children_end_at_once(start):
    children = [start(OBEDIENT), start(OBEDIENT)]
    assert [said(child) for child in children] == ["up", "up"]
    began = time.monotonic()
    stop_all(children)
    assert time.monotonic() - began < 5
    assert all(child.ended for child in children)


def test_a_deaf_child_is_killed(start, monkeypatch):
    monkeypatch.setattr("portal.processes.TERM_SECONDS", 0.3)
    child = start(DEAF)
    said(child)
    stop_all([child])
    assert child.process.returncode == -signal.SIGKILL


def test_grandchildren_end_with_their_group(start):
    child = start(WITH_GRANDCHILD)
    grandchild = int(said(child))
    stop_all([child])
    deadline = time.monotonic() + 5
    while alive(grandchild) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(grandchild)


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stream:  # noqa: PTH123 -- a file of the kernel
            return stream.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_one_that_died_is_named_with_its_last_words(start):
    lasting, dying = start(OBEDIENT), start("import sys; sys.exit('no database')")
    dying.process.wait(20)
    assert first_ended([lasting, dying]) is dying
    assert dying.tail() == "no database"


def test_the_log_of_an_earlier_run_is_not_shown(tmp_path, start):
    (tmp_path / "0.log").write_text("old words\n")
    child = start("print('new words')")
    child.process.wait(20)
    assert child.tail() == "new words"
