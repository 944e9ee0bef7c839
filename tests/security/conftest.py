"""The population of the matrix serves here as well."""

from tests.matrix.conftest import world

__all__ = ["world"]
