"""Message catalogues without GNU gettext (a fresh machine has neither msgfmt nor xgettext)."""

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize


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


# --- extraction: what makemessages does, without GNU gettext
KEYWORDS = {
    **dict.fromkeys(("_", "_lazy", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""  # no dates: two runs without a change write the same file
PLACES = ("accounts", "core", "engagements", "enterprises", "experts", "matching", "portal", "reports", "templates")


def source_messages(base: Path) -> Catalog:
    """Every message of our Python files and templates, in the order of the files, without line numbers."""
    found = Catalog(fuzzy=False)
    for path in sorted(path for place in PLACES for path in (base / place).rglob("*") if path.is_file()):
        in_templates = path.is_relative_to(base / "templates")
        if not in_templates and path.suffix != ".py":
            continue
        text = path.read_text()
        if in_templates:  # calls stay, everything else becomes X; without indentation it reads as Python
            text = "\n".join(line.strip() for line in templatize(text, origin=str(path)).splitlines())
        name = path.relative_to(base).as_posix()
        for _line, message, _comments, context in extract("python", BytesIO(text.encode()), keywords=KEYWORDS):
            found.add(message, locations=[(name, 0)], context=context)
    return found


def update_catalogue(source: Path, messages: Catalog) -> list[str]:
    """Bring one .po file up to ``messages``; what is no longer used goes. Returns the untranslated."""
    with source.open("rb") as stream:
        known = read_po(stream, locale=source.parent.parent.name)
    fresh = Catalog(locale=known.locale, fuzzy=False)
    for message in messages:
        if message.id:
            old = known.get(message.id, message.context)
            words = old.string if old is not None and not old.fuzzy else None
            fresh.add(message.id, words, locations=message.locations, context=message.context)
    body = BytesIO()
    write_po(body, fresh, width=120, include_lineno=False, omit_header=True)
    header = HEADER.format(language=known.locale, plurals=known.plural_forms)
    source.with_suffix(".tmp").write_bytes(header.encode() + body.getvalue())
    source.with_suffix(".tmp").replace(source)
    return [str(message.id) for message in fresh if message.id and not filled(message)]


def filled(message: Message) -> bool:
    words = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return bool(words) and all(words)
