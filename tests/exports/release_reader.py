"""How tests read what left the house."""

import csv

import duckdb


def rows(path):
    """The rows of a CSV file as dicts of text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def everything_in(folder):
    """All that any file of a release says, as one text."""
    told = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if path.suffix == ".parquet":
            told.append(str(duckdb.sql(f"FROM '{path}'").fetchall()))
        else:
            told.append(path.read_text(encoding="utf-8"))
    return "\n".join(told)
