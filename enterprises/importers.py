"""企业库 and 技术需求台账 from spreadsheets, in the layouts the offices keep."""

from django.utils.translation import gettext_lazy as _

from core.choices import Cooperation, Source
from core.intake.columns import Choice, Column, Register, choices_of
from enterprises.enums import Confidentiality, NeedType, Urgency
from enterprises.importing_firms import EnterpriseRows
from enterprises.importing_needs import NeedRows

ENTERPRISE_COLUMNS = (
    Column(
        "code",
        _("编号"),
        ("企业编号", "系统编号"),
        "code",
        width=12,
        help=_("系统生成；导出后修改再导入时用它找到原条目，新增时留空"),
    ),
    Column(
        "name",
        _("企业名称"),
        ("单位名称", "公司名称", "企业全称", "名称", "企业"),
        "org",
        required=True,
        max_length=100,
        example="某县恒昌机械有限公司",
        help=_("营业执照上的全称"),
    ),
    Column(
        "credit_code",
        _("统一社会信用代码"),
        ("信用代码", "社会信用代码", "统一信用代码", "税号", "纳税人识别号", "统一社会信用代码（掩码）"),
        "credit",
        help=_("18 位，建议把该列设为文本格式"),
    ),
    Column("county", _("所属县区"), ("县区", "县（市、区）", "所在县区"), "line", max_length=60),
    Column(
        "place",
        _("所属园区/镇街"),
        ("所属县区/园区/镇街", "园区/镇街", "所在园区/镇街", "园区或镇街", "所属镇街园区"),
        "line",
        max_length=120,
        width=20,
    ),
    Column("park", _("园区"), ("所属园区", "所在园区", "产业园区"), "line", max_length=60),
    Column("town", _("镇街"), ("所属镇街", "乡镇", "所在乡镇", "镇（街道）", "乡镇街道", "所在镇街"), "line"),
    Column("chains", _("产业链"), ("所属产业链", "所属产业", "主导产业", "产业"), "multi"),
    Column(
        "industry",
        _("国民经济行业"),
        ("行业", "所属行业", "行业代码", "行业类别", "国民经济行业代码"),
        "line",
        help=_("GB/T 4754 的代码或名称"),
        example="2913",
    ),
    Column(
        "size",
        _("规模"),
        ("企业规模", "规上/规下", "是否规上", "规模（规上/规下、专精特新、高企）"),
        "multi",
        example="规上、高企",
        help=_("规上或规下，也可同时写资质"),
    ),
    Column("qualifications", _("资质"), ("企业资质", "荣誉资质", "企业荣誉", "科技资质", "资质荣誉"), "multi"),
    Column(
        "main_products",
        _("主营产品"),
        ("主要产品", "经营范围", "主营业务", "主导产品"),
        "line",
        max_length=300,
        width=30,
    ),
    Column("founded_on", _("成立日期"), ("成立时间", "注册日期", "成立年月", "注册时间"), "date", example="2006-09-01"),
    Column("address", _("地址"), ("企业地址", "注册地址", "详细地址", "经营地址", "厂址"), "line", max_length=200),
    Column(
        "contact_name",
        _("联系人"),
        ("企业联系人", "联系人姓名", "负责人", "法定代表人", "法人代表", "法人"),
        "person",
        max_length=50,
    ),
    Column("contact_post", _("职务"), ("联系人职务", "联系人职位"), "line", max_length=50),
    Column(
        "phone",
        _("联系电话"),
        ("电话", "手机", "手机号", "联系方式", "联系人电话", "联系电话（掩码）"),
        "phone",
        max_length=20,
    ),
    Column("email", _("邮箱"), ("电子邮箱", "电子邮件", "E-mail", "Email"), "email"),
    Column("officer", _("帮办专员"), ("专员", "帮办人", "包联人", "服务专员"), "line", max_length=50),
    Column("need_count", _("需求数"), (), "ignore"),
    Column("order_count", _("在办订单"), (), "ignore"),
    Column("last_visited_on", _("最近走访"), (), "ignore"),
    Column("verification", _("核验"), ("核验状态",), "ignore"),
    Column("status", _("状态"), (), "ignore"),
    Column("remarks", _("备注"), ("说明", "其他"), "text"),
)
ENTERPRISES = Register("enterprises", _("企业库"), ENTERPRISE_COLUMNS)

