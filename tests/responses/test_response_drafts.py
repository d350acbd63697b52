"""Response drafts: conflicting revisions, checks by colleagues, signatures."""

from datetime import timedelta

import pytest

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import ProcessInstitution, ResponseDraft
from deliberate.operations.responses.institutions import set_check_required
from deliberate.operations.responses.response_drafts import (
    DraftConflict,
    record_check,
    request_check,
    save_response_draft,
    schedule_response,
    sign_response,
)
from deliberate.operations.responses.response_publishing import (
    publish_draft,
    publish_scheduled_responses,
)
from deliberate.permissions.decision import Refused
from deliberate.queries.responses.response_owner import signatory_ids
from deliberate.queries.responses.responses import list_response_cards
from tests import factories
from tests.responses.draft_content import draft_content

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def proposal(institution):
    return factories.create_proposal(factories.create_process(institution))


def require_check(institution):
    """Require a check of every response of an institution."""
    with unrecorded("test settings") as session:
        institution.needs_check = True
        session.add(institution)


def require_signature(proposal):
    signatory = factories.create_institution("hukum")
    with unrecorded("test settings") as session:
        part = ProcessInstitution(institution_id=signatory.id, part="must_sign")
        session.get_one(type(proposal.process), proposal.process_id).institutions.append(part)
    return signatory


def test_draft_is_saved_without_an_act(institution, proposal, log):
    officer = factories.create_staff(institution)
    log()
    save_response_draft(officer, proposal, draft_content())
    assert log() == []


def test_draft_based_on_an_older_revision_is_rejected_with_the_newer(institution, proposal):
    first, second = factories.create_staff(institution), factories.create_staff(institution)
    save_response_draft(first, proposal, draft_content(headline="Satu"))
    with pytest.raises(DraftConflict) as conflict:
        save_response_draft(second, proposal, draft_content(headline="Dua"))
    assert conflict.value.draft.content["headline"] == "Satu"


def test_draft_of_another_institution_is_refused(institution, proposal):
    publish_draft(
        factories.create_staff(institution),
        save_response_draft(factories.create_staff(institution), proposal, draft_content()),
    )
    with pytest.raises(Refused, match="Another institution"):
        save_response_draft(factories.create_staff(), proposal, draft_content())


def test_draft_is_published_after_a_required_check_only(institution, proposal, log):
    writer, colleague = factories.create_staff(institution), factories.create_staff(institution)
    require_check(institution)
    draft = save_response_draft(writer, proposal, draft_content())
    with pytest.raises(Refused, match="colleague must check"):
        publish_draft(writer, draft)
    request_check(writer, draft)
    with pytest.raises(Refused, match="Another person"):
        record_check(writer, draft, draft.revision, passed=True)
    record_check(colleague, draft, draft.revision, passed=True)
    publish_draft(writer, draft)
    assert [entry.kind for entry in log()][-3:] == [
        "check.asked",
        "check.given",
        "response.published",
    ]


def test_draft_changed_after_the_check_needs_a_new_check(institution, proposal):
    writer, colleague = factories.create_staff(institution), factories.create_staff(institution)
    require_check(institution)
    draft = save_response_draft(writer, proposal, draft_content())
    record_check(colleague, draft, draft.revision, passed=True)
    save_response_draft(
        writer, proposal, draft_content(headline="Lain"), base_revision=draft.revision
    )
    with pytest.raises(Refused, match="colleague must check"):
        publish_draft(writer, draft)


def test_check_and_signature_are_of_the_text_that_was_read(institution, proposal):
    signatory = require_signature(proposal)
    writer, colleague = factories.create_staff(institution), factories.create_staff(institution)
    draft = save_response_draft(writer, proposal, draft_content())
    read = draft.revision
    save_response_draft(writer, proposal, draft_content(headline="Lain"), base_revision=read)
    with pytest.raises(Refused, match="changed since you read it"):
        record_check(colleague, draft, read, passed=True)
    with pytest.raises(Refused, match="changed since you read it"):
        sign_response(factories.create_staff(signatory), draft, read)
    assert (draft.checked_revision, signatory_ids(draft.id, draft.revision)) == (None, [])


def test_scheduled_response_that_fails_does_not_stop_the_others(institution, clock):
    writer = factories.create_staff(institution)
    drafts = []
    for headline in ("Satu", "Dua"):
        proposal = factories.create_proposal(factories.create_process(institution, threshold=0))
        draft = save_response_draft(writer, proposal, draft_content(headline=headline))
        schedule_response(writer, draft, now() + timedelta(hours=1))
        drafts.append(draft)
    with unrecorded("test settings") as session:
        broken = session.get_one(ResponseDraft, drafts[0].id)
        broken.content = {**broken.content, "decision": "no decision"}
    clock.shift(timedelta(hours=2))
    assert publish_scheduled_responses() == 1
    assert db.session.get(ResponseDraft, drafts[0].id).publish_at is None


@pytest.mark.parametrize(
    ("decision", "outside_body", "must_be_signed"),
    [("not_ours", "Dinas Provinsi", True), ("needs_study", "", False)],
)
def test_response_that_ends_the_case_must_be_signed(
    institution, proposal, decision, outside_body, must_be_signed
):
    require_signature(proposal)
    writer = factories.create_staff(institution)
    content = draft_content(decision=decision, outside_body=outside_body)
    draft = save_response_draft(writer, proposal, content)
    if must_be_signed:
        with pytest.raises(Refused, match="must sign"):
            publish_draft(writer, draft)
    else:
        assert not publish_draft(writer, draft).is_final


def test_check_is_asked_once_for_a_text_and_of_somebody(institution, proposal):
    writer = factories.create_staff(institution)
    draft = save_response_draft(writer, proposal, draft_content())
    with pytest.raises(Refused, match="No other account"):
        request_check(writer, draft)
    factories.create_staff(institution)
    request_check(writer, draft)
    with pytest.raises(Refused, match="already asked"):
        request_check(writer, draft)


def test_check_that_fails_needs_a_note(institution, proposal):
    draft = save_response_draft(factories.create_staff(institution), proposal, draft_content())
    with pytest.raises(Refused, match="missing"):
        record_check(factories.create_staff(institution), draft, draft.revision, passed=False)


def test_draft_is_published_after_required_signatures_only(institution, proposal, log):
    signatory = require_signature(proposal)
    writer = factories.create_staff(institution)
    draft = save_response_draft(writer, proposal, draft_content())
    with pytest.raises(Refused, match="must sign"):
        publish_draft(writer, draft)
    sign_response(factories.create_staff(signatory), draft, draft.revision)
    assert log()[-1].kind == "response.signed"
    publish_draft(writer, draft)
    (card,) = list_response_cards(proposal.id)
    assert card.signatories == [signatory.name]


def test_signature_of_an_institution_that_is_not_required_is_refused(institution, proposal):
    draft = save_response_draft(factories.create_staff(institution), proposal, draft_content())
    with pytest.raises(Refused, match="does not sign"):
        sign_response(factories.create_staff(), draft, draft.revision)


def test_check_is_required_by_the_coordinator_only(institution, log):
    coordinator = factories.create_institution(is_coordinator=True)
    set_check_required(factories.create_staff(coordinator), institution, is_required=True)
    assert log()[-1].kind == "setting.changed" and institution.needs_check
    with pytest.raises(Refused):
        set_check_required(factories.create_staff(institution), institution, is_required=False)
