"""Strings that no office types (F14): a clear answer on both databases, never a fault."""

import pytest
from django.urls import reverse
from model_bakery import baker

from core.models import AuditEvent

DATES = ["0001-01-01", "9999-12-31", "99999-01-01", "0000-00-00", "2026-02-30", "abc", "2026-11-22T00:00:00"]
STRINGS = ["%00", "%ED%A0%80", "%FF", "%E2%80%AE", "%E2%80%8B", "x" * 5000, "'%22%3C%3E", "%25", "%5C", "1e400", "-1"]
NUMBERS = ["0", "-1", "9" * 30, "1.5", "NaN", "１", "%00"]


@pytest.fixture
def office(client, admin, county):
    baker.make(AuditEvent, county=county, object_id=1, user=admin)
    client.force_login(admin)
    return client


def answers(client, path, values, allowed):
    """The values that got an answer outside ``allowed``; one test for many, because each needs the same rows."""
    statuses = {value[:40]: client.get(path.format(value)).status_code for value in values}
    return {value: status for value, status in statuses.items() if status not in allowed}


def test_fields_of_the_audit_list(office):
    page = reverse("accounts:audit-list")
    for name in ("since", "until", "person", "object_code", "verb", "on_behalf_of", "surprise"):
        assert answers(office, f"{page}?{name}={{}}", DATES + STRINGS, (200, 400)) == {}, name


def test_page_numbers(office):
    for name in ("audit-list", "inbox", "people"):
        assert answers(office, f"{reverse(f'accounts:{name}')}?page={{}}", NUMBERS, (200, 400)) == {}, name


def test_search_words_and_links(office):
    assert answers(office, "/search/?q={}", STRINGS, (200, 400)) == {}
    assert answers(office, "/invitation/{}/", STRINGS, (400, 404)) == {}
    assert answers(office, "/api/v1/regions/?q={}", STRINGS, (200, 400)) == {}
    assert answers(office, "/api/v1/notifications/?cursor={}", STRINGS, (200, 400, 404)) == {}


@pytest.mark.parametrize("raw", ["\x00", "\ud800", "\u202e", "a" * 100000, "1e400", "９" * 40], ids=ascii)
def test_every_field_of_every_form(office, raw, county):
    value = raw.encode("utf-8", "surrogatepass")
    forms = {
        "profile": ("name", "phone", "email", "home_role"),
        "invite": ("name", "role", "region", "subject_code", "email", "phone"),
        "scope-grant": ("user", "role", "region"),
        "scope-revoke": ("scope",),
        "user-state": ("user", "active", "reason"),
        "token-list": ("name", "access", "days"),
        "consent": ("matter", "give"),
        "county-switch": ("county",),
        "role-switch": ("role",),
        "display": ("large", "next"),
        "act-for": ("kind", "code", "next"),
    }
    for name, fields in forms.items():
        for field in fields:
            body = b"&".join(
                each.encode() + b"=" + (b"".join(f"%{byte:02x}".encode() for byte in value) if each == field else b"1")
                for each in fields
            )
            response = office.post(reverse(f"accounts:{name}"), body, content_type="application/x-www-form-urlencoded")
            assert response.status_code < 500, (name, field)


@pytest.mark.parametrize("raw", ["\x00", "\ud800", "a" * 100000], ids=ascii)
def test_sign_in_form(client, db, raw):
    value = b"".join(f"%{byte:02x}".encode() for byte in raw.encode("utf-8", "surrogatepass"))
    for body in (b"login=" + value + b"&password=x", b"login=x&password=" + value):
        response = client.post("/accounts/login/", body, content_type="application/x-www-form-urlencoded")
        assert response.status_code < 500
