"""Settings of the tests: the shipped ones, cut off from whatever the developer's environment says.

Only two variables choose services, and only servers that are meant for tests: ``QIANXIAN_TEST_DATABASE_URL`` and
``QIANXIAN_TEST_REDIS_URL``. Without them the suite runs on SQLite in memory, a local cache and an in-memory broker.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

FOREIGN = (
    "ALLOWED_HOSTS",
    "CACHE_URL",
    "CELERY_BROKER_URL",
    "CSRF_TRUSTED_ORIGINS",
    "DATABASE_URL",
    "DEBUG",
    "EMAIL_BACKEND",
    "MEDIA_ROOT",
    "NUM_PROXIES",
    "SECOND_FACTOR_REQUIRED",
    "SECRET_KEY",
    "SITE_URL",
    "STATIC_ROOT",
)
for _name in FOREIGN:
    os.environ.pop(_name, None)

_var = tempfile.mkdtemp(prefix="qianxian-test-")
_owner = os.getpid()


@atexit.register
def _remove_var():
    if os.getpid() == _owner:  # a forked child of a test must not take its parent's folder away
        shutil.rmtree(_var, ignore_errors=True)


os.environ["QIANXIAN_VAR"] = _var
os.environ["API_THROTTLE_USER"] = os.environ["API_THROTTLE_ANON"] = "100000/min"  # a suite asks more than a person
os.environ["SECRET_KEY"] = "only-for-tests-" + "0" * 40
TEST_DATABASE_URL = os.environ.get("QIANXIAN_TEST_DATABASE_URL", "")
TEST_REDIS_URL = os.environ.get("QIANXIAN_TEST_REDIS_URL", "")
if TEST_DATABASE_URL:
    os.environ["DATABASE_URL"] = TEST_DATABASE_URL
if TEST_REDIS_URL:
    os.environ["CELERY_BROKER_URL"] = os.environ["CACHE_URL"] = TEST_REDIS_URL

from portal.catalogues import compile_catalogues  # noqa: E402
from portal.settings import *  # noqa: E402, F403 -- the environment above must be set first
from portal.settings import BASE_DIR, CACHES, DATABASES  # noqa: E402

compile_catalogues(BASE_DIR / "locale")

for _name in (
    "DATABASE_URL", "CACHE_URL", "CELERY_BROKER_URL", "SECRET_KEY", "API_THROTTLE_USER", "API_THROTTLE_ANON"
):  # fmt: skip
    os.environ.pop(_name, None)  # commands that tests start choose for themselves

if TEST_REDIS_URL:
    # Parallel workers share the server, not the keys.
    CACHES["default"]["KEY_PREFIX"] = f"test-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}-{_owner}"
else:
    CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    CELERY_BROKER_URL = "memory://"
    CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.05}
if TEST_DATABASE_URL:
    DATABASES["default"]["CONN_MAX_AGE"] = 0  # an idle connection would keep the test database from being dropped

CELERY_TASK_ALWAYS_EAGER = True  # an announcement is delivered where it is captured
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # speed; no real password is ever hashed here
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MEDIA_ROOT = Path(_var) / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
