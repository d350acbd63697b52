"""Orphans stay, what cannot stand in a thread is named, and no thread holds an import up."""

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Comment
from tests.imports.import_files import run_import, comment_row, write_decidim, proposal_row


def the(number):
    return db.session.scalars(select(Comment).filter_by(source_id=str(number))).one()


def reasons(summary):
    return [(reject.file, reject.line, reject.reason) for reject in summary.rejects]


def test_orphan_comment_stays_in_its_thread_as_a_root(app, tmp_path, log):
    rows = [comment_row(5, parent_id=404), comment_row(6, parent_id=5)]
    summary = run_import("decidim", write_decidim(tmp_path, [proposal_row(1)], rows))
    orphan, below = the(5), the(6)
    assert (summary.orphans, summary.rejects) == (1, [])
    assert (orphan.is_orphan, orphan.depth, orphan.parent_id) == (True, 0, None)
    assert (below.is_orphan, below.depth, below.root_id) == (False, 1, orphan.id)
    assert [row.parent_id for row in log()[-2:]] == [-404, orphan.id]


def test_orphan_comment_with_a_non_numeric_parent_is_marked(app, tmp_path, log):
    run_import("decidim", write_decidim(tmp_path, [proposal_row(1)], [comment_row(5, parent_id="c-x")]))
    assert log()[-1].parent_id == -1


def test_staff_reply_marks_its_root_as_answered(app, tmp_path):
    accounts = tmp_path / "accounts.csv"
    accounts.write_text("author_id,display_name\nu7,suport\n", encoding="utf-8")
    rows = [comment_row(5), comment_row(6, parent_id=5, author_id="u7"), comment_row(7)]
    run_import("decidim", write_decidim(tmp_path, [proposal_row(1)], rows), accounts=accounts)
    assert (the(5).is_answered, the(7).is_answered) == (True, False)


def test_empty_comment_is_imported(app, tmp_path):
    rows = [comment_row(5, body_html=""), comment_row(6, parent_id=5)]
    summary = run_import("decidim", write_decidim(tmp_path, [proposal_row(1)], rows))
    assert (summary.comments, the(5).body_html, the(6).depth) == (2, "", 1)


def test_comment_with_a_parent_in_another_proposal_is_rejected(app, tmp_path):
    rows = [comment_row(5, 1), comment_row(6, 2, parent_id=5), comment_row(7, 2, parent_id=6)]
    summary = run_import("decidim", write_decidim(tmp_path, [proposal_row(1), proposal_row(2)], rows))
    assert reasons(summary) == [("comments.csv", 3, "its parent 5 stands in another proposal")]
    assert the(7).is_orphan


def test_comments_in_a_parent_cycle_are_rejected(app, tmp_path):
    rows = [
        comment_row(5, parent_id=7),
        comment_row(6, parent_id=5),
        comment_row(7, parent_id=6),
        comment_row(8, parent_id=6),
        comment_row(9, parent_id=9),
    ]
    summary = run_import("decidim", write_decidim(tmp_path, [proposal_row(1)], rows))
    assert [(line, why[:33]) for _, line, why in reasons(summary)] == [
        (2, "its parents go round in a circle "),
        (4, "its parents go round in a circle "),
        (3, "its parents go round in a circle "),
        (6, "its parents go round in a circle "),
    ]
    assert the(8).is_orphan


def test_thread_of_any_depth_is_imported(app, tmp_path):
    rows = [comment_row(n, parent_id=n - 1 if n > 1 else "") for n in range(1500, 0, -1)]
    summary = run_import("decidim", write_decidim(tmp_path, [proposal_row(1)], rows))
    assert (summary.comments, summary.rejects) == (1500, [])
    assert (the(1500).depth, the(1500).root_id) == (1499, the(1).id)
