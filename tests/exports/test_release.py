"""The open tier: what it contains and withholds, and that scores follow from its files alone."""

import hashlib
import json

import pytest

from deliberate import citivoice, sealing
from deliberate.commands import cli
from deliberate.database import db, unrecorded
from deliberate.exports.columns import codebook
from deliberate.exports.csv_writer import csv_cell
from deliberate.exports.release_builder import ReleaseNotWritable, build_release
from deliberate.models import Interaction, Person, Proposal
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.moderation.decisions import hide_contribution
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.threads.comments import post_comment, rate_comment, withdraw_comment
from deliberate.queries.scores.computed_scores import compute_scores
from deliberate.vocabulary import ModerationRule, Role, Stance
from deliberate.vocabulary.events import EVENT_TYPES
from tests import factories
from tests.exports.release_reader import csv_rows, release_text


@pytest.fixture
def process(app):
    """Return a process with a sealed thread, supports and ratings."""
    process = factories.create_process(factories.create_institution())
    people = [factories.create_resident() for _ in range(4)]
    proposal = factories.create_proposal(process, people[0])
    first = post_comment(people[1], proposal, "Terlalu mahal.", stance=Stance.AGAINST)
    post_comment(people[0], proposal, "Hanya tiga.", parent=first, stance=Stance.FOR)
    for person in people[1:]:
        support_proposal(person, proposal)
    rate_comment(people[2], first, is_strong=True)
    seal_log_of(app)
    return process


def seal_log_of(app):
    sealing.seal_all(sealing.load_signing_key(app.config["SETTINGS"].log_path, "1" * 64), "test")


def test_release_holds_public_acts_only(process, tmp_path):
    build_release(process, tmp_path / "r")
    kinds = {row["kind"] for row in csv_rows(tmp_path / "r/events.csv")}
    assert {"proposal.submitted", "comment.posted", "proposal.qualified"} <= kinds
    assert all(EVENT_TYPES[kind].VISIBILITY == "public" for kind in kinds)


def test_manifest_counts_withheld_acts(process, tmp_path):
    manifest = build_release(process, tmp_path / "r")
    assert manifest["withheld"] == {"comment.rated": 1, "support.given": 3}


def test_manifest_lists_topics_in_both_languages_and_areas(process, tmp_path):
    with unrecorded("test data"):
        process.topics, process.areas = [["Air bersih", "Clean water"]], ["Sepaku"]
    manifest = build_release(process, tmp_path / "r")
    assert manifest["topics"] == [{"name": "Air bersih", "name_en": "Clean water"}]
    assert manifest["areas"] == ["Sepaku"]


def set_place(proposal, **columns):
    point = {"type": "Point", "coordinates": [116.70456, -0.97654]}
    with unrecorded("test data") as session:
        row = session.get(Proposal, proposal.id)
        for name, value in ({"place": point} | columns).items():
            setattr(row, name, value)


def test_release_has_places_as_their_pages_show_them(app, process, tmp_path):
    rounded, exact, hidden, nowhere = (factories.create_proposal(process) for _ in range(4))
    set_place(rounded)
    set_place(exact, place_is_exact=True)
    set_place(hidden)
    moderator = factories.create_staff(role=Role.MODERATOR)
    hide_contribution(moderator, hidden, ModerationRule.SPAM, "Iklan.")
    seal_log_of(app)
    build_release(process, tmp_path / "r")
    places = {
        int(row["proposal_id"]): row["place"] and json.loads(row["place"])
        for row in csv_rows(tmp_path / "r/proposals.csv")
    }
    assert places[rounded.id] == {"type": "Point", "coordinates": [116.705, -0.977]}
    assert places[exact.id] == {"type": "Point", "coordinates": [116.70456, -0.97654]}
    assert (places[hidden.id], places[nowhere.id]) == ("", "")
    assert release_text(tmp_path / "r").count("116.70456") == 1
    meanings = [row for row in csv_rows(tmp_path / "r/codebook.csv") if "place" in row.values()]
    assert len(meanings) == 1 and "3 decimals" in str(meanings)


def test_manifest_counts_every_text_that_is_not_shown_by_its_reason(app, process, tmp_path):
    author, moderator = factories.create_resident(), factories.create_staff(role=Role.MODERATOR)
    proposals = [factories.create_proposal(process) for _number in range(2)]
    hidden, withdrawn = (
        post_comment(factories.create_resident(), proposals[0], "Teks.", stance=Stance.FOR)
        for _number in range(2)
    )
    post_comment(author, proposals[0], "Milik akun yang dihapus.", stance=Stance.FOR)
    hide_contribution(moderator, hidden, ModerationRule.SPAM, "Iklan.")
    hide_contribution(moderator, proposals[1], ModerationRule.SPAM, "Iklan.")
    withdraw_comment(withdrawn.author, withdrawn)
    erase_account(author, factories.PASSPHRASE)
    seal_log_of(app)
    manifest = build_release(process, tmp_path / "r", secret=b"s" * 32)
    assert manifest["withheld_texts"] == {
        "proposal": {"hidden": 1},
        "comment": {"erased": 1, "hidden": 1, "withdrawn": 1},
        "unit_contribution": {},
    }
    kinds = [row["kind"] for row in csv_rows(tmp_path / "r/events.csv")]
    shown = [row["subject_type"] for row in csv_rows(tmp_path / "r/texts.csv")]
    for name, kind in (("proposal", "proposal.submitted"), ("comment", "comment.posted")):
        withheld = sum(manifest["withheld_texts"][name].values())
        assert shown.count(name) + withheld == kinds.count(kind)


