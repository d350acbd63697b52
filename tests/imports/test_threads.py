"""Test imported threads: orphans, rejected parents, cycles and depth."""

import json

import pytest
from sqlalchemy import select

from deliberate import sealing
from deliberate.database import db, unrecorded
from deliberate.exports.release_builder import build_release
from deliberate.models import Comment, Proposal
from deliberate.queries.log.page_comparison import compare_pages
from deliberate.queries.processes.processes import get_process
from deliberate.queries.scores.computed_scores import compute_scores
from deliberate.queries.site.counter_check import find_counter_mismatches
from tests.client import anonymous_client
from tests.exports.release_reader import csv_rows
from tests.imports.import_files import comment_row, proposal_row, run_import, write_decidim


def get_comment(source_id):
    return db.session.scalars(select(Comment).filter_by(source_id=str(source_id))).one()


def reasons(summary):
    return [(reject.file, reject.line, reject.reason) for reject in summary.rejects]


def test_orphan_comment_stays_in_its_thread_as_a_root(app, tmp_path, log):
    rows = [comment_row(5, parent_id=404), comment_row(6, parent_id=5)]
    summary = run_import("decidim", write_decidim(tmp_path, [proposal_row(1)], rows))
    orphan, reply = get_comment(5), get_comment(6)
    assert (summary.orphans, summary.rejects) == (1, [])
    assert (orphan.is_orphan, orphan.depth, orphan.parent_id) == (True, 0, None)
    assert (reply.is_orphan, reply.depth, reply.root_id) == (False, 1, orphan.id)
    assert [row.parent_id for row in log()[-2:]] == [-404, orphan.id]


def test_orphan_comment_with_a_non_numeric_parent_is_marked(app, tmp_path, log):
    run_import(
        "decidim", write_decidim(tmp_path, [proposal_row(1)], [comment_row(5, parent_id="c-x")])
    )
    assert log()[-1].parent_id == -1


def test_staff_reply_marks_its_root_as_answered(app, tmp_path):
    accounts = tmp_path / "accounts.csv"
    accounts.write_text("author_id,display_name\nu7,suport\n", encoding="utf-8")
    rows = [comment_row(5), comment_row(6, parent_id=5, author_id="u7"), comment_row(7)]
    run_import("decidim", write_decidim(tmp_path, [proposal_row(1)], rows), accounts=accounts)
    assert (get_comment(5).is_answered, get_comment(7).is_answered) == (True, False)


BLANKS = (
    "",
    "<p> </p>",
    "<p>\u200b\u2060</p>",
    "<p>&nbsp;</p>",
    '<p><a href="https://a.id"></a></p>',
)


@pytest.mark.parametrize("body", BLANKS)
def test_blank_comment_is_kept_in_its_place_and_marked(app, tmp_path, log, body):
    rows = [comment_row(5, body_html=body), comment_row(6, parent_id=5)]
    summary = run_import("decidim", write_decidim(tmp_path, [proposal_row(1)], rows))
    assert (summary.comments, get_comment(5).is_blank, get_comment(6).depth) == (2, True, 1)
    assert not get_comment(6).is_blank
    kinds = [entry.kind for entry in log() if "comment" in entry.kind]
    assert kinds == ["blank_comment.imported", "comment.posted"]
    (file,) = (f for f in summary.report.files.values() if f.section == "comments")
    sealing.seal_log(app.config["SETTINGS"])
    assert list(compare_pages(db.session())) == []
    with unrecorded("test settings") as session:
        session.scalars(select(Comment).filter_by(source_id="5")).one().is_blank = False
    db.session.expire_all()
    (fault,) = compare_pages(db.session())
    assert (fault.table, fault.column) == ("comment", "is_blank")
    assert [(n.text[:30], n.count) for n in file.notes.values()] == [
        ("the text has nothing to read: ", 1)
    ]


def test_blank_comment_counts_nowhere(app, tmp_path):
    rows = [
        comment_row(5, alignment="1"),
        comment_row(6, alignment="1", body_html="<p>\u200b</p>", author_id="u9"),
        comment_row(7, parent_id=5, body_html="<hr>", author_id="u8"),
        comment_row(8, parent_id=6),
    ]
    folder = write_decidim(tmp_path, [proposal_row(1)], rows)
    run_import("decidim", folder)
    proposal = db.session.scalar(select(Proposal))
    assert (proposal.comment_count, proposal.for_count) == (2, 1)
    assert (get_comment(5).reply_count, get_comment(6).reply_count) == (0, 1)
    assert list(find_counter_mismatches(db.session())) == []
    sealing.seal_log(app.config["SETTINGS"])
    everyone = compute_scores(get_process("taman")).descriptives["everyone"]
    assert (everyone["comments"], everyone["comment_authors"]) == (2, 1)
    build_release(get_process("taman"), tmp_path / "r", formats=["convokit"])
    assert len(csv_rows(tmp_path / "r" / "comments.csv")) == 2
    assert csv_rows(tmp_path / "r" / "proposals.csv")[0]["comments"] == "2"
    lines = (tmp_path / "r" / "convokit" / "utterances.jsonl").read_text().splitlines()
    utterances = [json.loads(line) for line in lines]
    assert {u["reply-to"] for u in utterances} <= {u["id"] for u in utterances} | {None}
    page = anonymous_client(app).get(f"/en/proposals/{proposal.id}", follow_redirects=True)
    assert "There is nothing to read in this imported comment" in page.text


def test_comment_of_a_mark_alone_is_not_blank(app, tmp_path):
    rows = [comment_row(5, body_html="<p>👍</p>"), comment_row(6, body_html="<p>+1</p>")]
    run_import("decidim", write_decidim(tmp_path, [proposal_row(1)], rows))
    assert (get_comment(5).is_blank, get_comment(6).is_blank) == (False, False)


def test_comment_with_a_parent_in_another_proposal_is_rejected(app, tmp_path):
    rows = [comment_row(5, 1), comment_row(6, 2, parent_id=5), comment_row(7, 2, parent_id=6)]
    summary = run_import(
        "decidim", write_decidim(tmp_path, [proposal_row(1), proposal_row(2)], rows)
    )
    assert reasons(summary) == [("comments.csv", 3, "its parent 5 is in another proposal")]
    assert get_comment(7).is_orphan


def test_comments_in_a_parent_cycle_are_rejected(app, tmp_path):
    rows = [
        comment_row(5, parent_id=7),
        comment_row(6, parent_id=5),
        comment_row(7, parent_id=6),
        comment_row(8, parent_id=6),
        comment_row(9, parent_id=9),
    ]
    summary = run_import("decidim", write_decidim(tmp_path, [proposal_row(1)], rows))
    assert [(line, reason[:33]) for _, line, reason in reasons(summary)] == [
        (2, "its chain of parents is a cycle t"),
        (4, "its chain of parents is a cycle t"),
        (3, "its chain of parents is a cycle t"),
        (6, "its chain of parents is a cycle t"),
    ]
    assert get_comment(8).is_orphan


def test_thread_of_any_depth_is_imported(app, tmp_path):
    rows = [comment_row(n, parent_id=n - 1 if n > 1 else "") for n in range(1500, 0, -1)]
    summary = run_import("decidim", write_decidim(tmp_path, [proposal_row(1)], rows))
    assert (summary.comments, summary.rejects) == (1500, [])
    assert (get_comment(1500).depth, get_comment(1500).root_id) == (1499, get_comment(1).id)
