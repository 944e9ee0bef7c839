"""Throw-away PostgreSQL database and Redis number of one CI run.

``services.py create`` prints the two addresses as shell assignments; ``services.py drop`` removes what they name.
Servers are those of 127.0.0.1 unless ``QIANXIAN_CI_POSTGRES`` / ``QIANXIAN_CI_REDIS`` say otherwise.
"""

import os
import secrets
import sys
from urllib.parse import urlsplit

import psycopg2
import redis

POSTGRES = os.environ.get("QIANXIAN_CI_POSTGRES", "postgres://postgres@127.0.0.1:5432")
REDIS = os.environ.get("QIANXIAN_CI_REDIS", "redis://127.0.0.1:6379")
CLAIM = "qianxian-ci-claim"


def administer(statement, parameters=None):
    connection = psycopg2.connect(f"{POSTGRES}/postgres", connect_timeout=5)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def create():
    name = f"qianxian_ci_{secrets.token_hex(4)}"
    administer(f"CREATE DATABASE {name} ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8' TEMPLATE template0")
    for number in range(15, 0, -1):
        server = redis.Redis.from_url(f"{REDIS}/{number}", socket_connect_timeout=5)
        if server.dbsize() == 0 and server.set(CLAIM, name, nx=True):
            print(f"QIANXIAN_TEST_DATABASE_URL={POSTGRES}/{name}")
            print(f"QIANXIAN_TEST_REDIS_URL={REDIS}/{number}")
            return
    administer(f"DROP DATABASE {name}")
    raise SystemExit("all 15 Redis databases are in use")


def drop():
    """Only what ``create`` made: the database by its name and its test copies, the number if the claim is ours."""
    name = urlsplit(os.environ["QIANXIAN_TEST_DATABASE_URL"]).path.lstrip("/")
    if not name.startswith("qianxian_ci_"):
        raise SystemExit(f"{name} is not a database of a CI run")
    every = administer("SELECT datname FROM pg_database")
    for copy in (row[0] for row in every if row[0] == name or row[0].startswith(f"test_{name}")):
        administer(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
    server = redis.Redis.from_url(os.environ["QIANXIAN_TEST_REDIS_URL"], socket_connect_timeout=5)
    if server.get(CLAIM) in (name.encode(), None):  # a test may have flushed its own number
        server.flushdb()


if __name__ == "__main__":
    {"create": create, "drop": drop}[sys.argv[1]]()
