import getpass
import sys

from django.core.management.base import BaseCommand, CommandError

from accounts.services import admin_create
from core.actor import Actor
from core.errors import DomainError
from core.models import Region


class Command(BaseCommand):
    help = "Make the first administrator of a county or prefecture; everybody else is invited by them."

    def add_arguments(self, parser):
        parser.add_argument("--region", required=True, metavar="CODE", help="six digits, for example 370828")
        parser.add_argument("--username", required=True)
        parser.add_argument("--name", default="", help="the person's name; the user name when left out")

    def handle(self, *, region, username, name, **_options):
        found = Region.objects.filter(code=region, is_current=True).first()
        if found is None:
            raise CommandError(f"没有代码为 {region} 的现行区划。如果还没有装入参考数据，请先运行 load_reference。")
        try:
            admin_create(
                region_id=found.pk,
                username=username,
                name=name or username,
                password=self.password(),
                actor=Actor.system("create_admin"),
            )
        except DomainError as exc:
            raise CommandError(str(exc)) from exc
        self.stdout.write(f"已创建{found}管理员 {username}。登录后请先启用两步验证。")

    @staticmethod
    def password():
        """Typed twice, or one line of standard input when no terminal is there; never an argument others can list."""
        if not sys.stdin.isatty():
            return sys.stdin.readline().rstrip("\n")
        password = getpass.getpass("密码：")
        if getpass.getpass("再输入一次：") != password:
            raise CommandError("两次输入的密码不一致。")
        return password
