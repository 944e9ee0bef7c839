"""What one uploaded file may cost. The setting ``INTAKE_LIMITS`` overrides single values."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Limits:
    file_bytes: int = 10_000_000
    entries: int = 200  # files inside the .xlsx
    unpacked_bytes: int = 100_000_000
    ratio: int = 100  # unpacked to packed; office files reach 30
    rows: int = 20_000
    columns: int = 256
    cell_chars: int = 32_767
    merged: int = 20_000
    output_chars: int = 80_000_000
    memory_bytes: int = 512 * 1024 * 1024  # address space of the child
    cpu_seconds: int = 20
    wall_seconds: int = 40

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def current_limits() -> Limits:
    return replace(Limits(), **getattr(settings, "INTAKE_LIMITS", {}))
