"""Rows in the schema of revision 0001, as plain SQL: later models do not change them."""

from sqlalchemy import text

from deliberate.database import db

ROWS = """
INSERT INTO institution (id, slug, name, name_en, is_coordinator)
VALUES (1, 'air', 'Kantor Air', '', false);
INSERT INTO person (id, sign_in_name, display_name, name_key, role, account_class, institution_id,
  area, language, research_consent, joined_at)
VALUES (1, 'ratna', 'Ratna', 'ratna', 'staff', 'person', 1, '', 'id', false,
  '2026-03-02 01:00:00');
INSERT INTO process (id, slug, title, title_en, question, question_en, decides, decides_en,
  open_points, open_points_en, fixed_points, fixed_points_en, timezone, support_threshold,
  response_days, proposal_count, comment_count)
VALUES (1, 'p', 'P', '', '', '', '', '', '', '', '', '', 'Asia/Makassar', 1, 20, 1, 1);
INSERT INTO proposal (id, process_id, author_id, initiator, title, slug, body, body_html,
  renderer, version, language, topic, area, published_at, withdrawn_reason, support_count,
  comment_count, for_count, against_count, neutral_count)
VALUES (1, 1, 1, 'resident', 'U', 'u', 'isi', '<p>isi</p>', 'x', 1, 'id', '', '',
  '2026-03-02 01:00:00', '', 0, 1, 0, 0, 0);
INSERT INTO comment (id, proposal_id, depth, author_id, author_role, body, body_html, renderer,
  source_note, language, is_question, is_orphan, posted_at, strong_count, weak_count, rating_count,
  reply_count)
VALUES (1, 1, 0, 1, 'staff', 'durian', '<p>durian</p>', 'x', '', 'id', false, false,
  '2026-03-02 01:00:00', 0, 0, 0, 0)
"""
MERGED_ROWS = """
INSERT INTO proposal (id, process_id, author_id, initiator, title, slug, body, body_html,
  renderer, version, language, topic, area, published_at, withdrawn_reason, support_count,
  comment_count, for_count, against_count, neutral_count, merged_into_id)
SELECT n, 1, 1, 'resident', 'V', 'v', 'isi', '<p>isi</p>', 'x', 1, 'id', '', '',
  '2026-03-02 02:00:00', '', 1, 0, 0, 0, 0, 1 FROM (SELECT 2 AS n UNION SELECT 3) AS numbers;
INSERT INTO support (person_id, proposal_id, version, given_at, merged_from_id)
VALUES (1, 1, 1, '2026-03-02 02:00:00', 2);
INSERT INTO merger (proposal_id, target_id, moderator_id, merged_at, replaced_supports)
VALUES (2, 1, 1, '2026-03-03 01:00:00', '[[1,2,"2026-03-02T04:00:00+00:00"]]'),
  (3, 1, 1, '2026-03-04 01:00:00', '[[1,1,"2026-03-02T03:00:00+00:00"],[9,1,"x"]]')
"""
"""Two mergers that replaced an earlier support; the person of another support is gone."""
INDEXED = {
    "sqlite": "SELECT count(*) FROM comment_search WHERE comment_search MATCH 'durian'",
    "postgresql": "SELECT count(*) FROM comment_search WHERE terms @@ to_tsquery('durian')",
}
WRITTEN = """
SELECT i.name, a.display_name, p.title, p.body, c.body
FROM comment c
JOIN proposal p ON p.id = c.proposal_id
JOIN person a ON a.id = c.author_id
JOIN institution i ON i.id = a.institution_id
"""
EXPECTED = [("Kantor Air", "Ratna", "U", "isi", "durian")]


def execute(statements: str) -> None:
    """Run SQL statements, separated by semicolons, in one write transaction."""
    with db.engine.connect().execution_options(writing=True) as connection:
        for statement in statements.split(";\n"):
            connection.execute(text(statement))
        connection.commit()


def read(statement: str) -> list[tuple[object, ...]]:
    """Return the rows of a SQL statement."""
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def insert_rows() -> None:
    """Insert a comment on a proposal, and all rows that they reference."""
    execute(ROWS)


def read_rows() -> list[tuple[object, ...]]:
    """Return the texts of the inserted rows; compare them with EXPECTED."""
    return read(WRITTEN)


def count_indexed() -> int:
    """Return how many comments the search index finds by the word of the inserted comment."""
    with db.engine.connect() as connection:
        count: int = connection.execute(text(INDEXED[db.engine.dialect.name])).scalar_one()
        return count
