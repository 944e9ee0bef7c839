"""Whose database this is: ``manage.py demo`` fills only what is empty or what it has filled before.

The mark lives inside the database (SQLite's ``application_id``, PostgreSQL's database comment), so a file that is
moved, copied or replaced is never mistaken.
"""

import enum
from pathlib import Path

from django.apps import apps
from django.db import connection

OURS = 0x51580000  # "QX" in the upper half of SQLite's application_id, the stage in the lower
COMMENT = "qianxian demonstration, stage "
PEOPLES_TABLES = ("accounts.User", "experts.Expert", "enterprises.Enterprise", "enterprises.Need")


class Stage(enum.IntEnum):
    FOREIGN = 0
    FILLING = 1  # begun, not finished: thrown away and begun again
    LOADED = 2
    SCORED = 3


def stage() -> Stage:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA application_id")
            mark = cursor.fetchone()[0]
            return Stage(mark - OURS) if mark - OURS in list(Stage) else Stage.FOREIGN
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        )
        comment = cursor.fetchone()[0] or ""
        return Stage(int(comment.removeprefix(COMMENT))) if comment.startswith(COMMENT) else Stage.FOREIGN


def mark(new: Stage) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA application_id = {OURS + new}")
        else:
            name = connection.ops.quote_name(connection.settings_dict["NAME"])
            cursor.execute(f"COMMENT ON DATABASE {name} IS '{COMMENT}{int(new)}'")


def foreign_rows() -> dict[str, int]:
    """Tables that somebody else has filled, with their rows; a freshly migrated schema has none."""
    tables = set(connection.introspection.table_names())
    models = {apps.get_model(label)._meta.db_table for label in PEOPLES_TABLES}
    known = {model._meta.db_table for model in apps.get_models(include_auto_created=True)} | {"django_migrations"}
    suspects = (tables & models) | (tables - known)
    counts = {}
    with connection.cursor() as cursor:
        for table in sorted(suspects):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 -- quoted name
            counts[table] = cursor.fetchone()[0]
    return {table: rows for table, rows in counts.items() if rows}


def place() -> str:
    """The database in words for a message; never its password."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return str(values["NAME"])
    return f"{values['HOST']}:{values['PORT']}/{values['NAME']}"


def can_discard() -> bool:
    return connection.vendor == "sqlite"


def discard() -> None:
    """Remove the SQLite file and its companions."""
    connection.close()
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{connection.settings_dict['NAME']}{suffix}").unlink(missing_ok=True)
