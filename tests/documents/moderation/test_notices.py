"""Notices on draft texts: opened, revised, answered, closed; who is told, and where they lead."""

import pytest
from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Delivery, Notice
from deliberate.notifications.fanout import fan_out
from deliberate.notifications.templates import load_context, render_notification
from deliberate.operations.documents.answers import AnswerEntry, answer_unit
from deliberate.operations.documents.contributions import (
    join_amendment,
    unjoin_amendment,
    withdraw_unit_comment,
)
from deliberate.operations.documents.versions import (
    DraftEntry,
    RevisionEntry,
    close_document,
    open_document,
    revise_document,
)
from deliberate.operations.moderation.decisions import hide_contribution
from deliberate.operations.proposals.coauthors import accept_coauthorship, invite_coauthor
from deliberate.operations.proposals.follows import follow_subject
from deliberate.vocabulary import ModerationRule, Role
from tests import factories
from tests.client import anonymous_client
from tests.documents.draft_texts import SMALL, read_draft
from tests.documents.moderation.test_moderation import ANSWER, amendment, comment, unit


@pytest.fixture
def resident(app, clock):
    return factories.create_resident()


def recipients(kind):
    """Return the reasons for which people are told, by person, in the account."""
    fan_out()
    rows = db.session.execute(
        select(Delivery.person_id, Delivery.reason)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(Notice.kind == kind, Delivery.channel == "account")
    )
    return dict(rows.all())


def message(kind, language="en"):
    notice = db.session.scalars(select(Notice).where(Notice.kind == kind)).first()
    return render_notification(notice, load_context([notice]), language)


def test_followers_of_a_process_are_told_that_a_consultation_opened_and_closed(
    app, process, officer, resident
):
    follow_subject(resident, process)
    other = factories.create_resident()
    document = open_document(officer, process, DraftEntry("Naskah kota", "id", SMALL))
    assert recipients("document.opened") == {resident.id: "follower"}
    assert "Naskah kota" in message("document.opened").sentence
    assert message("document.opened").path == f"/en/documents/{document.id}"
    close_document(officer, document)
    assert recipients("document.closed") == {resident.id: "follower"}
    assert other.id not in recipients("document.closed")


def test_contributors_are_told_that_the_consultation_closed(document, officer, resident):
    comment(document, resident)
    joined = factories.create_resident()
    join_amendment(joined, amendment(document, resident))
    close_document(officer, document)
    told = dict.fromkeys((resident.id, joined.id), "contributor")
    assert recipients("document.closed") == told


def test_contributors_to_earlier_versions_are_told_of_a_new_one(app, document, officer, resident):
    joined, withdrawn, outsider, coauthor = (factories.create_resident() for _ in range(4))
    proposed = amendment(document, resident)
    join_amendment(joined, proposed)
    accept_coauthorship(coauthor, invite_coauthor(resident, proposed).invitation)
    withdraw_unit_comment(withdrawn, comment(document, withdrawn))
    revise_document(
        officer, document, RevisionEntry(1, read_draft("participation-v2.txt"), "Perbaikan.")
    )
    told = recipients("document.revised")
    assert told == dict.fromkeys((resident.id, joined.id, coauthor.id), "contributor")
    assert outsider.id not in told
    shown = message("document.revised")
    assert "version 2" in shown.sentence
    assert anonymous_client(app).get(shown.path).status_code == 200


def test_author_is_told_once_of_an_answer_and_is_led_to_the_contribution(
    app, document, officer, resident
):
    first, second = comment(document, resident), comment(document, resident)
    other = factories.create_resident()
    of_other, unanswered = comment(document, other), comment(document, factories.create_resident())
    named = [first.id, second.id, of_other.id]
    answer_unit(officer, document, unit(document), AnswerEntry(*ANSWER, named))
    told = recipients("unit.answered")
    assert told == {resident.id: "contributor", other.id: "contributor"}
    assert unanswered.author_id not in told
    shown = message("unit.answered")
    assert "Not adopted" in shown.subject and "Pasal 4 ayat (1)" in shown.sentence
    place = anonymous_client(app).get(shown.path)
    assert place.location.endswith(f"/pasal-4#contribution-{first.id}")
    assert "Tidak diadopsi" in message("unit.answered", "id").subject or (
        message("unit.answered", "id").subject != shown.subject
    )


def test_all_who_stand_behind_an_amendment_are_told_of_its_answer(app, document, officer, resident):
    coauthor, joined, left, both = (factories.create_resident() for _ in range(4))
    proposed = amendment(document, resident)
    accept_coauthorship(coauthor, invite_coauthor(resident, proposed).invitation)
    for person in (joined, left, both):
        join_amendment(person, proposed)
    unjoin_amendment(left, proposed)
    own = comment(document, both)
    named = [proposed.id, own.id]
    answer_unit(officer, document, unit(document), AnswerEntry(*ANSWER, named))
    authors = (resident.id, coauthor.id, both.id)
    assert recipients("unit.answered") == dict.fromkeys(authors, "contributor")
    assert recipients("amendment.decided") == {joined.id: "contributor"}
    shown = message("amendment.decided")
    assert "Not adopted" in shown.subject and "that you joined" in shown.sentence
    place = anonymous_client(app).get(shown.path)
    assert place.location.endswith(f"/pasal-4#contribution-{proposed.id}")


def test_author_is_told_that_a_contribution_was_hidden_with_the_title_of_the_draft(
    document, resident
):
    contribution = comment(document, resident)
    moderator = factories.create_staff(role=Role.MODERATOR)
    hide_contribution(moderator, contribution, ModerationRule.SPAM, "Iklan.")
    assert recipients("moderation.hidden") == {resident.id: "account"}
    shown = message("moderation.hidden")
    assert document.title in shown.sentence
    assert shown.path == f"/en/moderation/unit_contribution/{contribution.id}/appeal"
