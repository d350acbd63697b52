"""Pages for the set-up of processes by administrators."""

import re
from datetime import timedelta

import pytest

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import ProcessInstitution
from deliberate.operations.accounts.verified_residents import create_resident_codes
from deliberate.operations.proposals.supports import support_proposal
from deliberate.queries.processes.process_setup import get_process_for_setup
from deliberate.recording import recorded
from deliberate.vocabulary import PhaseKind, PhaseSwitch, Role
from deliberate.vocabulary.events.scores import AssessmentFrozen
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form

DESK = "/en/desk/processes"
FIELDS = {
    "slug": "jalan-teduh",
    "title": "Jalan teduh",
    "question": "Apa yang didahulukan?",
    "open_points": "Urutan",
    "fixed_points": "Anggaran",
    "support_threshold": "1.000",
    "response_days": "20",
    "timezone": "Asia/Makassar",
    "calendar": "ID",
}
PAGES = (
    "/processes",
    "/processes/new",
    "/processes/{slug}",
    "/processes/{slug}/phases/ideas",
    "/processes/{slug}/check",
    "/processes/{slug}/days",
    "/calendar",
    "/rules",
)


@pytest.fixture
def client(app, clock):
    return signed_in_client(app, factories.create_staff(role=Role.ADMIN))


@pytest.fixture
def planned(client):
    submit_form(client, f"{DESK}/new", **FIELDS)
    db.session.rollback()
    return get_process_for_setup("jalan-teduh")


@pytest.mark.parametrize("page", PAGES)
def test_process_setup_pages_are_restricted_to_administrators(app, client, planned, page):
    url = "/en/desk" + page.format(slug=planned.slug)
    assert client.get(url).status_code == 200
    for role in (Role.STAFF, Role.MODERATOR, Role.EVALUATOR, Role.RESIDENT):
        assert signed_in_client(app, factories.create_staff(role=role)).get(url).status_code == 403
    assert "sign_in_name" in anonymous_client(app).get(url).text


def test_process_is_planned_scheduled_checked_and_opened_by_forms(app, client, log):
    office, partner = factories.create_institution("air"), factories.create_institution("jalan")
    factories.create_staff(role=Role.MODERATOR)
    log()
    fields = {**FIELDS, "lead": office.id, "must_sign": partner.id}
    assert submit_form(client, f"{DESK}/new", **fields).status_code == 303
    url = f"{DESK}/jalan-teduh"
    for address in ("/en/processes/jalan-teduh", "/en/scores/jalan-teduh"):
        assert anonymous_client(app).get(address).status_code == 404
    assert "It cannot be opened yet" in client.get(f"{url}/check").text
    dates = {"opens": "2026-03-02", "closes": "2026-03-20", "switches": ["propose", "comment"]}
    assert submit_form(client, f"{url}/phases/ideas", **dates).status_code == 303
    check_page = client.get(f"{url}/check").text
    assert "Nothing is missing" in check_page and "No assessment before the process" in check_page
    assert submit_form(client, f"{url}/check", f"{url}/open").status_code == 303
    assert [entry.kind for entry in log()] == [
        "process.planned",
        "phase.scheduled",
        "process.opened",
    ]
    page = anonymous_client(app).get("/en/processes/jalan-teduh").text
    for text in ("Apa yang didahulukan?", "Urutan", "Anggaran", "1,000", "must sign"):
        assert text in page
    process = get_process_for_setup("jalan-teduh")
    assert process.allows(PhaseSwitch.PROPOSE, now())
    assert not process.allows(PhaseSwitch.VOTE, now())


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": ""}, "title"),
        ({"question": ""}, "question"),
        ({"slug": "new"}, "slug"),
        ({"slug": "Jalan Teduh"}, "slug"),
        ({"slug": "sudah-ada"}, "slug"),
        ({"support_threshold": "0"}, "support_threshold"),
        ({"support_threshold": "banyak"}, "support_threshold"),
        ({"response_days": "9999"}, "response_days"),
        ({"timezone": "../etc/passwd"}, "timezone"),
        ({"calendar": "ZZ"}, "calendar"),
        ({"calendar": "ID-"}, "calendar"),
        ({"lead": "999999"}, "lead"),
        ({"decides": "x" * 4001}, "decides"),
    ],
)
def test_process_form_shows_error_at_the_field_and_preserves_input(client, log, fields, field):
    submit_form(client, f"{DESK}/new", **{**FIELDS, "slug": "sudah-ada"})
    log()
    response = submit_form(
        client, f"{DESK}/new", **{**FIELDS, "question_en": "What first?", **fields}
    )
    assert response.status_code == 422 and log() == []
    assert f'id="{field}-error"' in response.text and "What first?" in response.text


