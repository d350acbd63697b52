"""The notebook of a release: counts its published numbers again from its files alone.

The cells are written in `notebook.txt`, divided by lines that begin with `# %%`. The formulas are
put in as data. It has no outputs: these are made by who runs it.
"""

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from deliberate.citivoice import Formulas

FILE = "notebook.ipynb"
CELL, TEXT_CELL = "# %%", "# %% [markdown]"


def write_notebook(folder: Path, title: str, formulas: Formulas) -> None:
    """Write notebook.ipynb (nbformat 4.5), the same for the same title and formulas."""
    cells = [
        {"id": f"cell-{number}", "metadata": {}, **cell}
        for number, cell in enumerate(_cells(_source(title, formulas)), 1)
    ]
    notebook = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    text = json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
    (folder / FILE).write_text(text, encoding="utf-8")


def _source(title: str, formulas: Formulas) -> str:
    cells = (files(__package__) / "notebook.txt").read_text(encoding="utf-8")
    constants = json.dumps(formula_constants(formulas), indent=1)
    cells = cells.replace("@VERSION@", formulas.version).replace("@FORMULAS@", constants)
    return cells.replace("@TITLE@", " ".join(title.split()))


def formula_constants(formulas: Formulas) -> dict[str, Any]:
    """Return what the notebook needs of the formulas: goalposts, minimums, criteria, floors."""
    return {
        "version": formulas.version,
        "floor": formulas.floor,
        "geometric": sorted(formulas.geometric),
        "indicators": {
            name: {
                "goalpost": list(indicator.goalpost),
                "minimum": dict(indicator.minimum),
                "floor": indicator.floor,
                "scale": indicator.scale,
                "interval": indicator.interval,
                **indicator.extra,
            }
            for name, indicator in formulas.indicators.items()
        },
        "dimensions": {
            name: {
                "criteria": list(dimension.criteria),
                "core": list(dimension.core),
                "minimum": dict(dimension.minimum),
                "variants": sorted(dimension.variants),
            }
            for name, dimension in formulas.dimensions.items()
            if dimension.headline
        },
    }


def _cells(source: str) -> Iterator[dict[str, Any]]:
    """Yield each cell: lines after a mark, for texts without the sign of a comment."""
    for part in source.split(f"\n{CELL}"):
        mark, _, body = f"{CELL}{part.removeprefix(CELL)}".partition("\n")
        lines = body.strip("\n").split("\n")
        if mark == TEXT_CELL:
            lines = [line.removeprefix("#").removeprefix(" ") for line in lines]
        source_lines = [f"{line}\n" for line in lines[:-1]] + lines[-1:]
        if mark == TEXT_CELL:
            yield {"cell_type": "markdown", "source": source_lines}
        else:
            outputs: dict[str, Any] = {"execution_count": None, "outputs": []}
            yield {"cell_type": "code", **outputs, "source": source_lines}
