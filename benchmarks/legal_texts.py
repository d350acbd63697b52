"""Measure the comparison of two versions of a draft regulation of 200 Pasal.

    python -m benchmarks.legal_texts [--pasal N]

A fifth of the sentences differ and fifty Pasal stand elsewhere. The slowest of five runs counts.
"""

import argparse
import random
import time

import scipy.optimize  # noqa: F401  # loaded once in a process, not once a comparison

from deliberate.legal_texts.matching import match_versions
from deliberate.legal_texts.parser import parse_text
from tests.documents.draft_texts import large_draft, render

LIMIT = 0.5
"""The maximum CPU time of a comparison in seconds."""


def main() -> int:
    """Print the time of a comparison and return 1 if it is too slow."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pasal", type=int, default=200)
    count = parser.parse_args().pasal
    rng = random.Random(1)
    draft = large_draft(count)
    revised = [
        (number, [text.replace("wajib", "harus") if rng.random() < 0.2 else text for text in ayat])
        for number, ayat in draft
    ]
    part = revised[count // 2 : count // 2 + count // 4]
    rng.shuffle(part)
    revised[count // 2 : count // 2 + count // 4] = part
    revised = [(number, ayat) for (number, _), (_, ayat) in zip(draft, revised, strict=True)]
    old, new = parse_text(render(draft)).units, parse_text(render(revised)).units
    slowest = 0.0
    for _run in range(5):
        start = time.process_time()
        match_versions(old, new)
        slowest = max(slowest, time.process_time() - start)
    print(f"{count} Pasal, {len(new)} units: {slowest:.2f} s CPU (at most {LIMIT})")
    return int(slowest > LIMIT)


if __name__ == "__main__":
    raise SystemExit(main())