def test_process_form_rejects_institution_with_two_parts(client, log):
    office = factories.create_institution()
    log()
    fields = {**FIELDS, "lead": office.id, "consulted": office.id}
    assert submit_form(client, f"{DESK}/new", **fields).status_code == 422 and log() == []


@pytest.mark.parametrize(
    "dates",
    [
        {"opens": "2026-03-20", "closes": "2026-03-02"},
        {"opens": "besok", "closes": "2026-03-02"},
        {"opens": "2026-03-02", "closes": ""},
        {"opens": "2026-03-02", "closes": "9999-12-31"},
        {"opens": "0001-01-01", "closes": "2026-03-02"},
    ],
)
def test_phase_form_shows_error_for_impossible_dates(client, planned, log, dates):
    log()
    response = submit_form(client, f"{DESK}/jalan-teduh/phases/ideas", **dates)
    assert response.status_code == 422 and log() == []
    assert 'class="error-text"' in response.text


def test_phase_form_shows_refusal_for_overlap_and_preserves_input(client, planned, log):
    phases = f"{DESK}/jalan-teduh/phases"
    submit_form(client, f"{phases}/ideas", opens="2026-03-02", closes="2026-03-20")
    log()
    response = submit_form(client, f"{phases}/discussion", opens="2026-03-20", closes="2026-03-30")
    assert response.status_code == 422 and log() == []
    assert "do not overlap" in response.text and 'value="2026-03-30"' in response.text
    assert client.get(f"{phases}/lotre").status_code == 404


def test_process_changes_are_shown_on_the_public_page(app, client):
    process = factories.create_process()
    url, days = f"{DESK}/{process.slug}", now() + timedelta(days=30)
    fields = {**FIELDS, "support_threshold": "3", "title": process.title}
    response = submit_form(client, url, **fields)
    assert response.status_code == 422 and "Give a reason" in response.text
    assert submit_form(client, url, **fields, reason="Kotanya tumbuh.").status_code == 303
    phase = f"{url}/phases/{PhaseKind.DISCUSSION}"
    opens = client.get(phase).text.split('name="opens"')[1].split('value="')[1][:10]
    moved = {"opens": opens, "closes": f"{days:%Y-%m-%d}", "switches": "comment"}
    assert submit_form(client, phase, **moved, reason="Libur panjang.").status_code == 303
    page = anonymous_client(app).get(f"/id/processes/{process.slug}").text
    assert "Kotanya tumbuh." in page and "Libur panjang." in page
    assert page.index("Libur panjang.") < page.index("Kotanya tumbuh.")


def test_days_off_are_added_and_removed_by_forms(client, planned):
    url = f"{DESK}/jalan-teduh/days"
    assert submit_form(client, url, day="2026-03-03", name="Pindah kantor").status_code == 303
    assert "Pindah kantor" in client.get(url).text
    assert submit_form(client, url, day="3 Maret", name="").status_code == 422
    assert submit_form(client, url, f"{url}/end", day="2026-03-03").status_code == 303
    assert "Pindah kantor" not in client.get(url).text
    assert submit_form(client, url, f"{url}/end", day="2026-03-03").status_code == 404


