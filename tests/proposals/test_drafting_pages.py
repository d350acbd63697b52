"""A proposal is written in steps, and the list finds it."""

import csv
import re
from io import StringIO

from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.queries.proposals.drafts import drafts_of
from tests import factories
from tests.client import send, signed_in, visitor

TITLE = "Lampu di jalan sekolah"
BODY = "Jalan ke sekolah gelap sejak pukul enam sore dan anak-anak pulang berjalan kaki. " * 4


def test_a_title_leads_to_the_text_with_similar_proposals_on_top(app, log):
    process = factories.a_process()
    like = proposal_operations.submit_proposal(
        factories.resident(), process, "Lampu jalan sekolah", "Gelap."
    )
    log()
    answer = visitor(app).post("/en/proposals/new", data={"title": TITLE, "process": process.slug})
    assert answer.status_code == 200 and log() == []
    assert "Proposals like this one" in answer.text and like.title in answer.text
    assert f'value="{TITLE}"' in answer.text and "csrf_token" not in answer.text


def test_a_proposal_needs_a_title_and_a_process_that_takes_it(app):
    process = factories.a_process()
    answer = visitor(app).post("/en/proposals/new", data={"title": " ", "process": "lain"})
    assert answer.status_code == 422
    assert "Give the proposal a title." in answer.text and "Choose one of these." in answer.text
    long = visitor(app).post(
        "/en/proposals/new", data={"title": "panjang " * 30, "process": process.slug}
    )
    assert "At most 120 characters." in long.text and "panjang panjang" in long.text


def test_a_short_text_comes_back_with_all_that_was_written(app, log):
    process, me = factories.a_process(), signed_in(app, factories.resident())
    log()
    answer = send(
        me,
        "/en/proposals/new",
        "/en/proposals/new/draft",
        title=TITLE,
        process=process.slug,
        body="Gelap.",
    )
    assert answer.status_code == 422 and log() == []
    assert "Between 200 and 5,000" in answer.text and "Gelap." in answer.text


def test_no_process_that_takes_proposals_is_said_with_the_next_date(app):
    assert "No process takes proposals at present." in visitor(app).get("/en/proposals/new").text


def test_a_draft_walks_through_its_steps_to_publication(app, log):
    office = factories.an_institution("sarpras")
    process, person = factories.a_process(office), factories.resident()
    me = signed_in(app, person)
    kept = send(
        me,
        "/id/proposals/new",
        "/id/proposals/new/draft",
        title=TITLE,
        process=process.slug,
        body=BODY,
    )
    log()
    asked = send(me, kept.location, area="Sepaku", topic="lampu").location
    check = send(me, asked, institution="sarpras").location
    page = me.get(check).text
    assert all(words in page for words in (TITLE, "Sepaku", "lampu", "Kantor sarpras"))
    assert log() == []
    done = send(me, check)
    (entry,) = log()
    assert entry.kind == "proposal.submitted" and drafts_of(person.id) == []
    assert entry.id in me.get(done.location).text
    page = visitor(app).get(f"/id/proposals/{entry.subject_id}", follow_redirects=True).text
    assert TITLE in page and "lampu · Sepaku" in page


def test_a_draft_is_its_authors_alone(app, log):
    author = factories.resident()
    draft = proposal_operations.save_draft(author, {"title": TITLE, "body": BODY, "process": "x"})
    stranger = signed_in(app, factories.resident())
    for step in ("place", "institution", "words", "check"):
        assert stranger.get(f"/id/proposals/drafts/{draft.id}/{step}").status_code == 404
    assert signed_in(app, author).get(f"/id/proposals/drafts/{draft.id}/place").status_code == 200


def test_a_draft_can_be_changed_and_thrown_away(app):
    process, person = factories.a_process(), factories.resident()
    draft = proposal_operations.save_draft(
        person, {"title": TITLE, "body": BODY, "process": process.slug}
    )
    me, words = signed_in(app, person), f"/id/proposals/drafts/{draft.id}/words"
    assert send(me, words, title="Lampu", body="Pendek.").status_code == 422
    assert send(me, words, title="Lampu terang", body=BODY).status_code == 303
    assert "Lampu terang" in me.get("/id/proposals/new").text
    discard = f"/id/proposals/drafts/{draft.id}/discard"
    assert send(me, words, discard).status_code == 303
    assert "Lampu terang" not in me.get("/id/proposals/new").text


def test_a_closed_phase_keeps_the_draft_and_says_why(app, clock, log):
    process, person = factories.a_process(days=2), factories.resident()
    draft = proposal_operations.save_draft(
        person, {"title": TITLE, "body": BODY, "process": process.slug}
    )
    me, check = signed_in(app, person), f"/en/proposals/drafts/{draft.id}/check"
    tokens = re.findall(r'name="(csrf_token|form_key)" value="([^"]*)"', me.get(check).text)
    clock.shift(3 * 86400)
    log()
    assert me.post(check, data=dict(tokens)).status_code == 403
    assert log() == [] and len(drafts_of(person.id)) == 1
    assert "Your draft stays here." in me.get(check).text


def test_the_page_after_publishing_is_the_authors(app):
    proposal = factories.a_proposal()
    address = f"/id/proposals/{proposal.id}/published"
    assert signed_in(app, factories.resident()).get(address).status_code == 403


def test_the_list_shows_counts_states_and_filters_as_links(app):
    proposal = factories.a_proposal()
    page = visitor(app).get("/en/proposals?q=bangku&state=published&order=discussed").text
    assert proposal.title in page and "Open for support" in page
    assert "Words: bangku" in page and "State: Open for support" in page
    assert 'href="/en/proposals?q=bangku&amp;order=discussed"' in page


def test_an_empty_list_names_the_filters_to_take_off(app):
    factories.a_proposal()
    page = visitor(app).get("/en/proposals?q=kereta&topic=halte").text
    assert "No proposal fits." in page and "Take one filter off:" in page
    assert 'href="/en/proposals?topic=halte"' in page
    assert "Write the first one" not in page


def test_the_list_comes_in_pages(app):
    process = factories.a_process()
    for _ in range(21):
        factories.a_proposal(process)
    page = visitor(app).get("/en/proposals").text
    following = re.search(r'rel="next" href="([^"]+)"', page).group(1)
    assert page.count('class="item"') == 20
    rest = visitor(app).get(following.replace("&amp;", "&")).text
    assert rest.count('class="item"') == 1 and "21 proposals" in rest


def test_the_list_as_a_file_has_all_rows_and_no_formula(app):
    process = factories.a_process()
    proposal_operations.submit_proposal(factories.resident(), process, "=SUM(A1) jahat", "Isi.")
    factories.a_proposal(process)
    file = visitor(app).get("/id/proposals/list.csv")
    rows = list(csv.DictReader(StringIO(file.text)))
    assert file.mimetype == "text/csv" and len(rows) == 2
    assert {row["title"] for row in rows} == {"'=SUM(A1) jahat", "Bangku di tiap halte"}


def test_similar_proposals_can_be_asked_for_by_words(app):
    factories.a_proposal()
    page = visitor(app).get("/en/proposals/similar?q=bangku+halte").text
    assert "Bangku di tiap halte" in page
