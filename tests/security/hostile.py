"""Forty-five inputs that broke something somewhere: as text, as JSON, as an address."""

from urllib.parse import quote

TEXTS = {
    "nul": "a\x00b",
    "nul alone": "\x00",
    "lone high surrogate": "a\ud800b",
    "lone low surrogate": "\udfff",
    "swapped surrogates": "\udc00\ud800",
    "replacement": "\ufffd",
    "non-character": "\uffff",
    "byte order mark": "\ufeff张三",
    "right to left": "\u202e张三\u202c",
    "zero width": "张\u200b三\u200d\u2060",
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈",
    "four-byte Chinese": "𬭚𠮷䲜",
    "combining": "a" + "\u0301" * 500,
    "control": "\x01\x07\x1b[31m\x7f\x85",
    "line separators": "甲\u2028乙\u2029丙\r\n\x0b\x0c",
    "only spaces": " \u3000\xa0\t",
    "long": "长" * 20000,
    "percent": "%00%ff%",
    "sql quotes": "'\"`;--/*",
    "like wildcards": "%_\\%\\_",
    "regex": "(a+)+$[\\",
    "template": "{{ 7*7 }}{% load x %}${7}#{7}",
    "format": "{0.__class__}%s%n{}",
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "formula": "=cmd|' /C calc'!A0",
    "path": "../../../../etc/passwd\\..\\",
    "url": "http://169.254.169.254/latest?x=\r\nSet-Cookie: a=b",
    "five thousand digits": "9" * 5000,
    "minus": "-1",
    "beyond bigint": "9223372036854775808",
    "float overflow": "1e400",
    "nan": "NaN",
    "infinity": "-Infinity",
    "underscored": "1_000",
    "Arabic digits": "١٢٣",
    "hex": "0x10",
    "year 0": "0000-01-01",
    "year 1": "0001-01-01",
    "last day": "9999-12-31",
    "last moment": "9999-12-31T23:59:59.999999-12:00",
    "year 99999": "99999-01-01",
    "day 31": "2026-02-31",
    "json": '{"a":[null,{}]}',
    "true": "True",
    "python": "__class__",
}
assert len(TEXTS) == 45
# What differs between databases, parsers and number types: tried on every single field of every form.
SHARP = ("nul", "lone high surrogate", "four-byte Chinese", "long", "like wildcards", "five thousand digits",
         "beyond bigint", "float overflow", "nan", "year 0", "last moment", "template")  # fmt: skip
# The least that tells the parsers apart: for the hundreds of fields that share a widget.
SHARPEST = ("nul", "lone high surrogate", "long", "five thousand digits", "nan", "year 0")
VALUES = (None, True, -1, 10**30, 1.5, [], ["a\x00"], [[["a"]]], {}, {"a": {"b": []}}, [None], "x" * 70000)
BODIES = {
    "deep": b"[" * 5000 + b"]" * 5000,
    "deep object": b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "nan": b'{"reason": NaN}',
    "overflow": b'{"reason": 1e400, "name": 1e400}',
    "digits": b'{"reason": ' + b"9" * 5000 + b"}",
    "twice": b'{"reason": "a", "reason": "b"}',
    "bad utf-8": b'{"reason": "\xff\xfe"}',
    "surrogate": b'{"reason": "\\ud800", "name": "\\udc00"}',
    "nul": b'{"reason": "a\\u0000", "name": "\\u0000"}',
    "one megabyte": b'{"reason": "' + b"x" * (1024 * 1024) + b'"}',
    "not an object": b"[1, 2]",
    "string": b'"x"',
    "nothing": b"",
    "half": b'{"reason": ',
    "utf-16": '{"reason": "x"}'.encode("utf-16"),
}


def query(**values):
    return "&".join(f"{name}={quote(value, errors='surrogatepass')}" for name, value in values.items())
