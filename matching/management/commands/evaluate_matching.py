import json
import math
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from matching.engine import evaluation


class Command(BaseCommand):
    help = "Measure the production matching pipeline on judged texts (never trained on the judgements)."
    requires_system_checks: list = []  # it reads files only: no database, no cache

    def add_arguments(self, parser):
        parser.add_argument("--needs", type=Path, required=True, help="JSON lines: id, title, description, keywords?")
        parser.add_argument(
            "--candidates",
            type=Path,
            required=True,
            help="JSON lines: id, headline?, research_fields, bio, achievements",
        )
        parser.add_argument("--qrels", type=Path, help="need, candidate, grade, tab-separated")
        parser.add_argument("--run", type=Path, help="write need, candidate, score for every pair")
        parser.add_argument("--json", action="store_true", help="print one JSON object on the last line")

    def handle(self, *args, **options):
        def progress(stage):
            self.stderr.write(f"… {stage}")

        try:
            collection = evaluation.read_collection(options["needs"], options["candidates"])
            qrels = evaluation.read_qrels(options["qrels"]) if options["qrels"] else None
            report = evaluation.evaluate(collection, qrels, run=options["run"], progress=progress)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise CommandError(f"These files cannot be evaluated: {error!r}") from error
        self.stdout.write(f"{report.needs} needs × {report.candidates} candidates in {report.seconds:.1f} s")
        for name, interval in report.measures.items():
            self.stdout.write(
                f"{name:8s} {interval.mean:.4f}  95% [{interval.low:.4f}, {interval.high:.4f}]  {interval.needs} needs"
            )
        if report.measures:
            for name, row in report.bands.items():
                share = "–" if math.isnan(row["relevant"]) else f"{row['relevant']:.3f}"
                self.stdout.write(f"band {name:8s} {row['pairs']:5d} judged pairs, share relevant {share}")
        self.stdout.write(f"no candidate: {len(report.no_candidate)} of {report.needs} needs")
        if options["json"]:
            self.stdout.write(json.dumps(_finite(report.as_dict()), ensure_ascii=False))


def _finite(value):
    """NaN has no place in JSON."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
