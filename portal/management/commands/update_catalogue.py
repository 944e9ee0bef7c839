"""Bring the English catalogue up to the source; run after adding or changing words on the screen."""

from django.conf import settings
from django.core.management.base import BaseCommand

from portal.catalogues import compile_catalogues, source_messages, update_catalogue


class Command(BaseCommand):
    help = "Collect messages from Python and templates into locale/en, drop unused ones, list what lacks a translation."
    requires_system_checks = ()

    def handle(self, *args, **options):
        base = settings.BASE_DIR
        messages = source_messages(base)
        missing = update_catalogue(base / "locale/en/LC_MESSAGES/django.po", messages)
        compile_catalogues(base / "locale")
        for text in missing:
            self.stdout.write(f"- {text}")
        self.stdout.write(f"{len(messages)} messages, {len(missing)} without a translation")
