"""JSON as strict as our columns: no duplicate keys, no NaN, no NUL, no lone surrogates, no bottomless nesting."""

import json

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

MAX_DEPTH = 64
MAX_BYTES = 1024 * 1024


def _unique(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _refuse_constant(name):
    raise ValueError(name)


def _check(value, depth=0):
    if depth > MAX_DEPTH:
        raise ValueError("too deep")
    if isinstance(value, str):
        value.encode()  # UnicodeEncodeError, a ValueError, on a lone surrogate
        if "\x00" in value:
            raise ValueError("NUL")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check(key, depth + 1)
            _check(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)


class StrictJSONParser(JSONParser):
    def parse(self, stream, media_type=None, parser_context=None):
        raw = stream.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise ParseError(_("请求正文超过 1 MB，请分次提交。"), code="too_large")
        try:
            data = json.loads(raw.decode(), object_pairs_hook=_unique, parse_constant=_refuse_constant)
            _check(data)
        except (ValueError, RecursionError) as exc:
            raise ParseError(
                _("请求正文不是可接受的 JSON：须为 UTF-8，不含重复的键、NaN、空字符或过深的嵌套。"), code="bad_json"
            ) from exc
        return data
