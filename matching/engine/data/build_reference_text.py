"""Build ``start_text_reference.txt.gz`` from the names of the public reference tables.

Run by hand when a table changes: ``python matching/engine/data/build_reference_text.py FOLDER_WITH_CSV``.
One line per leaf carries its ancestors, so that a name co-occurs with the branch it belongs to.
"""

import argparse
import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path

TARGET = Path(__file__).with_name("start_text_reference.txt.gz")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def hierarchy(table: list[dict[str, str]]) -> Iterator[str]:
    """``ancestor ancestor name`` for each row, nearest ancestors first, English name when the table has one."""
    by_code = {row["code"]: row for row in table}
    for row in table:
        names = [row["name"]]
        if row.get("name_en"):
            names.append(row["name_en"])
        parent = by_code.get(row["parent"])
        while parent is not None and len(names) < 5:
            if parent["name"] not in names:
                names.append(parent["name"])
            parent = by_code.get(parent["parent"])
        yield " ".join(name.strip() for name in names)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    lines: list[str] = []
    for name in ("gbt4754_2017.csv", "gbt13745_2009.csv", "nsfc_codes.csv"):
        lines.extend(hierarchy(rows(folder / name)))
    payload = ("\n".join(dict.fromkeys(lines)) + "\n").encode("utf-8")
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, filename="") as handle:
        handle.write(payload)
    TARGET.write_bytes(buffer.getvalue())


if __name__ == "__main__":
    main()
