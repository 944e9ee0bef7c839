"""A seeded population for benchmarks: plain rows, made in bulk in a database that is thrown away."""

import random
from datetime import timedelta

from django.utils.timezone import now

from accounts.models import Scope, User
from core.enums import RegionLevel
from core.models import Chain, Region
from core.text import search_tokens
from enterprises.models import Enterprise, Need, NeedTarget
from experts.models import Achievement, Expert, Institution
from matching.enums import Band, ResultStatus, RunStatus, RunTrigger
from matching.models import Match, MatchResult, MatchRun

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英"
TOPICS = (
    "催化燃烧",
    "低温干燥",
    "机器视觉",
    "冷链物流",
    "焊接变形",
    "膜分离",
    "发酵工艺",
    "绝缘材料",
    "液压同步",
    "废水回用",
)
TOP = 20


def populate(*, experts, needs, seed):
    """Fill an empty database; two runs with one seed give the same rows but for codes. Returns the staff user."""
    draw = random.Random(seed)  # noqa: S311  rows for a benchmark, not secrets
    province = Region.objects.create(code="370000", name="某省", level=RegionLevel.PROVINCE, full_name="某省")
    city = Region.objects.create(
        code="370800", name="某市", level=RegionLevel.PREFECTURE, parent=province, full_name="某省某市"
    )
    county = Region.objects.create(
        code="370828", name="某县", level=RegionLevel.COUNTY, parent=city, full_name="某省某市某县"
    )
    chains = [Chain.objects.create(county=county, name=f"产业链{number}", order=number) for number in range(5)]
    staff = User.objects.create(username="bench", name="测速员")
    Scope.objects.create(user=staff, role="staff", region=county)
    units = Institution.objects.bulk_create(Institution(name=f"第{number}大学") for number in range(40))
    people = Expert.objects.bulk_create(
        (_expert(draw, county, units, number) for number in range(experts)), batch_size=500
    )
    Expert.chains.through.objects.bulk_create(
        Expert.chains.through(expert_id=person.pk, chain_id=draw.choice(chains).pk) for person in people
    )
    Achievement.objects.bulk_create(
        (
            Achievement(expert=person, title=f"{draw.choice(TOPICS)}成套技术{number}", summary="已在两家企业应用。")
            for person in people
            for number in range(2)
        ),
        batch_size=1000,
    )
    firms = Enterprise.objects.bulk_create(
        Enterprise(
            county=county,
            name=f"某县第{number}制造有限公司",
            name_pinyin=f"mouxian{number:05d}",
            verification="verified",
        )
        for number in range(max(1, needs // 3))
    )
    posted = Need.objects.bulk_create(
        (_need(draw, county, firms, chains, staff, number) for number in range(needs)), batch_size=500
    )
    NeedTarget.objects.bulk_create(
        NeedTarget(need=need, name=f"指标{number}", current="10", target="5", unit="%", order=number)
        for need in posted
        for number in range(3)
    )
    _matches(draw, county, posted[: min(needs, 50)], people)
    return staff


def _expert(draw, county, units, number):
    name = draw.choice(SURNAMES) + draw.choice(GIVEN) + draw.choice(GIVEN)
    topics = draw.sample(TOPICS, 3)
    profile = f"长期从事{topics[0]}与{topics[1]}研究，主持省部级课题三项，服务企业十余家。" * 3
    return Expert(
        county=county,
        name=name,
        name_pinyin=f"p{number:06d}",
        institution=draw.choice(units),
        title=draw.choice(("教授", "副教授", "研究员")),
        research_fields=topics,
        profile=profile,
        is_hometown=True,
        consent="granted",
        capacity=3,
        search_text=search_tokens(name, *topics),
    )


def _need(draw, county, firms, chains, staff, number):
    topic = draw.choice(TOPICS)
    return Need(
        county=county,
        enterprise=draw.choice(firms),
        chain=draw.choice(chains),
        created_by=staff,
        status="published",
        title=f"{topic}环节能耗偏高{number}",
        blind_title=f"{topic}工艺改进{number}",
        summary=f"{topic}环节需要改进。",
        situation=f"现有{topic}环节能耗高、质量不稳定，希望找到可以在原产线上改造的办法。" * 3,
        types=["technical"],
        published_at=now() - timedelta(days=number % 30),
    )


def _matches(draw, county, needs, people):
    run = MatchRun.objects.create(county=county, trigger=RunTrigger.COMMAND, status=RunStatus.COMPLETE)
    for need in needs:
        result = MatchResult.objects.create(
            run=run,
            need=need,
            need_version=need.version,
            status=ResultStatus.PUBLISHED,
            candidate_count=len(people),
            stats={},
        )
        Match.objects.bulk_create(
            Match(
                result=result,
                expert=person,
                rank=rank,
                score=5 - rank / 10,
                similarity=0.5,
                band=list(Band)[min(3, rank // 6)],
                parts={"lexical": 3 - rank / 10, "semantic": 2},
                reasons=[
                    {"kind": "term_hit", "weight": 2.0, "params": {"terms": ["能耗", "工艺"]}, "evidence": []},
                    {"kind": "similar_direction", "weight": 1.0, "params": {"fields": ["干燥"]}, "evidence": []},
                ],
                cautions=[{"kind": "stale_profile", "params": {"months": 14}}],
            )
            for rank, person in enumerate(draw.sample(people, min(TOP, len(people))), start=1)
        )
