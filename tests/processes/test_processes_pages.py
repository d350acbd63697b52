"""Processes and the front page: what is asked, what can be changed, what comes next."""

from datetime import timedelta

from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import Process
from deliberate.operations.processes import processes as process_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.responses import responses as response_operations
from deliberate.vocabulary import PhaseKind, ResponseDecision, Role, Switch
from tests import factories
from tests.client import send, signed_in, visitor
from tests.statement_counter import statements


def test_a_process_says_what_is_open_what_is_fixed_and_who_decides(app):
    office = factories.an_institution("air")
    process = factories.a_process(office, decides="Kantor Air memutuskan.")
    page = visitor(app).get(f"/id/processes/{process.slug}").text
    for words in ("Jalan teduh", "Apa yang didahulukan?", "Urutan", "Anggaran"):
        assert words in page
    assert "Kantor Air memutuskan." in page
    assert "Kantor air" in page
    assert f'href="/processes/{process.slug}/calendar.ics?lang=id"' in page


def test_a_process_in_english_falls_back_to_its_own_words(app):
    process = factories.a_process(title_en="Shaded streets")
    page = visitor(app).get(f"/en/processes/{process.slug}").text
    assert "Shaded streets" in page
    assert "Apa yang didahulukan?" in page


def test_a_process_not_yet_opened_is_not_found(app):
    with_draft = Process(slug="rancangan", title="Rancangan")
    with unrecorded("test settings") as session:
        session.add(with_draft)
    assert visitor(app).get("/id/processes/rancangan").status_code == 404


def test_one_may_start_a_proposal_only_while_the_phase_allows(app, clock):
    process = factories.a_process(days=10)
    assert "Buat usulan" in visitor(app).get(f"/id/processes/{process.slug}").text
    clock.shift(timedelta(days=20))
    page = visitor(app).get(f"/id/processes/{process.slug}").text
    assert "Buat usulan" not in page
    assert "tidak menerima usulan baru" in page


def test_following_and_unfollowing_are_one_act_each(app, log):
    process, person = factories.a_process(), factories.resident()
    client, address = signed_in(app, person), f"/id/processes/{process.slug}"
    log()
    assert send(client, address, f"{address}/follow").status_code == 303
    assert 'aria-pressed="true"' in client.get(address).text
    assert send(client, address, f"{address}/follow/end").status_code == 303
    assert 'aria-pressed="true"' not in client.get(address).text
    assert [entry.kind for entry in log()] == ["follow.started", "follow.ended"]


def test_a_visitor_who_follows_is_asked_to_sign_in(app, log):
    process = factories.a_process()
    log()
    answer = visitor(app).post(f"/id/processes/{process.slug}/follow")
    assert (answer.status_code, log()) == (401, [])


def test_a_closed_process_says_since_when_and_stays_readable(app):
    process = factories.a_process()
    process_operations.close_process(factories.staff(role=Role.ADMIN), process)
    page = visitor(app).get(f"/id/processes/{process.slug}").text
    assert "Proses ini sudah ditutup" in page
    assert "Urutan" in page


def test_the_list_shows_twenty_and_leads_on(app):
    made = [factories.a_process().title for _ in range(22)]
    first = visitor(app).get("/id/processes").text
    assert first.count("Jalan teduh") == 20
    after = first.split("after=")[1].split('"')[0]
    rest = visitor(app).get(f"/id/processes?after={after}").text
    assert rest.count("Jalan teduh") == len(made) - 20
    assert "after=" not in rest.split("<main")[1]


def test_no_process_at_all_says_why_and_what_to_do(app):
    page = visitor(app).get("/id/processes").text
    assert "Belum ada proses yang dibuka" in page
    assert "/id/help" in page


# --- the front page ------------------------------------------------------------------------------


def test_an_empty_front_page_says_why_in_every_list(app):
    page = visitor(app).get("/en/").text
    for words in ("Nothing is open now", "No response is published yet", "Nothing is waiting"):
        assert words in page


def test_nothing_open_names_the_next_process_and_its_date(app, clock):
    process = factories.a_process(days=2)
    clock.shift(timedelta(days=5))
    factories.phase(process, PhaseKind.REVIEW, now() + timedelta(days=5), 10, Switch.COMMENT)
    page = visitor(app).get("/en/").text
    assert "Nothing is open now" in page
    assert "12 Mar 2026" in page


def test_the_front_page_tells_what_closes_what_was_answered_and_what_waits(app, clock):
    office = factories.an_institution("air")
    process = factories.a_process(office, threshold=1)
    answered, waiting = factories.a_proposal(process), factories.a_proposal(process)
    for proposal in (answered, waiting):
        proposal_operations.support_proposal(factories.resident(), proposal)
    clock.shift(timedelta(days=2))
    answer = (ResponseDecision.ACCEPTED, "Diterima", "Dibangun tahun ini.")
    response_operations.publish_response(factories.staff(office), answered, *answer)
    page = visitor(app).get("/id/").text
    assert "Jalan teduh" in page.split('id="closing"')[1].split("</section>")[0]
    assert f"/id/proposals/{answered.id}" in page.split('id="answered"')[1].split("</section>")[0]
    waits = page.split('id="waiting"')[1].split("</section>")[0]
    assert f"/id/proposals/{waiting.id}" in waits
    assert f"/id/proposals/{answered.id}" not in waits
    month = page.split('id="month"')[1].split("</section>")[0]
    assert "2 hari kerja" in month


def test_what_is_hidden_or_withdrawn_is_on_no_list(app):
    process = factories.a_process(threshold=1)
    proposal = factories.a_proposal(process)
    proposal_operations.support_proposal(factories.resident(), proposal)
    proposal_operations.withdraw_proposal(proposal.author, proposal, "")
    assert "Tidak ada yang menunggu" in visitor(app).get("/id/").text


def test_the_front_page_costs_the_same_however_much_there_is(app):
    process = factories.a_process(threshold=1)
    proposal_operations.support_proposal(factories.resident(), factories.a_proposal(process))
    with statements() as few:
        visitor(app).get("/id/")
    for _ in range(6):
        proposal_operations.support_proposal(factories.resident(), factories.a_proposal(process))
    with statements() as many:
        visitor(app).get("/id/")
    assert len(few) == len(many) <= 10
