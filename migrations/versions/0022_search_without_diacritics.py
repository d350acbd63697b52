"""Search on PostgreSQL answers as on SQLite: words as written, without diacritics, by prefix."""

from alembic import op

revision = "0022"
down_revision = "0021"

# A word ends where it ends for SQLite: at punctuation of any script, at joiners and soft hyphens.
# Regular expressions name the characters by number, since classes depend on the locale.
SEPARATORS = (
    r"[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb"
    r"\u00bf\u00d7\u00f7\u060c\u061b-\u061f\u066a-\u066d\u0964\u0965\u1680\u2000-\u206f"
    r"\u20a0-\u20cf\u2190-\u245f\u2500-\u2bff\u3000-\u3004\u3008-\u3020\ufe00-\ufe0f\ufeff"
    r"\uff01-\uff0f\U0001f000-\U0001faff]"
)
DIACRITICS = r"([A-Za-z])[\u0300-\u036f]+"
FOLDED_VECTOR = f"""
CREATE OR REPLACE FUNCTION text_vector(content text, lang text)
RETURNS tsvector LANGUAGE sql IMMUTABLE AS $$
  SELECT to_tsvector('simple'::regconfig, regexp_replace(
    normalize(regexp_replace(normalize(left(content, 60000), NFD), '{DIACRITICS}', '\\1', 'g'), NFC),
    '{SEPARATORS}', ' ', 'g'))
$$
"""
STEMMED_VECTOR = """
CREATE OR REPLACE FUNCTION text_vector(content text, lang text)
RETURNS tsvector LANGUAGE sql IMMUTABLE AS $$
  SELECT to_tsvector(CASE WHEN lang = 'en' THEN 'english'::regconfig
                          ELSE 'indonesian'::regconfig END, plain)
      || to_tsvector('simple'::regconfig, plain)
  FROM (SELECT translate(left(content, 60000), './_-@:&?=+', '          ') AS plain) AS cut
$$
"""
TABLES = ("proposal", "comment", "response")


def upgrade() -> None:
    """Index all texts again, on PostgreSQL alone."""
    _replace_vectors(FOLDED_VECTOR)


def downgrade() -> None:
    """Index all texts again by their stems."""
    _replace_vectors(STEMMED_VECTOR)


def _replace_vectors(function: str) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    run = op.get_bind().exec_driver_sql
    run(function)
    for table in TABLES:
        run(f"DELETE FROM {table}_search")
        run(
            f"INSERT INTO {table}_search (id, terms) SELECT id, vector FROM "
            f"(SELECT t.id, search_vector(t) AS vector FROM {table} t) AS found "
            "WHERE vector IS NOT NULL"
        )
