# -*- coding: utf-8 -*-
"""Makes ``.venv`` from the hashed lock and runs the command inside it. Standard library only.

``manage.py`` calls ``prepare`` before anything else. The file must parse on Python 2.7 and 3.5, so that an old
interpreter can say what is needed instead of showing a syntax error: no f-strings, no annotations.
"""

from __future__ import print_function, unicode_literals

import hashlib
import os
import re
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
VENV_PYTHON = os.path.join(VENV, "bin", "python")
LOCK = os.path.join(ROOT, "requirements.lock")
STAMP = os.path.join(VENV, "qianxian.stamp")
OLDEST = (3, 11)
INSTALL_MB, RUN_MB = 1000, 200  # environment, Node where it is missing, caches; database and logs
DEFAULT_PORT = 8000


def say(text, end="\n"):
    """Print on any terminal; one that cannot show Chinese gets question marks, not a crash."""
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    raw = (text + end).encode(encoding, "replace")
    getattr(sys.stderr, "buffer", sys.stderr).write(raw)
    sys.stderr.flush()


def refuse(problem, *remedies):
    """Stop with the reason and the exact commands that help."""
    say("\n" + problem)
    for remedy in remedies:
        say("  " + remedy)
    raise SystemExit(1)


def prepare(argv):
    """Return when this process may run ``argv``; otherwise build the environment and re-execute in it."""
    if sys.version_info[:2] < OLDEST:
        refuse_version(argv)
    if os.name != "posix":
        refuse(
            "本系统在 Linux 与 macOS 上运行；Windows 请使用 WSL。 / Linux or macOS is needed; on Windows use WSL.",
            "wsl --install -d Debian",
        )
    command = argv[1] if len(argv) > 1 else ""
    if command == "demo" and "--no-start" not in argv and "--help" not in argv:
        check_port(port_of(argv), argv)
    inside = os.path.realpath(sys.prefix) == os.path.realpath(VENV)
    if not inside and sys.prefix != sys.base_prefix and satisfied():
        return  # somebody's own environment that already has the packages: used, never changed
    if inside and command not in ("demo", "test"):
        return
    if is_stamped() or (inside and satisfied()):
        if not is_stamped():
            write_stamp()
        check_disk(RUN_MB)
    else:
        install()
    if not inside:
        sys.stdout.flush()
        os.execv(VENV_PYTHON, [VENV_PYTHON] + argv)


# --- what is needed


def refuse_version(argv):
    """Name the interpreter that is here, or the way to get one."""
    found = [name for name in ("python3.13", "python3.12", "python3.11") if works(name)]
    command = " ".join(["manage.py"] + argv[1:])
    problem = "需要 Python 3.11 或更高版本，当前是 {0}。 / Python 3.11 or newer is needed, this is {0}.".format(
        ".".join(str(part) for part in sys.version_info[:3])
    )
    if found:
        refuse(problem, "这台机器上已有，请运行 / It is installed here, run:", "  {0} {1}".format(found[0], command))
    refuse(
        problem,
        "管理员 / as root:        apt-get update && apt-get install -y python3.11 python3.11-venv",
        "无管理员权限 / without:  curl -LsSf https://astral.sh/uv/install.sh | sh"
        " && ~/.local/bin/uv venv --seed --python 3.11 .venv",
        "然后 / then:             python3.11 {0}   |   .venv/bin/python {0}".format(command),
    )


def works(name):
    """Whether ``name`` is on the path and starts: version managers leave stubs that do not."""
    try:
        with open(os.devnull, "w") as null:
            return subprocess.call([name, "-c", "import ssl"], stdout=null, stderr=null) == 0
    except OSError:
        return False


def check_disk(megabytes):
    import shutil

    free = shutil.disk_usage(ROOT).free // 1000000
    if free < megabytes:
        refuse(
            "磁盘空间不足：{0} 需要 {1} MB，剩余 {2} MB。 / Not enough disk space.".format(ROOT, megabytes, free),
            "请清理该磁盘，或把本文件夹移到空间较大的磁盘后重试。 / Free some space: df -h {0}".format(ROOT),
        )


def port_of(argv):
    """The value of ``--port``; what is not a number is left to the command's own parser to refuse."""
    words = " ".join(argv).replace("--port=", "--port ").split()
    after = words[words.index("--port") + 1 :] if "--port" in words else []
    return int(after[0]) if after and after[0].isdigit() else DEFAULT_PORT


def port_is_free(port):
    import socket

    probe = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", port))
    except (OSError, OverflowError):
        return False
    finally:
        probe.close()
    return True


def check_port(port, argv):
    """Early, so that nobody waits for an installation and is then refused."""
    if port_is_free(port):
        return
    other = next((number for number in range(8001, 8100) if port_is_free(number)), 0)
    refuse(
        "端口 {0} 不可用：已被占用或无权监听。 / Port {0} cannot be used.".format(port),
        "python3 manage.py demo --port {0}".format(other),
    )


# --- the environment


def fingerprint():
    """Of the lock and the interpreter: either change asks for a new installation."""
    with open(LOCK, "rb") as stream:
        digest = hashlib.sha256(stream.read()).hexdigest()
    return "{0} python{1}.{2}\n".format(digest, *sys.version_info[:2])


def is_stamped():
    try:
        with open(STAMP) as stream:
            return stream.read() == fingerprint() and os.access(VENV_PYTHON, os.X_OK)
    except OSError:
        return False


