"""Initial schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# Constraints, and indexes without an explicit name, are named by the naming convention of the
# metadata (deliberate/database), for example fk_comment_author_id or ix_comment_author_id.

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""Ids and counts: 64 bits on both engines; on SQLite a primary key of this type is the rowid."""
TIMESTAMP = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create all tables, then the triggers that protect the log and update the search index."""
    _create_institutions()
    _create_accounts()
    _create_processes()
    _create_proposals()
    _create_threads()
    _create_polls()
    _create_responses()
    _create_moderation()
    _create_scores()
    _create_releases()
    _create_notices()
    _create_log()
    _create_append_only_guards()
    _create_search_index()


def downgrade() -> None:
    """Refuse: a downgrade below the first revision would delete all data."""
    raise RuntimeError(
        "0001 cannot be undone: it would delete all data; remove the database instead"
    )


# --- helpers -----------------------------------------------------------------


def _id() -> sa.Column:
    return sa.Column("id", BIG_INT, primary_key=True)


def _reference(
    name: str,
    table: str,
    *,
    nullable: bool = False,
    primary_key: bool = False,
    ondelete: str | None = None,
) -> sa.Column:
    """Return a column that references the id of another table."""
    key = sa.ForeignKey(f"{table}.id", ondelete=ondelete)
    return sa.Column(name, BIG_INT, key, nullable=nullable, primary_key=primary_key)


def _index(
    table: str,
    columns: list[str],
    *,
    name: str | None = None,
    unique: bool = False,
    where: str | None = None,
) -> None:
    """Create an index; a partial one covers only the rows for which `where` holds."""
    condition = None if where is None else sa.text(where)
    op.create_index(
        name,
        table,
        columns,
        unique=unique,
        sqlite_where=condition,
        postgresql_where=condition,
    )


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _execute(statements: list[str]) -> None:
    """Run SQL as it is written: no bind parameters, so that colons need no escape."""
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)


# --- tables ------------------------------------------------------------------


def _create_institutions() -> None:
    op.create_table(
        "institution",
        _id(),
        sa.Column("slug", sa.String(80), nullable=False),
        sa.Column("name", sa.String(160), nullable=False),
        sa.Column("name_en", sa.String(160), nullable=False),
        sa.Column("is_coordinator", sa.Boolean(), nullable=False),
        sa.Column("needs_check", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.UniqueConstraint("slug"),
    )


def _create_accounts() -> None:
    op.create_table(
        "person",
        _id(),
        sa.Column("sign_in_name", sa.String(80)),
        sa.Column("display_name", sa.String(80), nullable=False),
        sa.Column("name_key", sa.String(160), nullable=False, server_default=""),
        sa.Column("passphrase_hash", sa.String(255)),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("account_class", sa.String(16), nullable=False),
        _reference("institution_id", "institution", nullable=True),
        sa.Column("email", sa.String(254)),
        sa.Column("email_confirmed_at", TIMESTAMP),
        sa.Column("area", sa.String(80), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("research_consent", sa.Boolean(), nullable=False),
        sa.Column("verified_at", TIMESTAMP),
        sa.Column("area_is_verified", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("joined_at", TIMESTAMP, nullable=False),
        sa.Column("erased_at", TIMESTAMP),
        sa.Column("source", sa.String(120)),
        sa.UniqueConstraint("sign_in_name"),
        sa.UniqueConstraint("source"),
    )
    _index("person", ["name_key"])
    _index(
        "person",
        ["name_key"],
        name="uq_person_name_key_signing_in",
        unique=True,
        where="sign_in_name IS NOT NULL",
    )

    # The key from which the pseudonym in the log is derived: erasing it unlinks the person.
    op.create_table(
        "person_key",
        _reference("person_id", "person", primary_key=True),
        sa.Column("key", sa.LargeBinary(32), nullable=False),
        sa.Column("actor_id", sa.String(64), nullable=False),
        sa.UniqueConstraint("actor_id"),
    )

    op.create_table(
        "second_factor",
        _reference("person_id", "person", primary_key=True),
        sa.Column("encrypted_secret", sa.LargeBinary(80), nullable=False),
        sa.Column("last_step", BIG_INT, nullable=False),
        sa.Column("added_at", TIMESTAMP, nullable=False),
    )

    # An identity of an external OpenID Connect provider.
    op.create_table(
        "linked_identity",
        _id(),
        _reference("person_id", "person"),
        sa.Column("subject_hash", sa.String(64), nullable=False),
        sa.Column("linked_at", TIMESTAMP, nullable=False),
        sa.UniqueConstraint("subject_hash"),
        sa.UniqueConstraint("person_id"),
    )

    op.create_table(
        "resident_list",
        _id(),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("area", sa.String(80), nullable=False),
        sa.Column("size", BIG_INT, nullable=False),
        _reference("created_by_id", "person"),
        sa.Column("created_at", TIMESTAMP, nullable=False),
    )

    # Addresses or codes that verify a resident; the account verified is in the log only.
    op.create_table(
        "resident_entry",
        sa.Column("key", sa.String(64), primary_key=True),
        _reference("list_id", "resident_list"),
        sa.Column("area", sa.String(80), nullable=False),
        sa.Column("is_used", sa.Boolean(), nullable=False),
    )
    _index("resident_entry", ["list_id"])

    # Account recovery in person at an office: one officer starts it, another confirms.
    op.create_table(
        "office_recovery",
        _id(),
        _reference("person_id", "person"),
        _reference("institution_id", "institution"),
        sa.Column("proof", sa.String(16), nullable=False),
        _reference("begun_by_id", "person"),
        sa.Column("begun_at", TIMESTAMP, nullable=False),
        _reference("confirmed_by_id", "person", nullable=True),
        sa.Column("confirmed_at", TIMESTAMP),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used_at", TIMESTAMP),
        sa.Column("stopped_at", TIMESTAMP),
    )
    _index("office_recovery", ["person_id", "begun_at"], name="ix_office_recovery_person")
    _index("office_recovery", ["institution_id", "begun_at"], name="ix_office_recovery_institution")


def _create_processes() -> None:
    op.create_table(
        "process",
        _id(),
        sa.Column("slug", sa.String(80), nullable=False),
        sa.Column("title", sa.String(160), nullable=False),
        sa.Column("title_en", sa.String(160), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("question_en", sa.Text(), nullable=False),
        sa.Column("decides", sa.Text(), nullable=False),
        sa.Column("decides_en", sa.Text(), nullable=False),
        sa.Column("open_points", sa.Text(), nullable=False),
        sa.Column("open_points_en", sa.Text(), nullable=False),
        sa.Column("fixed_points", sa.Text(), nullable=False),
        sa.Column("fixed_points_en", sa.Text(), nullable=False),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("calendar", sa.String(8), nullable=False, server_default="ID"),
        sa.Column("support_threshold", BIG_INT, nullable=False),
        sa.Column("response_days", BIG_INT, nullable=False),
        sa.Column("opened_at", TIMESTAMP),
        sa.Column("closed_at", TIMESTAMP),
        sa.Column("source", sa.String(40)),
        sa.Column("days_off", sa.Text(), nullable=False, server_default="{}"),
        sa.Column("proposal_count", BIG_INT, nullable=False),
        sa.Column("comment_count", BIG_INT, nullable=False),
        sa.UniqueConstraint("slug"),
    )

    op.create_table(
        "phase",
        _id(),
        _reference("process_id", "process"),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("opens_at", TIMESTAMP, nullable=False),
        sa.Column("closes_at", TIMESTAMP, nullable=False),
        sa.Column("switches", sa.Text(), nullable=False),
        sa.UniqueConstraint("process_id", "kind"),
    )

    op.create_table(
        "process_institution",
        _id(),
        _reference("process_id", "process"),
        _reference("institution_id", "institution"),
        sa.Column("part", sa.String(16), nullable=False),
        sa.UniqueConstraint("process_id", "institution_id"),
    )

    # Changes of an open process, with the published reason.
    op.create_table(
        "process_change",
        _id(),
        _reference("process_id", "process"),
        sa.Column("changed_at", TIMESTAMP, nullable=False),
        _reference("changed_by_id", "person", nullable=True),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("previous_opens_at", TIMESTAMP),
        sa.Column("previous_closes_at", TIMESTAMP),
    )
    _index("process_change", ["process_id"])


def _create_proposals() -> None:
    # activity_count sorts the least noticed proposals first. PostgreSQL stores it; SQLite computes
    # it when it is read, and the index on it holds the value.
    activity_count = sa.Computed("comment_count + support_count", persisted=_is_postgresql())
    op.create_table(
        "proposal",
        _id(),
        _reference("process_id", "process"),
        _reference("author_id", "person", nullable=True),
        _reference("institution_id", "institution", nullable=True),
        sa.Column("initiator", sa.String(16), nullable=False),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("slug", sa.String(80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("renderer", sa.String(24), nullable=False),
        sa.Column("salt", sa.LargeBinary(16)),
        sa.Column("version", BIG_INT, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("topic", sa.String(80), nullable=False),
        sa.Column("area", sa.String(80), nullable=False),
        sa.Column("published_at", TIMESTAMP, nullable=False),
        sa.Column("qualified_at", TIMESTAMP),
        sa.Column("due_at", TIMESTAMP),
        sa.Column("answered_at", TIMESTAMP),
        sa.Column("decision", sa.String(24)),
        sa.Column("withdrawn_at", TIMESTAMP),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.Column("merged_into_id", BIG_INT),
        sa.Column("merged_at", TIMESTAMP),
        sa.Column("support_count", BIG_INT, nullable=False),
        sa.Column("comment_count", BIG_INT, nullable=False),
        sa.Column("activity_count", BIG_INT, activity_count, nullable=False),
        sa.Column("for_count", BIG_INT, nullable=False),
        sa.Column("against_count", BIG_INT, nullable=False),
        sa.Column("neutral_count", BIG_INT, nullable=False),
        sa.Column("source_id", sa.String(64)),
        sa.Column("source_url", sa.String(500)),
        sa.Column("hidden_at", TIMESTAMP),
        sa.Column("hidden_ground", sa.String(24)),
        sa.Column("held_until", TIMESTAMP),
        sa.UniqueConstraint("process_id", "source_id"),
    )
    _index("proposal", ["author_id"])
    _index("proposal", ["comment_count", "id"], name="ix_proposal_comment_count")
    _index("proposal", ["institution_id"])
    _index(
        "proposal", ["process_id", "published_at", "id"], name="ix_proposal_process_id_published_at"
    )
    _index("proposal", ["support_count", "id"], name="ix_proposal_support_count")
    _index("proposal", ["qualified_at", "id"], name="ix_proposal_qualified_at")
    _index("proposal", ["answered_at", "due_at", "id"], name="ix_proposal_owed")
    _index("proposal", ["activity_count", "id"], name="ix_proposal_activity_count")
    _index("proposal", ["published_at", "id"], name="ix_proposal_published_at")
    _index("proposal", ["merged_into_id"], where="merged_into_id IS NOT NULL")
    _index("proposal", ["held_until"], where="held_until IS NOT NULL")

    op.create_table(
        "proposal_version",
        _id(),
        _reference("proposal_id", "proposal"),
        sa.Column("number", BIG_INT, nullable=False),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("note", sa.String(255), nullable=False),
        sa.Column("credits", sa.Text(), nullable=False),
        sa.Column("hidden_ground", sa.String(24)),
        sa.Column("written_at", TIMESTAMP, nullable=False),
        sa.UniqueConstraint("proposal_id", "number"),
    )

    op.create_table(
        "draft",
        _id(),
        _reference("person_id", "person"),
        _reference("process_id", "process", nullable=True),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("saved_at", TIMESTAMP, nullable=False),
    )
    _index("draft", ["person_id"])

    op.create_table(
        "support",
        _id(),
        _reference("person_id", "person"),
        _reference("proposal_id", "proposal"),
        sa.Column("version", BIG_INT, nullable=False),
        sa.Column("given_at", TIMESTAMP, nullable=False),
        sa.Column("merged_from_id", BIG_INT),
        sa.UniqueConstraint("person_id", "proposal_id"),
    )
    _index("support", ["proposal_id"])
    _index("support", ["proposal_id", "person_id"], name="ix_support_person")

    op.create_table(
        "follow",
        _id(),
        _reference("person_id", "person"),
        sa.Column("subject_type", sa.String(24), nullable=False),
        sa.Column("subject_id", BIG_INT, nullable=False),
        sa.Column("started_at", TIMESTAMP, nullable=False),
        sa.UniqueConstraint("person_id", "subject_type", "subject_id"),
    )
    _index("follow", ["subject_type", "subject_id", "person_id"], name="ix_follow_subject")

    op.create_table(
        "attachment",
        _id(),
        _reference("proposal_id", "proposal"),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("size", BIG_INT, nullable=False),
        sa.Column("added_at", TIMESTAMP, nullable=False),
        sa.Column("removed_at", TIMESTAMP),
        sa.UniqueConstraint("name"),
    )
    _index("attachment", ["proposal_id"])

    # Merges of proposals, with what is needed to undo them.
    op.create_table(
        "merger",
        _id(),
        _reference("proposal_id", "proposal"),
        _reference("target_id", "proposal"),
        _reference("moderator_id", "person"),
        sa.Column("merged_at", TIMESTAMP, nullable=False),
        sa.Column("undone_at", TIMESTAMP),
        sa.Column("previous_qualified_at", TIMESTAMP),
        sa.Column("previous_due_at", TIMESTAMP),
        sa.Column("replaced_supports", sa.Text(), nullable=False),
    )
    _index("merger", ["proposal_id"])
    _index("merger", ["target_id"])

    # Summaries of a proposal; one without a number is a suggestion, not yet agreed.
    op.create_table(
        "summary",
        _id(),
        _reference("proposal_id", "proposal"),
        sa.Column("number", BIG_INT),
        sa.Column("main_request", sa.String(400), nullable=False),
        sa.Column("best_for", sa.String(400), nullable=False),
        sa.Column("best_against", sa.String(400), nullable=False),
        sa.Column("revision", BIG_INT, nullable=False),
        _reference("written_by_id", "person"),
        sa.Column("written_at", TIMESTAMP, nullable=False),
        _reference("agreed_by_id", "person", nullable=True),
        sa.Column("agreed_at", TIMESTAMP),
        sa.UniqueConstraint("proposal_id", "number"),
    )


def _create_threads() -> None:
    op.create_table(
        "comment",
        _id(),
        _reference("proposal_id", "proposal"),
        _reference("parent_id", "comment", nullable=True),
        _reference("root_id", "comment", nullable=True),
        sa.Column("depth", BIG_INT, nullable=False),
        _reference("author_id", "person", nullable=True),
        sa.Column("author_role", sa.String(16), nullable=False),
        _reference("institution_id", "institution", nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("renderer", sa.String(24), nullable=False),
        sa.Column("salt", sa.LargeBinary(16)),
        sa.Column("source_note", sa.String(500), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("stance", sa.SmallInteger()),
        sa.Column("is_question", sa.Boolean(), nullable=False),
        sa.Column("is_orphan", sa.Boolean(), nullable=False),
        sa.Column("posted_at", TIMESTAMP, nullable=False),
        sa.Column("edited_at", TIMESTAMP),
        sa.Column("withdrawn_at", TIMESTAMP),
        sa.Column("corrections", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("strong_count", BIG_INT, nullable=False),
        sa.Column("weak_count", BIG_INT, nullable=False),
        sa.Column("rating_count", BIG_INT, nullable=False),
        sa.Column("strength", BIG_INT, nullable=False, server_default="0"),
        sa.Column("reply_count", BIG_INT, nullable=False),
        sa.Column("is_answered", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("source_id", sa.String(64)),
        sa.Column("hidden_at", TIMESTAMP),
        sa.Column("hidden_ground", sa.String(24)),
        sa.Column("held_until", TIMESTAMP),
        sa.UniqueConstraint("proposal_id", "source_id"),
    )
    _index("comment", ["author_id"])
    _index("comment", ["root_id", "id"], name="ix_comment_branch")
    _index("comment", ["proposal_id", "depth", "reply_count", "id"], name="ix_comment_discussed")
    _index("comment", ["proposal_id", "depth", "id"], name="ix_comment_newest")
    _index("comment", ["parent_id"])
    _index("comment", ["proposal_id", "depth", "rating_count", "id"], name="ix_comment_most_rated")
    _index("comment", ["proposal_id", "author_id"], name="ix_comment_author")
    _index(
        "comment",
        ["proposal_id", "depth", "stance", "rating_count", "id"],
        name="ix_comment_stance",
    )
    _index("comment", ["proposal_id", "depth", "strength", "id"], name="ix_comment_strongest")
    _index(
        "comment",
        ["proposal_id", "held_until"],
        name="ix_comment_held",
        where="held_until IS NOT NULL",
    )
    _index("comment", ["held_until"], where="held_until IS NOT NULL")
    _index("comment", ["proposal_id", "id"], name="ix_comment_posted")

    op.create_table(
        "rating",
        _id(),
        _reference("person_id", "person"),
        _reference("comment_id", "comment"),
        sa.Column("is_strong", sa.Boolean(), nullable=False),
        sa.Column("rated_at", TIMESTAMP, nullable=False),
        sa.UniqueConstraint("person_id", "comment_id"),
    )
    _index("rating", ["comment_id"])

    # Questions to the institution that their author marked as answered.
    op.create_table(
        "settled_question",
        _reference("comment_id", "comment", primary_key=True),
        sa.Column("settled_at", TIMESTAMP, nullable=False),
    )


def _create_polls() -> None:
    op.create_table(
        "poll",
        _id(),
        _reference("process_id", "process"),
        _reference("proposal_id", "proposal", nullable=True),
        _reference("opened_by_id", "person", nullable=True),
        sa.Column("question", sa.String(255), nullable=False),
        sa.Column("background", sa.Text(), nullable=False),
        sa.Column("type", sa.String(16), nullable=False),
        sa.Column("is_secret", sa.Boolean(), nullable=False),
        sa.Column("result_rule", sa.String(20), nullable=False),
        sa.Column("quorum", BIG_INT, nullable=False),
        sa.Column("opens_at", TIMESTAMP, nullable=False),
        sa.Column("closes_at", TIMESTAMP, nullable=False),
        sa.Column("ballot_count", BIG_INT, nullable=False),
        sa.Column("ballot_version", BIG_INT, nullable=False, server_default="0"),
        sa.Column("salt", sa.LargeBinary(16), nullable=False, server_default=sa.text("''")),
        sa.Column("electorate", sa.String(16), nullable=False, server_default="residents"),
        sa.Column("areas", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("counts_areas", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("shuffles", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("counting", sa.String(16)),
        sa.Column("min_choices", BIG_INT, nullable=False, server_default="1"),
        sa.Column("max_choices", BIG_INT),
        sa.Column("amount", BIG_INT),
        sa.Column("min_share", BIG_INT, nullable=False, server_default="0"),
        sa.Column("published_at", TIMESTAMP),
        sa.Column("entitled_count", BIG_INT),
        sa.Column("source", sa.String(120)),
    )
    _index("poll", ["process_id"])
    _index("poll", ["proposal_id"])

    op.create_table(
        "poll_option",
        _id(),
        _reference("poll_id", "poll"),
        sa.Column("position", BIG_INT, nullable=False),
        sa.Column("label", sa.String(1000), nullable=False),
        sa.Column("is_pass", sa.Boolean(), nullable=False),
        sa.Column("cost", BIG_INT, nullable=False, server_default="0"),
        sa.Column("state", sa.String(16), nullable=False, server_default="shown"),
        _reference("author_id", "person", nullable=True),
        sa.Column("salt", sa.LargeBinary(16)),
        sa.Column("source_id", sa.String(64)),
        sa.Column("source_counts", sa.Text()),
    )
    _index("poll_option", ["poll_id"])
    _index("poll_option", ["author_id"])

    # Who has voted. Shares no column, order or time with the ballots, so that none of them
    # can be joined to a voter; without a rowid for the same reason.
    op.create_table(
        "poll_voter",
        _reference("poll_id", "poll", primary_key=True),
        _reference("person_id", "person", primary_key=True),
        sqlite_with_rowid=False,
    )

    # Ballots, by the hash of a code only the voter has seen. person_id is set in public polls
    # only; source_group in imported ones.
    op.create_table(
        "poll_ballot",
        sa.Column("key", sa.String(64), primary_key=True),
        _reference("poll_id", "poll"),
        sa.Column("choice", sa.Text()),
        sa.Column("area", sa.String(80), nullable=False),
        _reference("person_id", "person", nullable=True),
        sa.Column("source_group", BIG_INT),
        sqlite_with_rowid=False,
    )
    _index("poll_ballot", ["poll_id"])

    # One-time voting codes, by their hash.
    op.create_table(
        "poll_code",
        sa.Column("key", sa.String(64), primary_key=True),
        _reference("poll_id", "poll"),
        sa.Column("is_used", sa.Boolean(), nullable=False),
        sqlite_with_rowid=False,
    )
    _index("poll_code", ["poll_id"])

    # Changes of a running poll, with the published reason.
    op.create_table(
        "poll_change",
        _id(),
        _reference("poll_id", "poll"),
        sa.Column("changed_at", TIMESTAMP, nullable=False),
        _reference("changed_by_id", "person", nullable=True),
        sa.Column("ground", sa.String(24), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("previous_closes_at", TIMESTAMP, nullable=False),
        sa.Column("new_closes_at", TIMESTAMP, nullable=False),
    )
    _index("poll_change", ["poll_id"])

    op.create_table(
        "poll_outcome",
        _id(),
        _reference("poll_id", "poll"),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("renderer", sa.String(24), nullable=False),
        sa.Column("salt", sa.LargeBinary(16), nullable=False),
        sa.Column("stated_at", TIMESTAMP, nullable=False),
        _reference("stated_by_id", "person", nullable=True),
    )
    _index("poll_outcome", ["poll_id"])


def _create_responses() -> None:
    op.create_table(
        "response",
        _id(),
        _reference("proposal_id", "proposal"),
        sa.Column("version", BIG_INT, nullable=False),
        _reference("institution_id", "institution", nullable=True),
        _reference("responder_id", "person", nullable=True),
        sa.Column("decision", sa.String(24), nullable=False),
        sa.Column("headline", sa.String(255), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("renderer", sa.String(24), nullable=False),
        sa.Column("salt", sa.LargeBinary(16)),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("published_at", TIMESTAMP, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("points", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("signatories", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("study_until", sa.Date()),
        sa.Column("outside_body", sa.String(160), nullable=False, server_default=""),
        sa.Column("note", sa.String(255), nullable=False, server_default=""),
        sa.Column("answers_yes", BIG_INT, nullable=False, server_default="0"),
        sa.Column("answers_partly", BIG_INT, nullable=False, server_default="0"),
        sa.Column("answers_no", BIG_INT, nullable=False, server_default="0"),
        sa.Column("built_yes", BIG_INT, nullable=False, server_default="0"),
        sa.Column("built_partly", BIG_INT, nullable=False, server_default="0"),
        sa.Column("built_no", BIG_INT, nullable=False, server_default="0"),
        sa.UniqueConstraint("proposal_id", "version"),
    )
    _index("response", ["institution_id"])
    _index("response", ["published_at"])

    # The comments that a response answers.
    op.create_table(
        "answered_comment",
        _reference("response_id", "response", primary_key=True),
        _reference("comment_id", "comment", primary_key=True),
        sa.Column("point", BIG_INT, nullable=False),
    )
    _index("answered_comment", ["comment_id"])

    # Residents on a response: does it answer, was it really built.
    op.create_table(
        "judgement",
        _id(),
        _reference("response_id", "response"),
        _reference("person_id", "person"),
        sa.Column("question", sa.String(8), nullable=False),
        sa.Column("answer", sa.String(8), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("judged_at", TIMESTAMP, nullable=False),
        sa.UniqueConstraint("response_id", "question", "person_id"),
    )

    op.create_table(
        "response_template",
        _id(),
        _reference("institution_id", "institution"),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.UniqueConstraint("institution_id", "name"),
    )

    # A response before it is published, visible to the staff of the institution only.
    op.create_table(
        "response_draft",
        _id(),
        _reference("proposal_id", "proposal"),
        _reference("institution_id", "institution"),
        _reference("author_id", "person", nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("revision", BIG_INT, nullable=False),
        sa.Column("saved_at", TIMESTAMP, nullable=False),
        sa.Column("check_requested_at", TIMESTAMP),
        sa.Column("checked_at", TIMESTAMP),
        _reference("checked_by_id", "person", nullable=True),
        sa.Column("checked_revision", BIG_INT),
        sa.Column("check_note", sa.Text(), nullable=False),
        sa.Column("publish_at", TIMESTAMP),
        sa.UniqueConstraint("proposal_id", "institution_id"),
    )
    _index("response_draft", ["institution_id"])
    _index("response_draft", ["publish_at"])

    # Agreement of a co-signing institution to one revision of a draft.
    op.create_table(
        "signature",
        _id(),
        _reference("draft_id", "response_draft", ondelete="CASCADE"),
        _reference("institution_id", "institution"),
        _reference("person_id", "person", nullable=True),
        sa.Column("revision", BIG_INT, nullable=False),
        sa.Column("signed_at", TIMESTAMP, nullable=False),
        sa.UniqueConstraint("draft_id", "institution_id"),
    )

    # The case of a proposal on the desk of the responsible institution.
    op.create_table(
        "desk_case",
        _id(),
        _reference("proposal_id", "proposal"),
        _reference("assignee_id", "person", nullable=True),
        sa.Column("assigned_at", TIMESTAMP),
        sa.Column("started_at", TIMESTAMP),
        sa.Column("acknowledged_at", TIMESTAMP),
        sa.Column("pending_referral_id", BIG_INT),
        sa.Column("referral_count", BIG_INT, nullable=False),
        sa.Column("paused_at", TIMESTAMP),
        sa.Column("pause_question", sa.Text(), nullable=False),
        sa.Column("pause_ends_at", TIMESTAMP),
        sa.UniqueConstraint("proposal_id"),
    )
    _index("desk_case", ["assignee_id"])
    _index("desk_case", ["referral_count"])
    _index("desk_case", ["pending_referral_id"])

    # Internal notes of the institutions concerned.
    op.create_table(
        "case_note",
        _id(),
        _reference("case_id", "desk_case"),
        _reference("author_id", "person", nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_at", TIMESTAMP, nullable=False),
    )
    _index("case_note", ["case_id"])

    op.create_table(
        "referral",
        _id(),
        _reference("proposal_id", "proposal"),
        _reference("from_id", "institution", nullable=True),
        _reference("to_id", "institution", nullable=True),
        sa.Column("external_system", sa.String(40), nullable=False),
        sa.Column("external_reference", sa.String(120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _reference("referred_by_id", "person", nullable=True),
        sa.Column("referred_at", TIMESTAMP, nullable=False),
        sa.Column("accept_by", TIMESTAMP),
        sa.Column("accepted_at", TIMESTAMP),
        sa.Column("declined_at", TIMESTAMP),
        sa.Column("declined_reason", sa.Text(), nullable=False),
    )
    _index("referral", ["proposal_id"])
    _index("referral", ["to_id"])

    op.create_table(
        "commitment",
        _id(),
        _reference("response_id", "response"),
        sa.Column("what", sa.String(255), nullable=False),
        _reference("institution_id", "institution", nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("fulfilled_at", TIMESTAMP),
        sa.Column("dropped_at", TIMESTAMP),
        sa.Column("dropped_reason", sa.Text(), nullable=False),
    )
    _index("commitment", ["response_id"])
    _index("commitment", ["due_on"])

    op.create_table(
        "commitment_step",
        _id(),
        _reference("commitment_id", "commitment"),
        _reference("person_id", "person", nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("evidence", sa.String(500), nullable=False),
        sa.Column("taken_at", TIMESTAMP, nullable=False),
    )
    _index("commitment_step", ["commitment_id"])


def _create_moderation() -> None:
    op.create_table(
        "report",
        _id(),
        _reference("person_id", "person"),
        sa.Column("subject_type", sa.String(24), nullable=False),
        sa.Column("subject_id", BIG_INT, nullable=False),
        sa.Column("reason", sa.String(24), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("network_hash", sa.String(64), nullable=False),
        sa.Column("filed_at", TIMESTAMP, nullable=False),
        sa.Column("resolved_at", TIMESTAMP),
        sa.UniqueConstraint("person_id", "subject_type", "subject_id"),
    )
    _index("report", ["subject_type", "subject_id", "resolved_at"], name="ix_report_subject")
    _index("report", ["id"], name="ix_report_open", where="resolved_at IS NULL")

    op.create_table(
        "moderation_decision",
        _id(),
        sa.Column("subject_type", sa.String(24), nullable=False),
        sa.Column("subject_id", BIG_INT, nullable=False),
        _reference("proposal_id", "proposal"),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("ground", sa.String(24)),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("stance", sa.SmallInteger()),
        sa.Column("report_count", BIG_INT, nullable=False),
        _reference("moderator_id", "person"),
        sa.Column("decided_at", TIMESTAMP, nullable=False),
    )
    _index(
        "moderation_decision",
        ["subject_type", "subject_id", "id"],
        name="ix_moderation_decision_subject",
    )
    _index("moderation_decision", ["decided_at"])

    op.create_table(
        "appeal",
        _id(),
        _reference("decision_id", "moderation_decision"),
        _reference("person_id", "person"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("filed_at", TIMESTAMP, nullable=False),
        sa.Column("outcome", sa.String(16)),
        sa.Column("note", sa.Text(), nullable=False),
        _reference("decided_by_id", "person", nullable=True),
        sa.Column("decided_at", TIMESTAMP),
        sa.UniqueConstraint("decision_id"),
    )
    _index("appeal", ["person_id"])
    _index("appeal", ["id"], name="ix_appeal_open", where="decided_at IS NULL")

    # Requests to an author to edit a text within a period.
    op.create_table(
        "edit_request",
        _id(),
        _reference("decision_id", "moderation_decision"),
        sa.Column("original_text", sa.Text(), nullable=False),
        sa.Column("due_at", TIMESTAMP, nullable=False),
        sa.Column("edited_at", TIMESTAMP),
        sa.Column("resolved_at", TIMESTAMP),
        sa.UniqueConstraint("decision_id"),
    )
    _index("edit_request", ["id"], name="ix_edit_request_open", where="resolved_at IS NULL")

    # Escalations: a moderator passed a text on to a second moderator.
    op.create_table(
        "escalation",
        _id(),
        sa.Column("subject_type", sa.String(24), nullable=False),
        sa.Column("subject_id", BIG_INT, nullable=False),
        _reference("moderator_id", "person"),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("escalated_at", TIMESTAMP, nullable=False),
        sa.Column("resolved_at", TIMESTAMP),
    )
    _index("escalation", ["subject_type", "subject_id", "resolved_at"], name="ix_escalation_subject")

    op.create_table(
        "sanction",
        _id(),
        _reference("person_id", "person"),
        sa.Column("ground", sa.String(24), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        _reference("moderator_id", "person"),
        sa.Column("imposed_at", TIMESTAMP, nullable=False),
        sa.Column("ends_at", TIMESTAMP, nullable=False),
        sa.Column("lifted_at", TIMESTAMP),
        sa.Column("appeal_reason", sa.Text(), nullable=False),
        sa.Column("appealed_at", TIMESTAMP),
        sa.Column("outcome", sa.String(16)),
        sa.Column("outcome_note", sa.Text(), nullable=False),
        _reference("decided_by_id", "person", nullable=True),
        sa.Column("decided_at", TIMESTAMP),
    )
    _index("sanction", ["person_id", "ends_at"], name="ix_sanction_person")
    _index("sanction", ["appealed_at"], name="ix_sanction_appealed")

    op.create_table(
        "rules_version",
        _id(),
        sa.Column("version", BIG_INT, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("body_en", sa.Text(), nullable=False),
        sa.Column("body_en_html", sa.Text(), nullable=False),
        sa.Column("renderer", sa.String(24), nullable=False),
        sa.Column("published_at", TIMESTAMP, nullable=False),
        _reference("published_by_id", "person", nullable=True),
        sa.UniqueConstraint("version"),
    )


def _create_scores() -> None:
    # Scores as computed at one moment; triggers refuse every change (see below).
    op.create_table(
        "score_snapshot",
        _id(),
        _reference("process_id", "process"),
        sa.Column("computed_at", TIMESTAMP, nullable=False),
        sa.Column("formulas", sa.String(20), nullable=False),
        sa.Column("log_size", BIG_INT, nullable=False),
        sa.Column("log_root", sa.String(64)),
        sa.Column("inputs_hash", sa.String(64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("chart_data", sa.Text(), nullable=False),
    )
    _index("score_snapshot", ["process_id", "computed_at"])

    # The newest scores of a process or phase, for comparison between processes.
    op.create_table(
        "compared_score",
        _id(),
        _reference("process_id", "process"),
        sa.Column("phase", sa.String(20), nullable=False),
        sa.Column("as_of", TIMESTAMP),
        sa.Column("formulas", sa.String(20), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("draws", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("process_id", "phase"),
    )

    op.create_table(
        "assessment",
        _id(),
        _reference("process_id", "process"),
        sa.Column("stage", sa.String(8), nullable=False),
        sa.Column("version", BIG_INT, nullable=False),
        sa.Column("framework", sa.String(20), nullable=False),
        sa.Column("begun_at", TIMESTAMP, nullable=False),
        sa.Column("frozen_at", TIMESTAMP),
        sa.Column("document", sa.Text()),
        sa.Column("sha256", sa.String(64)),
        sa.Column("published_at", TIMESTAMP),
        sa.UniqueConstraint("process_id", "stage", "version"),
    )

    op.create_table(
        "assessor",
        _id(),
        _reference("assessment_id", "assessment"),
        _reference("person_id", "person"),
        sa.Column("is_independent", sa.Boolean(), nullable=False),
        sa.Column("saved_at", TIMESTAMP),
        sa.UniqueConstraint("assessment_id", "person_id"),
    )

    op.create_table(
        "criterion_rating",
        _id(),
        _reference("assessor_id", "assessor"),
        sa.Column("question", sa.String(12), nullable=False),
        sa.Column("value", sa.String(2), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.UniqueConstraint("assessor_id", "question"),
    )

    op.create_table(
        "evidence",
        _id(),
        _reference("assessment_id", "assessment"),
        _reference("assessor_id", "assessor"),
        sa.Column("question", sa.String(12), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(500), nullable=False),
    )
    _index("evidence", ["assessment_id"])
    _index("evidence", ["assessor_id"])

    op.create_table(
        "adjudication",
        _id(),
        _reference("assessment_id", "assessment"),
        sa.Column("question", sa.String(12), nullable=False),
        sa.Column("value", sa.String(2), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _reference("person_id", "person"),
        sa.UniqueConstraint("assessment_id", "question"),
    )

    # Enabling conditions and context factors; never scored.
    op.create_table(
        "context_note",
        _id(),
        _reference("assessment_id", "assessment"),
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("value", sa.String(40), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.UniqueConstraint("assessment_id", "code"),
    )

    # What an ex-ante assessment promises; an ex-post one records the outcome.
    op.create_table(
        "pledge",
        _id(),
        _reference("assessment_id", "assessment"),
        sa.Column("question", sa.String(12), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("action", sa.String(500), nullable=False),
        _reference("owner_id", "institution", nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("indicator", sa.String(12), nullable=False),
        sa.Column("target", sa.String(120), nullable=False),
        sa.UniqueConstraint("assessment_id", "question"),
    )

    op.create_table(
        "pledge_outcome",
        _id(),
        _reference("assessment_id", "assessment"),
        _reference("pledge_id", "pledge"),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.UniqueConstraint("assessment_id", "pledge_id"),
    )

    op.create_table(
        "practice",
        _id(),
        _reference("assessment_id", "assessment"),
        sa.Column("criterion", sa.String(12), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.UniqueConstraint("assessment_id", "criterion"),
    )

    op.create_table(
        "assessment_reply",
        _id(),
        _reference("assessment_id", "assessment"),
        _reference("institution_id", "institution"),
        _reference("person_id", "person"),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("replied_at", TIMESTAMP, nullable=False),
        sa.UniqueConstraint("assessment_id", "institution_id"),
    )

    # Comments or responses drawn at random for coding; the seed reproduces the draw.
    op.create_table(
        "sample",
        _id(),
        _reference("process_id", "process"),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("seed", BIG_INT, nullable=False),
        sa.Column("population", BIG_INT, nullable=False),
        sa.Column("drawn_at", TIMESTAMP, nullable=False),
    )
    _index("sample", ["process_id"])

    op.create_table(
        "sampled_item",
        _id(),
        _reference("sample_id", "sample"),
        sa.Column("position", BIG_INT, nullable=False),
        _reference("comment_id", "comment", nullable=True),
        _reference("response_id", "response", nullable=True),
        sa.UniqueConstraint("sample_id", "position"),
    )

    op.create_table(
        "coding",
        _id(),
        _reference("item_id", "sampled_item"),
        _reference("coder_id", "person"),
        sa.Column("value", BIG_INT, nullable=False),
        sa.Column("coded_at", TIMESTAMP, nullable=False),
        sa.UniqueConstraint("item_id", "coder_id"),
    )


def _create_releases() -> None:
    op.create_table(
        "release",
        _id(),
        _reference("process_id", "process"),
        sa.Column("stamp", sa.String(24), nullable=False),
        sa.Column("tier", sa.String(12), nullable=False),
        sa.Column("built_at", TIMESTAMP, nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("size", BIG_INT, nullable=False),
        sa.Column("removed_at", TIMESTAMP),
        sa.Column("removed_reason", sa.String(255), nullable=False),
        sa.UniqueConstraint("process_id", "stamp"),
    )

    # Requests of researchers for the protected tier.
    op.create_table(
        "data_access_request",
        _id(),
        _reference("process_id", "process"),
        _reference("person_id", "person"),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("ethics_reference", sa.String(160), nullable=False),
        sa.Column("access_until", sa.Date(), nullable=False),
        sa.Column("requested_at", TIMESTAMP, nullable=False),
        sa.Column("decided_at", TIMESTAMP),
        _reference("decided_by_id", "person", nullable=True),
        sa.Column("is_granted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(32)),
        sa.Column("built_at", TIMESTAMP),
        sa.Column("manifest", sa.Text()),
        sa.Column("size", BIG_INT, nullable=False),
    )
    _index("data_access_request", ["person_id"])


def _create_notices() -> None:
    # What is to be notified, written in the transaction of the act that causes it.
    op.create_table(
        "notice",
        _id(),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        _reference("proposal_id", "proposal", nullable=True),
        _reference("institution_id", "institution", nullable=True),
        _reference("person_id", "person", nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("created_at", TIMESTAMP, nullable=False),
        sa.Column("last_person_id", BIG_INT, nullable=False),
        sa.Column("done_at", TIMESTAMP),
        sa.UniqueConstraint("key"),
    )
    _index("notice", ["done_at"])
    _index("notice", ["proposal_id"])

    # One notice to one person by one channel.
    op.create_table(
        "delivery",
        _id(),
        _reference("notice_id", "notice"),
        sa.Column("notice_key", sa.String(64), nullable=False),
        _reference("person_id", "person"),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("created_at", TIMESTAMP, nullable=False),
        sa.Column("sent_at", TIMESTAMP),
        sa.Column("read_at", TIMESTAMP),
        sa.Column("attempts", BIG_INT, nullable=False),
        sa.Column("next_attempt_at", TIMESTAMP),
        sa.Column("error", sa.String(255), nullable=False),
        sa.UniqueConstraint("notice_key", "person_id", "channel"),
    )
    _index("delivery", ["person_id", "channel", "id"], name="ix_delivery_inbox")
    _index("delivery", ["notice_id"])
    _index("delivery", ["channel", "sent_at", "id"], name="ix_delivery_to_send")

    # Topics a person does not want by mail.
    op.create_table(
        "muted_topic",
        _reference("person_id", "person", primary_key=True),
        sa.Column("topic", sa.String(24), primary_key=True),
    )


def _create_log() -> None:
    # The log. No foreign keys: a row outlives what it is about.
    op.create_table(
        "interaction",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("seq", sa.BigInteger()),
        sa.Column("occurred_at", TIMESTAMP, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("actor_id", sa.String(64)),
        sa.Column("actor_role", sa.String(16), nullable=False),
        sa.Column("account_class", sa.String(16), nullable=False),
        sa.Column("institution_id", BIG_INT),
        sa.Column("process_id", BIG_INT),
        sa.Column("proposal_id", BIG_INT),
        sa.Column("subject_type", sa.String(24), nullable=False),
        sa.Column("subject_id", BIG_INT, nullable=False),
        sa.Column("parent_id", BIG_INT),
        sa.Column("stance", sa.SmallInteger()),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("cause", sa.String(32)),
        sa.Column("content", sa.String(64)),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("form_key", sa.String(64)),
        sa.Column("form_digest", sa.String(64)),
        sa.Column("salt", sa.LargeBinary(16), nullable=False),
        sa.Column("leaf", sa.LargeBinary(32), nullable=False),
        sa.UniqueConstraint("actor_id", "form_key"),
        sa.UniqueConstraint("seq"),
    )
    _index("interaction", ["process_id", "seq"])
    _index("interaction", ["proposal_id", "seq"])
    _index("interaction", ["id"], name="ix_interaction_waiting", where="seq IS NULL")

    # Signed tree heads over the sealed rows.
    op.create_table(
        "signed_tree_head",
        sa.Column("size", BIG_INT, primary_key=True, autoincrement=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("prev", sa.String(64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("peaks", sa.Text(), nullable=False),
        sa.Column("made_at", TIMESTAMP, nullable=False),
    )

    # Tree heads that were published, each with its consistency proof.
    op.create_table(
        "published_tree_head",
        sa.Column("size", BIG_INT, primary_key=True, autoincrement=False),
        sa.Column("published_at", TIMESTAMP, nullable=False),
        sa.Column("consistency", sa.Text(), nullable=False),
    )
    _index("published_tree_head", ["published_at"])

    # Immutable Parquet files of sealed rows.
    op.create_table(
        "segment",
        sa.Column("first", BIG_INT, primary_key=True, autoincrement=False),
        sa.Column("last", BIG_INT, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("written_at", TIMESTAMP, nullable=False),
    )

    # Roots of full subtrees of 2^level rows, so that proofs need not hash every row.
    op.create_table(
        "subtree",
        sa.Column("level", BIG_INT, primary_key=True, autoincrement=False),
        sa.Column("position", BIG_INT, primary_key=True, autoincrement=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
    )


# --- append-only tables ------------------------------------------------------

# All columns of a log row but seq: sealing must not change them.
SEALED_COLUMNS = (
    "id",
    "occurred_at",
    "kind",
    "actor_id",
    "actor_role",
    "account_class",
    "institution_id",
    "process_id",
    "proposal_id",
    "subject_type",
    "subject_id",
    "parent_id",
    "stance",
    "origin",
    "cause",
    "content",
    "details",
    "form_key",
    "form_digest",
    "salt",
    "leaf",
)
SQLITE_UNCHANGED = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in SEALED_COLUMNS)
POSTGRESQL_UNCHANGED = " AND ".join(
    f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in SEALED_COLUMNS
)

SQLITE_GUARDS = [
    # Sealing sets seq once; every other update is refused.
    f"""CREATE TRIGGER interaction_only_sealed BEFORE UPDATE ON interaction
    WHEN NOT (OLD.seq IS NULL AND NEW.seq IS NOT NULL AND {SQLITE_UNCHANGED})
    BEGIN SELECT RAISE(ABORT, 'the interaction log is append-only'); END""",
    """CREATE TRIGGER interaction_never_deleted BEFORE DELETE ON interaction
    BEGIN SELECT RAISE(ABORT, 'the interaction log is append-only'); END""",
    # INSERT OR REPLACE would delete the row that has the same unique value.
    """CREATE TRIGGER interaction_never_replaced BEFORE INSERT ON interaction
    WHEN EXISTS (SELECT 1 FROM interaction WHERE id = NEW.id)
      OR (NEW.seq IS NOT NULL AND EXISTS (SELECT 1 FROM interaction WHERE seq = NEW.seq))
      OR (NEW.form_key IS NOT NULL AND EXISTS (
        SELECT 1 FROM interaction WHERE actor_id = NEW.actor_id AND form_key = NEW.form_key))
    BEGIN SELECT RAISE(ABORT, 'the interaction log is append-only'); END""",
    """CREATE TRIGGER interaction_enters_unsealed BEFORE INSERT ON interaction
    WHEN NEW.seq IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'a row is sealed after it is written'); END""",
    """CREATE TRIGGER score_snapshot_no_update BEFORE UPDATE ON score_snapshot
    BEGIN SELECT RAISE(ABORT, 'score snapshots are never changed'); END""",
    """CREATE TRIGGER score_snapshot_no_delete BEFORE DELETE ON score_snapshot
    BEGIN SELECT RAISE(ABORT, 'score snapshots are never changed'); END""",
]

POSTGRESQL_GUARDS = [
    f"""CREATE FUNCTION interaction_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'INSERT' AND NEW.seq IS NULL THEN RETURN NEW; END IF;
      IF TG_OP = 'UPDATE' AND OLD.seq IS NULL AND NEW.seq IS NOT NULL
        AND {POSTGRESQL_UNCHANGED} THEN RETURN NEW; END IF;
      RAISE EXCEPTION 'the interaction log is append-only';
    END $$""",
    """CREATE TRIGGER interaction_append_only BEFORE INSERT OR UPDATE OR DELETE ON interaction
    FOR EACH ROW EXECUTE FUNCTION interaction_guard()""",
    """CREATE TRIGGER interaction_never_emptied BEFORE TRUNCATE ON interaction
    FOR EACH STATEMENT EXECUTE FUNCTION interaction_guard()""",
    """CREATE FUNCTION score_snapshot_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'score snapshots are never changed'; END $$""",
    """CREATE TRIGGER score_snapshot_append_only BEFORE UPDATE OR DELETE ON score_snapshot
    FOR EACH ROW EXECUTE FUNCTION score_snapshot_guard()""",
]


def _create_append_only_guards() -> None:
    """Let the database refuse to change log rows and score snapshots, whatever program asks."""
    _execute(POSTGRESQL_GUARDS if _is_postgresql() else SQLITE_GUARDS)


# --- search index ------------------------------------------------------------

# Triggers update the index in the transaction that changes a text, however the change is made.
# Hidden, withdrawn and erased texts are not in it. Held texts stay in it, because a hold ends at a
# point in time without any write: queries check it on the row.

VISIBLE = (
    "{row}withdrawn_at IS NULL AND ({row}hidden_at IS NULL OR {row}held_until IS NOT NULL) "
    "AND {row}body <> ''"
)
IS_INDEXED = {
    "proposal": VISIBLE,
    "comment": VISIBLE,
    "response": "{row}id > 0",  # always: a response is neither hidden nor withdrawn
}
INDEXED_COLUMNS = {
    "proposal": "title, body, language, withdrawn_at, hidden_at, held_until",
    "comment": "body, language, withdrawn_at, hidden_at, held_until, corrections",
    "response": "headline, body, points, language",
}


def _create_search_index() -> None:
    """Create the full-text index of proposals, comments and responses."""
    if _is_postgresql():
        _execute([POSTGRESQL_TEXT_VECTOR])
    create = _postgresql_search_index if _is_postgresql() else _sqlite_search_index
    for table in IS_INDEXED:
        _execute(create(table))


# SQLite: FTS5 tables that store no text of their own ("contentless"). To remove a row from one, the
# text that was indexed must be given again, so each trigger computes it from OLD or NEW.

SQLITE_CORRECTIONS = (
    "(SELECT coalesce(group_concat(json_extract(value, '$.body'), ' '), '') "
    "FROM json_each({row}corrections))"
)
SQLITE_POINTS = (
    "(SELECT coalesce(group_concat(coalesce(json_extract(value, '$.text'), '') || ' ' || "
    "coalesce(json_extract(value, '$.reason'), ''), ' '), '') FROM json_each({row}points))"
)
SQLITE_TEXTS = {
    "proposal": {"title": "{row}title", "body": "{row}body"},
    "comment": {"body": "{row}body || ' ' || " + SQLITE_CORRECTIONS},
    "response": {"headline": "{row}headline", "body": "{row}body || ' ' || " + SQLITE_POINTS},
}
# Without an index of prefixes SQLite collects all matches of a prefix before it returns the first:
# 40 ms for eight prefixes in 100,000 comments.
SQLITE_OPTIONS = {
    "proposal": "detail=column, prefix='4'",
    "comment": "detail=none, prefix='4 5 6 7 8'",
    "response": "detail=column, prefix='4'",
}


def _sqlite_search_index(table: str) -> list[str]:
    index, columns = f"{table}_search", ", ".join(SQLITE_TEXTS[table])
    changed = f"UPDATE OF {INDEXED_COLUMNS[table]}"

    def trigger(name: str, event: str, row: str, insert: str) -> str:
        condition = IS_INDEXED[table].format(row=row)
        texts = ", ".join(SQLITE_TEXTS[table].values()).format(row=row)
        return (
            f"CREATE TRIGGER {index}_{name} {event} ON {table} "
            f"WHEN {condition} BEGIN {insert} {row}id, {texts}; END"
        )

    add = f"INSERT INTO {index} (rowid, {columns}) SELECT"
    remove = f"INSERT INTO {index} ({index}, rowid, {columns}) SELECT 'delete',"
    return [
        f"CREATE VIRTUAL TABLE {index} USING fts5({columns}, content='', "
        f"{SQLITE_OPTIONS[table]}, tokenize='unicode61 remove_diacritics 2')",
        trigger("insert", "AFTER INSERT", "NEW.", add),
        trigger("before_update", f"BEFORE {changed}", "OLD.", remove),
        trigger("after_update", f"AFTER {changed}", "NEW.", add),
        trigger("delete", "AFTER DELETE", "OLD.", remove),
    ]


# PostgreSQL: a narrow table of vectors beside each table. A vector holds the stems in the language
# of the text and each word as it is written.

POSTGRESQL_TEXT_VECTOR = """
CREATE FUNCTION text_vector(content text, lang text) RETURNS tsvector LANGUAGE sql IMMUTABLE AS $$
  SELECT to_tsvector(CASE WHEN lang = 'en' THEN 'english'::regconfig
                          ELSE 'indonesian'::regconfig END, plain)
      || to_tsvector('simple'::regconfig, plain)
  FROM (SELECT translate(left(content, 60000), './_-@:&?=+', '          ') AS plain) AS cut
