import json

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from portal.demo.loader import Demo, is_loaded

ACCOUNTS = "demo_accounts.json"


class Command(BaseCommand):
    help = "Load the demonstration county: fictional people and firms. Refuses a database that holds other data."

    def handle(self, **_options):
        accounts = settings.VAR_DIR / ACCOUNTS
        if is_loaded():
            if accounts.exists():
                self.stdout.write("演示数据已就绪。")
                return
            raise CommandError(
                "数据库中已有账号、专家或企业，不装入演示数据。请换一个空数据库（设置 DATABASE_URL 或 QIANXIAN_VAR）。"
            )
        call_command("load_reference", "--if-empty", stdout=self.stdout)
        found = Demo(self.stdout.write).load()
        accounts.touch(mode=0o600)
        accounts.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
        self.stdout.write(f"演示账号 {len(found)} 个，密码保存在 {accounts}")
