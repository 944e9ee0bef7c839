"""A register's filters kept under a name, shown as tabs with counts beside the fixed ones."""

from collections.abc import Callable, Iterable

from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from core.errors import DomainError, Invalid
from core.models import SavedView
from core.text import normalise

MAX_VIEWS = 8
DROPPED = ("page", "csrfmiddlewaretoken")


@transaction.atomic(durable=True)
def view_save(*, user, page: str, name: str, query: str) -> SavedView:
    """Keep ``query`` under ``name``; the same name replaces what it held."""
    name = normalise(name, "line").value
    if not 1 <= len(name) <= 30:
        raise Invalid(_("视图名称应为 1 至 30 个字。"), field="name")
    kept = QueryDict(query[:2000], mutable=True)
    for key in DROPPED:
        kept.pop(key, None)
    if len(kept.urlencode()) > 1000:
        raise Invalid(_("筛选条件过多，不能存为视图。"))
    views = SavedView.objects.filter(user=user, page=page)
    if not views.filter(name=name).exists() and views.count() >= MAX_VIEWS:
        raise DomainError(_("最多保存 {limit} 个视图，请先删除不用的。").format(limit=MAX_VIEWS))
    try:
        with transaction.atomic():
            return views.update_or_create(name=name, defaults={"user": user, "page": page, "query": kept.urlencode()})[
                0
            ]
    except IntegrityError as exc:
        raise DomainError(_("已有同名视图。")) from exc


@transaction.atomic(durable=True)
def view_remove(*, user, page: str, name: str) -> None:
    SavedView.objects.filter(user=user, page=page, name=name).delete()


def view_tabs(
    *,
    user,
    page: str,
    params: QueryDict,
    fixed: Iterable[tuple[str, str, int]],
    count: Callable[[QueryDict], int],
    remove_url: str = "",
) -> list[dict]:
    """Items for ``{% view_tabs %}``. ``fixed``: (label, query, count); ``count`` counts the rows of a saved query."""
    here = _comparable(params)
    items = [
        {"label": label, "url": f"?{query}", "count": number, "active": here == _comparable(QueryDict(query))}
        for label, query, number in fixed
    ]
    for view in SavedView.objects.filter(user=user, page=page)[:MAX_VIEWS]:
        query = QueryDict(view.query)
        items.append(
            {
                "label": view.name,
                "url": f"?{view.query}",
                "count": count(query),
                "active": here == _comparable(query),
                "delete_url": f"{remove_url}?{urlencode({'name': view.name})}" if remove_url else "",
            }
        )
    return items


def _comparable(params: QueryDict) -> dict[str, list[str]]:
    """The filters that a query sets, whatever their order and without what only the reader's eye needs."""
    return {
        key: sorted(values) for key, values in params.lists() if key not in ("page", "cols", "ordering") and any(values)
    }
