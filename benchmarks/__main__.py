"""Everything that is measured, one after the other; only the ratios say anything elsewhere."""

import subprocess
import sys

PARTS = {
    "Pages against a bare page on the same server": ["pages"],
    "Acts from files to the log": ["imports"],
    "The sealed log": ["log", "--rows", "50000"],
    "Scores": ["scores"],
    "Scores of ten million acts": ["scores", "10000000", "--alone"],
    "Releases": ["releases"],
    "Telling a crowd": ["telling"],
    "Searching a hundred thousand comments": ["finding"],
}


def main() -> int:
    """Run each part as its own process; gives how many failed."""
    failed = 0
    for title, (module, *words) in PARTS.items():
        print(f"\n== {title}", flush=True)
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{module}", *words], check=False)
        failed += done.returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
