"""An answer in the making: two officers, a second pair of eyes, signatures."""

import pytest
from flask_babel import force_locale

from deliberate.database import unrecorded
from deliberate.models import ProcessInstitution
from deliberate.operations import drafting, offices
from deliberate.operations.publishing import publish_draft
from deliberate.permissions import Refused
from deliberate.queries.responses import responses_of
from tests import city
from tests.notifications.test_reminders import written


@pytest.fixture(autouse=True)
def _in_english(app):
    with force_locale("en"):
        yield


@pytest.fixture
def office(app):
    return city.an_institution("sarpras")


@pytest.fixture
def proposal(office):
    return city.a_proposal(city.a_process(office))


def checked(office):
    """Let the office need a second pair of eyes."""
    with unrecorded("test settings") as session:
        office.needs_check = True
        session.add(office)


def test_saving_a_draft_is_no_act(office, proposal, log):
    officer = city.staff(office)
    log()
    drafting.save_response_draft(officer, proposal, written())
    assert log() == []


def test_who_writes_on_an_older_draft_is_shown_the_newer(office, proposal):
    first, second = city.staff(office), city.staff(office)
    drafting.save_response_draft(first, proposal, written(headline="Satu"))
    with pytest.raises(drafting.WrittenMeanwhile) as meanwhile:
        drafting.save_response_draft(second, proposal, written(headline="Dua"))
    assert meanwhile.value.draft.written["headline"] == "Satu"


def test_another_institution_keeps_no_draft_on_it(office, proposal):
    publish_draft(
        city.staff(office), drafting.save_response_draft(city.staff(office), proposal, written())
    )
    with pytest.raises(Refused, match="Another institution"):
        drafting.save_response_draft(city.staff(), proposal, written())


def test_where_two_pairs_of_eyes_are_asked_for_one_is_not_enough(office, proposal, log):
    writer, colleague = city.staff(office), city.staff(office)
    checked(office)
    draft = drafting.save_response_draft(writer, proposal, written())
    with pytest.raises(Refused, match="colleague must check"):
        publish_draft(writer, draft)
    drafting.ask_check(writer, draft)
    with pytest.raises(Refused, match="Somebody else"):
        drafting.give_check(writer, draft, passed=True)
    drafting.give_check(colleague, draft, passed=True)
    publish_draft(writer, draft)
    assert [e.kind for e in log()][-3:] == ["check.asked", "check.given", "response.published"]


def test_a_change_after_the_check_needs_a_new_one(office, proposal):
    writer, colleague = city.staff(office), city.staff(office)
    checked(office)
    draft = drafting.save_response_draft(writer, proposal, written())
    drafting.give_check(colleague, draft, passed=True)
    drafting.save_response_draft(writer, proposal, written(headline="Lain"), seen=draft.revision)
    with pytest.raises(Refused, match="colleague must check"):
        publish_draft(writer, draft)


def test_a_check_that_finds_fault_says_what(office, proposal):
    draft = drafting.save_response_draft(city.staff(office), proposal, written())
    with pytest.raises(Refused, match="missing"):
        drafting.give_check(city.staff(office), draft, passed=False)


def test_an_institution_that_must_sign_signs_before_it_is_published(office, proposal, log):
    signing = city.an_institution("hukum")
    with unrecorded("test settings") as session:
        part = ProcessInstitution(institution_id=signing.id, part="must_sign")
        session.get_one(type(proposal.process), proposal.process_id).institutions.append(part)
    writer = city.staff(office)
    draft = drafting.save_response_draft(writer, proposal, written())
    with pytest.raises(Refused, match="must sign"):
        publish_draft(writer, draft)
    drafting.sign_response(city.staff(signing), draft)
    assert log()[-1].kind == "response.signed"
    publish_draft(writer, draft)
    (card,) = responses_of(proposal.id)
    assert card.signatories == [signing.name]


def test_who_need_not_sign_does_not(office, proposal):
    draft = drafting.save_response_draft(city.staff(office), proposal, written())
    with pytest.raises(Refused, match="does not sign"):
        drafting.sign_response(city.staff(), draft)


def test_the_coordinator_asks_for_a_second_pair_of_eyes(office, log):
    coordinator = city.an_institution()
    with unrecorded("test settings") as session:
        coordinator.is_coordinator = True
        session.add(coordinator)
    offices.require_check(city.staff(coordinator), office, wanted=True)
    assert log()[-1].kind == "setting.changed" and office.needs_check
    with pytest.raises(Refused):
        offices.require_check(city.staff(office), office, wanted=False)
