"""Every address × method × person × object answers as docs/visibility.md says (policy.py is its transcription).

A foreign object and one that does not exist answer alike; whoever is refused has changed nothing; nobody meets a 500.
"""

from collections import Counter

import pytest
from django.contrib.messages import WARNING
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLResolver

from core.models import AuditEvent
from tests.matrix import policy
from tests.matrix.cases import (
    DENY,
    EITHER,
    GONE,
    LOGIN,
    NO_METHOD,
    NO_WRITE,
    OK,
    address,
    cases,
)
from tests.matrix.conftest import savepoint

pytestmark = pytest.mark.django_db
AT_LEAST = 5000


def url_names(resolver=None, prefix=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            space = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from url_names(pattern, prefix + space)
        else:
            yield prefix + (pattern.name or str(pattern.pattern))


def test_every_address_has_its_row_and_every_row_its_address():
    declared = {row.name for row in policy.PAGES} | {row.name for row in policy.API} | set(policy.PLAIN)
    existing = set(url_names())
    assert existing - declared == set(), "addresses without a row in tests/matrix/policy.py"
    assert declared - existing == set(), "rows without an address"


def test_methods_of_the_api_are_those_of_the_table():
    """An @action or a method that was added to a view set needs its word in the table."""
    methods = {}
    for pattern in _patterns():
        actions = getattr(pattern.callback, "actions", None)
        if actions:
            methods.setdefault(pattern.name, set()).update(actions)
    for name, found in methods.items():
        rows = [row for row in policy.API if row.name == name]
        told = {method for row in rows for method in ("get", "post", "patch", "delete") if getattr(row, method)}
        assert found - {"head", "options"} == told, name


def _patterns(resolver=None):
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern)
        else:
            yield pattern


def test_the_matrix_is_large_enough():
    pages = [case for row in policy.PAGES for case in cases(row)]
    api = [case for row in policy.API for case in cases(row, api=True)]
    words = Counter(case.expected for case in pages + api)
    print(f"permission matrix: {len(pages)} cases of pages, {len(api)} of the API, {dict(words)}")  # noqa: T201
    assert len(pages) + len(api) >= AT_LEAST


def ids(row):
    return "-".join([row.name, *(arg[1:] for arg in row.args if arg.startswith("=")), row.kind])


@pytest.mark.parametrize("row", policy.PAGES, ids=ids)
def test_page(world, row):
    _run(world, row, api=False)


@pytest.mark.parametrize("row", policy.API, ids=ids)
def test_api(world, row):
    _run(world, row, api=True)


def _run(world, row, *, api):
    unexpected = []
    for case in cases(row, api=api):
        with savepoint() as _block:
            before = AuditEvent.objects.count()
            response = ask(world, case, api=api)
            wrote = AuditEvent.objects.count() > before
            got = judge(response, api=api)
            if not matches(case.expected, got) or (wrote and (case.expected != OK or case.method in ("get", "head"))):
                unexpected.append(f"{case} — got {got} ({response.status_code}){' and a change' if wrote else ''}")
            roll_back()
    assert not unexpected, f"{len(unexpected)} unexpected\n" + "\n".join(unexpected[:40])


def roll_back():
    from django.db import transaction  # noqa: PLC0415

    transaction.set_rollback(True)


def ask(world, case, *, api):
    path, body = address(world, case)
    client = world.client(case.who, **({"HX-Request": "true"} if case.fragment else {}))
    if case.method in ("get", "head"):
        return getattr(client, case.method)(path)
    if api and not any(hasattr(value, "read") for value in body.values()):
        return getattr(client, case.method)(path, body, content_type="application/json")
    return getattr(client, case.method)(path, body)


def judge(response, *, api):
    """One word for what came back."""
    status = response.status_code
    if status >= 500:
        return f"failed: {getattr(response, 'exc_info', None)}"
    if status == 401 or _leads_to_sign_in(response):
        return LOGIN
    if status == 403:
        return DENY
    if status == 404:
        return GONE
    if status == 405:
        return NO_METHOD
    if status == 302 and _warned(response):
        return "warned"
    if status in (400, 409, 422):
        return "refused"
    return OK


def _leads_to_sign_in(response):
    target = response.headers.get("Location", "") or response.headers.get("HX-Redirect", "")
    return target.startswith(reverse("account_login"))


def _warned(response):
    storage = getattr(response.wsgi_request, "_messages", ())
    return any(message.level >= WARNING for message in getattr(storage, "_queued_messages", ()))


ACCEPTED = {
    OK: {OK, "warned", "refused"},  # the state, or a form that is not filled in, may still refuse
    DENY: {DENY, "warned", "refused"},
    GONE: {GONE},
    LOGIN: {LOGIN},
    NO_METHOD: {NO_METHOD},
    NO_WRITE: {DENY, NO_METHOD},
    EITHER: {DENY, GONE, "warned", "refused"},
}


def matches(expected, got):
    return got in ACCEPTED[expected]
