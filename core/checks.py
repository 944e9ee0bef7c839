"""System checks: configuration that would only fail under load or attack is refused at start."""

from django.conf import settings
from django.core.checks import Error, register


@register("matchmaking")
def timeouts_ordered(**_kwargs):
    order = [
        settings.CELERY_TASK_SOFT_TIME_LIMIT,
        settings.CELERY_TASK_TIME_LIMIT,
        settings.BROKER_VISIBILITY_SECONDS,
        settings.WORK_LEASE_SECONDS,
        settings.WORK_STALE_SECONDS,
    ]
    if order != sorted(set(order)):
        return [Error(f"soft < hard < visibility < lease < stale does not hold: {order}", id="qianxian.E001")]
    return []


@register("matchmaking")
def api_closed_by_default(**_kwargs):
    errors = []
    rest = settings.REST_FRAMEWORK
    if rest["DEFAULT_PERMISSION_CLASSES"] != ["core.api.permissions.InScope"]:
        errors.append(Error("the API's default permission is not InScope", id="qianxian.E002"))
    if rest.get("NUM_PROXIES") is None:
        errors.append(Error("NUM_PROXIES is unset: a forged X-Forwarded-For evades throttles", id="qianxian.E003"))
    if rest["DEFAULT_RENDERER_CLASSES"] != ["rest_framework.renderers.JSONRenderer"]:
        errors.append(Error("the browsable API is on", id="qianxian.E004"))
    if settings.SPECTACULAR_SETTINGS["SERVE_PERMISSIONS"] != ["rest_framework.permissions.IsAuthenticated"]:
        errors.append(Error("the schema view is public", id="qianxian.E005"))
    return errors


@register("matchmaking")
def sqlite_opened_for_writers(**_kwargs):
    database = settings.DATABASES["default"]
    options = database.get("OPTIONS", {})
    if database["ENGINE"].endswith("sqlite3") and (
        options.get("transaction_mode") != "IMMEDIATE" or "WAL" not in options.get("init_command", "")
    ):
        return [Error("SQLite must be opened with WAL and IMMEDIATE transactions", id="qianxian.E006")]
    return []


@register("matchmaking")
def redis_guarded(**_kwargs):
    """Redis without a password is allowed on loopback only."""
    errors = []
    for name, url in (("CELERY_BROKER_URL", settings.CELERY_BROKER_URL), ("CACHE_URL", _cache_location())):
        if (
            url.startswith("redis")
            and "@" not in url
            and not any(h in url for h in ("//127.", "//localhost", "//[::1]"))
        ):
            errors.append(Error(f"{name}: Redis beyond loopback needs a password", id="qianxian.E007"))
    return errors


def _cache_location():
    location = settings.CACHES["default"].get("LOCATION", "")
    return location if isinstance(location, str) else (location[0] if location else "")
