import hashlib
import json
import sys
import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Scope
from core.actor import Actor
from core.enums import RowStatus
from core.errors import DomainError
from core.intake import registers, results, services, work
from core.intake.limits import current_limits
from core.intake.remarks import remark_text, remarks_on
from core.intake.workbook import write_errors
from core.models import Region
from portal.import_forms import OPTIONS

COUNTS = ("rows", *(status.value for status in RowStatus))
WAIT_SECONDS = 300  # for another import into the same register


class Command(BaseCommand):
    help = "Import a register from .xlsx, .xls or .csv. A rerun after a crash goes on where it stopped."

    def add_arguments(self, parser):
        parser.add_argument("kind", choices=registers.kinds(), help="which register")
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--county", metavar="CODE", help="six digits; not needed where only one county works here")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")
        parser.add_argument("--errors", type=Path, metavar="OUT.xlsx", help="rows to mend, in the file's own layout")
        parser.add_argument("--option", action="append", default=[], metavar="KEY=VALUE", help="an option of the page")
        parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON object on the last line")

    def handle(self, *, kind, file, county, dry_run, errors, option, as_json, **_options):
        started = time.monotonic()
        county = self.county(county)
        options = self.options(kind, option)
        content = self.content(file)
        try:
            done = (self.rehearse if dry_run else self.run_import)(kind, county, file.name, content, options, errors)
        except DomainError as exc:
            raise CommandError(f"{file.name}：{exc.message}") from exc
        summary = {key: done.get(key, 0) for key in COUNTS} | {"seconds": round(time.monotonic() - started, 2)}
        if as_json:
            self.stdout.write(json.dumps(summary | {"county": county.code, "batch": done.get("batch", "")}))
            return
        words = "、".join(f"{status.label} {summary[status]}" for status in RowStatus if summary[status])
        verb = "预演" if dry_run else "导入"
        self.stdout.write(f"{verb} {summary['rows']} 行：{words or '没有数据'}，用时 {summary['seconds']} 秒")

    def county(self, code):
        counties = Region.objects.filter(level="county")
        if code:
            county = counties.filter(code=code).first()
            if county is None:
                raise CommandError(f"没有代码为 {code} 的县区。请核对六位代码，或先运行 manage.py load_reference。")
            return county
        in_use = counties.filter(chains__isnull=False).distinct() or counties.filter(
            pk__in=Scope.objects.filter(is_active=True).values("region")
        )
        found = list(in_use.order_by("code")[:10])
        if len(found) != 1:
            listed = "、".join(f"{county.code} {county.name}" for county in found) or "还没有县区在使用"
            raise CommandError(f"请用 --county 指明导入到哪个县区（{listed}）。")
        return found[0]

    def options(self, kind, pairs):
        given = {}
        for pair in pairs:
            key, sign, value = pair.partition("=")
            if not sign:
                raise CommandError(f"--option 要写成 键=值，例如 --option status=published，收到的是 {pair}。")
            given[key] = value
        form = OPTIONS[kind](given)
        unknown = sorted(set(given) - set(form.fields))
        if unknown:
            raise CommandError(f"没有名为 {'、'.join(unknown)} 的选项。可用的选项：{'、'.join(form.fields)}。")
        if not form.is_valid():
            field, messages = next(iter(form.errors.items()))
            raise CommandError(f"选项 {field}：{messages[0]}")
        return form.cleaned_data

    def content(self, file):
        limit = current_limits().file_bytes
        try:
            with file.open("rb") as stream:
                return stream.read(limit + 1)
        except OSError as exc:
            raise CommandError(f"无法打开 {file}：{exc.strerror}。请核对路径和读取权限。") from exc

    def rehearse(self, kind, county, name, content, options, errors):
        reading = services.file_read(
            county_id=county.pk, kind=kind, content=content, file_name=name,
            include_hidden=options["include_hidden"],
        )  # fmt: skip
        self.remarks(remarks_on(reading.workbook, reading.table, reading.register))
        importer = registers.importer_of(kind)
        importer.prepare(county, options, actor=Actor.system("命令行导入"))
        counts, bad = dict.fromkeys(COUNTS, 0), []
        for result, outcome in work.verdicts(reading, importer, list(reading.results()), self.progress):
            counts["rows"] += 1
            counts[outcome.status] += 1
            if outcome.status in results.TO_MEND:
                result.errors += result.warnings if outcome.status == RowStatus.DUPLICATE else []
                bad.append(result)
        if errors and bad:
            with errors.open("wb") as stream:
                write_errors(stream, reading.table, bad)
        return counts

    def run_import(self, kind, county, name, content, options, errors):
        actor = Actor.system("命令行导入")
        sha256 = hashlib.sha256(content).hexdigest()
        batch = services.unfinished_same(county_id=county.pk, kind=kind, sha256=sha256)
        if batch is not None:
            self.stderr.write(f"接着上次没有完成的导入 {batch.code}")
        else:
            batch = services.batch_upload(
                county_id=county.pk, kind=kind, content=content, file_name=name, sha256=sha256, actor=actor,
                options=options, is_previewed=False,
            )  # fmt: skip
        self.remarks(remark_text(note["code"], note["fields"]) for note in batch.notes)
        services.batch_start(batch_id=batch.pk, actor=actor, is_announced=False)
        batch = self.work(batch)
        if errors and batch.error_file:
            with batch.error_file.open("rb") as stream:
                errors.write_bytes(stream.read())
        return batch.summary | {"batch": batch.code}

    def work(self, batch):
        until = time.monotonic() + WAIT_SECONDS
        while (done := work.batch_work(batch.pk, take_over=True, on_progress=self.progress)) is None:
            if time.monotonic() > until:
                raise CommandError("本县另有一批导入还没有完成，请稍后重新运行。")
            self.stderr.write("本县另有一批导入正在进行，等待中")
            time.sleep(2)
        return done

    def remarks(self, remarks):
        for remark in remarks:
            self.stderr.write(str(remark))

    def progress(self, done, total):
        end = "\n" if done >= total else ""
        sys.stderr.write(f"\r{done}/{total} 行{end}" if sys.stderr.isatty() else f"{done}/{total} 行\n")
        sys.stderr.flush()
