"""A small market with texts that the engine can tell apart."""

import pytest
from model_bakery import baker

from tests import make


@pytest.fixture
def chain(county):
    return baker.make_recipe("tests.chain", county=county, name="大蒜及食品加工")


@pytest.fixture
def market(county, chain):
    """Three experts of different trades; the first fits the need."""
    rows = (
        (
            "果蔬干燥与节能",
            "热泵干燥、果蔬脱水和干燥能耗优化，主持大蒜切片热泵烘干示范线。",
            "大蒜切片热泵烘干节能技术",
        ),
        ("水文地质", "地下水资源评价与地面沉降监测。", "地下水数值模拟"),
        ("古代文学", "明清小说版本与地方戏曲研究。", "地方戏曲文献整理"),
    )
    experts = []
    for field, profile, work in rows:
        expert = baker.make_recipe(
            "tests.expert", county=county, research_fields=[field], profile=profile, title="教授"
        )
        baker.make_recipe("tests.achievement", expert=expert, title=work, is_featured=True)
        experts.append(expert)
    experts[0].chains.add(chain)
    return experts


@pytest.fixture
def need(county, chain):
    firm = baker.make_recipe("tests.enterprise", county=county)
    return make.need(
        firm,
        title="大蒜切片烘干能耗高",
        situation="大蒜切片热风烘干每吨耗电 420 千瓦时，色泽不稳定，需要节能的干燥工艺。",
        chain=chain,
    )
