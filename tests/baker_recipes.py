"""Dumb recipes. A test names what matters to it; the rest is filled plainly."""

from itertools import count

from model_bakery.recipe import Recipe, foreign_key

from core.enums import RegionLevel

_numbers = count(1)


def number(form):
    return lambda: form.format(next(_numbers))


province = Recipe("core.Region", code=number("9{:05d}"), name="某省", level=RegionLevel.PROVINCE, full_name="某省")
city = Recipe("core.Region", code=number("8{:05d}"), name="某市", level=RegionLevel.PREFECTURE, full_name="某省某市")
county = Recipe(
    "core.Region", code=number("7{:05d}"), name=number("某县{}"), level=RegionLevel.COUNTY, full_name="某省某市某县"
)
town = Recipe("core.Region", code=number("7{:08d}"), name=number("某镇{}"), level=RegionLevel.TOWN)
chain = Recipe("core.Chain", name=number("产业链{}"), county=foreign_key(county))
park = Recipe("core.Park", name=number("园区{}"), county=foreign_key(county))

user = Recipe("accounts.User", username=number("user{}"), name=number("用户{}"), is_active=True, password="!")
scope = Recipe("accounts.Scope", role="staff", user=foreign_key(user), region=foreign_key(county))

institution = Recipe("experts.Institution", name=number("某大学{}"))
expert = Recipe(
    "experts.Expert",
    name=number("专家{}"),
    name_pinyin=number("zhuanjia{:04d}"),
    county=foreign_key(county),
    consent="granted",
    capacity=3,
    load=0,
)
achievement = Recipe("experts.Achievement", title=number("成果{}"), expert=foreign_key(expert))

enterprise = Recipe(
    "enterprises.Enterprise",
    name=number("企业{}有限公司"),
    name_pinyin=number("qiye{:04d}"),
    county=foreign_key(county),
    verification="verified",
)
membership = Recipe("enterprises.Membership", enterprise=foreign_key(enterprise), user=foreign_key(user))