$$
"""
POSTGRESQL_VECTORS = {
    "proposal": "setweight(text_vector(t.title, t.language), 'A') || text_vector(t.body, t.language)",
    "comment": (
        "strip(text_vector(t.body || ' ' || "
        "(SELECT coalesce(string_agg(c->>'body', ' '), '') "
        "FROM jsonb_array_elements(t.corrections::jsonb) AS c), t.language))"
    ),
    "response": (
        "setweight(text_vector(t.headline, t.language), 'A') || text_vector(t.body || ' ' || "
        "(SELECT coalesce(string_agg(concat_ws(' ', p->>'text', p->>'reason'), ' '), '') "
        "FROM jsonb_array_elements(t.points::jsonb) AS p), t.language)"
    ),
}


def _postgresql_search_index(table: str) -> list[str]:
    index = f"{table}_search"
    return [
        f"""CREATE TABLE {index} (
          id bigint PRIMARY KEY REFERENCES {table} (id) ON DELETE CASCADE,
          terms tsvector NOT NULL
        )""",
        f"CREATE INDEX ix_{index} ON {index} USING gin (terms) WITH (gin_pending_list_limit = 256)",
        # The vector of a row, NULL for a row that is not indexed.
        f"""CREATE FUNCTION search_vector(t {table}) RETURNS tsvector LANGUAGE sql STABLE AS $$
          SELECT {POSTGRESQL_VECTORS[table]} WHERE {IS_INDEXED[table].format(row="t.")} $$""",
        f"""CREATE FUNCTION update_{index}() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE vector tsvector := search_vector(NEW);
        BEGIN
          IF TG_OP = 'UPDATE' THEN DELETE FROM {index} WHERE id = NEW.id; END IF;
          IF vector IS NOT NULL THEN INSERT INTO {index} VALUES (NEW.id, vector); END IF;
          RETURN NULL;
        END $$""",
        f"""CREATE TRIGGER {index}_update
        AFTER INSERT OR UPDATE OF {INDEXED_COLUMNS[table]} ON {table}
        FOR EACH ROW EXECUTE FUNCTION update_{index}()""",
    ]