def test_rules_are_shown_on_the_public_page_in_both_languages(app, client):
    url = "/en/desk/rules"
    assert submit_form(client, url, body="Bicara sopan.", body_en="").status_code == 422
    assert submit_form(client, url, body="Bicara sopan.", body_en="Be civil.").status_code == 303
    submit_form(client, url, body="Bicara **sopan** saja.", body_en="Be civil only.")
    assert "Bicara <strong>sopan</strong> saja." in anonymous_client(app).get("/id/rules").text
    assert "Be civil only." in anonymous_client(app).get("/en/rules").text
    assert "Be civil." in anonymous_client(app).get("/en/rules/1").text
    assert anonymous_client(app).get("/en/rules/3").status_code == 404


def test_process_is_closed_by_form(app, client):
    process = factories.create_process()
    url = f"{DESK}/{process.slug}"
    assert submit_form(client, f"{url}/close", reason="Over.").status_code == 303
    assert (
        "This process is closed" in anonymous_client(app).get(f"/en/processes/{process.slug}").text
    )
    assert submit_form(client, url, **FIELDS).status_code == 422


def test_process_check_links_everything_missing_to_the_field_or_page_for_it(client):
    title = {**FIELDS, "open_points": "", "fixed_points": ""}
    assert submit_form(client, f"{DESK}/new", **title).status_code == 303
    check = client.get(f"{DESK}/jalan-teduh/check").text
    missing = check.partition("It cannot be opened yet")[2].partition("</ul>")[0]
    links = re.findall(r'<li>\s*([^<]+?)\s*<a href="([^"]+)"', missing)
    assert ("Two moderators from different units are needed.", "/en/desk/invitations") in links
    assert len(links) == missing.count("<li>") == 4
    for _reason, link in links:
        path, _hash, anchor = link.partition("#")
        page = client.get(path)
        assert page.status_code == 200 and (not anchor or f'id="{anchor}"' in page.text)


def test_phase_without_dates_suggests_what_is_usual_for_its_kind(client, planned):
    page = client.get(f"{DESK}/jalan-teduh/phases/ideas").text
    chosen = [
        re.search(r'value="(\w+)"', tag)[1]
        for tag in re.findall(r"<input[^>]*>", page)
        if 'name="switches"' in tag and re.search(r"\bchecked\b", tag)
    ]
    assert sorted(chosen) == ["comment", "propose", "revise", "support"]


@pytest.mark.parametrize(
    ("switches", "warns"), [([], True), (["respond"], True), (["vote"], False)]
)
def test_process_check_warns_where_residents_can_do_nothing(client, planned, switches, warns):
    dates = {"opens": "2026-03-02", "closes": "2026-03-20", "switches": switches}
    submit_form(client, f"{DESK}/jalan-teduh/phases/ideas", **dates)
    page = client.get(f"{DESK}/jalan-teduh/check").text
    assert ("Residents can do nothing in it" in page) is warns


def test_process_page_names_the_leading_institution_first_and_asks_for_the_first_proposal(
    app, clock
):
    lead, partner = factories.create_institution("air"), factories.create_institution("jalan")
    process = factories.create_process(lead)
    with unrecorded("an institution that was chosen before the leading one") as session:
        member = session.merge(process).institutions[0]
        member.institution_id, member.part = partner.id, "must_sign"
        session.add(ProcessInstitution(process_id=process.id, institution_id=lead.id, part="lead"))
    visitor, url = anonymous_client(app), f"/en/processes/{process.slug}"
    page = visitor.get(url).text
    assert page.index("Kantor air") < page.index("Kantor jalan")
    assert "Write the first proposal" in page and "Read 0 proposals" not in page
    factories.create_proposal(process)
    page = visitor.get(url).text
    assert "Read 1 proposal" in page and "Write the first proposal" not in page


