"""Release formats for other tools follow the rules of these formats."""

import json
from collections import Counter
from datetime import datetime
from xml.etree import ElementTree

import pytest

from deliberate import sealing
from deliberate.commands import cli
from deliberate.exports.formats import FORMATS
from deliberate.exports.release_builder import ReleaseNotWritable, build_release
from deliberate.imports.formats.polis_files import read_conversation
from deliberate.imports.formats.polis_poll import import_conversation
from deliberate.operations.polls.polls import PollRules
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.threads.comments import post_comment
from deliberate.queries.processes.processes import get_process
from deliberate.vocabulary import PollType, Stance
from tests import factories
from tests.citivoice.data.open_data import shared
from tests.exports.release_reader import csv_rows
from tests.imports.test_polis import FILES

XES = "{http://www.xes-standard.org/}"


@pytest.fixture
def release(app, tmp_path):
    """Return a release with every format, of a process with a thread and a closed poll."""
    institution = factories.create_institution()
    process = factories.create_process(institution, threshold=1)
    people = [factories.create_resident() for _ in range(3)]
    proposal = factories.create_proposal(process, people[0])
    first = post_comment(people[1], proposal, "Terlalu mahal.", stance=Stance.AGAINST)
    post_comment(people[0], proposal, "Hanya tiga.", parent=first, stance=Stance.FOR)
    post_comment(people[2], proposal, "Setuju.", stance=Stance.FOR)
    support_proposal(people[1], proposal)
    factories.close_poll(factories.create_poll(process))
    seal_log_of(app)
    build_release(process, tmp_path / "r", formats=tuple(FORMATS))
    return tmp_path / "r"


def seal_log_of(app):
    sealing.seal_log(app.config["SETTINGS"])


def test_convokit_corpus_has_no_dangling_references(release):
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


def test_xes_case_is_a_proposal_in_log_order(release):
    log = ElementTree.parse(release / "xes" / "log.xes").getroot()
    assert log.tag == f"{XES}log" and log.get("xes.version") == "1849.2016"
    (trace,) = log.findall(f"{XES}trace")
    events = [{a.get("key"): a.get("value") for a in e} for e in trace.findall(f"{XES}event")]
    assert [int(event["seq"]) for event in events] == sorted(int(e["seq"]) for e in events)
    assert events[0]["concept:name"] == "proposal.submitted"
    for event in events:
        assert datetime.fromisoformat(event["time:timestamp"]).tzinfo is not None
        assert event["lifecycle:transition"] == "complete"


def test_xes_elements_follow_the_schema_order(release):
    log = ElementTree.parse(release / "xes" / "log.xes").getroot()
    expected_order = ["extension", "global", "classifier", "string", "trace"]
    positions = [expected_order.index(element.tag.removeprefix(XES)) for element in log]
    assert positions == sorted(positions)
    declared = {element.get("prefix") for element in log.findall(f"{XES}extension")}
    used = {
        element.get("key").split(":")[0]
        for element in log.iter()
        if ":" in (element.get("key") or "")
    }
    assert used <= declared


def test_ocel_events_relate_only_to_existing_objects(release):
    ocel = json.loads((release / "ocel.json").read_text())
    assert set(ocel) == {"objectTypes", "eventTypes", "objects", "events"}
    types = {entry["name"] for entry in ocel["objectTypes"]}
    kinds = {entry["name"]: {a["name"]: a["type"] for a in entry["attributes"]} for entry in
             ocel["eventTypes"]}  # fmt: skip
    objects = {entry["id"]: entry["type"] for entry in ocel["objects"]}
    assert len(objects) == len(ocel["objects"]) and set(objects.values()) == types
    assert {"string", "integer"} == {
        value_type for shape in kinds.values() for value_type in shape.values()
    }
    for event in ocel["events"]:
        assert {r["objectId"] for r in event["relationships"]} <= objects.keys()
        assert {a["name"] for a in event["attributes"]} <= kinds[event["type"]].keys()
        assert datetime.fromisoformat(event["time"])
    assert len(ocel["events"]) == len(csv_rows(release / "events.csv"))


def test_graphml_is_read_by_networkx(release):
    import networkx

    graph = networkx.read_graphml(release / "replies.graphml")
    assert graph.is_directed() and graph.number_of_nodes() == 3
    assert sum(replies for _a, _b, replies in graph.edges(data="replies")) == 3
    assert all(data["comments"] >= 0 for _name, data in graph.nodes(data=True))


def test_unknown_format_is_refused_and_nothing_is_written(app, tmp_path):
    process = factories.create_process()
    with pytest.raises(ReleaseNotWritable, match=r"xls.*formats are convokit, xes"):
        build_release(process, tmp_path / "r", formats=["xls"])
    arguments = ["export", process.slug, "--out", str(tmp_path / "r"), "--format", "xls"]
    result = app.test_cli_runner().invoke(cli, arguments)
    assert result.exit_code == 2 and "unknown format 'xls'" in result.stderr
    assert list(tmp_path.iterdir()) == []


def conversation_content(folder):
    """Return the content of a conversation independent of participant names."""
    conversation = read_conversation(folder)
    views = {}
    for (participant, number), view in conversation.matrix.items():
        views.setdefault(participant, {})[number] = view
    people = Counter(
        (conversation.groups.get(participant), tuple(sorted(votes.items())))
        for participant, votes in views.items()
    )
    statements = {
        n: (s.text if s.state == "shown" else "", s.state, s.agrees, s.disagrees)
        for n, s in conversation.statements.items()
    }
    return conversation.topic, conversation.url, people, statements


def round_trip(app, folder, tmp_path):
    import_conversation(read_conversation(folder), "polis")
    seal_log_of(app)
    build_release(get_process("polis"), tmp_path / "r", formats=["polis"])
    (exported,) = (tmp_path / "r" / "polis").iterdir()
    assert conversation_content(exported) == conversation_content(folder)
    return exported


def test_polis_conversation_round_trips(app, tmp_path):
    (tmp_path / "in").mkdir()
    for name, content in FILES.items():
        (tmp_path / "in" / name).write_text(content, encoding="utf-8")
    exported = round_trip(app, tmp_path / "in", tmp_path)
    assert sorted(file.name for file in exported.iterdir()) == [
        "comment-groups.csv",
        "comments.csv",
        "participants-votes.csv",
        "summary.csv",
        "votes.csv",
    ]
    assert "Beli sekarang" not in (exported / "comments.csv").read_text()


@pytest.mark.data
def test_polis_brexit_consensus_round_trips(app, tmp_path):
    round_trip(app, shared("data/polis_brexit-consensus"), tmp_path)


def test_polis_export_excludes_secret_polls(app, tmp_path):
    process = factories.create_process()
    poll = factories.create_poll(
        process, "Trotoar", "Bus", rules=PollRules(type=PollType.STATEMENTS)
    )
    factories.close_poll(poll)
    seal_log_of(app)
    build_release(process, tmp_path / "r", formats=["polis"])
    assert list((tmp_path / "r" / "polis").iterdir()) == []
