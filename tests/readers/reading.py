"""Read a release with ConvoKit and pm4py. Runs in their environment, without the platform.

    python reading.py RELEASE

Prints what was read; a failed assertion exits with status 1.
"""

import csv
import json
import sys
from pathlib import Path


def read_corpus(release: Path) -> None:
    """Load the corpus with ConvoKit and check the replies of every conversation."""
    from convokit import Corpus

    folder = release / "convokit"
    corpus = Corpus(filename=str(folder))
    lines = (folder / "utterances.jsonl").read_text(encoding="utf-8").splitlines()
    conversations = list(corpus.iter_conversations())
    assert len(list(corpus.iter_utterances())) == len(lines) > 100
    assert all(conversation.check_integrity(verbose=False) for conversation in conversations)
    print(f"ConvoKit: {len(conversations)} conversations whole, {len(lines)} utterances")


def read_logs(release: Path) -> None:
    """Read XES and OCEL 2.0 with pm4py and compare them with the release's own tables."""
    import pm4py

    log = pm4py.read_xes(str(release / "xes" / "log.xes"), return_legacy_log_object=False)
    with (release / "events.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["proposal_id"]]
    cases = log["case:concept:name"].nunique()
    assert (len(log), cases) == (len(rows), len({row["proposal_id"] for row in rows}))
    print(f"pm4py, XES: {len(log)} events of {cases} proposals")
    ocel = pm4py.read_ocel2_json(str(release / "ocel.json"))
    document = json.loads((release / "ocel.json").read_text(encoding="utf-8"))
    sizes = len(ocel.events), len(ocel.objects)
    assert sizes == (len(document["events"]), len(document["objects"]))
    print(f"pm4py, OCEL 2.0: {sizes[0]} events, {sizes[1]} objects")


if __name__ == "__main__":
    read_corpus(Path(sys.argv[1]))
    read_logs(Path(sys.argv[1]))
