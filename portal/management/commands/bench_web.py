"""Pages against the same template without a database, one client, on SQLite and PostgreSQL in one run."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import render
from django.test import Client, RequestFactory
from django.test.utils import setup_test_environment
from django.urls import reverse

INSIDE = "QIANXIAN_BENCH_INSIDE"
WARM_UP = 5


class Command(BaseCommand):
    help = (
        "Compare list, detail and match pages with the same template rendered from memory. Works in throw-away "
        "databases: SQLite always, PostgreSQL when --postgres or QIANXIAN_TEST_DATABASE_URL names a server."
    )

    def add_arguments(self, parser):
        parser.add_argument("--experts", type=int, default=2000)
        parser.add_argument("--needs", type=int, default=500)
        parser.add_argument("--requests", type=int, default=100, help="measured requests per page and side")
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--postgres", metavar="URL", default=os.environ.get("QIANXIAN_TEST_DATABASE_URL", ""))
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *, as_json, **options):
        if os.environ.get(INSIDE):
            self.stdout.write(json.dumps(measure(options)))
            return
        with tempfile.TemporaryDirectory(prefix="qianxian-bench-") as folder:
            results = {"sqlite": self.run_inside(options, folder, "")}
            if options["postgres"]:
                with throw_away(options["postgres"]) as url:
                    results["postgres"] = self.run_inside(options, folder, url)
        worst = max(page["ratio_p95"] for pages in results.values() for page in pages.values())
        for database, pages in results.items():
            for name, page in pages.items():
                self.stderr.write(
                    f"{database:9} {name:12} p50 {page['p50_ms']:7.1f} ms  p95 {page['p95_ms']:7.1f} ms  "
                    f"from memory p95 {page['memory_p95_ms']:7.1f} ms  ratio {page['ratio_p95']:.2f}  "
                    f"queries {page['queries']}"
                )
        if as_json:
            self.stdout.write(json.dumps({"pages": results, "worst_ratio_p95": worst}))

    def run_inside(self, options, folder, url):
        """The measurement in a process of its own, with the settings of one database."""
        environment = {**os.environ, INSIDE: "1", "QIANXIAN_VAR": os.path.join(folder, "pg" if url else "sqlite")}  # noqa: PTH118
        for name in ("DATABASE_URL", "DEBUG"):
            environment.pop(name, None)
        if url:
            environment["DATABASE_URL"] = url
        command = [sys.executable, "manage.py", "bench_web", "--json"]
        for name in ("experts", "needs", "requests", "seed"):
            command += [f"--{name}", str(options[name])]
        done = subprocess.run(command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True)
        if done.returncode:
            raise CommandError(f"测量没有完成：\n{done.stderr[-3000:]}")
        return json.loads(done.stdout.strip().splitlines()[-1])


class throw_away:
    """A database of its own on the server of ``url``, dropped at the end."""

    def __init__(self, url):
        self.server, _slash, _name = url.rpartition("/")
        self.name = f"qianxian_bench_{uuid.uuid4().hex[:8]}"

    def _run(self, statement):
        import psycopg2  # noqa: PLC0415  only where PostgreSQL is measured

        connection = psycopg2.connect(f"{self.server}/postgres")
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()

    def __enter__(self):
        self._run(f'CREATE DATABASE "{self.name}"')
        return f"{self.server}/{self.name}"

    def __exit__(self, *_exc):
        self._run(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')


def measure(options):
    """{page: figures}. Real and in-memory requests alternate, so that the machine's drift falls on both alike."""
    from portal.bench_data import populate  # noqa: PLC0415  models are ready only inside the command

    call_command("migrate", verbosity=0)
    staff = populate(experts=options["experts"], needs=options["needs"], seed=options["seed"])
    setup_test_environment()
    client = Client()
    client.force_login(staff)
    return {name: compare(client, url, options["requests"]) for name, url in pages(staff).items()}


def pages(user):
    from enterprises.models import Need  # noqa: PLC0415
    from experts.models import Expert  # noqa: PLC0415

    need = Need.objects.visible_to(user).filter(match_results__isnull=False).order_by("pk").first()
    expert = Expert.objects.visible_to(user).order_by("pk").first()
    return {
        "expert list": reverse("experts:expert-list"),
        "expert page": reverse("experts:expert-detail", args=[expert.code]),
        "need list": reverse("enterprises:need-list"),
        "need page": reverse("enterprises:need-detail", args=[need.code]),
        "match page": reverse("matching:need-matches", args=[need.code]),
    }


def compare(client, url, count):
    queries = []

    def counted(execute, sql, *rest):
        queries.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(counted):
        response = client.get(url)
    if response.status_code != 200:
        raise CommandError(f"{url}: {response.status_code}")
    memory = from_memory(response)
    real, baseline = [], []
    for number in range(count + WARM_UP):
        for sink, call in ((real, lambda: client.get(url)), (baseline, memory)):
            started = time.perf_counter()
            call()
            if number >= WARM_UP:
                sink.append((time.perf_counter() - started) * 1000)
    p95, memory_p95 = quantile(real), quantile(baseline)
    return {
        "p50_ms": round(statistics.median(real), 2),
        "p95_ms": round(p95, 2),
        "memory_p95_ms": round(memory_p95, 2),
        "ratio_p95": round(p95 / memory_p95, 2),
        "queries": len(queries),
    }


def quantile(values, share=0.95):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def from_memory(response):
    """The same template and rows through the same middleware, from objects that are loaded already: no query."""
    template = response.templates[0].name
    context = {}
    for layer in response.context:
        context.update(layer.flatten() if hasattr(layer, "flatten") else layer)
    for reserved in ("request", "csrf_token", "perms", "messages", "block", "forloop"):
        context.pop(reserved, None)
    person = context.get("user")
    factory = RequestFactory()

    def answer(request):
        request.user = person
        return render(request, template, context)

    chain = middleware_chain(answer)

    def call():
        result = chain(factory.get("/", HTTP_HOST="testserver"))
        if not isinstance(result, HttpResponse) or result.status_code != 200:
            raise CommandError(f"{template}: the page could not be rendered from memory")

    return call


def middleware_chain(answer):
    """``answer`` behind every middleware of the settings."""
    from django.utils.module_loading import import_string  # noqa: PLC0415

    for path in reversed(settings.MIDDLEWARE):
        answer = import_string(path)(answer)
    return answer
