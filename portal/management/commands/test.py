"""``manage.py test [pytest arguments]``: the suite as the README promises it, in parallel.

Takes the name of Django's own command on purpose: there is one way to run the tests. Browser and contract tests need
packages and a browser beyond the lock; ``.ci/run`` installs those, and here they run only when they are named.
"""

import os
import shutil
import sys

from django.conf import settings
from django.core.management.base import BaseCommand
from django.core.management.color import no_style

APART = ("tests/e2e", "tests/contract")
OWN_PARALLELISM = ("-n", "--numprocesses", "--pdb", "--collect-only", "--co", "--fixtures")


def pytest_arguments(given: list[str], cores: int) -> list[str]:
    """What pytest gets: the caller's words and a process per core. The tests apart are left out unless named, the
    generated proofs unless ``-m`` or a test's own name asks for them."""
    arguments = list(given)
    if not any(word.startswith(OWN_PARALLELISM) or word == "no:xdist" for word in given):
        arguments += ["-n", str(cores), "--dist", "worksteal"]
    if "-m" not in given and not any("::" in word for word in given):
        arguments += ["-m", "not proof"]
    arguments += [f"--ignore={path}" for path in APART if not any(word.startswith(path) for word in given)]
    return arguments


class Command(BaseCommand):
    help = "Run the test suite (pytest). Everything after the name is passed on."
    requires_system_checks = ()

    def run_from_argv(self, argv):
        """Argparse is left out: every word belongs to pytest."""
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        command = [sys.executable, "-m", "pytest", *pytest_arguments(argv[2:], cores)]
        self.style = no_style()
        if settings.VAR_DIR.name.startswith("qianxian-test-"):
            shutil.rmtree(settings.VAR_DIR)  # made by tests.settings for this process, which ends here
        sys.stdout.flush()
        os.execv(sys.executable, command)  # noqa: S606 -- our own interpreter, no shell

    def handle(self, *args, **options):
        self.run_from_argv(["manage.py", "test", *args])
