"""The prelude of ``manage.py``: what it understands, and what it says when something is missing."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import bootstrap

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("words", "port"),
    [([], 8000), (["--port", "8123"], 8123), (["--port=8124"], 8124), (["--port"], 8000), (["--port", "x"], 8000)],
)
def test_port_is_read_as_the_command_will_read_it(words, port):
    assert bootstrap.port_of(["manage.py", "demo", *words]) == port


def test_a_busy_port_is_refused_with_a_free_one(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit):
            bootstrap.check_port(port, ["manage.py", "demo"])
    said = capsys.readouterr().err
    assert str(port) in said
    assert "python3 manage.py demo --port 80" in said


def test_a_full_disk_is_refused_with_the_place(capsys):
    with pytest.raises(SystemExit):
        bootstrap.check_disk(10**12)
    assert str(ROOT) in capsys.readouterr().err


def test_an_old_interpreter_is_told_what_to_run(monkeypatch, capsys):
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 2))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SystemExit):
        bootstrap.prepare(["manage.py", "demo"])
    said = capsys.readouterr().err
    assert "3.9.2" in said
    assert "apt-get install -y python3.11 python3.11-venv" in said
    assert "uv venv" in said


def test_a_python_without_venv_is_told_both_ways(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(bootstrap, "VENV", str(tmp_path / "venv"))
    monkeypatch.setattr(bootstrap, "VENV_PYTHON", str(tmp_path / "venv/bin/python"))
    monkeypatch.setattr(bootstrap, "has_venv", lambda: False)
    monkeypatch.setattr(bootstrap, "quiet", lambda command: False)
    with pytest.raises(SystemExit):
        bootstrap.create_venv()
    said = capsys.readouterr().err
    assert "apt-get install -y python3" in said
    assert "virtualenv.pyz .venv" in said


def test_every_unconditional_pin_is_read():
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    unconditional = [line for line in lines if "==" in line and ";" not in line]
    assert len(bootstrap.pins()) == len(unconditional) > 50


def test_the_stamp_follows_the_lock(monkeypatch, tmp_path):
    lock = tmp_path / "requirements.lock"
    lock.write_text("one==1 \\\n    --hash=sha256:00\n")
    monkeypatch.setattr(bootstrap, "LOCK", str(lock))
    monkeypatch.setattr(bootstrap, "STAMP", str(tmp_path / "stamp"))
    monkeypatch.setattr(bootstrap, "VENV_PYTHON", sys.executable)
    assert bootstrap.is_stamped() is False
    bootstrap.write_stamp()
    assert bootstrap.is_stamped() is True
    lock.write_text("one==2 \\\n    --hash=sha256:00\n")
    assert bootstrap.is_stamped() is False


def test_a_terminal_without_chinese_gets_a_sentence_not_a_crash():
    done = subprocess.run(
        [sys.executable, "-c", "import bootstrap; bootstrap.refuse('端口被占用 / busy', 'try 8001')"],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert b"busy" in done.stderr
    assert b"Traceback" not in done.stderr
