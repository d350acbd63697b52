"""Reading the files of a release in tests."""

import csv

import duckdb


def csv_rows(path):
    """Return the rows of a CSV file as dictionaries of text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def release_text(folder):
    """Return the content of every file of a release as one text."""
    texts = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if path.suffix == ".parquet":
            texts.append(str(duckdb.sql(f"FROM '{path}'").fetchall()))
        else:
            texts.append(path.read_text(encoding="utf-8"))
    return "\n".join(texts)
