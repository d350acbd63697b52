"""What leaves the house, and what does not; the numbers follow from the files alone."""

import hashlib
import json

import pytest

from deliberate import citivoice, sealing
from deliberate.commands import cli
from deliberate.database import db
from deliberate.exports.columns import codebook
from deliberate.exports.release import Unwritable, build_release
from deliberate.exports.tables import cell
from deliberate.models import Interaction
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.scores.process_scores import scores_of
from deliberate.vocabulary import Kind, Stance
from tests import factories
from tests.exports.release_reader import everything_in, rows


@pytest.fixture
def process(app):
    """A process with a thread, supports, weighing and a staff comment, all sealed."""
    process = factories.a_process(factories.an_institution())
    people = [factories.resident() for _ in range(4)]
    proposal = factories.a_proposal(process, people[0])
    first = comment_operations.post_comment(
        people[1], proposal, "Terlalu mahal.", stance=Stance.AGAINST
    )
    comment_operations.post_comment(
        people[0], proposal, "Hanya tiga.", parent=first, stance=Stance.FOR
    )
    for person in people[1:]:
        proposal_operations.support_proposal(person, proposal)
    comment_operations.rate_comment(people[2], first, is_strong=True)
    seal(app)
    return process


def seal(app):
    sealing.seal_all(sealing.signing_key(app.config["SETTINGS"].log_path, "1" * 64), "test")


def test_only_rows_of_public_acts_leave(process, tmp_path):
    build_release(process, tmp_path / "r")
    kinds = {row["kind"] for row in rows(tmp_path / "r/events.csv")}
    assert {"proposal.submitted", "comment.posted", "proposal.qualified"} <= kinds
    assert all(Kind(kind).visibility == "public" for kind in kinds)


def test_what_stays_is_counted_in_the_manifest(process, tmp_path):
    manifest = build_release(process, tmp_path / "r")
    assert manifest["withheld"] == {"comment.rated": 1, "support.given": 3}


def test_no_text_name_or_pseudonym_of_the_log_leaves(process, tmp_path):
    build_release(process, tmp_path / "r")
    told = everything_in(tmp_path / "r")
    actors = {row.actor_id for row in db.session.query(Interaction) if row.actor_id}
    assert "mahal" not in told and "Warga" not in told
    assert not any(actor in told for actor in actors)


def test_times_are_cut_to_the_hour(process, tmp_path):
    build_release(process, tmp_path / "r")
    assert all(r["occurred_at"].endswith(":00:00Z") for r in rows(tmp_path / "r/events.csv"))


def test_two_releases_share_no_pseudonym(process, tmp_path):
    for name in ("a", "b"):
        build_release(process, tmp_path / name)
    one, two = (
        {r["actor_id"] for r in rows(tmp_path / name / "events.csv") if r["actor_id"]}
        for name in ("a", "b")
    )
    assert one and not one & two


def test_the_manifest_names_every_file_with_its_checksum(process, tmp_path):
    build_release(process, tmp_path / "r")
    manifest = json.loads((tmp_path / "r/manifest.json").read_text())
    files = {str(p.relative_to(tmp_path / "r")) for p in (tmp_path / "r").rglob("*.*")}
    assert files >= {"events.parquet", "events.jsonl", "comments.csv", "facts/week_facts.csv"}
    assert files - {"manifest.json"} == set(manifest["files"])
    for name, told in manifest["files"].items():
        content = (tmp_path / "r" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == told["sha256"]


def test_a_release_scores_as_the_platform_does(process, tmp_path):
    build_release(process, tmp_path / "r")
    manifest = json.loads((tmp_path / "r/manifest.json").read_text())
    scores = citivoice.score_release(
        [tmp_path / "r/events.csv"], tmp_path / "r/facts", withheld=manifest["withheld"]
    )
    assert scores.to_json() == scores_of(process).to_json()


def test_a_release_is_never_rebuilt_in_place(process, tmp_path):
    build_release(process, tmp_path / "r")
    with pytest.raises(Unwritable, match="there already"):
        build_release(process, tmp_path / "r")


def test_a_failed_build_leaves_nothing(process, tmp_path):
    def fail(name, _rows):
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        build_release(process, tmp_path / "r", fail)
    assert list(tmp_path.iterdir()) == []


def test_the_codebook_holds_every_kind_with_one_class():
    classes = {row["name"]: row["class"] for row in codebook() if row["file"] == "kinds"}
    assert classes == {kind.value: kind.visibility.value for kind in Kind}


@pytest.mark.parametrize("text", ["=1+1", "+62", "-x", "@a", "\tx", "\rx", "＝1"])
def test_no_text_is_a_formula(text):
    assert cell(text)[0] == "'"


def run(app, *words):
    return app.test_cli_runner().invoke(cli, list(words))


def test_commands_export_and_score_alike(app, process, tmp_path):
    assert run(app, "export", process.slug, "--out", str(tmp_path / "r")).exit_code == 0
    platform = run(app, "score", process.slug, "--json")
    release = run(app, "score", str(tmp_path / "r"), "--json")
    assert platform.stdout == release.stdout
    assert json.loads(release.stdout)["process"] == process.slug


def test_changed_numbers_are_named(app, process, tmp_path):
    build_release(process, tmp_path / "r")
    path = tmp_path / "r/scores.csv"
    path.write_text(path.read_text().replace("DQ1.1,1.0,", "DQ1.1,1.0,0.9"))
    found = run(app, "score", str(tmp_path / "r"))
    assert found.exit_code == 1 and "DQ1.1" in found.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["score", "tidak-ada"], 2),
        (["score", "./tidak-ada"], 2),
        (["export", "tidak-ada", "--out", "x"], 1),
        (["score"], 2),
    ],
)
def test_what_is_not_there_is_said_in_one_line(app, words, code):
    found = run(app, *words)
    assert found.exit_code == code
    assert len(found.stderr.strip().splitlines()) <= 4 and "Traceback" not in found.stderr


def test_an_empty_folder_is_no_release(app, tmp_path):
    found = run(app, "score", str(tmp_path))
    assert found.exit_code == 2 and "no events" in found.stderr
