"""B16: hostile input gets an answer in words and never a 500, on SQLite and on PostgreSQL alike.

Lists: every declared parameter. API: every writable field of every operation, and bodies that are no body. Pages:
every field of every form that is shown.
"""

import json
import re
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLResolver

from core.actor import Actor
from engagements.filters import OrderFilter
from enterprises.filters import EnterpriseFilter, NeedFilter
from experts.filters import ExpertFilter
from tests.matrix import policy
from tests.matrix.cases import MISSING, OK, Case, address, cases
from tests.matrix.conftest import savepoint
from tests.matrix.test_permissions import roll_back
from tests.security.hostile import BODIES, SHARP, SHARPEST, TEXTS, VALUES, query

pytestmark = [pytest.mark.proof, pytest.mark.django_db, pytest.mark.slow]
PAGE_LISTS = {
    "experts:expert-list": {*ExpertFilter.base_filters, "ordering", "page", "cols"},
    "enterprises:enterprise-list": {*EnterpriseFilter.base_filters, "ordering", "page", "cols"},
    "enterprises:need-list": {*NeedFilter.base_filters, "ordering", "page", "cols"},
    "engagements:order-list": {*OrderFilter.base_filters, "page"},
    "accounts:inbox": {"unread", "page"},
    "accounts:people": {"page"},
    "accounts:invite": {"role", "subject_code", "name"},
    "accounts:audit-list": {"object_type", "verb", "q", "since", "until", "page"},
    "reports:export-list": {"page"},
    "reports:export-create": {"ledger", "q", "status"},
    "matching:match-list": {"show", "page"},
    "matching:weights": {"county"},
    "enterprises:verify-queue": {"page"},
    "enterprises:review-queue": {"page"},
    "enterprises:need-create": {"enterprise"},
    "experts:own": {"row"},
    "search": {"q"},
    "account_login": {"next"},
}


def view_sets(resolver=None):
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from view_sets(pattern)
        elif getattr(pattern.callback, "actions", None):
            yield pattern.name, pattern.callback


API_LISTS = {
    name: {
        *(callback.cls.filterset_class.base_filters if getattr(callback.cls, "filterset_class", None) else ()),
        "cursor", "page_size", "count", "ordering", "fields",
    }
    for name, callback in view_sets()
    if name.endswith("-list")
}  # fmt: skip


def ask(world, method, path, who="admin", **values):
    with savepoint():
        try:
            return getattr(world.client(who), method)(path, **values)
        finally:
            roll_back()


def failures(world, answers):
    """``answers``: (label, response). What failed, or refused without a word."""
    bad = []
    for label, response in answers:
        if response.status_code >= 500:
            cause = response.exc_info[1] if getattr(response, "exc_info", None) else ""
            bad.append(f"{label}: {response.status_code} {cause!r}"[:300])
        elif response.status_code == 400 and not re.search(r"[\u4e00-\u9fff]", response.content.decode()):
            bad.append(f"{label}: 400 without a word of explanation")
    return bad


@pytest.mark.parametrize("name", API_LISTS)
def test_parameters_of_api_lists(world, name):
    path = reverse(name)
    bad = failures(
        world,
        (
            (f"{param} {label}", ask(world, "get", f"{path}?{query(**{param: text})}"))
            for param in sorted(API_LISTS[name])
            for label, text in TEXTS.items()
            if param in ("q", "cursor") or label in SHARPEST
        ),
    )
    assert bad == []


@pytest.mark.parametrize("name", PAGE_LISTS)
def test_parameters_of_pages(world, name):
    path = reverse(name)
    bad = failures(
        world,
        (
            (f"{param} {label}", ask(world, "get", f"{path}?{query(**{param: text})}"))
            for param in sorted(PAGE_LISTS[name])
            for label, text in TEXTS.items()
            if param == "q" or label in SHARPEST
        ),
    )
    assert bad == []


def test_parts_of_addresses(world):
    """Codes, tokens and unknown pages."""
    paths = [
        f"{prefix}{quote(text[:300], safe='', errors='surrogatepass')}{rest}"
        for text in TEXTS.values()
        for prefix, rest in (
            ("/experts/", "/"), ("/enterprises/", "/"), ("/needs/", "/matches/"), ("/orders/", "/"), ("/answer/", "/"),
            ("/invitation/", "/"), ("/api/v1/needs/", "/"), ("/api/v1/regions/", "/"), ("/reports/", "/file/"),
            ("/", ""),
        )
    ]  # fmt: skip
    assert failures(world, ((path, ask(world, "get", path)) for path in paths)) == []


