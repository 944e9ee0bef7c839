"""``manage.py demo``: from a fresh clone to a signed-in page with the demonstration county, in one command."""

import fcntl
import http.client
import json
import os
import shutil
import signal
import sys
import time
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.translation import gettext as _

import bootstrap
from portal import embedded
from portal.demo.loader import explain_orders
from portal.embedded import Stage
from portal.processes import Child, first_ended, stop_all

READY_SECONDS = 60
LOOK_SECONDS = 0.5


class Stopped(Exception):
    """Ctrl-C, a closed terminal or a TERM signal."""


class Command(BaseCommand):
    help = "Prepare the demonstration county and run web and background worker on this machine."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=bootstrap.DEFAULT_PORT)
        parser.add_argument("--no-start", action="store_true", help="prepare everything, start nothing")
        parser.add_argument("--reset", action="store_true", help="throw the demonstration database away first")

    def handle(self, *args, port, no_start, reset, **options):
        if not settings.EMBEDDED:
            raise CommandError(_("demo 只用于本机试用：请去掉环境变量 DEBUG=0 后重试（unset DEBUG）。"))
        with self.only_one(port):
            try:
                self.prepare(reset=reset)
            except KeyboardInterrupt:
                raise CommandError(_("已中断；重新运行同一条命令即可继续。")) from None
            if no_start:
                self.stdout.write(_("演示数据已就绪；启动请运行 python3 manage.py demo"))
                return
            self.serve(port)

    # --- prepare

    def prepare(self, *, reset):
        with self.step(_("[1/4] 前端文件与语言包")):
            call_command("assets", stdout=self.stdout, stderr=self.stderr)
        with self.step(_("[2/4] 数据库")):
            self.claim_database(reset=reset)
            call_command("migrate", interactive=False, verbosity=0)
        with self.step(_("[3/4] 演示县数据")):
            if embedded.stage() < Stage.LOADED or not self.accounts_file.exists():
                call_command("load_demo")
                embedded.mark(Stage.LOADED)
        with self.step(_("[4/4] 为全部需求匹配专家")):
            if embedded.stage() < Stage.SCORED:
                call_command("match", "--all", "--local")
                explain_orders()
                embedded.mark(Stage.SCORED)
        connection.close()

    def claim_database(self, *, reset):
        """Take an empty database or our own; refuse everybody else's, naming what is in it."""
        found = embedded.stage()
        if found == Stage.FOREIGN:
            rows = embedded.foreign_rows()
            if rows:
                held = "、".join(f"{table} {count}" for table, count in rows.items())
                raise CommandError(
                    _(
                        "数据库 {place} 已有不是演示程序写入的数据（{held}），demo 不会改动它。\n"
                        "换一个文件夹存放演示数据：QIANXIAN_VAR=$HOME/qianxian-demo python3 manage.py demo\n"
                        "如果设置了 DATABASE_URL，请先运行：unset DATABASE_URL"
                    ).format(place=embedded.place(), held=held)
                )
        elif reset or found == Stage.FILLING:
            if not embedded.can_discard():
                raise CommandError(
                    _("请先清空数据库 {place}：dropdb 后 createdb，再重新运行。").format(place=embedded.place())
                )
            embedded.discard()
            self.discard_companions()
        if embedded.stage() < Stage.LOADED:
            embedded.mark(Stage.FILLING)

    def discard_companions(self):
        """What belongs to the rows that are gone: files, queued messages, passwords."""
        self.accounts_file.unlink(missing_ok=True)
        for name in ("queue", "processed", "control"):
            for message in (settings.VAR_DIR / "broker" / name).glob("*"):
                message.unlink(missing_ok=True)
        if settings.MEDIA_ROOT.is_relative_to(settings.VAR_DIR):
            shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)

    # --- run

    def serve(self, port):
        if not bootstrap.port_is_free(port):
            raise CommandError(_("端口 {port} 已被占用，请用 --port 另选一个。").format(port=port))
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # empty here: files are served where they lie
        children = []
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, self.interrupt)
        try:
            children.append(Child("web", self.web_command(port), self.log("web"), self.environment(port)))
            children.append(Child("worker", self.worker_command(), self.log("worker"), self.environment(port)))
            self.await_ready(port, children)
            self.introduce(port)
            while not first_ended(children):
                time.sleep(LOOK_SECONDS)
        except Stopped:
            self.stdout.write(_("\n正在停止 …"))
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            ended = first_ended(children)
            stop_all(children)
        if ended:
            raise CommandError(
                _("{name} 意外退出，全部已停止。日志末尾（{log}）：\n{tail}").format(
                    name=ended.label, log=ended.log, tail=ended.tail()
                )
            )
        self.stdout.write(_("已停止。数据保留，再次运行 python3 manage.py demo 即可继续。"))

    @staticmethod
    def interrupt(number, frame):
        raise Stopped

    @staticmethod
    def web_command(port):
        options = ["--worker-class", "gthread", "--workers", "1", "--threads", "8", "--graceful-timeout", "5"]
        return [sys.executable, "-m", "gunicorn", "portal.wsgi:application", "--bind", f"127.0.0.1:{port}", *options]

    @staticmethod
    def worker_command():
        options = ["-P", "solo", "-B", "-l", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        return [sys.executable, "-m", "celery", "-A", "portal", "worker", *options]

    @staticmethod
    def environment(port):
        extra = {"DJANGO_SETTINGS_MODULE": "portal.settings", "PYTHONUNBUFFERED": "1"}
        return {"SITE_URL": f"http://127.0.0.1:{port}", **os.environ, **extra, "PYTHONPATH": str(settings.BASE_DIR)}

    @staticmethod
    def log(name):
        return settings.VAR_DIR / "log" / f"{name}.log"

    def await_ready(self, port, children):
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and not first_ended(children):
            if healthy(port):
                return
            time.sleep(LOOK_SECONDS)
        if not first_ended(children):
            raise CommandError(
                _("网站在 {seconds} 秒内没有就绪。日志末尾：\n{tail}").format(
                    seconds=READY_SECONDS, tail=children[0].tail()
                )
            )

    def introduce(self, port):
        """The address and one sign-in per role."""
        accounts = json.loads(self.accounts_file.read_text(encoding="utf-8"))
        width = max(len(account["username"]) for account in accounts)
        lines = [f"  {account['username']:<{width}}  {account['password']}  {account['label']}" for account in accounts]
        self.stdout.write(
            _("\n牵线已启动：http://127.0.0.1:{port}\n\n用户名、密码与身份：\n{accounts}\n\n按 Ctrl-C 停止。").format(
                port=port, accounts="\n".join(lines)
            )
        )
        self.stdout.flush()

    # --- small things

    @property
    def accounts_file(self):
        return settings.VAR_DIR / "demo_accounts.json"

    @contextmanager
    def step(self, label):
        self.stdout.write(label)
        self.stdout.flush()
        started = time.monotonic()
        yield
        self.stdout.write(_("      完成，{seconds:.1f} 秒").format(seconds=time.monotonic() - started))

    @contextmanager
    def only_one(self, port):
        """One demo per data folder; the lock goes with the process, however it ends."""
        with (settings.VAR_DIR / "demo.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise CommandError(
                    _("演示已在运行：{address}\n要再开一份，请另选数据文件夹与端口：{command}").format(
                        address=lock.read(),
                        command="QIANXIAN_VAR=$HOME/qianxian-demo2 python3 manage.py demo --port 8001",
                    )
                ) from None
            lock.seek(0)
            lock.truncate()
            lock.write(f"http://127.0.0.1:{port}")
            lock.flush()
            yield


def healthy(port):
    """Whether ``/healthz`` answers 200."""
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        asked.request("GET", "/healthz")
        return asked.getresponse().status == 200
    except OSError:
        return False
    finally:
        asked.close()
