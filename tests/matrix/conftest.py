"""One population per module, in one transaction that is rolled back; every writing case runs in a savepoint of it."""

import logging

import pytest
from django.db import transaction

from tests.matrix import world as worlds


def savepoint():
    """An atomic block in which services may still open their outermost transaction, as inside a TestCase."""
    block = transaction.atomic()
    block._from_testcase = True
    return block


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        outer = savepoint()
        outer.__enter__()
        logging.disable(logging.CRITICAL)  # thousands of refusals on purpose
        try:
            yield worlds.build()
        finally:
            logging.disable(logging.NOTSET)
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)
