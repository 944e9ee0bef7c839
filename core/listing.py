"""Small helpers of list pages: columns on request, links that keep the query."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

COLUMNS_PARAMETER = "cols"


@dataclass(frozen=True)
class Column:
    """One column that a reader may show or hide; a locked one always stays."""

    key: str
    label: str
    shown: bool = True
    locked: bool = False


class Columns(dict[str, Column]):
    """Columns by key, in order: ``{% if columns.city.shown %}`` in a template, a list for the chooser."""

    def __iter__(self):
        return iter(self.values())

    @property
    def shown(self):
        return [column for column in self.values() if column.shown]


def choose_columns(request, columns: Iterable[Column]) -> Columns:
    """``columns`` as ``?cols=a&cols=b`` asks; without the parameter as they are. Unknown keys are ignored."""
    wanted = request.GET.getlist(COLUMNS_PARAMETER)
    if wanted:
        columns = [replace(column, shown=column.locked or column.key in wanted) for column in columns]
    return Columns({column.key: column for column in columns})


def query_with(params, **changes) -> str:
    """``?a=1&b=2`` from ``params`` (a QueryDict) with ``changes``: a list replaces, None removes."""
    query = params.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        elif isinstance(value, list | tuple):
            query.setlist(name, value)
        else:
            query[name] = value
    return f"?{query.urlencode()}" if query else "?"
