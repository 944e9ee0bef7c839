import pytest

from matching.engine.pipeline import build_corpus
from matching.engine.start_text import StartText, load_start_text
from matching.engine.types import AchievementDoc, ExpertDoc, ExpertFacts, NeedDoc

# Fictional profiles and needs, short on purpose.
PROFILES = (
    (
        "化工学院教授",
        ("催化氧化", "挥发性有机物治理"),
        "研究硫化烟气低温催化氧化，开发抗硫锰铈整体式催化剂，做过轮胎企业废气治理改造。",
    ),
    ("食品学院副教授", ("果蔬保鲜", "蒜米护色"), "研究鲜切蒜米绿变机理和气调保鲜包装，建立短波紫外杀菌工艺。"),
    (
        "机械学院教授",
        ("液压系统", "液压缸密封"),
        "研究工程液压缸低速爬行与内泄漏，设计组合密封结构，搭建往复密封试验台。",
    ),
    ("材料学院研究员", ("锂离子电池", "硅碳负极"), "研究硅碳负极材料的体积膨胀与循环寿命，开发多孔碳骨架和粘结剂。"),
    ("电气学院教授", ("变压器", "局部放电"), "研究干式变压器局部放电定位与绝缘结构优化，参与特高频检测装置研制。"),
    ("农学院教授", ("大蒜育种", "水肥一体化"), "研究大蒜脱毒种苗与水肥一体化栽培，推广地膜减量技术。"),
    (
        "计算机学院教授",
        ("机器视觉", "表面缺陷检测"),
        "研究工业产品表面缺陷在线检测，使用深度学习识别异物并驱动气吹剔除。",
    ),
    ("环境学院教授", ("化工废水", "高级氧化"), "研究高盐高浓有机废水处理，臭氧催化氧化与膜分离组合工艺。"),
)


@pytest.fixture(scope="session")
def start_text() -> StartText:
    """A slice of the shipped start text: quick to train on."""
    shipped = load_start_text()
    return StartText(shipped.names[::40], shipped.prose[::12])


@pytest.fixture(scope="session")
def experts() -> tuple[ExpertDoc, ...]:
    docs = [
        ExpertDoc(id=number, headline=headline, fields=fields, bio=bio, chain_ids=frozenset({number % 3}))
        for number, (headline, fields, bio) in enumerate(PROFILES, start=1)
    ]
    works = (
        AchievementDoc(101, "橡胶硫化烟气低温催化氧化成套装置", "用于密封条生产线，除臭率百分之九十五。", "产业化"),
        AchievementDoc(102, "涂布废气蓄热燃烧节能改造", ""),
        AchievementDoc(103, "抗硫中毒整体式催化剂", "锰铈复合氧化物。", "中试"),
        AchievementDoc(104, "船舶脱硝", ""),
    )
    docs[0] = ExpertDoc(**{**vars(docs[0]), "achievements": works})
    docs.append(ExpertDoc(id=9, achievements=(AchievementDoc(105, "蒜片热泵干燥护色工艺", "降低能耗。"),)))
    docs.append(ExpertDoc(id=10))
    return tuple(docs)


@pytest.fixture(scope="session")
def needs() -> tuple[NeedDoc, ...]:
    return (
        NeedDoc(
            id=1,
            title="密封条硫化烟气异味治理",
            description="硫化机开模冒白烟，含二硫化碳，活性炭很快失效，希望采用催化氧化并抗硫中毒。",
            chain_ids=frozenset({1}),
        ),
        NeedDoc(id=2, title="去皮蒜米保鲜期短易绿变", description="冷链运输七天后蒜米发绿，希望改进气调包装和护色。"),
        NeedDoc(id=3, title="液压缸低速爬行与内泄", description="", keywords=("液压缸", "密封")),
        NeedDoc(id=4, title="硅碳负极循环寿命", description="五百次循环后容量保持率不足八成，极片膨胀。"),
    )


@pytest.fixture(scope="session")
def facts() -> dict[int, ExpertFacts]:
    return {
        1: ExpertFacts(tie_strength=1.0, tie_kind="birth", active=3, capacity=4, months_since_update=2),
        2: ExpertFacts(tie_strength=0.4, tie_kind="study", active=0, capacity=2, months_since_update=30),
        3: ExpertFacts(active=1, capacity=2, months_since_update=14, served_chain_ids=frozenset({1})),
    }


@pytest.fixture(scope="session")
def corpus(experts, needs, start_text):
    return build_corpus(experts, needs, start_text)
