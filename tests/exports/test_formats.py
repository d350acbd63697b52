"""The formats of other tools hold what their own rules ask for."""

import json
from collections import Counter
from datetime import datetime
from xml.etree import ElementTree

import networkx
import pytest

from deliberate import sealing
from deliberate.commands import cli
from deliberate.exports.formats import FORMATS
from deliberate.exports.release import Unwritable, build_release
from deliberate.imports.conversation import bring_in
from deliberate.imports.polis import read_conversation
from deliberate.operations.polls import polls as poll_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.scores.process_scores import process_named
from deliberate.vocabulary import PollType, Stance
from tests import factories
from tests.citivoice.open_data import shared
from tests.exports.release_reader import rows
from tests.imports.test_polis import FILES

XES = "{http://www.xes-standard.org/}"


@pytest.fixture
def release(app, tmp_path):
    """A release with every format, of a process with a thread, an answer and a poll."""
    office = factories.an_institution()
    process = factories.a_process(office, threshold=1)
    people = [factories.resident() for _ in range(3)]
    proposal = factories.a_proposal(process, people[0])
    first = comment_operations.post_comment(
        people[1], proposal, "Terlalu mahal.", stance=Stance.AGAINST
    )
    comment_operations.post_comment(
        people[0], proposal, "Hanya tiga.", parent=first, stance=Stance.FOR
    )
    comment_operations.post_comment(people[2], proposal, "Setuju.", stance=Stance.FOR)
    proposal_operations.support_proposal(people[1], proposal)
    factories.closed_now(factories.a_poll(process))
    seal(app)
    build_release(process, tmp_path / "r", formats=tuple(FORMATS))
    return tmp_path / "r"


def seal(app):
    sealing.seal_log(app.config["SETTINGS"])


def test_a_convokit_corpus_points_only_at_what_is_in_it(release):
    corpus = release / "convokit"
    lines = (corpus / "utterances.jsonl").read_text(encoding="utf-8").splitlines()
    utterances = list(map(json.loads, lines))
    names = {utterance["id"] for utterance in utterances}
    speakers = json.loads((corpus / "speakers.json").read_text())
    conversations = json.loads((corpus / "conversations.json").read_text())
    assert len(names) == len(utterances) == 4
    for utterance in utterances:
        assert utterance["reply-to"] in names | {None}
        assert utterance["conversation_id"] in names & conversations.keys()
        assert utterance["speaker"] in speakers and isinstance(utterance["timestamp"], int)
        assert utterance["text"] == ""
    assert json.loads((corpus / "index.json").read_text())["version"] == 1


def test_a_case_of_the_xes_log_is_a_proposal_in_the_order_of_the_log(release):
    log = ElementTree.parse(release / "xes" / "log.xes").getroot()
    assert log.tag == f"{XES}log" and log.get("xes.version") == "1849.2016"
    (trace,) = log.findall(f"{XES}trace")
    events = [{a.get("key"): a.get("value") for a in e} for e in trace.findall(f"{XES}event")]
    assert [int(event["seq"]) for event in events] == sorted(int(e["seq"]) for e in events)
    assert events[0]["concept:name"] == "proposal.submitted"
    for event in events:
        assert datetime.fromisoformat(event["time:timestamp"]).tzinfo is not None
        assert event["lifecycle:transition"] == "complete"


def test_the_parts_of_the_xes_log_stand_in_the_order_of_its_schema(release):
    log = ElementTree.parse(release / "xes" / "log.xes").getroot()
    order = ["extension", "global", "classifier", "string", "trace"]
    places = [order.index(part.tag.removeprefix(XES)) for part in log]
    assert places == sorted(places)
    declared = {part.get("prefix") for part in log.findall(f"{XES}extension")}
    used = {part.get("key").split(":")[0] for part in log.iter() if ":" in (part.get("key") or "")}
    assert used <= declared


