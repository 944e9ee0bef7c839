"""Codes: our own random ones, the state's, and how they are masked."""

import re
import secrets

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from core.text import Parsed, is_blank, normalise

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without 0 O 1 I L, which telephones confuse


def new_code(prefix: str, length: int = 6) -> str:
    """A public code such as ``QX-7K3M9D``: random, so that it tells nothing of volume or order."""
    return f"{prefix}-{''.join(secrets.choice(ALPHABET) for _ in range(length))}"


def check_credit_code(value: object) -> Parsed[str]:
    """A unified social credit code (GB 32100-2015), upper case; else what exactly is wrong with it."""
    if is_blank(value):
        return Parsed()
    if isinstance(value, float) or re.fullmatch(r"\d(?:\.\d+)?[eE]\+?\d+", str(value).strip()):
        return Parsed(error="credit_digits_lost")
    text = re.sub(r"[-_.'\s]", "", normalise(value, "code").value).upper()
    if re.fullmatch(r"[0-9A-Z]{9}|\d{13}|\d{15}", text):
        return Parsed(error="credit_old")
    if len(text) != 18:
        return Parsed(error="credit_length")
    if not re.fullmatch(r"[0-9A-HJ-NP-RTUW-Y]{18}", text):
        return Parsed(error="credit_chars")
    try:
        return Parsed(str(uscc.validate(text)))
    except ValidationError:
        return Parsed(error="credit_check")


def mask_phone(phone: str) -> str:
    """138****5678; of a landline the area code and the last two digits stay."""
    if re.fullmatch(r"1\d{10}", phone):
        return f"{phone[:3]}****{phone[7:]}"
    area, dash, rest = phone.partition("-")
    if dash and len(rest) > 2:
        return f"{area}-{'*' * (len(rest) - 2)}{rest[-2:]}"
    return f"{phone[:2]}{'*' * max(0, len(phone) - 4)}{phone[-2:]}" if len(phone) > 5 else "*" * len(phone)


def mask_credit_code(code: str) -> str:
    """9137**********4X2A: the region stays, the body is hidden."""
    return f"{code[:4]}{'*' * (len(code) - 8)}{code[-4:]}" if len(code) > 10 else "*" * len(code)


def mask_email(email: str) -> str:
    local, at, host = email.partition("@")
    if not at:
        return "*" * len(email)
    return f"{local[:1]}***@{host}"


def mask_name(name: str) -> str:
    """张*, 欧阳** : the surname stays, as many stars as characters follow."""
    from core.pinyin import split_name  # noqa: PLC0415 - core.pinyin loads a dictionary that masking seldom needs

    surname, given = split_name(name)
    return f"{surname}{'*' * len(given)}" if given else f"{name[:1]}{'*' * (len(name) - 1)}"
