"""The start text: names of public classifications and our own technical writing, so that a new register has words."""

import functools
import gzip
from dataclasses import dataclass
from pathlib import Path

_DATA = Path(__file__).with_name("data")


@dataclass(frozen=True)
class StartText:
    """Names (one classification path per line) and prose (one short technical paragraph per line)."""

    names: tuple[str, ...] = ()
    prose: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        return self.names + self.prose


@functools.cache
def load_start_text() -> StartText:
    """What is shipped beside this module, in a fixed order."""
    names: list[str] = []
    for path in sorted(_DATA.glob("start_text*.txt.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as handle:
            names.extend(line.strip() for line in handle if line.strip())
    prose: list[str] = []
    for path in sorted((_DATA / "start").glob("*.txt")):
        with path.open(encoding="utf-8") as handle:
            prose.extend(line.strip() for line in handle if line.strip())
    return StartText(tuple(names), tuple(prose))
