"""Run all benchmarks one after the other; only the ratios are comparable between machines."""

import subprocess
import sys

PARTS = {
    "Pages, compared with a minimal page on the same server": ["pages"],
    "Pages, as multiples of the CPU of a bare page": ["acceptance"],
    "Servers: processes, half-open clients, stop under load": ["servers"],
    "Imports, from files to the log": ["imports"],
    "The sealed log": ["log", "--rows", "50000"],
    "Scores": ["scores"],
    "Scores of ten million acts": ["scores", "10000000", "--alone"],
    "Releases": ["releases"],
    "Notifications to many followers": ["notifications"],
    "Map with five thousand places": ["maps"],
    "Comparison of two versions of a draft regulation": ["legal_texts"],
    "Search in a hundred thousand comments": ["search"],
}


def main() -> int:
    """Run each benchmark in its own process and return the number of failures."""
    failed = 0
    for title, (module, *arguments) in PARTS.items():
        print(f"\n== {title}", flush=True)
        result = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{module}", *arguments], check=False
        )
        failed += result.returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