def test_open_release_has_no_text_name_or_actor_id(process, tmp_path):
    build_release(process, tmp_path / "r")
    text = release_text(tmp_path / "r")
    actors = {row.actor_id for row in db.session.query(Interaction) if row.actor_id}
    people = db.session.query(Person).all()
    assert len(people) >= 4 and "mahal" not in text
    assert not any(person.display_name in text for person in people)
    assert not any(person.sign_in_name in text for person in people)
    assert not any(actor in text for actor in actors)


def test_open_release_truncates_times_to_the_hour(process, tmp_path):
    build_release(process, tmp_path / "r")
    assert all(r["occurred_at"].endswith(":00:00Z") for r in csv_rows(tmp_path / "r/events.csv"))


def test_two_releases_share_no_pseudonym(process, tmp_path):
    for name in ("a", "b"):
        build_release(process, tmp_path / name)
    first, second = (
        {r["actor_id"] for r in csv_rows(tmp_path / name / "events.csv") if r["actor_id"]}
        for name in ("a", "b")
    )
    assert first and not first & second


def test_manifest_lists_every_file_with_its_checksum(process, tmp_path):
    build_release(process, tmp_path / "r")
    manifest = json.loads((tmp_path / "r/manifest.json").read_text())
    files = {str(p.relative_to(tmp_path / "r")) for p in (tmp_path / "r").rglob("*") if p.is_file()}
    assert files >= {"events.parquet", "events.jsonl", "comments.csv", "facts/week_facts.csv"}
    assert files - {"manifest.json"} == set(manifest["files"])
    for name, text in manifest["files"].items():
        content = (tmp_path / "r" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == text["sha256"]


def test_release_scores_equal_the_platform_scores(process, tmp_path):
    build_release(process, tmp_path / "r")
    manifest = json.loads((tmp_path / "r/manifest.json").read_text())
    scores = citivoice.score_release(
        [tmp_path / "r/events.csv"], tmp_path / "r/facts", withheld=manifest["withheld"]
    )
    assert scores.to_json() == compute_scores(process).to_json()


def test_release_is_not_rebuilt_in_place(process, tmp_path):
    build_release(process, tmp_path / "r")
    with pytest.raises(ReleaseNotWritable, match="exists already"):
        build_release(process, tmp_path / "r")


def test_failed_build_leaves_no_files(process, tmp_path):
    def fail(name, _rows):
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        build_release(process, tmp_path / "r", fail)
    assert list(tmp_path.iterdir()) == []


def test_codebook_lists_every_kind_with_its_class():
    classes = {row["name"]: row["class"] for row in codebook() if row["file"] == "kinds"}
    assert classes == {kind: event.VISIBILITY.value for kind, event in EVENT_TYPES.items()}


@pytest.mark.parametrize("text", ["=1+1", "+62", "-x", "@a", "\tx", "\rx", "＝1"])
def test_csv_cell_escapes_formulas(text):
    assert csv_cell(text)[0] == "'"


def run(app, *arguments):
    return app.test_cli_runner().invoke(cli, list(arguments))


def test_score_command_agrees_on_process_and_export(app, process, tmp_path):
    assert run(app, "export", process.slug, "--out", str(tmp_path / "r")).exit_code == 0
    platform = run(app, "score", process.slug, "--json")
    release = run(app, "score", str(tmp_path / "r"), "--json")
    assert platform.stdout == release.stdout
    assert json.loads(release.stdout)["process"] == process.slug


def test_score_command_names_changed_scores(app, process, tmp_path):
    build_release(process, tmp_path / "r")
    path = tmp_path / "r/scores.csv"
    path.write_text(path.read_text().replace("DQ1.1,1.1,", "DQ1.1,1.1,0.9"))
    result = run(app, "score", str(tmp_path / "r"))
    assert result.exit_code == 1 and "DQ1.1" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["score", "tidak-ada"], 2),
        (["score", "./tidak-ada"], 2),
        (["export", "tidak-ada", "--out", "x"], 1),
        (["score"], 2),
    ],
)
def test_commands_report_missing_inputs_briefly(app, arguments, code):
    result = run(app, *arguments)
    assert result.exit_code == code
    assert len(result.stderr.strip().splitlines()) <= 4 and "Traceback" not in result.stderr


def test_score_command_refuses_an_empty_folder(app, tmp_path):
    result = run(app, "score", str(tmp_path))
    assert result.exit_code == 2 and "manifest.json: No such file" in result.stderr
    (tmp_path / "manifest.json").write_text('{"files": {}, "withheld": {}}')
    result = run(app, "score", str(tmp_path))
    assert result.exit_code == 2 and "no events.parquet or events.csv" in result.stderr
