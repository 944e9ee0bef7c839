"""Topics this app answers to."""

from core import outbox, tasks


@outbox.on("import.requested")
def import_requested(payload):
    tasks.import_work.delay(payload["batch_id"])