SOURCES = choices_of(
    Source,
    enterprise=("企业", "企业自报", "企业填报"),
    visit=("走访", "走访征集", "驻点"),
    conference=("大会", "对接会", "会议"),
    staff=("代填", "代办", "工作人员代填"),
)
NEED_COLUMNS = (
    Column("code", _("需求编号"), ("编号", "系统编号", "难题编号"), "code", width=12, help=_("系统生成，新增时留空")),
    Column(
        "enterprise",
        _("企业名称"),
        ("企业", "需求单位", "单位名称", "公司名称", "申报单位", "发布单位", "需求企业"),
        "org",
        required=True,
        max_length=100,
        example="某县恒昌机械有限公司",
    ),
    Column(
        "credit_code",
        _("统一社会信用代码"),
        ("信用代码", "社会信用代码", "统一社会信用代码（掩码）"),
        "credit",
        help=_("与企业库核对时以它为准"),
    ),
    Column("place", _("所属园区/镇街"), ("园区/镇街", "所属园区", "镇街", "园区"), "line", max_length=120),
    Column("chain", _("产业链"), ("所属产业链", "所属产业", "产业领域", "产业"), "multi"),
    Column("sub_field", _("细分领域"), ("技术领域", "所属领域", "技术方向", "领域"), "line", max_length=60),
    Column(
        "types",
        _("需求类型"),
        ("类型", "需求类别", "技术需求类型"),
        "multi_choice",
        choices=choices_of(
            NeedType,
            technical=("技术难题", "攻关", "技术开发", "技术需求", "研发"),
            transfer=("转化", "成果需求", "技术引进"),
            consulting=("咨询", "诊断", "顾问", "技术咨询"),
            platform=("平台", "平台共建", "共建"),
            talent=("人才", "人才需求", "引才"),
            testing=("检测", "检验"),
            training=("培训", "实训"),
        ),
        example="技术攻关",
    ),
    Column(
        "title",
        _("需求名称"),
        ("名称", "难题名称", "项目名称", "技术需求名称", "需求题目", "需求标题", "技术难题", "题目"),
        "line",
        required=True,
        max_length=40,
        example="密封条硫化工段烟气异味治理",
        width=30,
        help=_("40 字以内；超出的部分并入问题描述"),
    ),
    Column(
        "situation",
        _("问题描述"),
        ("现状与问题", "需求描述", "需求内容", "难题描述", "需求内容及描述", "技术需求描述", "具体需求", "需求简介"),
        "text",
        advised_length=800,
        width=50,
        help=_("现状、症结和想达到的效果，800 字以内"),
    ),
    Column(
        "tried",
        _("现有基础"),
        ("已尝试的办法", "前期基础", "已有基础", "已开展的工作", "工作基础"),
        "text",
        advised_length=500,
        width=30,
    ),
    Column(
        "targets",
        _("预期指标"),
        ("目标指标", "技术指标", "预期目标", "主要技术指标", "考核指标", "预期效果"),
        "text",
        width=30,
        help=_("一行一项，如：厂界臭气浓度由 28 降到 20 以下"),
    ),
    Column(
        "constraints",
        _("约束条件"),
        ("限制条件", "约束", "条件限制"),
        "text",
        advised_length=200,
    ),
    Column(
        "budget", _("拟投入"), ("拟投入资金", "资金投入", "预算", "投入金额", "拟投入经费"), "money_range", unit="万元"
    ),
    Column("bounty", _("悬赏"), ("悬赏金额", "揭榜金额", "奖金", "榜额"), "money", unit="万元"),
    Column(
        "urgency",
        _("紧急程度"),
        ("紧迫程度", "紧急度"),
        "choice",
        choices=choices_of(Urgency, normal=("普通", "不急"), high=("急", "紧迫"), urgent=("特急", "非常紧急", "很急")),
    ),
    Column("deadline", _("期望完成时间"), ("完成时限", "期望解决时间", "截止日期", "需求时限", "期望时间"), "date"),
    Column(
        "cooperation",
        _("合作方式"),
        ("拟合作方式", "合作形式", "期望合作方式"),
        "multi_choice",
        choices=choices_of(
            Cooperation,
            development=("技术开发", "委托研发", "合作开发"),
            joint=("联合开发", "技术攻关", "攻关", "产学研合作"),
            transfer=("转让", "成果转让", "技术引进"),
            consulting=("咨询", "诊断", "技术咨询", "技术服务"),
            platform=("共建", "平台共建"),
            flexible=("柔性引进", "人才引进"),
            testing=("检测",),
            training=("培训",),
        ),
    ),
    Column("seats", _("席位"), ("需要专家数", "专家人数", "拟引进人数"), "int"),
    Column("blind_title", _("对外名称"), ("公开名称", "脱敏名称"), "line", max_length=40, help=_("不含企业名称")),
    Column("summary", _("公开摘要"), ("摘要", "脱敏摘要"), "text", max_length=300, help=_("不含企业名称，300 字以内")),
    Column(
        "confidentiality",
        _("保密级别"),
        ("公开程度", "是否公开", "密级"),
        "choice",
        choices=choices_of(
            Confidentiality, open=("可公开", "是"), summary=("仅摘要", "部分公开", "否"), directed=("不公开", "保密")
        ),
    ),
    Column("ip_expectation", _("知识产权期望"), ("知识产权", "知识产权归属"), "line", max_length=200),
    Column("decision_maker", _("决策人"), ("项目负责人",), "line", max_length=50),
    Column("contact_name", _("联系人"), ("企业联系人", "联系人姓名"), "person", max_length=50),
    Column("phone", _("电话"), ("联系电话", "联系方式", "手机", "电话（按权限）"), "phone", max_length=20),
    Column("source", _("来源"), ("需求来源", "征集渠道", "征集方式"), "choice", choices=SOURCES),
    Column("submitted_on", _("提交日期"), ("征集日期", "填报日期", "提报时间", "征集时间"), "date"),
    Column("reviewer", _("审核人"), (), "ignore"),
    Column("status", _("状态"), (), "ignore"),
    Column("officer", _("帮办专员"), ("专员", "服务专员"), "line", max_length=50),
    Column("recommended", _("推荐专家"), (), "ignore"),
    Column("taker", _("接单专家"), (), "ignore"),
    Column("unit", _("派出单位"), (), "ignore"),
    Column("progress", _("进展"), ("工作进展",), "ignore"),
    Column("next_step", _("下步措施"), (), "ignore"),
    Column("closed_on", _("办结日期"), (), "ignore"),
    Column("satisfaction", _("满意度"), (), "ignore"),
    Column("remarks", _("备注"), ("说明",), "ignore"),
)
NEEDS = Register("needs", _("技术需求台账"), NEED_COLUMNS)
STATUS_CHOICES = (
    Choice("submitted", _("待审核（逐条审核后发布）")),
    Choice("published", _("直接发布")),
)


class EnterprisesImporter(EnterpriseRows):
    """What ``core.intake`` asks of this register; see ``core.intake.outcomes``."""

    kind = "enterprises"
    register = ENTERPRISES


class NeedsImporter(NeedRows):
    """Options: ``status`` submitted or published, ``create_missing_firms``, ``confidentiality``, ``decisions``."""

    kind = "needs"
    register = NEEDS
