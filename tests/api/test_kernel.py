"""Conventions of the API that no single resource owns."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils.timezone import now
from model_bakery import baker

from accounts import services
from accounts.models import ApiToken, IdempotencyKey, Notification
from core.actor import Actor
from core.errors import Invalid, NotPermitted

PROBLEM = "application/problem+json"


@pytest.fixture
def person(db):
    return baker.make_recipe("tests.user")


@pytest.fixture
def signed_in(client, person):
    client.force_login(person)
    return client


def token_of(person, **fields):
    values = {"name": "台账同步", "access": "write"} | fields
    return services.token_create(actor=Actor(user=person), **values)


def notice(person, number=0):
    return baker.make(Notification, user=person, key=f"k{number}", title=f"第 {number} 条")


# --- errors
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/api/v1/nothing/", 404),
        ("get", "/api/nothing", 404),
        ("get", "/api/v1/notifications/TZ-AAAAAA/", 404),
        ("delete", "/api/v1/notifications/", 405),
        ("post", "/api/v1/me/", 405),
        ("get", "/api/v1/notifications/?surprise=1", 400),
        ("get", "/api/v1/notifications/?ordering=-pk", 400),
        ("get", "/api/v1/regions/?level=continent", 400),
        ("get", "/api/v1/regions/?q=%00", 400),
        ("get", "/api/v1/notifications/?cursor=x", 404),
        ("get", "/api/v1/notifications/?cursor=cD1hYmM%3D", 404),  # p=abc where a number belongs
        ("get", "/api/v1/regions/?cursor=cD0lMDA%3D", 404),  # p=NUL
    ],
)
def test_every_error_is_a_problem(signed_in, method, path, status):
    response = getattr(signed_in, method)(path)
    assert response.status_code == status
    assert response.headers["Content-Type"] == PROBLEM
    body = response.json()
    assert body["status"] == status
    assert body["title"]
    assert body["type"].startswith("urn:qianxian:problem:")


def test_unknown_filter_names_the_culprit(signed_in):
    body = signed_in.get("/api/v1/notifications/?surprise=1").json()
    assert [(error["pointer"], error["code"]) for error in body["errors"]] == [("/surprise", "unknown_parameter")]


def test_own_fault_is_a_problem_too(signed_in, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("secret of the server")

    monkeypatch.setattr("accounts.selectors.unread_count", broken)
    signed_in.raise_request_exception = False
    response = signed_in.get("/api/v1/me/")
    assert response.status_code == 500
    assert response.headers["Content-Type"] == PROBLEM
    assert b"secret" not in response.content


def test_nobody_gets_a_challenge(client, db):
    response = client.get("/api/v1/me/")
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.headers["Content-Type"] == PROBLEM


@pytest.mark.parametrize(
    "body",
    [b"{", b'{"a": 1, "a": 2}', b'{"a": NaN}', b'{"a": "\\u0000"}', b'{"a": "\\ud800"}', b"[" * 5000 + b"]" * 5000],
    ids=["cut", "twice", "nan", "nul", "surrogate", "deep"],
)
def test_json_that_no_column_can_hold_is_refused(signed_in, person, body):
    notice(person)
    response = signed_in.generic("POST", "/api/v1/notifications/read-all/", body, content_type="application/json")
    # the action takes no body; what is sent is read all the same when a view asks for it
    assert response.status_code in (200, 400)


# --- tokens
def test_token_speaks_for_its_person(client, person):
    _token, raw = token_of(person)
    response = client.get("/api/v1/me/", headers={"authorization": f"Bearer {raw}"})
    assert response.json()["username"] == person.username
    assert response.headers["Cache-Control"] == "no-store"
    assert ApiToken.objects.get().last_used_at is not None


def test_token_is_kept_as_its_hash(person):
    token, raw = token_of(person)
    assert token.token_hash == hashlib.sha256(raw.encode()).hexdigest()
    assert raw not in json.dumps(list(ApiToken.objects.values()), default=str)


@pytest.mark.parametrize(
    "change", [{"revoked_at": now()}, {"expires_at": now() - timedelta(seconds=1)}], ids=["revoked", "expired"]
)
def test_ended_token_opens_nothing(client, person, change):
    _token, raw = token_of(person)
    ApiToken.objects.update(**change)
    assert client.get("/api/v1/me/", headers={"authorization": f"Bearer {raw}"}).status_code == 401


def test_token_ends_with_the_account(client, person, admin, county):
    baker.make_recipe("tests.scope", user=person, role="staff", region=county)
    _token, raw = token_of(person)
    services.user_deactivate(user_id=person.pk, actor=Actor(user=admin), reason="调离")
    assert client.get("/api/v1/me/", headers={"authorization": f"Bearer {raw}"}).status_code == 401


def test_read_only_token_writes_nothing(client, person):
    row = notice(person)
    _token, raw = token_of(person, access="read")
    response = client.post(f"/api/v1/notifications/{row.code}/read/", headers={"authorization": f"Bearer {raw}"})
    assert response.status_code == 403
    row.refresh_from_db()
    assert row.read_at is None


def test_token_makes_no_token(person):
    with pytest.raises(NotPermitted):
        services.token_create(name="x", actor=Actor(user=person, channel="api"))


@pytest.mark.parametrize("values", [{"days": 0}, {"days": 366}, {"access": "root"}, {"name": "  "}])
def test_token_beyond_its_limits_is_refused(person, values):
    with pytest.raises(Invalid):
        token_of(person, **values)


def test_token_of_another_person_cannot_be_revoked(client, person):
    token, _raw = token_of(person)
    client.force_login(baker.make_recipe("tests.user"))
    assert client.post(reverse("accounts:token-revoke", args=[token.code])).status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


def test_raw_token_is_shown_once(signed_in):
    page = reverse("accounts:token-list")
    first = signed_in.post(page, {"name": "台账同步", "access": "read", "days": 30}).content.decode()
    raw = ApiToken.objects.get().prefix
    assert first.count(raw) > signed_in.get(page).content.decode().count(raw)
    assert ApiToken.objects.count() == 1


# --- cursors, counts, caching
def test_cursor_walks_every_row_once(signed_in, person):
    rows = [notice(person, number) for number in range(5)]
    seen, url = [], "/api/v1/notifications/?page_size=2&count=true"
    while url:
        response = signed_in.get(url)
        body = response.json()
        seen += [row["code"] for row in body["results"]]
        assert body["count"] == 5
        assert ('rel="next"' in response.headers.get("Link", "")) is bool(body["next"])
        url = body["next"]
    assert seen == [row.code for row in rows[::-1]]


def test_count_is_of_the_callers_rows(signed_in, person):
    notice(person)
    notice(baker.make_recipe("tests.user"))
    assert signed_in.get("/api/v1/notifications/?count=true").json()["count"] == 1
    assert "count" not in signed_in.get("/api/v1/notifications/").json()


def test_answer_that_is_known_already_is_not_sent_again(signed_in, person):
    first = signed_in.get("/api/v1/notifications/")
    again = signed_in.get("/api/v1/notifications/", headers={"if-none-match": first.headers["ETag"]})
    assert again.status_code == 304
    notice(person)
    changed = signed_in.get("/api/v1/notifications/", headers={"if-none-match": first.headers["ETag"]})
    assert changed.status_code == 200


# --- throttle
def test_throttle_tells_what_is_left_and_when_to_come_back(signed_in, monkeypatch):
    from core.api.throttling import UserThrottle  # noqa: PLC0415 -- REST framework reads settings when imported

    cache.clear()
    monkeypatch.setattr(UserThrottle, "THROTTLE_RATES", {"user": "2/min"})
    first, second, third = (signed_in.get("/api/v1/me/") for _number in range(3))
    assert [r.headers["X-RateLimit-Remaining"] for r in (first, second)] == ["1", "0"]
    assert first.headers["X-RateLimit-Limit"] == "2"
    assert third.status_code == 429
    assert int(third.headers["Retry-After"]) > 0
    assert third.headers["Content-Type"] == PROBLEM


# --- reference lists
def test_regions_are_found_by_parent_level_and_name(signed_in, county, city):
    town = baker.make_recipe("tests.county", parent=county, level="town", name="李楼镇", code="370828101")
    response = signed_in.get(f"/api/v1/regions/?parent={county.code}&level=town&q=李楼")
    assert [row["code"] for row in response.json()["results"]] == [town.code]
    assert signed_in.get(f"/api/v1/regions/{county.code}/").json()["parent"] == city.code


@pytest.mark.parametrize("name", ["regions", "industries", "disciplines", "universities", "chains", "parks"])
def test_reference_lists_are_read_only(signed_in, name):
    assert signed_in.get(f"/api/v1/{name}/").status_code == 200
    assert signed_in.post(f"/api/v1/{name}/", {}, content_type="application/json").status_code == 405


# --- documents
def test_schema_is_valid_and_closed_to_strangers(client, signed_in, db):
    from drf_spectacular.validation import validate_schema  # noqa: PLC0415 -- loads a validator nobody else needs

    response = signed_in.get("/api/schema/?format=json")
    schema = response.json()
    validate_schema(schema)
    assert schema["openapi"] == "3.1.0"
    assert type(client)().get("/api/schema/").status_code == 401


def test_docs_page_has_no_inline_code(signed_in):
    response = signed_in.get("/api/docs/")
    text = response.content.decode()
    assert response.status_code == 200
    assert "<style" not in text
    assert " style=" not in text
    assert text.count("<script") == text.count("<script src=")
    assert "unsafe-inline" not in response.headers["Content-Security-Policy"]
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    script = signed_in.get("/api/docs/?script=")
    assert script.headers["Content-Type"].startswith("application/javascript")


# --- idempotency
def read(client, row, key="K-1", **extra):
    return client.post(
        f"/api/v1/notifications/{row.code}/read/", headers={"idempotency-key": key} | extra.pop("headers", {}), **extra
    )


def test_repeated_write_repeats_the_answer(signed_in, person):
    row = notice(person)
    first = read(signed_in, row)
    stamp = Notification.objects.get().read_at
    Notification.objects.update(read_at=None)  # a second effect would be visible
    again = read(signed_in, row)
    assert again.status_code == first.status_code == 200
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert Notification.objects.get().read_at is None
    assert stamp is not None


def test_same_key_with_another_request_is_refused(signed_in, person):
    read(signed_in, notice(person, 0))
    response = read(signed_in, notice(person, 1))
    assert response.status_code == 422
    assert response.json()["type"].endswith("idempotency_key_reused")


def test_key_in_flight_asks_to_wait(signed_in, person):
    row = notice(person)
    read(signed_in, row)
    IdempotencyKey.objects.update(status_code=None, body=None)
    response = read(signed_in, row)
    assert response.status_code == 409
    assert response.headers["Retry-After"] == "1"


def test_key_is_forgotten_after_a_day(signed_in, person):
    row = notice(person)
    read(signed_in, row)
    IdempotencyKey.objects.update(created_at=now() - timedelta(hours=25))
    Notification.objects.update(read_at=None)
    assert read(signed_in, row).status_code == 200
    assert Notification.objects.get().read_at is not None


def test_keys_of_two_people_do_not_meet(client, person):
    stranger = baker.make_recipe("tests.user")
    for user in (person, stranger):
        client.force_login(user)
        assert read(client, notice(user)).status_code == 200
    assert IdempotencyKey.objects.count() == 2


def test_failed_request_gives_its_key_back(signed_in, person, monkeypatch):
    row = notice(person)
    signed_in.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr("accounts.services.notification_read", lambda **_kwargs: 1 / 0)
        assert read(signed_in, row).status_code == 500
    assert not IdempotencyKey.objects.exists()
    assert read(signed_in, row).status_code == 200


def test_refused_stranger_stores_nothing(client, person):
    row = notice(person)
    assert read(client, row).status_code == 401
    assert read(client, row, headers={"authorization": "Bearer qx_forged"}).status_code == 401
    assert not IdempotencyKey.objects.exists()


def test_revoked_person_gets_no_kept_answer(client, admin, staff):
    client.force_login(staff)
    row = notice(staff)
    read(client, row)
    services.scope_revoke(scope_id=staff.scopes.get().pk, actor=Actor(user=admin))
    assert not IdempotencyKey.objects.exists()
    assert read(client, row).status_code == 401


@pytest.mark.parametrize("key", ["x" * 101, "a\tb"])
def test_key_that_is_no_key_is_refused(signed_in, person, key):
    assert read(signed_in, notice(person), key=key).status_code == 400


def test_body_reaches_the_view_behind_the_key_and_its_refusal_is_repeated(client, staff):
    client.force_login(staff)
    answers = [
        client.post(
            "/api/v1/needs/", {"surprise": 1}, content_type="application/json", headers={"idempotency-key": "K-9"}
        )
        for _twice in range(2)
    ]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert "/surprise" in [error["pointer"] for error in answers[0].json()["errors"]]
    assert answers[1].headers["Idempotent-Replayed"] == "true"
    assert answers[1].headers["Content-Type"] == PROBLEM
