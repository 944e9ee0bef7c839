"""A worker or command killed at any row leaves whole chunks; the rerun ends with every row once."""

import json
import os
import signal
import sqlite3
import subprocess
import sys

import pytest
from django.conf import settings

from tests.imports.conftest import people, workbook

ROWS = 450  # three chunks of 200, the last one short
MANAGE = str(settings.BASE_DIR / "manage.py")


class Site:
    """An installation of its own in a folder: its database is a file that survives the kill."""

    def __init__(self, folder):
        self.folder = folder
        kept = {key: value for key, value in os.environ.items() if not key.startswith("QIANXIAN_TEST")}
        kept.pop("DATABASE_URL", None)
        self.environment = kept | {"QIANXIAN_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "portal.settings"}
        self.run("migrate", "-v0")
        with self.database() as database:
            database.execute(
                "insert into core_region (code, name, level, is_current, full_name)"
                " values ('990101', '试验县', 'county', 1, '试验县')"
            )

    def database(self):
        return sqlite3.connect(self.folder / "qianxian.sqlite3", timeout=20)

    def count(self, sql, *values):
        with self.database() as database:
            return database.execute(sql, values).fetchone()[0]

    def command(self, *arguments):
        return [sys.executable, MANAGE, *arguments]

    def run(self, *arguments):
        done = subprocess.run(
            self.command(*arguments), env=self.environment, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def kill_at(self, told, *arguments):
        """Kill -9 as soon as the progress line ``told`` is out."""
        with subprocess.Popen(
            self.command(*arguments), env=self.environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
        ) as process:
            for line in process.stderr:
                if line.strip() == told:
                    process.send_signal(signal.SIGKILL)
                    break
            else:
                pytest.fail(f"never told {told}")
        assert process.returncode == -signal.SIGKILL


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return Site(tmp_path_factory.mktemp("site"))


@pytest.mark.slow
@pytest.mark.parametrize("done", [0, 200, ROWS], ids=["first", "mid", "last"])
def test_import_killed_at_a_row_is_whole_after_a_rerun(site, done):
    file = site.folder / f"killed-{done}.xlsx"
    rows = [(f"{name}{chr(0x4E00 + done)}", *rest) for name, *rest in people(ROWS, f"大学{done}")]
    file.write_bytes(workbook(rows))
    before = site.count("select count(*) from experts_expert")
    arguments = ("import_register", "experts", str(file), "--county", "990101", "--json")
    site.kill_at(f"{done}/{ROWS} 行", *arguments)
    left = site.count("select count(*) from experts_expert") - before
    assert left in (done, min(done + 200, ROWS))  # whole chunks, and each row has its record
    batch = site.count("select max(id) from core_importbatch")
    assert left == site.count("select count(*) from core_importrow where batch_id = ?", batch)
    told = json.loads(site.run(*arguments).splitlines()[-1])
    assert (told["rows"], told["created"], told["duplicate"], told["rejected"]) == (ROWS, ROWS, 0, 0)
    assert site.count("select max(id) from core_importbatch") == batch  # the same batch went on
    assert site.count("select count(*) from experts_expert") - before == ROWS
    assert site.count("select count(distinct name) from experts_expert") - before == ROWS


@pytest.mark.slow
def test_invariants_hold_after_the_kills(site):
    assert json.loads(site.run("check_invariants", "--json").splitlines()[-1])["violations"] == 0
