"""Pages of inclusion: the table of the population, own answers, who takes part."""

import io
import re

import pytest

from deliberate.operations.processes.processes import close_process
from deliberate.operations.scores.inclusion import (
    count_groups_of,
    declare_group,
    state_population,
)
from deliberate.operations.scores.population_csv import parse_population
from deliberate.queries.scores.inclusion import list_population, own_declarations
from deliberate.vocabulary import PopulationField, Role
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.scores.test_inclusion import MIDDLE, OLD, TABLE, YOUNG, take_part


@pytest.fixture
def process(app, clock):
    return factories.create_process()


@pytest.fixture
def admin(app, clock):
    return factories.create_staff(role=Role.ADMIN)


@pytest.fixture
def stated(process, admin):
    state_population(admin, process, parse_population(TABLE).bands)
    return process


def desk(process) -> str:
    return f"/en/desk/processes/{process.slug}/population"


def own(process) -> str:
    return f"/en/processes/{process.slug}/groups"


def test_table_is_shown_as_read_and_stored_after_the_confirmation(app, process, admin):
    client = signed_in_client(app, admin)
    assert desk(process) in client.get(f"/en/desk/processes/{process.slug}").text
    preview = submit_form(client, desk(process), f"{desk(process)}/state", table=TABLE)
    assert preview.status_code == 200 and "This is how the table was read" in preview.text
    assert list_population(process.id) == []
    fields = {"table": TABLE, "confirm": "1"}
    done = submit_form(client, desk(process), f"{desk(process)}/state", **fields)
    factories.reload(process)
    assert done.status_code == 303 and len(list_population(process.id)) == 5
    assert "17–24" in client.get(desk(process)).text


def test_uploaded_table_is_read_like_a_pasted_one(app, process, admin):
    client = signed_in_client(app, admin)
    file = (io.BytesIO(TABLE.encode()), "penduduk.csv")
    preview = submit_form(client, desk(process), f"{desk(process)}/state", file=file)
    assert preview.status_code == 200 and "60+" in preview.text


def test_wrong_table_comes_back_with_its_lines_and_stores_nothing(app, process, admin):
    client = signed_in_client(app, admin)
    wrong = TABLE + "religion,a,0.5,BPS,2025\n"
    fields = {"table": wrong, "confirm": "1"}
    response = submit_form(client, desk(process), f"{desk(process)}/state", **fields)
    assert response.status_code == 422 and "Religion and ethnicity are not asked" in response.text
    assert "religion,a,0.5" in response.text
    assert list_population(process.id) == []


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.ADMIN, Role.SYSTEM}])
def test_population_page_is_for_administrators(app, process, role):
    client = signed_in_client(app, factories.create_staff(role=role))
    assert client.get(desk(process)).status_code == 403


def test_resident_answers_one_field_changes_it_and_takes_it_back(app, stated):
    person = factories.create_resident()
    client = signed_in_client(app, person)
    for band in (YOUNG, OLD):
        fields = {"age-band": band}
        assert submit_form(client, own(stated), f"{own(stated)}/age", **fields).status_code == 303
        factories.reload(person)
        assert own_declarations(person, stated) == {"age": band}
    chosen = re.findall(r"<input[^>]*checked[^>]*>", client.get(own(stated)).text)
    assert len(chosen) == 1 and OLD in chosen[0]
    assert submit_form(client, own(stated), f"{own(stated)}/age/retract").status_code == 303
    factories.reload(person)
    assert own_declarations(person, stated) == {}


def test_answer_to_a_field_that_is_no_longer_asked_is_taken_back(app, stated, admin):
    person = factories.create_resident()
    declare_group(person, stated, PopulationField.AGE, YOUNG)
    lines = [line for line in TABLE.splitlines() if not line.startswith("age")]
    state_population(admin, stated, parse_population("\n".join(lines)).bands)
    client = signed_in_client(app, person)
    assert "no longer asked" in client.get(own(stated)).text
    assert submit_form(client, own(stated), f"{own(stated)}/age/retract").status_code == 303
    factories.reload(person)
    assert own_declarations(person, stated) == {}


def test_page_of_a_closed_process_links_own_answers(app, stated, admin):
    close_process(admin, stated, "Selesai.")
    page = anonymous_client(app).get(f"/en/processes/{stated.slug}/inclusion").text
    assert own(stated) in page


def test_empty_answer_is_an_error_at_its_field_alone(app, stated):
    client = signed_in_client(app, factories.create_resident())
    response = submit_form(client, own(stated), f"{own(stated)}/age")
    assert response.status_code == 422 and response.text.count("Choose one of these.") == 2
    assert 'id="age-band-error"' in response.text


def test_unknown_field_is_not_found(app, stated):
    client = signed_in_client(app, factories.create_resident())
    for field in ("religion", "gender"):
        assert submit_form(client, own(stated), f"{own(stated)}/{field}").status_code == 404


def test_staff_read_why_they_cannot_answer(app, stated):
    page = signed_in_client(app, factories.create_staff()).get(own(stated)).text
    assert "does not have the role" in page and "age-band" not in page


def test_page_names_who_is_missing_without_small_groups(app, stated):
    proposal = factories.create_proposal(stated)
    for band, people in ((YOUNG, 3), (MIDDLE, 12), (OLD, 45)):
        for _ in range(people):
            take_part(proposal, age=band)
    count_groups_of(stated.id)
    app.extensions["page_cache"].clear()
    page = anonymous_client(app).get(f"/en/processes/{stated.slug}/inclusion").text
    text = " ".join(re.sub(r"<[^>]*>", " ", page).split())
    assert "Rarer here than in the population: Age 17–24, 25–59 (25 instead of 80 of 100)." in text
    assert text.count("not shown") >= 2 and "5%" not in text.replace("75%", "").replace("25%", "")


def test_people_who_announce_read_who_is_missing(app, stated):
    proposal = factories.create_proposal(stated)
    for _ in range(30):
        take_part(proposal, age=OLD)
    for _ in range(12):
        take_part(proposal, age=MIDDLE)
    count_groups_of(stated.id)
    client = signed_in_client(app, factories.create_staff(role=Role.ADMIN))
    assert "Rarer here" in client.get(f"/en/desk/processes/{stated.slug}/news").text


def test_process_without_figures_says_so(app, process):
    page = anonymous_client(app).get(f"/en/processes/{process.slug}/inclusion")
    assert page.status_code == 200 and "no figures of the population yet" in page.text