WRITES = [row for row in policy.API if row.post or row.patch]


def write_case(row):
    """One allowed write of the row, by somebody of the office where that is possible."""
    found = [case for case in cases(row, api=True) if case.expected == OK and case.method in ("post", "patch")]
    return next((case for case in found if case.who in ("admin", "staff_x")), found[0] if found else None)


@pytest.mark.parametrize("row", WRITES, ids=lambda row: f"{row.name}-{row.kind}")
def test_bodies_of_the_api(world, row):
    case = write_case(row)
    if case is None or "{upload}" in row.data.values():
        return
    path, data = address(world, case)
    fields = writable(row, case.method) | set(data)

    def answers():
        for label, raw in BODIES.items():
            yield label, ask(world, case.method, path, case.who, data=raw, content_type="application/json")
        for field in sorted(fields):
            for label, text in TEXTS.items():
                if label in SHARP:
                    body = json.dumps(data | {field: text})
                    yield (
                        f"{field} {label}",
                        ask(world, case.method, path, case.who, data=body, content_type="application/json"),
                    )
            for value in VALUES:
                body = json.dumps(data | {field: value})
                yield (
                    f"{field} {str(value)[:30]}",
                    ask(world, case.method, path, case.who, data=body, content_type="application/json"),
                )

    assert failures(world, answers()) == []


def writable(row, method):
    """The fields that the operation's serializer writes."""
    callback = dict(view_sets())[row.name]
    serializer = getattr(callback.cls, "serializer_class", None)
    if serializer is None or row.name.rpartition("-")[2] not in ("list", "detail"):
        return set()
    names = getattr(getattr(serializer, "Meta", None), "fields", ())
    return set(names) - set(getattr(getattr(serializer, "Meta", None), "read_only_fields", ()))


class Fields(HTMLParser):
    """Names and values of the controls of every form on a page."""

    def __init__(self):
        super().__init__()
        self.found, self.inside = {}, False

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form" and attrs.get("method", "").lower() == "post":
            self.inside = True
        if self.inside and tag in ("input", "select", "textarea") and attrs.get("name"):
            if attrs.get("type") in ("checkbox", "radio") and "checked" not in attrs:
                self.found.setdefault(attrs["name"], "")
            else:
                self.found[attrs["name"]] = attrs.get("value") or ""

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False


FORMS = [row for row in policy.PAGES if row.post]


@pytest.mark.parametrize("row", FORMS, ids=lambda row: "-".join((row.name, *row.args)))
def test_fields_of_forms(world, row):
    found = [case for case in cases(row) if case.expected == OK and case.method == "post"]
    case = next((case for case in found if case.who in ("admin", "staff_x")), found[0])
    path, data = address(world, case)
    names = set(data)
    shown = data
    if row.get:
        page = Fields()
        page.feed(world.client(case.who).get(path).content.decode())
        names |= set(page.found) - {"csrfmiddlewaretoken"}
        shown = page.found | data

    def answers():
        for name in sorted(names):
            for label in SHARPEST:
                body = "&".join(
                    f"{key}={quote(str(TEXTS[label] if key == name else value), errors='surrogatepass')}"
                    for key, value in shown.items()
                    if not hasattr(value, "read")
                )
                yield (
                    f"{name} {label}",
                    ask(world, "post", path, case.who, data=body, content_type="application/x-www-form-urlencoded"),
                )

    assert failures(world, answers()) == []


def test_a_search_survives_and_keeps_every_text(world):
    """What is stored comes back as it was: four-byte Chinese and emoji lose nothing."""
    from experts.services import expert_create  # noqa: PLC0415

    name = "𬭚" + "𠮷"
    expert = expert_create(
        county_id=world.rows["A"].pk,
        values={"name": name, "profile": TEXTS["emoji"]},
        actor=Actor(user=world.people["admin"]),
    )
    expert.refresh_from_db()
    assert (expert.name, expert.profile) == (name, TEXTS["emoji"])
    assert expert.code in world.client("admin").get(f"{reverse('expert-list')}?search={quote('𬭚')}").content.decode()


def test_what_is_asked_of_the_missing(world):
    """The population has a way to ask for nothing: the helper itself is tried."""
    row = next(row for row in policy.PAGES if row.name == "experts:expert-detail")
    path, _data = address(world, Case(row, MISSING, "admin", "get", OK))
    assert world.client("admin").get(path).status_code == 404
