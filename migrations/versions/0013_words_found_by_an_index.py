"""An index of words over proposals, comments and responses, kept by the database itself.

Triggers keep it in the transaction of whatever changes a text, by whichever way it came. What a
moderator hid, an author took back or an erasure emptied is in it no more; what is only held stays,
for a hold ends by the clock, and whoever asks looks at the clock.
"""

from alembic import op

revision = "0013"
down_revision = "0012"

STANDS = "{row}withdrawn_at IS NULL AND ({row}hidden_at IS NULL OR {row}held_until IS NOT NULL)"
RULES = {
    "proposal": STANDS + " AND {row}body <> ''",
    "comment": STANDS + " AND {row}body <> ''",
    "response": "{row}id > 0",
}
CHANGING = {
    "proposal": "title, body, language, withdrawn_at, hidden_at, held_until",
    "comment": "body, language, withdrawn_at, hidden_at, held_until",
    "response": "headline, body, points, language",
}


def upgrade() -> None:
    """Go forward."""
    for statement in SQLITE if _is_sqlite() else POSTGRES:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    """Go back."""
    for table in RULES:
        if _is_sqlite():
            for event in ("born", "before", "after", "gone"):
                op.get_bind().exec_driver_sql(f"DROP TRIGGER {table}_words_{event}")
        else:
            op.get_bind().exec_driver_sql(f"DROP TRIGGER {table}_words_kept ON {table}")
            op.get_bind().exec_driver_sql(f"DROP FUNCTION keep_{table}_words()")
            op.get_bind().exec_driver_sql(f"DROP FUNCTION words_of({table})")
        op.get_bind().exec_driver_sql(f"DROP TABLE {table}_words")
    if not _is_sqlite():
        op.get_bind().exec_driver_sql("DROP FUNCTION words_in(text, text)")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


# --- SQLite: FTS5 that holds no text of its own -------------------------------------------------

POINTS = (
    "(SELECT coalesce(group_concat(coalesce(json_extract(value, '$.text'), '') || ' ' || "
    "coalesce(json_extract(value, '$.reason'), ''), ' '), '') FROM json_each({row}points))"
)
TEXTS = {
    "proposal": {"title": "{row}title", "body": "{row}body"},
    "comment": {"body": "{row}body"},
    "response": {"headline": "{row}headline", "body": "{row}body || ' ' || " + POINTS},
}
DETAIL = {"proposal": "column", "comment": "none", "response": "column"}


def _sqlite(table: str) -> list[str]:
    columns, words = ", ".join(TEXTS[table]), f"{table}_words"

    def put(row: str) -> str:
        texts = ", ".join(TEXTS[table].values()).format(row=row)
        return f"INSERT INTO {words} (rowid, {columns}) SELECT {row}id, {texts}"

    def take(row: str) -> str:
        texts = ", ".join(TEXTS[table].values()).format(row=row)
        return (
            f"INSERT INTO {words} ({words}, rowid, {columns}) SELECT 'delete', {row}id, {texts}"
        )

    def trigger(name: str, event: str, row: str, act: str) -> str:
        return (
            f"CREATE TRIGGER {words}_{name} {event} ON {table} "
            f"WHEN {RULES[table].format(row=row)} BEGIN {act}; END"
        )

    changed = f"UPDATE OF {CHANGING[table]}"
    return [
        f"CREATE VIRTUAL TABLE {words} USING fts5({columns}, content='', "
        f"detail={DETAIL[table]}, prefix='4', tokenize='unicode61 remove_diacritics 2')",
        trigger("born", "AFTER INSERT", "NEW.", put("NEW.")),
        trigger("before", f"BEFORE {changed}", "OLD.", take("OLD.")),
        trigger("after", f"AFTER {changed}", "NEW.", put("NEW.")),
        trigger("gone", "AFTER DELETE", "OLD.", take("OLD.")),
        f"{put('')} FROM {table} WHERE {RULES[table].format(row='')}",
    ]


SQLITE = [statement for table in RULES for statement in _sqlite(table)]

# --- PostgreSQL: the words of a text by its language, and each as it is written -----------------

WORDS_IN = """
CREATE FUNCTION words_in(said text, lang text) RETURNS tsvector LANGUAGE sql IMMUTABLE AS $$
  SELECT to_tsvector(CASE WHEN lang = 'en' THEN 'english'::regconfig
                          ELSE 'indonesian'::regconfig END, plain)
      || to_tsvector('simple'::regconfig, plain)
  FROM (SELECT translate(left(said, 60000), './_-@:&?=+', '          ') AS plain) AS cut
$$
"""
VECTORS = {
    "proposal": (
        "setweight(words_in(t.title, t.language), 'A') || words_in(t.body, t.language)"
    ),
    "comment": "strip(words_in(t.body, t.language))",
    "response": (
        "setweight(words_in(t.headline, t.language), 'A') || words_in(t.body || ' ' || "
        "(SELECT coalesce(string_agg(concat_ws(' ', p->>'text', p->>'reason'), ' '), '') "
        "FROM jsonb_array_elements(t.points::jsonb) AS p), t.language)"
    ),
}


def _postgres(table: str) -> list[str]:
    words, rule = f"{table}_words", RULES[table].format(row="t.")
    return [
        f"CREATE TABLE {words} (id bigint PRIMARY KEY REFERENCES {table} (id) ON DELETE CASCADE, "
        "words tsvector NOT NULL)",
        f"CREATE INDEX ix_{words} ON {words} USING gin (words) WITH (gin_pending_list_limit = 256)",
        f"CREATE FUNCTION words_of(t {table}) RETURNS tsvector LANGUAGE sql STABLE AS $$ "
        f"SELECT {VECTORS[table]} WHERE {rule} $$",
        f"CREATE FUNCTION keep_{words}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"DECLARE found tsvector := words_of(NEW); BEGIN "
        f"IF TG_OP = 'UPDATE' THEN DELETE FROM {words} WHERE id = NEW.id; END IF; "
        f"IF found IS NOT NULL THEN INSERT INTO {words} VALUES (NEW.id, found); END IF; "
        "RETURN NULL; END $$",
        f"CREATE TRIGGER {words}_kept AFTER INSERT OR UPDATE OF {CHANGING[table]} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION keep_{words}()",
        f"INSERT INTO {words} SELECT id, found FROM "
        f"(SELECT t.id, words_of(t) AS found FROM {table} AS t) AS all_of_it "
        "WHERE found IS NOT NULL",
    ]


POSTGRES = [WORDS_IN, *(statement for table in RULES for statement in _postgres(table))]
