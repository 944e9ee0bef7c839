"""The English catalogue says everything the source says, and nothing that the source no longer says."""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.template.base import Lexer, TokenType

from portal.catalogues import compile_catalogues, filled, source_messages, update_catalogue

LOCALE = settings.BASE_DIR / "locale"
ENGLISH = LOCALE / "en/LC_MESSAGES/django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*")
TAG = re.compile(r"</?[a-z]+")
CJK = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")
OTHER_PLACEHOLDERS = {"{amount} 万元"}  # ten thousand is no English unit: the whole yuan are given instead


def messages_of(path):
    with path.open("rb") as stream:
        return [message for message in read_po(stream, locale=path.parent.parent.name) if message.id]


@cache
def english():
    return messages_of(ENGLISH)


def key(message):
    return message.context, message.id


def forms(value):
    return value if isinstance(value, tuple | list) else (value,)


def test_every_message_of_the_source_is_in_the_catalogue_and_no_other():
    wanted = {key(message) for message in source_messages(settings.BASE_DIR) if message.id}
    known = {key(message) for message in english()}
    assert len(wanted) > 2000
    assert (sorted(map(str, wanted - known)), sorted(map(str, known - wanted))) == ([], [])


def test_every_message_is_translated_and_none_is_fuzzy():
    assert [message.id for message in english() if not filled(message) or message.fuzzy] == []


def test_translations_are_not_chinese():
    assert [message.id for message in english() if any(CJK.search(text) for text in forms(message.string))] == []


def test_placeholders_and_tags_are_the_same_on_both_sides():
    wrong = []
    for message in english():
        source = forms(message.id)[-1]
        for text in forms(message.string):
            same = sorted(PLACEHOLDER.findall(source)) == sorted(PLACEHOLDER.findall(text))
            if not (same or source in OTHER_PLACEHOLDERS) or set(TAG.findall(source)) != set(TAG.findall(text)):
                wrong.append((source, text))
    assert wrong == []


def test_sentences_end_as_sentences_and_lines_stay_lines():
    """A label stays a label: what ends with a stop in one language ends with one in the other."""
    wrong = []
    for message in english():
        source, text = forms(message.id)[-1], forms(message.string)[-1]
        if source.endswith("。") != text.rstrip().endswith((".", '."')) and not text.endswith(("?", "no.", "No.")):
            wrong.append((source, text))
        if source.count("\n") != text.count("\n"):
            wrong.append((source, text))
    assert wrong == []


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_catalogues_compile_and_hold_no_obsolete_entry(language, tmp_path):
    path = LOCALE / language / "LC_MESSAGES/django.po"
    with path.open("rb") as stream:
        catalogue = read_po(stream, locale=language)
    with (tmp_path / "django.mo").open("wb") as stream:
        write_mo(stream, catalogue)
    assert (tmp_path / "django.mo").stat().st_size > 500
    assert not catalogue.obsolete
    assert [message.id for message in catalogue if message.id and not filled(message)] == []


def test_catalogue_is_compiled_again_only_when_it_changed(tmp_path):
    target = tmp_path / "en/LC_MESSAGES/django.po"
    target.parent.mkdir(parents=True)
    target.write_bytes(ENGLISH.read_bytes())
    assert [compile_catalogues(tmp_path), compile_catalogues(tmp_path)] == [1, 0]


def test_update_keeps_translations_names_new_messages_and_drops_unused(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/page.html").write_text('{% load i18n %}{% translate "需求" %}{% button _("推送") %}')
    (tmp_path / "core").mkdir()
    (tmp_path / "core/words.py").write_text('from x import gettext as _\n_("新词")\n')
    po = tmp_path / "en/LC_MESSAGES/django.po"
    po.parent.mkdir(parents=True)
    po.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "需求"\nmsgstr "Need"\n\n'
        '#, fuzzy\nmsgid "推送"\nmsgstr "Guess"\n\nmsgid "旧词"\nmsgstr "Old"\n'
    )
    assert update_catalogue(po, source_messages(tmp_path)) == ["新词", "推送"]
    assert {message.id: message.string for message in messages_of(po)} == {"新词": "", "需求": "Need", "推送": ""}
    first = po.read_text()
    update_catalogue(po, source_messages(tmp_path))
    assert po.read_text() == first  # nothing changed, so nothing churns


def unwrapped(path: Path):
    """Chinese in a template that no gettext sees."""
    inside = False  # a blocktranslate
    for token in Lexer(path.read_text()).tokenize():
        words = token.contents.split(None, 1)
        if token.token_type == TokenType.BLOCK and words[0] in ("blocktranslate", "endblocktranslate"):
            inside = words[0] == "blocktranslate"
        elif token.token_type == TokenType.BLOCK and words[0] == "translate":
            continue
        elif not inside and token.token_type != TokenType.COMMENT:
            rest = re.sub(r"""_\(("[^"]*"|'[^']*')\)""", "", token.contents)
            if CJK.search(rest):
                yield f"{path.name}:{token.lineno} {rest.strip()[:60]}"


def test_templates_hold_no_chinese_outside_gettext():
    folder = settings.BASE_DIR / "templates"
    assert [line for path in sorted(folder.rglob("*.html")) for line in unwrapped(path)] == []
