"""First steps of an administrator: what is missing, from an empty database to the first process."""

import pytest

from deliberate.models import Process
from deliberate.operations.accounts.verified_residents import create_resident_codes
from deliberate.operations.moderation.rules import publish_rules
from deliberate.queries.processes.first_steps import Step, list_first_steps
from deliberate.vocabulary import Role
from tests import factories
from tests.client import anonymous_client, signed_in_client

PAGE = "/en/desk/first-steps"


@pytest.fixture
def admin(app, clock):
    return factories.account_operations.create_account(
        None, "kepala", "Ibu Kepala", factories.PASSPHRASE, Role.ADMIN
    )


def missing(app):
    return [row.step for row in list_first_steps(app.config["SETTINGS"]) if not row.is_done]


def test_first_steps_are_derived_from_the_data(app, admin):
    assert missing(app) == list(Step)
    client = signed_in_client(app, admin)
    page = client.get(PAGE).text
    assert "12 steps are missing" in page and "Everything is set up" not in page
    assert "12 steps are missing" in client.get("/en/desk").text
    for path in ("institutions", "invitations", "rules", "residents", "processes/new"):
        assert f'href="/en/desk/{path}' in page
    office = factories.create_institution("air")
    factories.create_staff(office)
    factories.create_staff(role=Role.ADMIN)
    publish_rules(admin, "Sopan.", "Be polite.")
    create_resident_codes(admin, 1, "Sepaku")
    factories.create_process(office)
    assert missing(app) == [Step.NAME, Step.MAIL, Step.COORDINATOR]
    assert "3 steps are missing" in client.get(PAGE).text


def test_imported_process_is_no_process_of_this_platform(app, admin):
    process = factories.create_process(source="decidim")
    assert isinstance(process, Process)
    assert {Step.PROCESS, Step.PHASES, Step.OPENING} <= set(missing(app))


def test_first_steps_are_for_administrators(app, admin):
    for role in (Role.STAFF, Role.MODERATOR, Role.EVALUATOR, Role.RESEARCHER, Role.RESIDENT):
        assert signed_in_client(app, factories.create_staff(role=role)).get(PAGE).status_code == 403
    assert "sign_in_name" in anonymous_client(app).get(PAGE).text
