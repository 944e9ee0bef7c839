"""Compiled message catalogues, made from the .po files without GNU gettext (a fresh machine has no msgfmt)."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_catalogues(locale_dir: Path) -> int:
    """Compile what is newer than its result; returns how many were written. Two at once are harmless."""
    written = 0
    for source in sorted(locale_dir.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as stream:
            catalogue = read_po(stream, locale=source.parent.parent.name)
        with target.with_suffix(".tmp").open("wb") as stream:
            write_mo(stream, catalogue)
        target.with_suffix(".tmp").replace(target)
        written += 1
    return written
