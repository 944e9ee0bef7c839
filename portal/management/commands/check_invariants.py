import json

from django.core.management.base import BaseCommand

from portal.invariants import CHECKS, violations


class Command(BaseCommand):
    help = "Check what must hold at every moment; exits with 1 when something does not."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON object on the last line")

    def handle(self, *, as_json: bool, **_options):
        found = violations()
        for violation in found:
            self.stderr.write(f"{violation.invariant} {violation.message}")
        if as_json:
            self.stdout.write(json.dumps({"checks": len(CHECKS), "violations": len(found)}))
        elif not found:
            self.stdout.write(f"{len(CHECKS)} 项检查，没有发现问题。")
        if found:
            raise SystemExit(1)