def test_ocel_events_relate_only_to_objects_that_are_there(release):
    ocel = json.loads((release / "ocel.json").read_text())
    assert set(ocel) == {"objectTypes", "eventTypes", "objects", "events"}
    types = {one["name"] for one in ocel["objectTypes"]}
    kinds = {one["name"]: {a["name"]: a["type"] for a in one["attributes"]} for one in
             ocel["eventTypes"]}  # fmt: skip
    objects = {one["id"]: one["type"] for one in ocel["objects"]}
    assert len(objects) == len(ocel["objects"]) and set(objects.values()) == types
    assert {"string", "integer"} == {sort for shape in kinds.values() for sort in shape.values()}
    for event in ocel["events"]:
        assert {r["objectId"] for r in event["relationships"]} <= objects.keys()
        assert {a["name"] for a in event["attributes"]} <= kinds[event["type"]].keys()
        assert datetime.fromisoformat(event["time"])
    assert len(ocel["events"]) == len(rows(release / "events.csv"))


def test_networkx_reads_who_replied_to_whom(release):
    graph = networkx.read_graphml(release / "replies.graphml")
    assert graph.is_directed() and graph.number_of_nodes() == 3
    assert sum(replies for _a, _b, replies in graph.edges(data="replies")) == 3
    assert all(data["comments"] >= 0 for _name, data in graph.nodes(data=True))


def test_an_unknown_format_is_named_and_nothing_is_written(app, tmp_path):
    process = factories.a_process()
    with pytest.raises(Unwritable, match=r"xls.*there are convokit, xes"):
        build_release(process, tmp_path / "r", formats=["xls"])
    words = ["export", process.slug, "--out", str(tmp_path / "r"), "--format", "xls"]
    found = app.test_cli_runner().invoke(cli, words)
    assert found.exit_code == 2 and "no format is called 'xls'" in found.stderr
    assert list(tmp_path.iterdir()) == []


# --- polis ---------------------------------------------------------------------------------------


def talked(folder):
    """What a conversation holds, whatever its participants are called: views, groups, counts."""
    found = read_conversation(folder)
    views = {}
    for (participant, number), view in found.matrix.items():
        views.setdefault(participant, {})[number] = view
    people = Counter(
        (found.groups.get(who), tuple(sorted(marks.items()))) for who, marks in views.items()
    )
    statements = {
        n: (s.text if s.state == "shown" else "", s.state, s.agrees, s.disagrees)
        for n, s in found.statements.items()
    }
    return found.topic, found.url, people, statements


def there_and_back(app, folder, tmp_path):
    bring_in(read_conversation(folder), "polis")
    seal(app)
    build_release(process_named("polis"), tmp_path / "r", formats=["polis"])
    (told,) = (tmp_path / "r" / "polis").iterdir()
    assert talked(told) == talked(folder)
    return told


def test_a_conversation_comes_back_as_it_went_in(app, tmp_path):
    (tmp_path / "in").mkdir()
    for name, content in FILES.items():
        (tmp_path / "in" / name).write_text(content, encoding="utf-8")
    told = there_and_back(app, tmp_path / "in", tmp_path)
    assert sorted(file.name for file in told.iterdir()) == [
        "comment-groups.csv",
        "comments.csv",
        "participants-votes.csv",
        "summary.csv",
        "votes.csv",
    ]
    assert "Beli sekarang" not in (told / "comments.csv").read_text()


@pytest.mark.data
def test_brexit_consensus_comes_back_as_it_went_in(app, tmp_path):
    there_and_back(app, shared("data/polis_brexit-consensus"), tmp_path)


def test_a_secret_poll_of_statements_is_no_conversation(app, tmp_path):
    process = factories.a_process()
    poll = factories.a_poll(
        process, "Trotoar", "Bus", rules=poll_operations.Rules(type=PollType.STATEMENTS)
    )
    factories.closed_now(poll)
    seal(app)
    build_release(process, tmp_path / "r", formats=["polis"])
    assert list((tmp_path / "r" / "polis").iterdir()) == []
