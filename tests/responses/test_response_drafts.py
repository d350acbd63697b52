"""An answer in the making: two officers, a second pair of eyes, signatures."""

import pytest
from flask_babel import force_locale

from deliberate.database import unrecorded
from deliberate.models import ProcessInstitution
from deliberate.operations.responses import institution_settings as institution_setting_operations
from deliberate.operations.responses import response_drafts as response_draft_operations
from deliberate.operations.responses.response_publishing import publish_draft
from deliberate.permissions.decision import Refused
from deliberate.queries.responses.responses import responses_of
from tests import factories
from tests.notices.test_reminders import written


@pytest.fixture(autouse=True)
def _in_english(app):
    with force_locale("en"):
        yield


@pytest.fixture
def office(app):
    return factories.an_institution("sarpras")


@pytest.fixture
def proposal(office):
    return factories.a_proposal(factories.a_process(office))


def checked(office):
    """Let the office need a second pair of eyes."""
    with unrecorded("test settings") as session:
        office.needs_check = True
        session.add(office)


def test_saving_a_draft_is_no_act(office, proposal, log):
    officer = factories.staff(office)
    log()
    response_draft_operations.save_response_draft(officer, proposal, written())
    assert log() == []


def test_who_writes_on_an_older_draft_is_shown_the_newer(office, proposal):
    first, second = factories.staff(office), factories.staff(office)
    response_draft_operations.save_response_draft(first, proposal, written(headline="Satu"))
    with pytest.raises(response_draft_operations.WrittenMeanwhile) as meanwhile:
        response_draft_operations.save_response_draft(second, proposal, written(headline="Dua"))
    assert meanwhile.value.draft.written["headline"] == "Satu"


def test_another_institution_keeps_no_draft_on_it(office, proposal):
    publish_draft(
        factories.staff(office),
        response_draft_operations.save_response_draft(factories.staff(office), proposal, written()),
    )
    with pytest.raises(Refused, match="Another institution"):
        response_draft_operations.save_response_draft(factories.staff(), proposal, written())


def test_where_two_pairs_of_eyes_are_asked_for_one_is_not_enough(office, proposal, log):
    writer, colleague = factories.staff(office), factories.staff(office)
    checked(office)
    draft = response_draft_operations.save_response_draft(writer, proposal, written())
    with pytest.raises(Refused, match="colleague must check"):
        publish_draft(writer, draft)
    response_draft_operations.ask_check(writer, draft)
    with pytest.raises(Refused, match="Somebody else"):
        response_draft_operations.give_check(writer, draft, passed=True)
    response_draft_operations.give_check(colleague, draft, passed=True)
    publish_draft(writer, draft)
    assert [e.kind for e in log()][-3:] == ["check.asked", "check.given", "response.published"]


def test_a_change_after_the_check_needs_a_new_one(office, proposal):
    writer, colleague = factories.staff(office), factories.staff(office)
    checked(office)
    draft = response_draft_operations.save_response_draft(writer, proposal, written())
    response_draft_operations.give_check(colleague, draft, passed=True)
    response_draft_operations.save_response_draft(
        writer, proposal, written(headline="Lain"), seen=draft.revision
    )
    with pytest.raises(Refused, match="colleague must check"):
        publish_draft(writer, draft)


def test_a_check_that_finds_fault_says_what(office, proposal):
    draft = response_draft_operations.save_response_draft(
        factories.staff(office), proposal, written()
    )
    with pytest.raises(Refused, match="missing"):
        response_draft_operations.give_check(factories.staff(office), draft, passed=False)


def test_an_institution_that_must_sign_signs_before_it_is_published(office, proposal, log):
    signing = factories.an_institution("hukum")
    with unrecorded("test settings") as session:
        part = ProcessInstitution(institution_id=signing.id, part="must_sign")
        session.get_one(type(proposal.process), proposal.process_id).institutions.append(part)
    writer = factories.staff(office)
    draft = response_draft_operations.save_response_draft(writer, proposal, written())
    with pytest.raises(Refused, match="must sign"):
        publish_draft(writer, draft)
    response_draft_operations.sign_response(factories.staff(signing), draft)
    assert log()[-1].kind == "response.signed"
    publish_draft(writer, draft)
    (card,) = responses_of(proposal.id)
    assert card.signatories == [signing.name]


def test_who_need_not_sign_does_not(office, proposal):
    draft = response_draft_operations.save_response_draft(
        factories.staff(office), proposal, written()
    )
    with pytest.raises(Refused, match="does not sign"):
        response_draft_operations.sign_response(factories.staff(), draft)


def test_the_coordinator_asks_for_a_second_pair_of_eyes(office, log):
    coordinator = factories.an_institution()
    with unrecorded("test settings") as session:
        coordinator.is_coordinator = True
        session.add(coordinator)
    institution_setting_operations.require_check(factories.staff(coordinator), office, wanted=True)
    assert log()[-1].kind == "setting.changed" and office.needs_check
    with pytest.raises(Refused):
        institution_setting_operations.require_check(factories.staff(office), office, wanted=False)