def write_stamp():
    try:
        with open(STAMP, "w") as stream:
            stream.write(fingerprint())
    except OSError:
        return  # a read-only environment is checked again next time


def pins():
    """(name, version) of the lock; a marker that excludes this platform is left to pip."""
    with open(LOCK) as stream:
        return [match.groups() for match in map(re.compile(r"([\w.\-]+)==([^\s;\\]+)\s*\\?$").match, stream) if match]


def satisfied():
    """Whether this interpreter already has every pinned version."""
    from importlib import metadata

    try:
        return all(metadata.version(name) == version for name, version in pins())
    except metadata.PackageNotFoundError:
        return False


def install():
    """Create ``.venv`` and fill it from the lock; the stamp comes last, so an interrupted run is done again."""
    if not os.access(ROOT, os.W_OK):
        refuse(
            "没有写入权限：{0} / This folder cannot be written.".format(ROOT),
            "管理员 / as root:        chown -R $(id -un) {0}".format(ROOT),
            "无管理员权限 / without:  cp -r {0} ~/qianxian && cd ~/qianxian".format(ROOT),
        )
    check_disk(INSTALL_MB)
    with only_one():
        if is_stamped():
            return  # another process finished it while this one waited
        say("首次运行：在 .venv 中安装运行环境，不改动系统的 Python。")
        try:
            with_step("[1/2] 创建虚拟环境", create_venv)
            with_step("[2/2] 按 requirements.lock 安装 {0} 个软件包".format(len(pins())), fill_venv)
        except KeyboardInterrupt:
            refuse("安装已中断；重新运行同一条命令即可继续。 / Interrupted; the same command continues.")
        write_stamp()


def with_step(label, work):
    started = time.time()
    say(label)
    work()
    say("      完成，{0:.0f} 秒".format(time.time() - started))


class only_one(object):
    """Two commands started at once: the second waits for the first's installation."""

    def __enter__(self):
        import fcntl

        self.folder = os.open(ROOT, os.O_RDONLY)
        fcntl.flock(self.folder, fcntl.LOCK_EX)

    def __exit__(self, *error):
        os.close(self.folder)


def create_venv():
    """By the standard library; by virtualenv or uv where Debian has split ``ensurepip`` off."""
    if quiet([VENV_PYTHON, "-m", "pip", "--version"]) and python_of(VENV_PYTHON) == sys.version_info[:2]:
        return
    ways = [
        [sys.executable, "-m", "virtualenv", "-q", "--clear", "-p", sys.executable, VENV],
        ["uv", "venv", "-q", "--clear", "--seed", "--python", sys.executable, VENV],
    ]
    if has_venv():
        ways.insert(0, [sys.executable, "-m", "venv", "--clear", VENV])
    for way in ways:
        if quiet(way) and quiet([VENV_PYTHON, "-m", "pip", "--version"]):
            return
    again = "python3 " + " ".join(sys.argv)
    refuse(
        "这个 Python 不能创建虚拟环境（缺少 ensurepip）。 / This Python cannot create virtual environments.",
        "管理员 / as root:        apt-get update && apt-get install -y python{0}.{1}-venv && {2}".format(
            sys.version_info[0], sys.version_info[1], again
        ),
        "无管理员权限 / without:  curl -LO https://bootstrap.pypa.io/virtualenv.pyz"
        " && python3 virtualenv.pyz .venv && {0}".format(again),
    )


def has_venv():
    """Whether ``python -m venv`` can work here."""
    try:
        import ensurepip
        import venv
    except ImportError:
        return False
    return bool(ensurepip and venv)


def python_of(path):
    try:
        out = subprocess.check_output([path, "-c", "import sys; print('%d %d' % sys.version_info[:2])"])
    except (OSError, subprocess.CalledProcessError):
        return None
    return tuple(int(part) for part in out.split())


def quiet(command):
    """Run without output; whether it succeeded."""
    try:
        with open(os.devnull, "w") as null:
            return subprocess.call(command, stdout=null, stderr=null) == 0
    except OSError:
        return False


def fill_venv():
    """Exactly the lock: hashes checked, nothing resolved anew, no package built from source."""
    command = [VENV_PYTHON, "-m", "pip", "install", "--require-hashes", "--no-deps", "--only-binary", ":all:"]
    command += ["--no-input", "--disable-pip-version-check", "--progress-bar", "off", "-r", LOCK]
    environment = dict(os.environ, PYTHONUNBUFFERED="1")
    pip = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
    total, done, shown, tail = len(pins()), 0, time.time(), []
    for raw in pip.stdout:
        line = raw.decode("utf-8", "replace").rstrip()
        tail = (tail + [line])[-12:]
        done += line.startswith("Collecting")
        if line.startswith("Installing collected"):
            say("      下载完成，正在安装 …")
            shown = float("inf")
        elif time.time() - shown > 4:
            say("      {0}/{1} …".format(done, total))
            shown = time.time()
    if pip.wait() != 0:
        say("\n".join("      | " + line for line in tail))
        refuse(
            "软件包没有装完，已装的部分保留。 / The packages could not be installed; a new run continues.",
            "请检查网络；需要镜像或代理时 / check the network; for a mirror or a proxy:",
            "  {0} -m pip config --site set global.index-url <镜像地址 / mirror URL>".format(VENV_PYTHON),
            "  export HTTPS_PROXY=http://<代理 / proxy>:<端口 / port>",
            "然后重新运行同一条命令。 / Then run the same command again.",
        )
