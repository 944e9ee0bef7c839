"""Every answer carries the headers of the site; what signed-in people read is never stored (B3, B4)."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLResolver

ROOT = Path(__file__).resolve().parents[2]


def patterns(resolver=None, prefix=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, route)
        else:
            yield pattern, route


def sample_path(route):
    """An address that the route matches, of an object that does not exist."""
    path = re.sub(r"<int:\w+>", "999999999", route)
    path = re.sub(r"<slug:\w+>|<(str:)?\w+>", "XX-AAAAAA", path)
    path = re.sub(r"\(\?P<uidb36>[^)]*\)-\(\?P<key>[^)]*\)", "1-x", path)
    return "/" + path.replace("^", "").replace("$", "").replace("\\", "")


ROUTES = sorted({sample_path(route) for _pattern, route in patterns()})


def check(response, *, private):
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "HX-Request" in response.headers["Vary"]
    if private:
        assert "no-store" in response.headers["Cache-Control"]


def test_there_are_routes():
    assert len(ROUTES) > 50


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_route_carries_the_headers_for_nobody_and_for_staff(client, staff, method):
    client.raise_request_exception = False
    broken = []
    for signed_in in (False, True):
        if signed_in:
            client.force_login(staff)
        for path in ROUTES:
            if path.startswith("/accounts/logout") and method == "post":
                continue
            response = getattr(client, method)(path)
            try:
                assert response.status_code < 500
                check(response, private=signed_in)
            except (AssertionError, KeyError) as exc:
                broken.append(f"{method} {path} {response.status_code} {'staff' if signed_in else 'nobody'}: {exc!r}")
    assert broken == []


def test_errors_carry_the_headers_too(client, staff, monkeypatch):
    def fail(*_args, **_kwargs):
        raise RuntimeError

    client.raise_request_exception = False
    client.force_login(staff)
    check(client.get("/nowhere/"), private=True)  # 404
    check(client.get("/search/?q=%00"), private=True)  # 400
    strict = type(client)(enforce_csrf_checks=True)
    strict.force_login(staff)
    refused = strict.post(reverse("accounts:notification-read-all"))
    assert refused.status_code == 403
    check(refused, private=True)
    monkeypatch.setattr("portal.views.home_of", fail)
    failed = client.get("/")
    assert failed.status_code == 500
    check(failed, private=True)


PROBE = """
import json, django
django.setup()
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
call_command("migrate", verbosity=0)
user = get_user_model().objects.create_user("li", email="li@example.com", password="dasuan-jinxiang-77", name="Li")
client = Client(headers={"x-forwarded-proto": "https", "host": "qianxian.example"})
client.get("/accounts/login/")
client.post("/accounts/login/", {"login": "li", "password": "dasuan-jinxiang-77"})
page = client.get("/settings/")
plain = Client(headers={"host": "qianxian.example"}).get("/accounts/login/")
print(json.dumps({
    "status": page.status_code,
    "hsts": page.headers.get("Strict-Transport-Security", ""),
    "plain": plain.status_code,
    "cookies": {m.key: [m["secure"], m["httponly"], m["samesite"], m["path"], m["domain"]]
                for m in client.cookies.values()},
    "age": settings.SESSION_COOKIE_AGE, "idle": settings.SESSION_IDLE_SECONDS,
    "engine": settings.SESSION_ENGINE, "factor": settings.SECOND_FACTOR_REQUIRED,
}))
"""


@pytest.mark.slow
def test_production_cookies_are_bound_to_the_host_and_to_https(tmp_path):
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DEBUG": "0",
        "SECRET_KEY": "x" * 60,
        "ALLOWED_HOSTS": "qianxian.example",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'b4.sqlite3'}",
        "CACHE_URL": "locmemcache://",
        "CELERY_BROKER_URL": "memory://",
        "QIANXIAN_VAR": str(tmp_path / "var"),
        "STATIC_ROOT": str(tmp_path / "static"),
        "EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend",
    }
    done = subprocess.run(
        [sys.executable, "-c", PROBE], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["status"] == 200
    assert told["plain"] == 301
    assert "max-age=31536000" in told["hsts"]
    assert told["cookies"]["__Host-sessionid"] == [True, True, "Lax", "/", ""]
    assert told["cookies"]["__Host-csrftoken"] == [True, True, "Lax", "/", ""]
    assert (told["age"], told["idle"]) == (12 * 3600, 1800)
    assert told["engine"] == "django.contrib.sessions.backends.db"
    assert told["factor"] is True
