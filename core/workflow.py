"""How a status moves: by a table, under a lock, with one audit row and one announcement."""

from django.utils.translation import gettext as _

from core import audit, outbox
from core.errors import TransitionRefused


def locked(queryset, **lookup):
    """The row, locked against other writers but not against foreign keys that point at it. Raises ``DoesNotExist``."""
    return queryset.select_for_update(no_key=True, of=("self",)).get(**lookup)


def check_move(table, obj, new):
    """Raise ``TransitionRefused`` unless ``table`` allows ``obj.status`` → ``new``."""
    if new not in table.get(obj.status, ()):
        raise TransitionRefused(_("当前状态是“{current}”，不能执行此操作。").format(current=obj.get_status_display()))


def move(obj, new, *, table, actor, verb, topic, reason="", data=None, **changes):
    """Set ``obj.status`` and ``changes``, save just those, record and announce. The caller holds the lock and has
    checked who may; the move table is checked here."""
    check_move(table, obj, new)
    old, obj.status = obj.status, new
    for field, value in changes.items():
        setattr(obj, field, value)
    fields = ["status", *changes]
    if any(field.name == "updated_at" for field in obj._meta.fields):
        fields.append("updated_at")
    obj.save(update_fields=fields)
    audit.record(obj, verb, actor=actor, old=old, new=new, reason=reason, data=data)
    outbox.emit(topic, {"id": obj.pk})
    return obj
