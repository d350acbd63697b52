"""Public pages of processes and the home page."""

from datetime import timedelta

from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import Process
from deliberate.operations.processes import processes as process_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.responses import responses as response_operations
from deliberate.vocabulary import PhaseKind, PhaseSwitch, ResponseDecision, Role
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.statement_counter import record_queries


def test_process_page_states_limits_and_who_decides(app):
    institution = factories.create_institution("air")
    process = factories.create_process(institution, decides="Kantor Air memutuskan.")
    page = anonymous_client(app).get(f"/id/processes/{process.slug}").text
    for text in ("Jalan teduh", "Apa yang didahulukan?", "Urutan", "Anggaran"):
        assert text in page
    assert "Kantor Air memutuskan." in page
    assert "Kantor air" in page
    assert f'href="/processes/{process.slug}/calendar.ics?lang=id"' in page


def test_process_page_in_english_falls_back_to_indonesian(app):
    process = factories.create_process(title_en="Shaded streets")
    page = anonymous_client(app).get(f"/en/processes/{process.slug}").text
    assert "Shaded streets" in page
    assert "Apa yang didahulukan?" in page


def test_process_that_is_planned_is_not_found(app):
    planned = Process(slug="rancangan", title="Rancangan")
    with unrecorded("test settings") as session:
        session.add(planned)
    assert anonymous_client(app).get("/id/processes/rancangan").status_code == 404


def test_process_page_offers_proposals_while_the_phase_permits(app, clock):
    process = factories.create_process(days=10)
    assert "Buat usulan" in anonymous_client(app).get(f"/id/processes/{process.slug}").text
    clock.shift(timedelta(days=20))
    page = anonymous_client(app).get(f"/id/processes/{process.slug}").text
    assert "Buat usulan" not in page
    assert "tidak menerima usulan baru" in page


def test_process_follow_and_unfollow_are_one_act_each(app, log):
    process, person = factories.create_process(), factories.create_resident()
    client, address = signed_in_client(app, person), f"/id/processes/{process.slug}"
    log()
    assert submit_form(client, address, f"{address}/follow").status_code == 303
    assert 'aria-pressed="true"' in client.get(address).text
    assert submit_form(client, address, f"{address}/follow/end").status_code == 303
    assert 'aria-pressed="true"' not in client.get(address).text
    assert [entry.kind for entry in log()] == ["follow.started", "follow.ended"]


def test_process_follow_needs_sign_in(app, log):
    process = factories.create_process()
    log()
    response = anonymous_client(app).post(f"/id/processes/{process.slug}/follow")
    assert (response.status_code, log()) == (401, [])


def test_process_that_is_closed_stays_readable(app):
    process = factories.create_process()
    process_operations.close_process(
        factories.create_staff(role=Role.ADMIN), process, "Semua usulan dijawab."
    )
    page = anonymous_client(app).get(f"/id/processes/{process.slug}").text
    assert "Proses ini sudah ditutup" in page
    assert "Urutan" in page and "Semua usulan dijawab." in page


def test_processes_list_is_paginated(app):
    titles = [factories.create_process().title for _ in range(22)]
    first = anonymous_client(app).get("/id/processes").text
    assert first.count("Jalan teduh") == 20
    after = first.split("after=")[1].split('"')[0]
    rest = anonymous_client(app).get(f"/id/processes?after={after}").text
    assert rest.count("Jalan teduh") == len(titles) - 20
    assert "after=" not in rest.split("<main")[1]


def test_processes_list_without_processes_explains_why(app):
    page = anonymous_client(app).get("/id/processes").text
    assert "Belum ada proses yang dibuka" in page
    assert "/id/help" in page


def test_home_page_without_content_explains_why(app):
    page = anonymous_client(app).get("/en/").text
    for text in ("Nothing is open now", "No response is published yet", "Nothing is waiting"):
        assert text in page


def test_home_page_without_open_phase_names_the_next_one(app, clock):
    process = factories.create_process(days=2)
    clock.shift(timedelta(days=5))
    factories.add_phase(
        process, PhaseKind.REVIEW, now() + timedelta(days=5), 10, PhaseSwitch.COMMENT
    )
    page = anonymous_client(app).get("/en/").text
    assert "Nothing is open now" in page
    assert "12 Mar 2026" in page


def test_home_page_lists_closing_answered_and_waiting(app, clock):
    institution = factories.create_institution("air")
    process = factories.create_process(institution, threshold=1)
    answered, waiting = factories.create_proposal(process), factories.create_proposal(process)
    for proposal in (answered, waiting):
        support_proposal(factories.create_resident(), proposal)
    clock.shift(timedelta(days=2))
    content = (ResponseDecision.ACCEPTED, "Diterima", "Dibangun tahun ini.")
    response_operations.publish_response(factories.create_staff(institution), answered, *content)
    page = anonymous_client(app).get("/id/").text
    assert "Jalan teduh" in page.split('id="closing"')[1].split("</section>")[0]
    assert f"/id/proposals/{answered.id}" in page.split('id="answered"')[1].split("</section>")[0]
    waits = page.split('id="waiting"')[1].split("</section>")[0]
    assert f"/id/proposals/{waiting.id}" in waits
    assert f"/id/proposals/{answered.id}" not in waits
    assert "Separuh usulan dijawab dalam 2 hari kerja" in page


def test_home_page_says_what_comes_between_and_after_the_phases(app, clock):
    process = factories.create_process(days=3)
    later = now() + timedelta(days=5)
    factories.add_phase(process, PhaseKind.REVIEW, later, 3, PhaseSwitch.COMMENT)
    client, says = anonymous_client(app), "All phases are over"
    clock.shift(timedelta(days=3))
    page = client.get("/en/").text
    assert "<b>Next: " in page and "<span>from " in page and says not in page
    clock.shift(timedelta(days=8))
    assert says in client.get("/en/").text


def test_home_page_omits_withdrawn_proposals(app):
    process = factories.create_process(threshold=1)
    proposal = factories.create_proposal(process)
    support_proposal(factories.create_resident(), proposal)
    proposal_operations.withdraw_proposal(proposal.author, proposal, "")
    assert "Tidak ada yang menunggu" in anonymous_client(app).get("/id/").text


def test_home_page_needs_a_constant_number_of_statements(app):
    process = factories.create_process(threshold=1)
    support_proposal(factories.create_resident(), factories.create_proposal(process))
    with record_queries() as few:
        anonymous_client(app).get("/id/")
    for _ in range(6):
        support_proposal(factories.create_resident(), factories.create_proposal(process))
    with record_queries() as many:
        anonymous_client(app).get("/id/")
    assert len(few) == len(many) <= 13
