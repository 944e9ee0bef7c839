"""B1, B2 and the start: shipped settings pass ``check --deploy``, what is missing stops the start by its name, broken
settings are found, and nobody ever reads a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core import checks
from django.test import RequestFactory

from core.checks import api_closed_by_default, redis_guarded, sqlite_opened_for_writers, timeouts_ordered

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": "kx7Qw2-mZ9_vB4nT6yU8iO1pA3sD5fG7hJ9kL0zX2cV4bN6mQ8wE1rT3yU5",
    "ALLOWED_HOSTS": "qianxian.example",
    "DATABASE_URL": "postgres://u:p@127.0.0.1:5432/none",
    "CACHE_URL": "redis://127.0.0.1:6379/9",
    "CELERY_BROKER_URL": "redis://127.0.0.1:6379/8",
}


def run(tmp_path, *words, code="", **environment):
    command = [sys.executable, "-c", code] if code else [sys.executable, "-m", "django", *words]
    base = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "QIANXIAN_VAR": str(tmp_path / "var"),
    }
    return subprocess.run(
        command, cwd=ROOT, env=base | environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.slow
@pytest.mark.parametrize("names", [tuple(PRODUCTION), ("DEBUG", "SECRET_KEY", "ALLOWED_HOSTS")])
def test_check_deploy_is_silent(tmp_path, names):
    """With everything set, and with the two names that the check alone needs."""
    environment = {name: PRODUCTION[name] for name in names}
    done = run(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **environment)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "no issues (0 silenced)" in done.stdout
    assert done.stderr == ""


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in PRODUCTION if name != "DEBUG"])
def test_what_is_missing_stops_the_start_by_its_name(tmp_path, name):
    environment = {key: value for key, value in PRODUCTION.items() if key != name}
    done = run(tmp_path, code="import django; django.setup()", **environment)
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert "ImproperlyConfigured" in last
    assert name in last


@pytest.mark.slow
@pytest.mark.parametrize(
    ("environment", "shown"), [({}, False), ({"DEBUG": "1"}, True), (PRODUCTION, False)], ids=["embedded", "1", "0"]
)
def test_tracebacks_are_shown_on_request_only(tmp_path, environment, shown):
    code = "from django.conf import settings; print(settings.DEBUG)"
    assert run(tmp_path, code=code, **environment).stdout.strip() == str(shown)


def test_nothing_is_silenced(settings):
    assert settings.SILENCED_SYSTEM_CHECKS == []


BROKEN = [
    ("E001", timeouts_ordered, {"CELERY_TASK_TIME_LIMIT": 5000}),
    ("E001", timeouts_ordered, {"WORK_LEASE_SECONDS": 3600}),
    ("E002", api_closed_by_default, {"DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"]}),
    ("E003", api_closed_by_default, {"NUM_PROXIES": None}),
    (
        "E004",
        api_closed_by_default,
        {"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.BrowsableAPIRenderer"]},
    ),
    ("E005", api_closed_by_default, {"SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"]}),
    (
        "E006",
        sqlite_opened_for_writers,
        {"DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": {}}}},
    ),
    ("E007", redis_guarded, {"CELERY_BROKER_URL": "redis://10.0.0.5:6379/0"}),
    ("E007", redis_guarded, {"CACHES": {"default": {"LOCATION": "redis://cache.example:6379/1"}}}),
]


@pytest.mark.parametrize(("code", "check", "broken"), BROKEN, ids=[f"{row[0]}-{next(iter(row[2]))}" for row in BROKEN])
def test_own_checks_find_broken_settings(settings, monkeypatch, code, check, broken):
    assert check() == []
    for name, value in broken.items():
        if name in settings.REST_FRAMEWORK:
            monkeypatch.setitem(settings.REST_FRAMEWORK, name, value)
        elif name in settings.SPECTACULAR_SETTINGS:
            monkeypatch.setitem(settings.SPECTACULAR_SETTINGS, name, value)
        else:
            setattr(settings, name, value)
    assert [message.id for message in check()] == [f"qianxian.{code}"]


def test_own_checks_run_with_the_others():
    assert "matchmaking" in checks.registry.registry.tags_available()


@pytest.mark.parametrize("path", ["/", "/api/v1/me/"])
def test_a_failure_shows_no_inside(client, staff, monkeypatch, path):
    """Neither the page nor the problem carries a name of the code, a value or a setting."""

    def fail(*_args, **_kwargs):
        raise RuntimeError("CANARY-secret")

    client.raise_request_exception = False
    client.force_login(staff)
    monkeypatch.setattr("portal.views.home_of", fail)
    monkeypatch.setattr("accounts.selectors.unread_count", fail)
    response = client.get(path)
    assert response.status_code == 500
    text = response.content.decode()
    for word in ("CANARY", "Traceback", "RuntimeError", "portal", "SECRET", ".py", staff.username):
        assert word not in text.replace("portal.css", "").replace("/static/portal", "")


def test_a_failure_outside_a_session_shows_no_inside(rf: RequestFactory):
    from portal.views import failed  # noqa: PLC0415

    response = failed(rf.get("/api/v1/needs/"))
    assert (response.status_code, response.headers["Content-Type"]) == (500, "application/problem+json")
