"""Test invalid sources: bad rows are rejected with reasons, unreadable files stop the import."""

import csv

import pytest
from sqlalchemy import func, select

from deliberate.database import db
from deliberate.imports import profiles
from deliberate.imports.source import UnreadableSource, write_rejects
from deliberate.models import Interaction, Proposal
from tests import factories
from tests.imports.import_files import comment_row, proposal_row, run_import, write_decidim


def import_rejects(app, folder, proposals, comments=()):
    summary = run_import("decidim", write_decidim(folder, proposals, list(comments)))
    return [(reject.line, reject.reason) for reject in summary.rejects]


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"created_on": "yesterday"}, "created_on: 'yesterday' is not a date or time"),
        ({"created_on": ""}, "created_on: '' is not a date or time"),
        ({"created_on": "2999-01-01"}, "created_on: '2999-01-01' is in the future"),
        ({"created_on": "0001-01-01"}, "created_on: '0001-01-01' is before 1990"),
        ({"id": ""}, "id is empty"),
        ({"id": "x" * 65}, "id is longer than 64 characters"),
        ({"id": "1"}, "1 is a duplicate of line 2"),
        ({"total_votes": "many"}, "total_votes: 'many' is not a count"),
        ({"status": "lost"}, "status: the profile has no code for 'lost'"),
        ({"source": "robot"}, "source: the profile has no code for 'robot'"),
    ],
)
def test_invalid_proposal_is_rejected_with_line_and_reason(app, tmp_path, columns, reason):
    bad = {**proposal_row(2), **columns}
    assert import_rejects(app, tmp_path, [proposal_row(1), bad]) == [(3, reason)]
    assert db.session.scalar(select(func.count(Proposal.id))) == 1


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"proposal_id": 9}, "its proposal '9' is missing"),
        ({"id": 5}, "5 is a duplicate of line 2"),
        ({"alignment": "maybe"}, "alignment: the profile has no code for 'maybe'"),
    ],
)
def test_invalid_comment_is_rejected_with_line_and_reason(app, tmp_path, columns, reason):
    rows = [comment_row(5), {**comment_row(6), **columns}]
    assert import_rejects(app, tmp_path, [proposal_row(1)], rows) == [(3, reason)]


def test_rejected_rows_have_the_line_numbers_of_the_file(app, tmp_path):
    rows = [proposal_row(1, summary="dua\nbaris\nlagi"), proposal_row(2, created_on="x")]
    assert import_rejects(app, tmp_path, rows)[0][0] == 5


def test_row_with_too_few_fields_is_import_rejects(app, tmp_path):
    write_decidim(tmp_path, [proposal_row(1)], [])
    with (tmp_path / "comments.csv").open("a", encoding="utf-8") as file:
        file.write("5,1,,u2\n\n")
    summary = run_import("decidim", tmp_path)
    assert [r.reason for r in summary.rejects] == ["4 fields where the header has 7"]


def is_log_empty():
    return db.session.scalar(select(func.count(Interaction.id))) == 0


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda f: f.unlink(), "comments.csv: No such file"),
        (lambda f: f.write_bytes(b"id,proposal_id\n\xff\xfe1,2\n"), "line 2 is not UTF-8"),
        (lambda f: f.write_text("id,proposal_id\n1,1\n"), "comments.csv: no column alignment, aut"),
        (lambda f: f.write_text(""), "comments.csv: no column"),
        (lambda f: f.write_text(f.read_text() + '5,1,"open'), "comments.csv: line 3: unexpected"),
    ],
    ids=["missing", "encoding", "columns", "empty", "quotes"],
)
def test_unreadable_file_stops_the_import(app, tmp_path, damage, message):
    write_decidim(tmp_path, [proposal_row(1)], [comment_row(5)])
    damage(tmp_path / "comments.csv")
    with pytest.raises(UnreadableSource, match=message):
        run_import("decidim", tmp_path)
    assert is_log_empty()


def test_folder_without_rows_is_refused(app, tmp_path):
    with pytest.raises(UnreadableSource, match="no row of it can be imported"):
        run_import("decidim", write_decidim(tmp_path, [], []))
    assert is_log_empty()


def test_import_refuses_a_process_that_was_not_imported(app, tmp_path):
    slug = factories.create_process().slug
    with pytest.raises(UnreadableSource, match="exists and did not come from decidim"):
        run_import("decidim", write_decidim(tmp_path, [proposal_row(1)], []), slug=slug)


@pytest.mark.parametrize("slug", ["Taman", "a b", "", "a/b", "x" * 81])
def test_import_refuses_an_invalid_slug(app, tmp_path, slug):
    with pytest.raises(UnreadableSource, match="is not a valid slug"):
        run_import("decidim", tmp_path, slug=slug)


def test_time_that_leaves_the_calendar_in_its_zone_is_rejected_with_reason(app, tmp_path):
    rows = [proposal_row(1), proposal_row(2) | {"created_on": "0001-01-01 00:00"}]
    summary = run_import("decidim", write_decidim(tmp_path, rows, []), timezone="Asia/Jakarta")
    assert [reject.reason for reject in summary.rejects] == [
        "created_on: '0001-01-01 00:00' is before 1990"
    ]


def test_import_refuses_an_unknown_timezone(app, tmp_path):
    with pytest.raises(UnreadableSource, match="'Mars/Base' is not a valid time zone"):
        run_import("decidim", write_decidim(tmp_path, [proposal_row(1)], []), timezone="Mars/Base")


def test_rejects_file_is_safe_for_spreadsheets(app, tmp_path):
    summary = run_import(
        "decidim", write_decidim(tmp_path, [proposal_row(1), proposal_row("=1+1")], [])
    )
    assert summary.rejects == []
    bad = proposal_row(3, created_on="=cmd", title="=2")
    summary = run_import("decidim", write_decidim(tmp_path, [proposal_row(1), bad], []))
    write_rejects(tmp_path / "rejects.csv", summary.rejects)
    with (tmp_path / "rejects.csv").open(encoding="utf-8", newline="") as file:
        header, row = csv.reader(file)
    assert header == ["file", "line", "reason", "row"]
    assert row[:2] == ["proposals.csv", "3"] and row[3].startswith('{"id": "3"')


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("platform = ", "Invalid value"),
        ('platform = "x"\nsurprise = 1\n', "surprise"),
        ('platform = "x"\nproposals = 3\n', "label: missing"),
        ('platform = "x"\n', "missing"),
    ],
)
def test_profile_errors_are_named(tmp_path, content, message):
    path = tmp_path / "mine.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableSource, match=message):
        profiles.load_profile(path)


@pytest.mark.parametrize("name", profiles.list_profiles())
def test_included_profiles_are_valid(name):
    profile = profiles.load_profile(profiles.FOLDER / f"{name}.toml")
    assert profile.carries and profile.label
