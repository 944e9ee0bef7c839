from django.core.management.base import BaseCommand

from core import reference
from core.models import University


class Command(BaseCommand):
    help = "Load divisions, industries, disciplines and universities. Re-runnable."

    def add_arguments(self, parser):
        parser.add_argument("--if-empty", action="store_true", help="do nothing when the tables are filled")

    def handle(self, *, if_empty, **_options):
        if if_empty and University.objects.exists():  # the last table to be filled
            self.stdout.write("参考数据已就绪。")
            return
        for label, load in (
            ("行政区划", reference.load_regions),
            ("国民经济行业", reference.load_industries),
            ("学科", reference.load_disciplines),
            ("高等学校", reference.load_universities),
        ):
            self.stdout.write(f"{label}：{load()} 条")
