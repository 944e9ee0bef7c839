"""Reasons, cautions and advice in words. The engine speaks in codes; a reader gets a sentence in their language.

A firm that does not know the expert yet gets the *blind* wording: nothing in it leads to a person.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from experts.enums import Maturity, TieKind
from matching.engine.explain import CautionKind, RaiseKind, ReasonKind

TIE_PHRASES = {
    TieKind.BIRTH: gettext_lazy("出生在本县"),
    TieKind.ANCESTRAL: gettext_lazy("籍贯在本县"),
    TieKind.STUDY: gettext_lazy("曾在本县求学"),
    TieKind.WORK: gettext_lazy("曾在本县工作或挂职"),
    TieKind.MARRIAGE: gettext_lazy("与本县有姻亲关系"),
    TieKind.SERVICE: gettext_lazy("曾在本县服役"),
}
KIND_LABELS = {
    ReasonKind.TERM_HIT: gettext_lazy("技术词命中"),
    ReasonKind.SIMILAR_ACHIEVEMENT: gettext_lazy("代表成果相似"),
    ReasonKind.SIMILAR_DIRECTION: gettext_lazy("研究方向相近"),
    ReasonKind.SAME_CHAIN: gettext_lazy("同产业链"),
    ReasonKind.SERVED_CHAIN: gettext_lazy("服务过同产业链"),
    ReasonKind.TIE: gettext_lazy("籍贯与乡情"),
}
PART_LABELS = {
    "lexical": gettext_lazy("用词相合"),
    "semantic": gettext_lazy("意思相近"),
    "chain": gettext_lazy("产业链"),
    "tie": gettext_lazy("乡情"),
    "load": gettext_lazy("在办负荷"),
    "freshness": gettext_lazy("资料新旧"),
}
SHORT_TITLE = 30


def _maturity(value):
    return Maturity(value).label if value in Maturity.values else ""


def reason_text(reason, *, chains=None, blind=False):
    """One sentence. ``chains``: {id: name} for the chains that reasons may name."""
    params = reason["params"]
    match reason["kind"]:
        case ReasonKind.TERM_HIT:
            return _("需求和专家资料都写到“{terms}”").format(terms=_("”“").join(params["terms"][:4]))
        case ReasonKind.SIMILAR_ACHIEVEMENT:
            if blind:
                return _("有与本需求相近的成果")
            title = params["title"]
            title = title if len(title) <= SHORT_TITLE else f"{title[:SHORT_TITLE]}…"
            stage = _maturity(params.get("maturity", ""))
            if stage:
                return _("成果“{title}”与需求相近（{stage}）").format(title=title, stage=stage)
            return _("成果“{title}”与需求相近").format(title=title)
        case ReasonKind.SIMILAR_DIRECTION:
            related = params.get("related") or []
            if related:
                pairs = _("、").join(f"{item['need']}—{item['expert']}" for item in related[:3])
                return _("研究方向接近：{pairs}").format(pairs=pairs)
            fields = "、".join(params.get("fields", [])[:3])
            return _("研究方向接近：{fields}").format(fields=fields) if fields else _("研究方向接近")
        case ReasonKind.SAME_CHAIN:
            names = _("、").join((chains or {}).get(pk, "") for pk in params["chain_ids"]).strip(_("、"))
            return _("同属{names}产业链").format(names=names) if names else _("同属一条产业链")
        case ReasonKind.SERVED_CHAIN:
            return _("服务过同一产业链的企业")
        case ReasonKind.TIE:
            tie = params.get("tie", "")
            return str((not blind and TIE_PHRASES.get(tie)) or _("与本县有渊源"))  # the kind of tie is not the firm's
    return ""


def reason_rows(reasons, *, chains=None, blind=False):
    """[{kind, label, text, weight}] in the order given; kinds that a newer engine may add are left out, not guessed."""
    return [
        {"kind": reason["kind"], "label": KIND_LABELS[reason["kind"]], "text": text, "weight": reason["weight"]}
        for reason in reasons
        if reason["kind"] in KIND_LABELS and (text := reason_text(reason, chains=chains, blind=blind))
    ]


def caution_text(caution):
    params = caution["params"]
    match caution["kind"]:
        case CautionKind.THIN_EVIDENCE:
            return _("依据不足，请先看依据再推送")
        case CautionKind.HIGH_LOAD:
            return _("在办 {active}/{capacity} 单").format(**params)
        case CautionKind.STALE_PROFILE:
            months = params["months"]
            return ngettext("资料 {months} 个月未更新", "资料 {months} 个月未更新", months).format(months=months)
        case CautionKind.SHORT_PROFILE:
            return _("专家资料过少，没有成果可对照")
        case CautionKind.SHORT_NEED:
            return _("需求描述过短，匹配依据有限")
    return ""


def caution_texts(cautions):
    return [text for caution in cautions if (text := caution_text(caution))]


def raise_text(item):
    """What would raise the score, or the trust in it."""
    sentences = {
        RaiseKind.NEED_CHAIN: _("为需求选定产业链"),
        RaiseKind.EXPERT_CHAIN: _("在专家资料中登记所属产业链"),
        RaiseKind.REFRESH_PROFILE: _("请专家更新资料"),
        RaiseKind.RELIEVE_LOAD: _("等专家手头订单办结"),
        RaiseKind.ADD_ACHIEVEMENTS: _("补充专家的代表成果"),
        RaiseKind.ADD_DESCRIPTION: _("把需求的现状与问题写得更具体"),
        RaiseKind.ADD_METRICS: _("为需求补充目标指标"),
    }
    return sentences.get(item.kind, "")


def part_rows(parts):
    """[{label, value}] for the stacked bar, in a fixed order."""
    return [{"key": key, "label": label, "value": parts.get(key, 0.0)} for key, label in PART_LABELS.items()]
