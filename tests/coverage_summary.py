"""Print the branch coverage of each package of deliberate/; fail below the floor in pyproject.toml.

python -m tests.coverage_summary
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from coverage import Coverage

FIGURES = ("num_statements", "num_branches", "covered_lines", "covered_branches")


def sum_by_package(files: dict[str, Any]) -> dict[str, Counter[str]]:
    """Return the summed figures of each package or module directly below deliberate/."""
    packages: dict[str, Counter[str]] = {}
    for name, file in files.items():
        package = "/".join(Path(name).parts[:2])
        figures = {figure: file["summary"][figure] for figure in FIGURES}
        packages.setdefault(package, Counter()).update(figures)
    return packages


def percentage(figures: Counter[str]) -> float:
    """Return the share of statements and branches that ran."""
    possible = figures["num_statements"] + figures["num_branches"]
    covered = figures["covered_lines"] + figures["covered_branches"]
    return 100 * covered / possible if possible else 100.0


def table(packages: dict[str, Counter[str]]) -> Iterable[str]:
    """Yield a line for each package."""
    for name, figures in sorted(packages.items()):
        yield f"{name:<28}{figures['num_statements']:>8} statements {percentage(figures):6.1f} %"


def main() -> int:
    """Return 0 if the total reaches the floor."""
    coverage = Coverage()
    coverage.load()
    report = Path("build/coverage.json")
    coverage.json_report(outfile=str(report))
    packages = sum_by_package(json.loads(report.read_text(encoding="utf-8"))["files"])
    print("\n".join(table(packages)))
    total = percentage(sum(packages.values(), Counter()))
    floor = float(str(coverage.get_option("report:fail_under")))
    print(f"total {total:.1f} %, floor {floor:.0f} %")
    return 0 if total >= floor else 1


if __name__ == "__main__":
    sys.exit(main())
