"""Test imports from Decidim: proposals and comments become dated acts."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from deliberate import sealing
from deliberate.database import db
from deliberate.models import Comment, Person, Process, Proposal, Response
from deliberate.vocabulary import AccountClass, PhaseSwitch, Role
from tests.imports.import_files import comment_row, proposal_row, run_import, write_decidim


def get_one(model, **where):
    return db.session.scalars(select(model).filter_by(**where)).one()


def test_decidim_acts_have_their_local_time_of_origin(app, tmp_path, log):
    run_import("decidim", write_decidim(tmp_path, [proposal_row(1)], [comment_row(5)]))
    opened, submitted, posted = log()
    assert submitted.occurred_at == datetime(2016, 1, 31, 23, tzinfo=UTC)
    assert posted.occurred_at == datetime(2016, 2, 2, 9, 5, tzinfo=UTC)
    assert {opened.origin, submitted.origin, posted.origin} == {"import"}


def test_decidim_timezone_option_overrides_the_profile(app, tmp_path, log):
    folder = write_decidim(tmp_path, [proposal_row(1)], [comment_row(5)])
    run_import("decidim", folder, timezone="Asia/Makassar")
    assert log()[-1].occurred_at == datetime(2016, 2, 2, 2, 5, tzinfo=UTC)


def test_decidim_acts_are_written_in_order_of_time(app, tmp_path, log):
    late = proposal_row(1, created_on="2016-03-01")
    early = proposal_row(2, created_on="2016-02-01")
    run_import("decidim", write_decidim(tmp_path, [late, early], [comment_row(5, 2)]))
    kinds = [(row.kind, row.proposal_id) for row in log()[1:]]
    ids = {p.source_id: p.id for p in db.session.scalars(select(Proposal))}
    assert kinds == [
        ("proposal.submitted", ids["2"]),
        ("comment.posted", ids["2"]),
        ("proposal.submitted", ids["1"]),
    ]


def test_decidim_reply_is_written_after_its_parent(app, tmp_path, log):
    parent = comment_row(5, created_at="2016-02-09T10:00:00")
    reply = comment_row(4, parent_id=5, created_at="2016-02-03T10:00:00")
    run_import("decidim", write_decidim(tmp_path, [proposal_row(1)], [reply, parent]))
    first, second = log()[-2:]
    assert second.parent_id == first.subject_id
    assert second.occurred_at < first.occurred_at


def test_decidim_stance_initiator_and_status_are_logged(app, tmp_path, log):
    rows = [proposal_row(1, source="official", status="rejected")]
    run_import("decidim", write_decidim(tmp_path, rows, [comment_row(5, alignment="-1")]))
    _, submitted, posted = log()
    assert submitted.details == {"initiator": "authority", "decision": "not_accepted"}
    assert (posted.stance, posted.details) == (-1, {})


def test_decidim_proposal_of_a_meeting_has_no_author(app, tmp_path, log):
    rows = [proposal_row(1, source="meeting", author_id="")]
    run_import("decidim", write_decidim(tmp_path, rows, []))
    entry = log()[-1]
    assert (entry.actor_id, entry.actor_role, entry.account_class) == (None, "system", "system")
    assert get_one(Proposal).author_id is None


def test_decidim_account_acts_as_an_organisation_only_where_stated(app, tmp_path, log):
    rows = [proposal_row(1, source="organization", author_id="u2")]
    run_import("decidim", write_decidim(tmp_path, rows, [comment_row(5)]))
    _, submitted, posted = log()
    assert submitted.actor_id == posted.actor_id
    assert (submitted.account_class, posted.account_class) == ("organisation", "person")
    assert get_one(Person).account_class == AccountClass.PERSON


def test_decidim_people_have_no_name_and_cannot_sign_in(app, tmp_path, log):
    run_import("decidim", write_decidim(tmp_path, [proposal_row(1)], []))
    person = get_one(Person)
    assert person.display_name == f"Peserta {person.id}"
    assert (person.sign_in_name, person.passphrase_hash) == (None, None)
    assert person.source == "decidim:taman:u1"
    assert log()[-1].actor_id == person.actor_id


def test_decidim_platform_accounts_are_system_accounts(app, tmp_path, log):
    accounts = tmp_path / "accounts.csv"
    accounts.write_text("author_id,display_name\nu2,suport\n", encoding="utf-8")
    rows = [comment_row(5, alignment="1")]
    run_import("decidim", write_decidim(tmp_path, [proposal_row(1)], rows), accounts=accounts)
    assert log()[-1].account_class == "system"
    account = get_one(Person, display_name="suport")
    assert (account.role, account.account_class, account.is_active) == (Role.STAFF, "system", False)
    assert get_one(Proposal).for_count == 0


def test_decidim_import_sets_correct_counters(app, tmp_path):
    rows = [
        comment_row(5, alignment="1"),
        comment_row(6, alignment="-1"),
        comment_row(7, alignment="0"),
        comment_row(8, parent_id=5),
        comment_row(9, parent_id=8),
    ]
    run_import("decidim", write_decidim(tmp_path, [proposal_row(1), proposal_row(2)], rows))
    proposal = get_one(Proposal, source_id="1")
    assert (proposal.comment_count, proposal.support_count) == (5, 7)
    assert (proposal.for_count, proposal.against_count, proposal.neutral_count) == (1, 1, 1)
    assert get_one(Comment, source_id="5").reply_count == 2


def test_decidim_html_is_sanitized_and_the_original_stored(app, tmp_path):
    body = '<p onclick="x()">Ya<script>alert(1)</script> <b>kuat</b></p>'
    run_import(
        "decidim", write_decidim(tmp_path, [proposal_row(1)], [comment_row(5, body_html=body)])
    )
    proposal = get_one(Comment)
    assert proposal.body == body
    assert "<script" not in proposal.body_html and "onclick" not in proposal.body_html
    assert proposal.renderer.startswith("html-")


def test_decidim_process_is_closed(app, tmp_path, log):
    run_import(
        "decidim", write_decidim(tmp_path, [proposal_row(1)], [comment_row(5)]), title="Taman kota"
    )
    process, (entry, *_) = get_one(Process), log()
    assert entry.kind == "process.imported"
    assert entry.details["source"] == "decidim" and "DQ1" in entry.details["carries"]
    assert process.title == "Taman kota" and process.timezone == "Europe/Madrid"
    assert not any(process.allows(switch, datetime.now(UTC)) for switch in PhaseSwitch)
    assert process.phase_at(entry.occurred_at) is not None


def test_decidim_import_can_be_sealed_and_verified(app, tmp_path):
    run_import(
        "decidim", write_decidim(tmp_path, [proposal_row(1)], [comment_row(5, alignment="1")])
    )
    assert sealing.seal_log(app.config["SETTINGS"]) == 3
    assert sealing.verify_log() == []


@pytest.mark.parametrize(
    ("kind", "root", "parent"), [("html", 5, 12), ("semicolons", 5, 12)], ids=["old", "new"]
)
def test_decidim_parents_are_read_from_both_layouts(app, tmp_path, kind, root, parent):
    if kind == "html":
        write_decidim(
            tmp_path, [proposal_row(12)], [comment_row(5, 12), comment_row(6, 12, parent_id=5)]
        )
        run_import("decidim", tmp_path)
    else:
        (tmp_path / "proposals.csv").write_text(
            "id;author/id;title/ca;body/ca;state;answer/ca;answered_at;published_at;url\n"
            "12;3;Parc;Arbres;;;;2020-01-01 10:00:00 UTC;x\n",
            encoding="utf-8",
        )
        (tmp_path / "comments.csv").write_text(
            "id;author/id;created_at;body;alignment;commentable_id;commentable_type;"
            "root_commentable_url\n"
            "5;4;2020-01-02 10:00:00 UTC;Sí;1;12;Decidim::Proposals::Proposal;"
            "https://x/f/3/proposals/12\n"
            "6;3;2020-01-03 10:00:00 UTC;No;0;5;Decidim::Comments::Comment;"
            "https://x/f/3/proposals/12\n",
            encoding="utf-8",
        )
        run_import("decidim-export", tmp_path)
    reply = get_one(Comment, source_id="6")
    assert reply.parent_id == get_one(Comment, source_id="5").id
    assert (reply.root_id, reply.depth) == (reply.parent_id, 1)


def test_interim_answer_leaves_the_case_open_until_the_final_one_of_a_later_export(app, tmp_path):
    header = "id;author/id;title/ca;body/ca;state;answer/ca;answered_at;published_at;url\n"
    for state, at in (("evaluating", "2020-02-01"), ("accepted", "2020-03-01")):
        row = f"12;3;Parc;Arbres;{state};Resposta;{at} 10:00:00 UTC;2020-01-01 10:00:00 UTC;x\n"
        (tmp_path / "proposals.csv").write_text(header + row, encoding="utf-8")
        (tmp_path / "comments.csv").write_text(
            "id;author/id;created_at;body;alignment;commentable_id;commentable_type;"
            "root_commentable_url\n",
            encoding="utf-8",
        )
        run_import("decidim-export", tmp_path)
        proposal = get_one(Proposal, source_id="12")
        if state == "evaluating":
            assert (proposal.decision, proposal.answered_at) == ("needs_study", None)
    versions = db.session.scalars(select(Response.version).order_by(Response.version)).all()
    assert (proposal.decision, list(versions)) == ("accepted", [1, 2])
    assert proposal.answered_at == datetime(2020, 3, 1, 10, tzinfo=UTC)


EXPORTED = "id;author/id;title/ca;body/ca;state;answered_at;published_at;url;withdrawn_at\n"
NO_COMMENTS = (
    "id;author/id;created_at;body;alignment;commentable_id;commentable_type;root_commentable_url\n"
)


@pytest.mark.parametrize("answered_at", ["", "2020-02-01 10:00:00 UTC"], ids=["open", "answered"])
def test_unknown_state_is_no_decision_and_is_named_in_the_report(app, tmp_path, answered_at):
    row = f"12;3;Parc;Arbres;archived;{answered_at};2020-01-01 10:00:00 UTC;x;\n"
    known = f"13;3;Parc;Arbres;not_answered;{answered_at};2020-01-01 10:00:00 UTC;x;\n"
    (tmp_path / "proposals.csv").write_text(EXPORTED + row + known, encoding="utf-8")
    (tmp_path / "comments.csv").write_text(NO_COMMENTS, encoding="utf-8")
    (report, *_others) = run_import("decidim-export", tmp_path).report.files.values()
    assert get_one(Proposal, source_id="12").decision in (None, "unstated")
    note = report.notes["state?: 'archived' is unknown, read as no decision"]
    assert note.lines == [2]
    assert not any("not_answered" in text for text in report.notes)


def test_withdrawal_without_a_time_is_named_in_the_report(app, tmp_path):
    rows = [
        f"{number};3;Parc;Arbres;withdrawn;;2020-01-01 10:00:00 UTC;x;{at}\n"
        for number, at in ((12, ""), (13, "2020-02-01 10:00:00 UTC"))
    ]
    (tmp_path / "proposals.csv").write_text(EXPORTED + "".join(rows), encoding="utf-8")
    (tmp_path / "comments.csv").write_text(NO_COMMENTS, encoding="utf-8")
    (report, *_others) = run_import("decidim-export", tmp_path).report.files.values()
    assert get_one(Proposal, source_id="12").withdrawn_at is None
    assert get_one(Proposal, source_id="13").withdrawn_at is not None
    assert report.notes["withdrawn without a time: imported as not withdrawn"].lines == [2]


def test_texts_of_several_languages_in_one_object_are_read_in_that_of_the_profile(app, tmp_path):
    proposal = {
        "id": 12,
        "author/id": 3,
        "title": {"en": "Park", "ca": "Parc"},
        "body": {"ca": "Arbres"},
        "published_at": "2020-01-01 10:00:00 UTC",
        "url": "x",
    }
    (tmp_path / "proposals.json").write_text(json.dumps([proposal]), encoding="utf-8")
    (tmp_path / "comments.csv").write_text(NO_COMMENTS, encoding="utf-8")
    run_import("decidim-export", tmp_path)
    stored = get_one(Proposal, source_id="12")
    assert (stored.title, stored.body) == ("Parc", "Arbres")
