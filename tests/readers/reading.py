"""What ConvoKit and pm4py find in a release; runs beside them and knows nothing of the platform.

    python reading.py RELEASE

Prints what was read; an assertion that fails ends it with 1.
"""

import csv
import json
import sys
from pathlib import Path


def read_corpus(release: Path) -> None:
    """ConvoKit's own loader and its check of every conversation's replies."""
    from convokit import Corpus

    folder = release / "convokit"
    corpus = Corpus(filename=str(folder))
    lines = (folder / "utterances.jsonl").read_text(encoding="utf-8").splitlines()
    conversations = list(corpus.iter_conversations())
    assert len(list(corpus.iter_utterances())) == len(lines) > 100
    assert all(one.check_integrity(verbose=False) for one in conversations)
    print(f"ConvoKit: {len(conversations)} conversations whole, {len(lines)} utterances")


def read_logs(release: Path) -> None:
    """pm4py on XES and on OCEL 2.0, held against the release's own tables."""
    import pm4py

    log = pm4py.read_xes(str(release / "xes" / "log.xes"), return_legacy_log_object=False)
    with (release / "events.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["proposal_id"]]
    cases = log["case:concept:name"].nunique()
    assert (len(log), cases) == (len(rows), len({row["proposal_id"] for row in rows}))
    print(f"pm4py, XES: {len(log)} events of {cases} proposals")
    found = pm4py.read_ocel2_json(str(release / "ocel.json"))
    given = json.loads((release / "ocel.json").read_text(encoding="utf-8"))
    sizes = len(found.events), len(found.objects)
    assert sizes == (len(given["events"]), len(given["objects"]))
    print(f"pm4py, OCEL 2.0: {sizes[0]} events, {sizes[1]} objects")


if __name__ == "__main__":
    read_corpus(Path(sys.argv[1]))
    read_logs(Path(sys.argv[1]))
