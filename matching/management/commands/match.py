import json
import sys
import time

from django.core.management.base import BaseCommand, CommandError

from enterprises.enums import OPEN_TO_MATCH
from enterprises.models import Need
from matching import services
from matching.enums import ResultStatus, RunStatus, RunTrigger
from matching.models import MatchRun

POLL_SECONDS = 0.5
WAIT_SECONDS = 1800


class Command(BaseCommand):
    help = "Score needs against the experts of their county; by a worker, or in this process with --local."

    def add_arguments(self, parser):
        scope = parser.add_mutually_exclusive_group()
        scope.add_argument("--need", metavar="CODE", help="one need, by its code")
        scope.add_argument("--all", action="store_true", help="all open needs of every county (the default)")
        parser.add_argument("--local", action="store_true", help="score in this process, without a worker")
        parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON object on the last line")

    def handle(self, *, need, local, as_json, **_options):
        started = time.monotonic()
        totals = {"needs": 0, "experts": 0, "pairs": 0, "no_candidate": 0}
        for scope in self.scopes(need):
            run = services.run_request(trigger=RunTrigger.COMMAND, **scope)
            found = self.execute_here(run) if local else self.wait_for(run)
            for key in totals:
                totals[key] += found[key]
        totals["seconds"] = round(time.monotonic() - started, 2)
        if as_json:
            self.stdout.write(json.dumps(totals))
        else:
            self.stdout.write(
                f"{totals['needs']} 项需求 × {totals['experts']} 位专家，{totals['pairs']} 对，"
                f"暂无合适专家 {totals['no_candidate']} 项，用时 {totals['seconds']} 秒"
            )

    def scopes(self, code):
        if code is None:
            return [{"county_id": county.pk} for county in services.counties_with_open_needs()]
        need = Need.objects.filter(code=code).first()
        if need is None:
            raise CommandError(f"没有编号为 {code} 的需求。请核对编号，例如 XQ-7K3M9D。")
        if need.status not in OPEN_TO_MATCH:
            raise CommandError(f"需求 {code} 的状态是“{need.get_status_display()}”，发布后才能匹配。")
        return [{"county_id": need.county_id, "need_id": need.pk}]

    def execute_here(self, run):
        run = services.run_claim(run.pk) or self.fail_claimed(run)
        try:
            found = services.run_execute(run, report=self.progress)
        except Exception as exc:
            services.run_failed(run, exc)
            raise
        self.progress(found["needs"], found["needs"], end="\n")
        return found

    def fail_claimed(self, run):
        raise CommandError(f"匹配任务 {run.code} 正由后台处理，请稍后再试，或去掉 --local 等待它完成。")

    def wait_for(self, run):
        """The worker's run, with its progress as the database tells it."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            run = MatchRun.objects.get(pk=run.pk)
            self.progress(run.done_count, run.total_count)
            if run.status == RunStatus.COMPLETE:
                self.progress(run.done_count, run.total_count, end="\n")
                return {
                    "needs": run.total_count,
                    "experts": run.pair_count // run.total_count if run.total_count else 0,
                    "pairs": run.pair_count,
                    "no_candidate": run.results.filter(status=ResultStatus.NO_CANDIDATE).count(),
                }
            if run.status == RunStatus.ERROR:
                raise CommandError(f"匹配任务 {run.code} 没有完成：{run.error}")
            time.sleep(POLL_SECONDS)
        raise CommandError(
            f"等了 {WAIT_SECONDS // 60} 分钟，任务 {run.code} 仍未完成。请确认后台进程在运行，或使用 --local。"
        )

    def progress(self, done, total, end="\r"):
        if sys.stderr.isatty() or end == "\n":
            self.stderr.write(f"匹配中 {done}/{total}", ending=end)
