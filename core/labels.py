"""A model field's own words, for messages that name it."""

from django.db.models import Model


def field_label(model: type[Model] | Model, name: str) -> str:
    """What the forms call the field ``name``."""
    return str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # never asked of a reverse relation


def field_length(model: type[Model] | Model, name: str, default: int) -> int:
    """The longest text the column takes."""
    return model._meta.get_field(name).max_length or default  # type: ignore[union-attr]  # as above