def test_process_check_warns_without_ex_ante_assessment(client, planned):
    url = f"{DESK}/jalan-teduh/check"
    for stage, asked in (("ex_post", True), ("ex_ante", False)):
        with recorded(None, AssessmentFrozen) as act:
            act.about(planned, stage=stage, hash="0" * 64)
        assert ("No assessment before" in client.get(url).text) is asked


def test_process_with_owed_responses_closes_only_if_the_duty_is_confirmed(app, clock, log):
    institution = factories.create_institution("dinas")
    process = factories.create_process(institution, threshold=1)
    proposal = factories.create_proposal(process)
    support_proposal(factories.create_resident(), proposal)
    client = signed_in_client(app, factories.create_staff(role=Role.ADMIN))
    place = f"/en/desk/processes/{process.slug}/close"
    page = client.get(place).text
    assert "1 response" in page and institution.name in page
    refused = submit_form(client, place, reason="Over.")
    assert refused.status_code == 422 and "still owed" in refused.text and "Over." in refused.text
    assert process.closed_at is None
    log()
    assert submit_form(client, place, reason="Over.", keeps_duty="y").status_code == 303
    (entry,) = log()
    assert entry.details == {"owed": 1, "reason_given": 1}
    page = anonymous_client(app).get(f"/en/processes/{process.slug}").text
    assert "Over." in page and "Responses still owed" in page and institution.name in page
    assert proposal.title in anonymous_client(app).get("/en/").text.split("Waiting longest")[1]


def test_process_closes_with_a_reason_alone_if_nothing_is_owed(app, log):
    process = factories.create_process()
    client = signed_in_client(app, factories.create_staff(role=Role.ADMIN))
    place = f"/en/desk/processes/{process.slug}/close"
    assert submit_form(client, place, reason=" ").status_code == 422
    log()
    assert submit_form(client, place, reason="Over.").status_code == 303
    assert log()[-1].details == {"owed": 0, "reason_given": 1}


def test_process_is_closed_once_and_only_if_it_was_opened(app, client, planned, log):
    process = factories.create_process()
    url = f"{DESK}/{process.slug}/close"
    assert submit_form(client, url, reason="Over.").status_code == 303
    log()
    for place in (url, f"{DESK}/{planned.slug}/close"):
        assert "Close it now" not in client.get(place).text
        assert submit_form(client, f"{DESK}/{planned.slug}", place, reason="x").status_code >= 400
    assert log() == []


def test_topics_and_areas_are_set_up_changed_and_copied(app, client):
    lists = {"topics": "Air bersih | Clean water\n\nJalan", "areas": "Sepaku\nsepaku"}
    twice = submit_form(client, f"{DESK}/new", **FIELDS, **lists)
    assert twice.status_code == 422 and "“sepaku” is there twice." in twice.text
    assert "Air bersih | Clean water" in twice.text
    lists["areas"] = "Sepaku\nPemaluan"
    assert submit_form(client, f"{DESK}/new", **FIELDS, **lists, allows_other="y").location
    db.session.rollback()
    process = get_process_for_setup("jalan-teduh")
    topics = [["Air bersih", "Clean water"], ["Jalan", ""]]
    assert (process.topics, process.areas) == (topics, ["Sepaku", "Pemaluan"])
    assert process.allows_other
    assert (
        "Air bersih | Clean water\nJalan</textarea>" in client.get(f"{DESK}/jalan-teduh/copy").text
    )
    changed = submit_form(client, f"{DESK}/jalan-teduh", **FIELDS, topics="Jalan | Roads", areas="")
    assert changed.status_code == 303
    factories.reload(process)
    assert (process.topics, process.areas) == ([["Jalan", "Roads"]], [])
    assert not process.allows_other


def test_new_process_begins_with_the_areas_of_the_lists_of_residents(app, client):
    create_resident_codes(factories.create_staff(role=Role.ADMIN), 1, "Bumi Harapan")
    assert "Bumi Harapan</textarea>" in client.get(f"{DESK}/new").text
