"""``-p tests.no_skips``: where the services are there, a test that skips for want of them has failed.

Loaded by ``.ci/run`` only. Tests of the browser and the contract may not be skipped at all.
"""

import pytest

NEVER_SKIPPED = {"postgres", "redis", "e2e", "contract"}


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    marks = NEVER_SKIPPED.intersection(mark.name for mark in item.iter_markers())
    apart = {"e2e", "contract"}.intersection(item.path.parts)
    if report.skipped and not hasattr(report, "wasxfail") and (marks or apart):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"skipped where that counts as a failure ({', '.join(sorted(marks | apart))}): {reason}"


def pytest_collectreport(report):
    """A whole module skipped at import (``importorskip``) must not pass unseen either."""
    if report.skipped and {"e2e", "contract"}.intersection(report.nodeid.split("/")):
        report.outcome = "failed"
