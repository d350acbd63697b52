"""News of processes go to followers, announcements become news; devices; effects of notices."""

import json
import re

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MAX_TITLE = 80
MOVED = "process_id, body, published_at, institution_id, salt, language"
"""Columns that news and announcements both have."""


def upgrade() -> None:
    """Add the columns, move the announcements, their notices and the choices of them."""
    with op.batch_alter_table("process_news") as batch:
        batch.add_column(sa.Column("institution_id", BIG_INT))
        batch.add_column(sa.Column("announcement_id", BIG_INT))
        batch.add_column(sa.Column("language", sa.String(8)))
        batch.create_foreign_key(
            "fk_process_news_institution_id", "institution", ["institution_id"], ["id"]
        )
        batch.create_unique_constraint("uq_process_news_announcement_id", ["announcement_id"])
    _move_announcements()
    op.drop_table("announcement")
    _create_push_subscriptions()
    _create_effects()


def _create_effects() -> None:
    joins_trial = sa.Column("joins_trial", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("digest_choice", joins_trial)
    op.create_table(
        "digest_trial",
        sa.Column("person_id", BIG_INT, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("week", sa.String(10), primary_key=True),
        sa.Column("is_held_out", sa.Boolean(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_digest_trial_assigned_at", "digest_trial", ["assigned_at"])
    op.create_table(
        "notice_effects",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
    )


def _create_push_subscriptions() -> None:
    op.create_table(
        "push_subscription",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("person_id", BIG_INT, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("endpoint", sa.String(1000), nullable=False),
        sa.Column("public_key", sa.String(100), nullable=False),
        sa.Column("secret", sa.String(40), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", BIG_INT, nullable=False),
        sa.Column("last_delivery_id", BIG_INT, nullable=False),
        sa.UniqueConstraint("endpoint", name="uq_push_subscription_endpoint"),
    )
    op.create_index("ix_push_subscription_person_id", "push_subscription", ["person_id"])


def _move_announcements() -> None:
    """Copy the announcements; the first words of each become its title."""
    op.execute(
        f"INSERT INTO process_news ({MOVED}, published_by_id, announcement_id, title, title_en,"  # noqa: S608
        f" body_en) SELECT {MOVED}, author_id, id, '', '', '' FROM announcement ORDER BY id"
    )
    connection = op.get_bind()
    was_moved = "announcement_id IS NOT NULL"
    rows = connection.execute(
        sa.text(f"SELECT id, announcement_id, body FROM process_news WHERE {was_moved}")  # noqa: S608
    ).all()
    for news_id, _announcement_id, body in rows:
        connection.execute(
            sa.text("UPDATE process_news SET title = :title WHERE id = :id"),
            {"title": _first_words(body), "id": news_id},
        )
    news_ids = {announcement_id: news_id for news_id, announcement_id, _body in rows}
    _rename_notices(("announcement.published", "announcement"), ("news.published", "news_item"), news_ids)


def _first_words(body: str) -> str:
    """Return the first line without marks, cut to a title; the word for news if nothing is left."""
    line = re.sub(r"[*_#>`\[\]]", "", next(iter(body.strip().splitlines()), "")).strip()
    if not re.search(r"\w", line):
        return "Kabar"
    return line if len(line) <= MAX_TITLE else line[:MAX_TITLE].rsplit(" ", 1)[0] + " …"


def _rename_notices(
    before: tuple[str, str], after: tuple[str, str], new_ids: dict[int, int]
) -> None:
    """Give notices, and the choices of their kind, another kind and the new ids of their news.

    A notice whose news do not move is deleted with its deliveries.
    """
    connection, (kind, name), (new_kind, new_name) = op.get_bind(), before, after
    notices = connection.execute(
        sa.text("SELECT id, details FROM notice WHERE kind = :kind"), {"kind": kind}
    ).all()
    for notice_id, details in notices:
        new_id, values = new_ids.get(json.loads(details)[name]), {"id": notice_id}
        if new_id is None:
            connection.execute(sa.text("DELETE FROM delivery WHERE notice_id = :id"), values)
            connection.execute(sa.text("DELETE FROM notice WHERE id = :id"), values)
            continue
        details = json.dumps({new_name: new_id}, separators=(",", ":"))
        connection.execute(
            sa.text("UPDATE notice SET kind = :kind, details = :details WHERE id = :id"),
            {"kind": new_kind, "details": details, **values},
        )
    connection.execute(
        sa.text("UPDATE notice_setting SET topic = :new_kind WHERE topic = :kind"),
        {"new_kind": new_kind, "kind": kind},
    )


def downgrade() -> None:
    """Move them back to a table of their own, unrendered; other news stay."""
    for table in ("notice_effects", "digest_trial", "push_subscription"):
        op.drop_table(table)
    with op.batch_alter_table("digest_choice") as choice:
        choice.drop_column("joins_trial")
    _create_announcements()
    rows = op.get_bind().execute(
        sa.text("SELECT id, announcement_id FROM process_news WHERE announcement_id IS NOT NULL")
    )
    news = ("news.published", "news_item")
    _rename_notices(news, ("announcement.published", "announcement"), {news_id: old_id for news_id, old_id in rows})
    op.execute(
        f"INSERT INTO announcement ({MOVED}, id, author_id, body_html, renderer)"  # noqa: S608
        f" SELECT {MOVED}, announcement_id, published_by_id, '', 'none' FROM process_news"
        " WHERE announcement_id IS NOT NULL"
    )
    op.execute("DELETE FROM process_news WHERE announcement_id IS NOT NULL")
    with op.batch_alter_table("process_news") as batch:
        batch.drop_constraint("uq_process_news_announcement_id", type_="unique")
        batch.drop_constraint("fk_process_news_institution_id", type_="foreignkey")
        batch.drop_column("language")
        batch.drop_column("announcement_id")
        batch.drop_column("institution_id")


def _create_announcements() -> None:
    op.create_table(
        "announcement",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("process_id", BIG_INT, sa.ForeignKey("process.id"), nullable=False),
        sa.Column("author_id", BIG_INT, sa.ForeignKey("person.id")),
        sa.Column("institution_id", BIG_INT, sa.ForeignKey("institution.id")),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("renderer", sa.String(24), nullable=False),
        sa.Column("salt", sa.LargeBinary(16), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_announcement_process_id", "announcement", ["process_id"])
