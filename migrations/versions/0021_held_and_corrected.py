"""What a rule holds is found by an index; corrections below comments are found by their words."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

HELD = sa.text("held_until IS NOT NULL")
STANDS = (
    "{row}withdrawn_at IS NULL AND ({row}hidden_at IS NULL OR {row}held_until IS NOT NULL) "
    "AND {row}body <> ''"
)
SAID = {
    False: "{row}body",
    True: "{row}body || ' ' || (SELECT coalesce(group_concat(json_extract(value, '$.body'), ' '), "
    "'') FROM json_each({row}corrections))",
}
VECTOR = {
    False: "strip(words_in(t.body, t.language))",
    True: "strip(words_in(t.body || ' ' || (SELECT coalesce(string_agg(c->>'body', ' '), '') "
    "FROM jsonb_array_elements(t.corrections::jsonb) AS c), t.language))",
}
CHANGING = "body, language, withdrawn_at, hidden_at, held_until"


def upgrade() -> None:
    """Go forward."""
    _index("comment", ["proposal_id", "held_until"], "ix_comment_held")
    _index("comment", ["held_until"], "ix_comment_held_until")
    _index("proposal", ["held_until"], "ix_proposal_held_until")
    _keep_words(with_corrections=True)


def downgrade() -> None:
    """Go back."""
    _keep_words(with_corrections=False)
    op.drop_index("ix_proposal_held_until", "proposal")
    op.drop_index("ix_comment_held_until", "comment")
    op.drop_index("ix_comment_held", "comment")


def _index(table: str, columns: list[str], name: str) -> None:
    op.create_index(name, table, columns, sqlite_where=HELD, postgresql_where=HELD)


def _keep_words(*, with_corrections: bool) -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    make = _sqlite if is_sqlite else _postgres
    for statement in make(with_corrections):
        op.get_bind().exec_driver_sql(statement)


def _sqlite(with_corrections: bool) -> list[str]:
    said = SAID[with_corrections]
    changing = CHANGING + (", corrections" if with_corrections else "")

    def put(row: str) -> str:
        return f"INSERT INTO comment_words (rowid, body) SELECT {row}id, {said.format(row=row)}"

    def take(row: str) -> str:
        return (
            "INSERT INTO comment_words (comment_words, rowid, body) "
            f"SELECT 'delete', {row}id, {said.format(row=row)}"
        )

    def trigger(name: str, event: str, row: str, act: str) -> list[str]:
        return [
            f"DROP TRIGGER comment_words_{name}",
            f"CREATE TRIGGER comment_words_{name} {event} ON comment "
            f"WHEN {STANDS.format(row=row)} BEGIN {act}; END",
        ]

    return [
        *trigger("born", "AFTER INSERT", "NEW.", put("NEW.")),
        *trigger("before", f"BEFORE UPDATE OF {changing}", "OLD.", take("OLD.")),
        *trigger("after", f"AFTER UPDATE OF {changing}", "NEW.", put("NEW.")),
        *trigger("gone", "AFTER DELETE", "OLD.", take("OLD.")),
        "INSERT INTO comment_words (comment_words) VALUES ('delete-all')",
        f"{put('')} FROM comment WHERE {STANDS.format(row='')}",
    ]


def _postgres(with_corrections: bool) -> list[str]:
    changing = CHANGING + (", corrections" if with_corrections else "")
    corrected = "SELECT id FROM comment WHERE corrections <> '[]'"
    return [
        "CREATE OR REPLACE FUNCTION words_of(t comment) RETURNS tsvector LANGUAGE sql STABLE AS $$ "
        f"SELECT {VECTOR[with_corrections]} WHERE {STANDS.format(row='t.')} $$",
        "DROP TRIGGER comment_words_kept ON comment",
        f"CREATE TRIGGER comment_words_kept AFTER INSERT OR UPDATE OF {changing} ON comment "
        "FOR EACH ROW EXECUTE FUNCTION keep_comment_words()",
        f"DELETE FROM comment_words WHERE id IN ({corrected})",
        "INSERT INTO comment_words SELECT id, found FROM (SELECT t.id, words_of(t) AS found "
        f"FROM comment AS t WHERE t.id IN ({corrected})) AS them WHERE found IS NOT NULL",
    ]
