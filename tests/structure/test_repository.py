"""What the repository promises about itself: pinned packages, two commands, no secrets, an honest prelude."""

import ast
import json
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-ci.lock", "requirements-node.lock")
BINARY = {".png", ".jpg", ".xlsx", ".xls", ".gz", ".npz", ".ico", ".woff2", ".zip", ".mo", ".sqlite3"}


@cache
def tracked() -> list[Path]:
    """Files of the repository; without git, as in an unpacked archive, there is nothing to say."""
    try:
        out = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return []
    return [path for name in out.decode().split("\0") if name and (path := ROOT / name).is_file()]


def texts():
    for path in tracked():
        if path.suffix not in BINARY:
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_of_the_lock_has_hashes(name):
    entries = re.split(r"\n(?=\S)", (ROOT / name).read_text(encoding="utf-8").strip())
    assert [entry.split()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", [*LOCKS, "package-lock.json"])
def test_the_lock_names_no_place_to_download_from(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert (
        re.findall(r"^\s*(?:-i|--(?:extra-)?index-url|--find-links).*$|\"resolved\"|@ file:", text, re.MULTILINE) == []
    )


def test_the_ci_lock_only_adds_to_the_lock():
    def pins(name):
        return set(re.findall(r"^([\w.-]+==[^\s;]+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))

    assert pins("requirements.lock") <= pins("requirements-ci.lock")


def test_every_declared_package_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8").lower()
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    names = [re.match(r"[\w.-]+", line).group().lower() for line in wanted]
    assert [name for name in names if not re.search(rf"^{re.escape(name)}==", lock, re.MULTILINE)] == []


def test_the_browser_files_are_pinned_with_integrity():
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    declared = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert lock["packages"][""]["dependencies"] == declared
    assert [name for name, entry in lock["packages"].items() if name and not entry.get("integrity")] == []


def test_the_readme_opens_with_the_two_commands():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"^```\w*\n(.*?)^```", readme, re.MULTILINE | re.DOTALL).group(1)
    assert block.splitlines() == ["python3 manage.py demo", "python3 manage.py test"]


def test_pictures_and_pages_the_readme_links_exist():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)]+)\)", readme) if "://" not in link]
    assert [link for link in links if link and not (ROOT / link).exists()] == []


def test_the_handbook_links_what_exists_and_shows_every_picture_kept():
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    shown = set()
    for page in pages:
        for link in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            if "://" not in link:
                assert (page.parent / link).exists(), f"{page.name}: {link}"
                shown.add((page.parent / link).resolve())
    kept = list((ROOT / "docs" / "images").glob("*.png"))
    assert [path.name for path in kept if path.resolve() not in shown] == []
    assert max(path.stat().st_size for path in kept) <= 300_000


SECRETS = {
    "private key": r"-----BEGIN (?:RSA |EC |OPENSSH |DSA )?PRIVATE KEY-----",
    "cloud key": r"\b(?:AKIA|ASIA|LTAI|AKID)[A-Za-z0-9]{12,40}\b",
    "code hosting token": r"\b(?:ghp|gho|ghs|ghr|glpat|github_pat)[_-][A-Za-z0-9_]{20,}",
    "bot webhook": r"(?:access_token=|hook/|webhook/send\?key=)[0-9a-f-]{32,}",
    "signed token": r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    "password in an address": r"\b(?:postgres(?:ql)?|redis|amqp|mysql|https?)://[\w.-]*:[^\s:@/${}<>{]{3,}@(?!127\.|localhost)[\w.-]+",
    "assigned secret": r"""(?i)\b(?:secret_key|api_key|auth_token|client_secret)\b\s*[:=]\s*["'][\w+/=-]{24,}["']""",
}


def secrets_in(text):
    return [kind for kind, pattern in SECRETS.items() if re.search(pattern, text)]


def test_the_tree_holds_no_secret():
    found = [f"{name}: {kind}" for name, text in texts() for kind in secrets_in(text)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "planted",
    [
        "-----BEGIN " + "PRIVATE KEY-----",
        "ghp_" + "a1" * 18,
        'SECRET_KEY = "' + "x7" * 20 + '"',
        "redis://:" + "hunter22@redis.example:6379/0",
    ],
)
def test_the_scan_sees_a_planted_secret(planted):
    assert secrets_in(planted)


def test_what_the_product_makes_is_not_committed():
    made = re.compile(r"^(var|\.venv|static/vendor|staticfiles|node_modules)/|\.(sqlite3|pyc|mo)$|(^|/)\.env$")
    assert [name for name, _text in texts() if made.search(name)] == []


def test_no_registry_address_is_written_down():
    hosts = re.compile(r"(?:files\.python" + r"hosted|pypi\.(?:org|python)|registry\.npm" + r"js|registry\.yarn)")
    assert [name for name, text in texts() if hosts.search(text)] == []


@pytest.mark.parametrize("name", ["manage.py", "bootstrap.py"])
def test_old_interpreters_can_read_the_prelude(name):
    """Python 2.7 and 3.5 must get as far as the sentence that says what is needed."""
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"), feature_version=(3, 5))
    modern = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.AsyncFunctionDef, ast.Nonlocal, ast.YieldFrom, ast.Match)
    assert [node.lineno for node in ast.walk(tree) if isinstance(node, modern)] == []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            arguments = node.args
            assert not arguments.kwonlyargs, f"{name}:{node.lineno}"
            assert not arguments.posonlyargs, f"{name}:{node.lineno}"
            assert node.returns is None, f"{name}:{node.lineno}"
            assert all(argument.annotation is None for argument in arguments.args), f"{name}:{node.lineno}"
        if isinstance(node, ast.ClassDef):
            assert not node.keywords, f"{name}:{node.lineno}"
        if isinstance(node, ast.Raise):
            assert node.cause is None, f"{name}:{node.lineno}"


def test_the_prelude_needs_the_standard_library_alone():
    tree = ast.parse((ROOT / "bootstrap.py").read_text(encoding="utf-8"))
    names = {
        alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    allowed = {"hashlib", "os", "re", "subprocess", "sys", "time", "shutil", "socket", "fcntl", "ensurepip", "venv"}
    assert names <= allowed
