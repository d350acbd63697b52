"""Test imported threads: orphans, rejected parents, cycles and depth."""

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Comment
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


def test_empty_comment_is_imported(app, tmp_path):
    rows = [comment_row(5, body_html=""), comment_row(6, parent_id=5)]
    summary = run_import("decidim", write_decidim(tmp_path, [proposal_row(1)], rows))
    assert (summary.comments, get_comment(5).body_html, get_comment(6).depth) == (2, "", 1)


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
