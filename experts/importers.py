"""专家库 from spreadsheets: one set of columns for the layouts of 老乡专家, 科技镇长团 and 顾问 registers."""

from django.utils.translation import gettext_lazy as _

from core.choices import Cooperation
from core.intake.columns import Choice, Column, Register, choices_of
from experts.enums import ConsentState, Gender, TieKind
from experts.importing import ExpertRows

IDENTITIES = (
    Choice("hometown", _("老乡专家"), ("老乡", "在外人才", "乡贤", "本土专家", "籍贯专家")),
    Choice("deputy", _("科技镇长团成员"), ("团员", "镇长团", "科技镇长", "科技镇长团", "挂职")),
    Choice("former", _("历任团员"), ("历任", "往届", "历届团员", "往届团员")),
    Choice("advisor", _("柔性顾问"), ("顾问", "高质量发展顾问", "特聘顾问", "柔性引进", "聘任专家")),
)
COLUMNS = (
    Column(
        "code",
        _("编号"),
        ("专家编号", "系统编号"),
        "code",
        width=12,
        help=_("系统生成；导出后修改再导入时用它找到原条目，新增时留空"),
    ),
    Column(
        "name",
        _("姓名"),
        ("专家姓名", "团员姓名", "顾问姓名", "人才姓名", "成员姓名"),
        "person",
        required=True,
        example="张砚秋",
        max_length=50,
    ),
    Column("gender", _("性别"), (), "choice", choices=choices_of(Gender), example="男", width=6),
    Column("born_on", _("出生年月"), ("出生日期", "生日", "出生时间"), "month", example="1975-03"),
    Column(
        "native",
        _("籍贯"),
        ("籍贯（县/镇）", "家乡", "祖籍", "籍贯到镇", "籍贯乡镇", "原籍", "家乡所在镇街"),
        "line",
        example="金乡县胡集镇",
        max_length=100,
    ),
    Column(
        "tie",
        _("与本地关系"),
        ("本地关系", "家乡关系", "与家乡关系", "关系类型"),
        "multi_choice",
        choices=choices_of(
            TieKind,
            ancestral=("祖籍", "籍贯（祖籍）"),
            work=("工作", "挂职", "曾在此工作", "曾挂职"),
            study=("就读", "上学"),
            marriage=("配偶", "婚姻"),
            service=("参军",),
        ),
        example="出生",
    ),
    Column(
        "institution",
        _("现工作单位"),
        (
            "工作单位",
            "所在单位",
            "单位",
            "单位名称",
            "现单位",
            "任职单位",
            "现工作单位及职务",
            "单位及职务",
            "工作单位及职务",
        ),
        "org",
        example="华东理工大学",
        width=24,
    ),
    Column(
        "department",
        _("院系或部门"),
        ("院系", "部门", "所在院系", "所在部门", "二级单位", "学院"),
        "line",
        max_length=80,
        example="化工学院",
    ),
    Column("position", _("职务"), ("现任职务", "行政职务", "单位职务", "现职务"), "line", max_length=60),
    Column("title", _("职称"), ("专业技术职称", "专业技术职务", "技术职称"), "line", max_length=40, example="教授"),
    Column("degree", _("学历学位"), ("学历", "学位", "最高学历", "学历/学位", "文化程度"), "line", max_length=40),
    Column(
        "research_fields",
        _("专业领域"),
        ("研究方向", "研究领域", "专业方向", "专业特长", "专长", "擅长领域", "从事专业", "技术领域", "所学专业"),
        "multi",
        example="催化氧化、废气治理",
        width=30,
    ),
    Column(
        "disciplines", _("学科"), ("所属学科", "一级学科", "学科代码"), "multi", help=_("GB/T 13745 的学科名称或代码")
    ),
    Column(
        "chains",
        _("产业链"),
        ("匹配产业", "匹配产业链", "对接产业", "对接产业链", "所属产业", "所属产业链", "产业方向"),
        "multi",
    ),
    Column("groups", _("专家组"), ("产才对接专家组", "所属专家组", "所在组"), "multi"),
    Column(
        "identity",
        _("身份"),
        ("专家类别", "人员类别", "类别", "专家类型"),
        "multi_choice",
        choices=IDENTITIES,
        help=_("可填多项，用顿号分隔"),
    ),
    Column("team", _("批次"), ("团批次", "第几批", "届次", "镇长团批次"), "line", max_length=40, example="第六批"),
    Column(
        "term",
        _("任期起止"),
        ("任期", "挂职时间", "挂职期限", "任职时间", "起止时间"),
        "line",
        example="2022年9月至2023年8月",
    ),
    Column("started_on", _("任期开始"), ("挂职开始", "任职开始", "到任时间"), "date"),
    Column("ended_on", _("任期结束"), ("挂职结束", "任职结束", "离任时间"), "date"),
    Column("sending_unit", _("派出单位"), ("后方单位", "选派单位", "派出高校", "原单位"), "org", max_length=80),
    Column("post", _("挂职职务"), ("挂任职务", "挂职岗位", "现挂职务", "挂职单位及职务"), "line", max_length=60),
    Column("post_place", _("挂职地"), ("挂职乡镇", "挂职镇街", "任职镇街", "挂职地点"), "line", max_length=100),
    Column("honours", _("人才称号"), ("荣誉称号", "人才项目", "入选人才工程", "荣誉", "所获荣誉"), "multi"),
    Column(
        "achievements",
        _("代表成果"),
        ("主要成果", "代表性成果", "科研成果", "成果", "主要业绩", "成果简介"),
        "text",
        help=_("一行一项，或用分号隔开"),
        width=40,
    ),
    Column("patents", _("专利数"), ("专利数量",), "ignore"),
    Column(
        "cooperation",
        _("可服务方式"),
        ("合作方式", "服务方式", "合作意向"),
        "multi_choice",
        choices=choices_of(
            Cooperation,
            consulting=("咨询", "诊断", "顾问咨询", "技术咨询"),
            development=("技术开发",),
            transfer=("转让", "成果转让"),
            licence=("技术许可",),
            platform=("平台共建",),
            flexible=("柔性引进",),
            testing=("检测",),
            training=("培训",),
            joint=("技术攻关", "攻关"),
        ),
    ),
    Column("availability", _("可服务时间"), ("服务时间", "可服务时间/容量"), "line", max_length=100),
    Column(
        "capacity",
        _("容量"),
        ("接单容量", "可接单数", "最多接单数"),
        "int",
        help=_("同时在办的订单数上限，0 至 20"),
        example="3",
    ),
    Column("city", _("常驻城市"), ("现居城市", "所在城市", "工作城市", "现居地", "工作地"), "line", max_length=40),
    Column("station", _("所属工作站"), ("工作站",), "ignore"),
    Column(
        "phone",
        _("联系电话"),
        ("手机", "手机号", "手机号码", "联系方式", "电话", "移动电话", "联系方式（掩码）"),
        "phone",
        max_length=20,
    ),
    Column("email", _("邮箱"), ("电子邮箱", "E-mail", "Email", "电子邮件"), "email"),
    Column(
        "consent",
        _("授权情况"),
        ("是否授权", "信息授权", "授权"),
        "choice",
        choices=choices_of(
            ConsentState, granted=("是", "同意", "有", "√"), pending=("否", "待签", "未授权", "无"), refused=("拒绝",)
        ),
    ),
    Column("appointment_number", _("聘书编号"), ("聘书号", "证书编号"), "line", max_length=40),
    Column("appointment_title", _("聘任名称"), ("聘任职务", "聘任称号", "顾问称号"), "line", max_length=60),
    Column("appointment_term", _("聘期"), ("聘期起止", "聘任期限", "聘用期限"), "line"),
    Column("last_contacted_on", _("最近联系"), ("最近联系时间", "最近联系日期", "联络时间"), "date"),
    Column("referrer", _("推荐人"), ("推荐单位", "举荐人", "推荐人/单位"), "line", max_length=50),
    Column("profile", _("个人简介"), ("简介", "个人简历", "简历", "专家简介", "人物简介"), "text", width=50),
    Column("order_count", _("接单数"), (), "ignore"),
    Column("signed_count", _("签约数"), (), "ignore"),
    Column("rating", _("评分"), (), "ignore"),
    Column("status", _("状态"), (), "ignore"),
    Column("remarks", _("备注"), ("说明", "其他"), "text"),
)
REGISTER = Register("experts", _("专家库"), COLUMNS)


class ExpertsImporter(ExpertRows):
    """What ``core.intake`` asks of this register; see ``core.intake.outcomes``."""

    kind = "experts"
    register = REGISTER
