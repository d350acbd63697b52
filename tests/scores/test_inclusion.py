"""Inclusion: the stated population, declared groups, their counts, and the scores of them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberate import sealing
from deliberate.database import db, unrecorded
from deliberate.exports.suppression import redacted_scores
from deliberate.models import GroupDeclaration, Interaction
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.processes.processes import close_process
from deliberate.operations.scores.inclusion import (
    count_declared_groups,
    count_groups_of,
    declare_group,
    retract_group,
    state_population,
)
from deliberate.operations.scores.population_csv import InvalidPopulation, parse_population
from deliberate.operations.threads.comments import post_comment
from deliberate.permissions.decision import InvalidInput, Refused
from deliberate.queries.accounts.account_data import get_account_data
from deliberate.queries.log.process_figures import compare_process_figures
from deliberate.queries.scores.computed_scores import compute_scores
from deliberate.queries.scores.inclusion import (
    compare_with_population,
    count_differing_people,
    count_groups,
    list_population,
    missing_groups,
    population_hash,
)
from deliberate.vocabulary import AccountClass, PopulationField, Role, Stance
from tests import factories
from tests.log.prepared_log import tampered

AGE, DISTRICT = PopulationField.AGE, PopulationField.DISTRICT
TABLE = """field,band,share,source,year
age,17–24,0.3,BPS,2025
age,25–59,0.5,BPS,2025
age,60+,"0,2",BPS,2025
district,Sepaku,60%,Kecamatan,2024
district,Penajam,40 %,Kecamatan,2024
"""
YOUNG, MIDDLE, OLD = "17-24", "25-59", "60-plus"


@pytest.fixture
def process(app, clock):
    return factories.create_process()


@pytest.fixture
def admin(app, clock):
    return factories.create_staff(role=Role.ADMIN)


@pytest.fixture
def proposal(process, admin):
    state_population(admin, process, parse_population(TABLE).bands)
    return factories.create_proposal(process)


def take_part(proposal, **bands):
    person = factories.create_resident()
    post_comment(person, proposal, "Saya setuju.", stance=Stance.FOR)
    for field, band in bands.items():
        declare_group(person, proposal.process, PopulationField(field), band)
    return person


def seal(app):
    sealing.seal_all(sealing.load_signing_key(app.config["SETTINGS"].log_path, "1" * 64), "test")


def test_table_is_stated_with_a_hash_that_anyone_can_compute(process, admin, log):
    log()
    state_population(admin, process, parse_population(TABLE).bands)
    (entry,) = log()
    assert (entry.kind, entry.process_id) == ("population.stated", process.id)
    digest = population_hash(list_population(process.id))
    assert entry.details == {"fields": ["age", "district"], "year": 2025, "hash": digest}


def test_population_is_stated_by_administrators_of_open_processes(process, admin):
    bands = parse_population(TABLE).bands
    with pytest.raises(Refused):
        state_population(factories.create_staff(), process, bands)
    close_process(admin, process, "Selesai.")
    with pytest.raises(Refused):
        state_population(admin, process, bands)


def test_shares_are_read_as_fractions_and_as_percentages(app):
    bands = parse_population(TABLE).bands
    assert [band.share for band in bands] == [0.3, 0.5, 0.2, 0.6, 0.4]
    assert [band.band for band in bands] == [YOUNG, MIDDLE, OLD, "sepaku", "penajam"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("religion,a,0.5,BPS,2025", "Agama"),
        ("suku,a,0.5,BPS,2025", "Agama"),
        ("shoes,a,0.5,BPS,2025", "shoes"),
        ("age,a,50,BPS,2025", "50"),
        ("age,a,-0.1,BPS,2025", "-0.1"),
        ("age,a,nan,BPS,2025", "nan"),
        ("age,a,,BPS,2025", "bagian"),
        ("age,,0.5,BPS,2025", "nama"),
        ("age,a,0.5,,2025", "sumber"),
        ("age,a,0.5,BPS,3025", "3025"),
        ("age,a,0.5,BPS,", "tahun"),
    ],
)
def test_wrong_line_of_the_table_is_named_with_its_reason(app, line, reason):
    (problem,) = parse_population(f"field,band,share,source,year\n{line}\n").problems
    assert problem[0] == 2 and reason in problem[1]


def test_shares_of_a_field_must_sum_to_one(app):
    table = parse_population(TABLE.replace("0.5", "0.4"))
    assert "0,900" in table.problems[0][1]


def test_band_in_the_table_twice_is_a_problem(app):
    assert parse_population(TABLE + "age,17-24,0.1,BPS,2025\n").problems[0][0] == 7


@pytest.mark.parametrize("text", ["", "field,band\nage,a", 'field,"'])
def test_text_that_is_no_table_is_refused(app, text):
    with pytest.raises(InvalidPopulation):
        parse_population(text)


def test_log_has_the_field_and_never_the_band(process, proposal, log):
    person = take_part(proposal)
    log()
    declare_group(person, process, AGE, YOUNG)
    declare_group(person, process, AGE, OLD)
    retract_group(person, process, AGE)
    entries = [(entry.kind, entry.details) for entry in log()]
    assert entries == [
        ("group.declared", {"field": "age"}),
        ("group.declared", {"field": "age"}),
        ("group.retracted", {"field": "age"}),
    ]
    assert db.session.scalars(select(GroupDeclaration)).all() == []


def test_band_outside_the_table_is_refused(process, proposal):
    with pytest.raises(InvalidInput):
        declare_group(factories.create_resident(), process, AGE, "13-16")
    with pytest.raises(InvalidInput):
        declare_group(factories.create_resident(), process, PopulationField.GENDER, YOUNG)


def test_group_that_was_not_declared_is_not_retracted(process, proposal):
    with pytest.raises(Refused):
        retract_group(factories.create_resident(), process, AGE)


def test_groups_are_declared_by_residents_for_themselves(process, proposal):
    group = factories.create_resident()
    with unrecorded("test settings"):
        group.account_class = AccountClass.ORGANISATION
    for person in (factories.create_staff(), group):
        with pytest.raises(Refused):
            declare_group(person, process, AGE, YOUNG)


def test_closed_process_takes_no_declaration_but_lets_retract(process, proposal, admin):
    person = take_part(proposal, age=YOUNG)
    close_process(admin, process, "Selesai.")
    with pytest.raises(Refused):
        declare_group(person, process, AGE, OLD)
    retract_group(person, process, AGE)
    assert count_groups(process.id) == {}


def test_only_people_who_took_part_are_counted(process, proposal):
    take_part(proposal, age=YOUNG)
    declare_group(factories.create_resident(), process, AGE, YOUNG)
    assert count_groups(process.id) == {(AGE, YOUNG): 1}


def test_count_is_due_once_five_people_declared(process, proposal):
    for _ in range(4):
        take_part(proposal, age=YOUNG)
    assert count_declared_groups() == 0
    take_part(proposal, age=OLD)
    assert count_declared_groups() == 1
    assert count_declared_groups() == 0


def test_one_person_alone_does_not_make_a_count_due(process, proposal):
    person = take_part(proposal)
    for band in (YOUNG, OLD, YOUNG, OLD, YOUNG, OLD):
        declare_group(person, process, AGE, band)
    assert count_declared_groups() == 0


def test_fewer_than_five_are_never_counted_however_long_it_takes(process, proposal, clock):
    take_part(proposal, age=YOUNG)
    clock.shift(timedelta(days=60))
    assert count_declared_groups() == 0


def test_accounts_that_took_no_part_do_not_make_a_count_due(process, proposal, clock):
    for _ in range(9):
        declare_group(factories.create_resident(), process, AGE, YOUNG)
    take_part(proposal, age=OLD)
    assert count_differing_people(process.id) == 1
    assert count_declared_groups() == 0


def test_answer_given_again_after_a_count_is_no_difference(process, proposal, clock):
    people = [take_part(proposal, age=YOUNG) for _ in range(5)]
    assert count_declared_groups() == 1
    clock.shift(timedelta(days=1))
    for person in people:
        retract_group(person, process, AGE)
    assert count_differing_people(process.id) == 5
    for person in people:
        declare_group(person, process, AGE, YOUNG)
    assert count_differing_people(process.id) == 0
    assert count_declared_groups() == 0


def test_other_answer_after_a_count_is_a_difference(process, proposal, clock):
    person = take_part(proposal, age=YOUNG)
    count_groups_of(process.id)
    clock.shift(timedelta(days=1))
    declare_group(person, process, AGE, OLD)
    assert count_differing_people(process.id) == 1


def test_first_act_after_a_count_is_a_difference(process, proposal, clock):
    person = factories.create_resident()
    declare_group(person, process, AGE, YOUNG)
    count_groups_of(process.id)
    clock.shift(timedelta(days=1))
    post_comment(person, proposal, "Saya setuju.", stance=Stance.FOR)
    assert count_differing_people(process.id) == 1


def test_unchanged_declaration_is_refused_and_not_logged(process, proposal, log):
    person = take_part(proposal, age=YOUNG)
    log()
    with pytest.raises(InvalidInput):
        declare_group(person, process, AGE, YOUNG)
    assert log() == []


def test_count_is_logged_by_band_for_the_scores(process, proposal, log):
    take_part(proposal, age=YOUNG, district="sepaku")
    for band in (YOUNG, *[MIDDLE] * 10, *[OLD] * 12):
        take_part(proposal, age=band)
    log()
    count_groups_of(process.id)
    total, *bands = log()
    assert (total.kind, total.details) == ("groups.counted", {"round": 1, "people": 24})
    assert total.actor_id is None
    assert [band.details for band in bands] == [
        {"round": 1, "field": "age", "band": "+", "people": 12},
        {"round": 1, "field": "age", "band": OLD, "people": 12},
    ]


def test_field_whose_bands_are_all_merged_is_not_compared(app, process, proposal):
    fill(proposal, b17_24=4, b60_plus=8)
    (age, _district) = compare_with_population(process.id)
    assert (age.people, age.together, [band.people for band in age.bands]) == (12, None, [None] * 3)
    seal(app)
    findings = compute_scores(process).findings
    assert findings["IN1.1"].value is None


@pytest.mark.sqlite
def test_merged_districts_are_not_counted_as_reached(app, process, proposal, admin):
    rows = [("sepaku", 60), ("penajam", 60)]
    table = TABLE + "district,Babulu,0,Kecamatan,2024\ndistrict,Waru,0,Kecamatan,2024\n"
    state_population(admin, process, parse_population(table).bands)
    for band, people in [*rows, ("babulu", 6), ("waru", 6)]:
        for _ in range(people):
            take_part(proposal, district=band)
    count_groups_of(process.id)
    seal(app)
    districts = compute_scores(process).findings["IN2.1"]
    assert (districts.numerator, districts.denominator) == (2, 4)


@pytest.mark.sqlite
def test_scores_serve_nothing_from_which_a_small_group_follows(app, process, proposal):
    fill(proposal, b17_24=3, b25_59=70, b60_plus=40)
    seal(app)
    scores = compute_scores(process)
    groups = scores.facts["group_facts"]
    assert sorted(zip(groups["band"], groups["people"].tolist(), strict=True)) == [
        ("+", 43),
        (MIDDLE, 70),
    ]
    details = scores.to_dict()["indicators"]["IN1.1"]["parts"]["fields"]["age"]
    assert details["n"] == 113
    assert details["dissimilarity"] == pytest.approx(70 / 113 - 0.5, abs=1e-3)
    assert redacted_scores(scores, 10).to_json() == scores.to_json()


def test_new_table_deletes_the_last_count_until_the_next(app, process, proposal, admin):
    fill(proposal, b25_59=12, b60_plus=14)
    state_population(admin, process, parse_population(TABLE).bands)
    assert [field.people for field in compare_with_population(process.id)] == [None, None]
    assert list(compare_process_figures(db.session())) == []
    seal(app)
    assert len(compute_scores(process).facts["group_facts"]["people"]) == 0
    assert count_declared_groups() == 0


def test_account_that_is_no_longer_one_person_takes_its_declaration_back(process, proposal):
    person = take_part(proposal, age=YOUNG)
    with unrecorded("test settings"):
        person.account_class = AccountClass.ORGANISATION
    retract_group(person, process, AGE)
    assert db.session.scalars(select(GroupDeclaration)).all() == []


def fill(proposal, **bands):
    """Let people take part, so many of each band of the age."""
    for band, people in bands.items():
        for _ in range(people):
            take_part(proposal, age=band.removeprefix("b").replace("_", "-"))
    count_groups_of(proposal.process.id)


def test_groups_under_ten_are_not_shown_and_nor_is_what_would_reveal_them(process, proposal):
    fill(proposal, b17_24=3, b25_59=25, b60_plus=12)
    (age, _district) = compare_with_population(process.id)
    assert [band.people for band in age.bands] == [None, 25, None]
    assert (age.people, age.together.people) == (40, 15)
    assert list(age.together.names) == ["17–24", "60+"]


def test_field_with_fewer_than_ten_people_shows_nothing(process, proposal):
    fill(proposal, b17_24=5, b25_59=4)
    (age, district) = compare_with_population(process.id)
    assert [band.people for band in age.bands] == [None, None, None]
    assert (age.people, age.together, district.people) == (None, None, None)


def test_missing_group_is_one_that_chance_does_not_explain(process, proposal):
    fill(proposal, b17_24=15, b25_59=15, b60_plus=30)
    fields = compare_with_population(process.id)
    ((field, band),) = missing_groups(fields)
    assert (field, list(band.names)) == (AGE, ["25–59"])


def test_erased_person_leaves_no_declaration(process, proposal):
    person = take_part(proposal, age=YOUNG)
    erase_account(person, factories.PASSPHRASE)
    assert db.session.scalars(select(GroupDeclaration)).all() == []
    assert count_groups(process.id) == {}


def test_download_of_own_data_has_the_declared_band(process, proposal):
    person = take_part(proposal, age=YOUNG)
    (row,) = get_account_data(person)["declared_groups"]
    assert (row["field"], row["band"]) == ("age", YOUNG)


def test_new_table_without_a_band_no_longer_counts_it(process, proposal, admin):
    take_part(proposal, age=YOUNG)
    state_population(admin, process, parse_population(TABLE.replace("17–24", "18–24")).bands)
    assert count_groups(process.id) == {}


def test_no_row_of_the_log_names_person_and_band(process, proposal):
    fill(proposal, b17_24=1, b25_59=11, b60_plus=10)
    named = [row for row in db.session.scalars(select(Interaction)) if MIDDLE in str(row.details)]
    assert named and all(row.actor_id is None for row in named)


@pytest.mark.sqlite
def test_scores_follow_the_last_count_once_a_hundred_declared(app, process, proposal):
    for k in range(100):
        age = {0: YOUNG, 1: OLD}.get(k % 10, MIDDLE)
        take_part(proposal, age=age, district="sepaku" if k % 5 else "penajam")
    count_groups_of(process.id)
    seal(app)
    scores = compute_scores(process)
    likeness, districts = scores.findings["IN1.1"], scores.findings["IN2.1"]
    assert (likeness.state, likeness.n) == ("value", 100)
    assert likeness.value == pytest.approx((0.3 + 0.2) / 2, abs=0.05)
    assert (districts.numerator, districts.denominator) == (2, 2)
    take_part(proposal, age=OLD)
    seal(app)
    assert compute_scores(process).findings["IN1.1"].value == likeness.value


def test_scores_without_a_population_say_that_the_source_is_missing(app, process):
    factories.create_proposal(process)
    seal(app)
    assert compute_scores(process).findings["IN1.1"].reason == "source"


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("UPDATE population_band SET share_millionths = 1", "population_band"),
        ("DELETE FROM population_band WHERE band = 'sepaku'", "population_band"),
        ("UPDATE group_count SET people = people + 1", "group_count"),
        ("DELETE FROM group_count", "group_count"),
    ],
)
def test_check_of_the_log_finds_changed_figures(process, proposal, statement, table):
    fill(proposal, b17_24=10)
    assert list(compare_process_figures(db.session())) == []
    with tampered(statement) as session:
        (fault,) = compare_process_figures(session)
    assert fault.table == table
