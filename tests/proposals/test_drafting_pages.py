"""Drafting pages and the list of proposals."""

import csv
import re
from io import StringIO

from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.proposals.drafts import save_draft
from deliberate.queries.proposals.drafts import list_drafts
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form

TITLE = "Lampu di jalan sekolah"
BODY = "Jalan ke sekolah gelap sejak pukul enam sore dan anak-anak pulang berjalan kaki. " * 4


def test_drafting_title_step_leads_to_the_text_with_similar_proposals(app, log):
    process = factories.create_process()
    existing = proposal_operations.submit_proposal(
        factories.create_resident(), process, "Lampu jalan sekolah", "Gelap."
    )
    log()
    response = anonymous_client(app).post(
        "/en/proposals/new", data={"title": TITLE, "process": process.slug}
    )
    assert response.status_code == 200 and log() == []
    assert "Proposals like this one" in response.text and existing.title in response.text
    assert f'value="{TITLE}"' in response.text and "csrf_token" not in response.text


def test_drafting_needs_a_title_and_an_open_process(app):
    process = factories.create_process()
    response = anonymous_client(app).post(
        "/en/proposals/new", data={"title": " ", "process": "lain"}
    )
    assert response.status_code == 422
    assert "Give the proposal a title." in response.text and "Choose one of these." in response.text
    long = anonymous_client(app).post(
        "/en/proposals/new", data={"title": "panjang " * 30, "process": process.slug}
    )
    assert "At most 120 characters." in long.text and "panjang panjang" in long.text


def test_drafting_short_text_shows_an_error_and_keeps_the_text(app, log):
    process, client = factories.create_process(), signed_in_client(app, factories.create_resident())
    log()
    response = submit_form(
        client,
        "/en/proposals/new",
        "/en/proposals/new/draft",
        title=TITLE,
        process=process.slug,
        body="Gelap.",
    )
    assert response.status_code == 422 and log() == []
    assert "Between 200 and 5,000" in response.text and "Gelap." in response.text


def test_drafting_page_says_that_no_process_takes_proposals(app):
    assert (
        "No process takes proposals at present."
        in anonymous_client(app).get("/en/proposals/new").text
    )


def test_drafting_steps_lead_to_publication(app, log):
    office = factories.create_institution("sarpras")
    process, person = factories.create_process(office), factories.create_resident()
    client = signed_in_client(app, person)
    created = submit_form(
        client,
        "/id/proposals/new",
        "/id/proposals/new/draft",
        title=TITLE,
        process=process.slug,
        body=BODY,
    )
    log()
    institution_step = submit_form(client, created.location, area="Sepaku", topic="lampu").location
    check = submit_form(client, institution_step, institution="sarpras").location
    page = client.get(check).text
    assert all(text in page for text in (TITLE, "Sepaku", "lampu", "Kantor sarpras"))
    assert log() == []
    published = submit_form(client, check)
    (entry,) = log()
    assert entry.kind == "proposal.submitted" and list_drafts(person.id) == []
    assert entry.id in client.get(published.location).text
    page = (
        anonymous_client(app).get(f"/id/proposals/{entry.subject_id}", follow_redirects=True).text
    )
    assert TITLE in page and "lampu · Sepaku" in page


def test_draft_pages_are_for_the_author_only(app, log):
    author = factories.create_resident()
    draft = save_draft(author, {"title": TITLE, "body": BODY, "process": "x"})
    stranger = signed_in_client(app, factories.create_resident())
    for step in ("place", "institution", "words", "check"):
        assert stranger.get(f"/id/proposals/drafts/{draft.id}/{step}").status_code == 404
    assert (
        signed_in_client(app, author).get(f"/id/proposals/drafts/{draft.id}/place").status_code
        == 200
    )


def test_draft_can_be_changed_and_discarded(app):
    process, person = factories.create_process(), factories.create_resident()
    draft = save_draft(person, {"title": TITLE, "body": BODY, "process": process.slug})
    client, text_step = signed_in_client(app, person), f"/id/proposals/drafts/{draft.id}/words"
    assert submit_form(client, text_step, title="Lampu", body="Pendek.").status_code == 422
    assert submit_form(client, text_step, title="Lampu terang", body=BODY).status_code == 303
    assert "Lampu terang" in client.get("/id/proposals/new").text
    discard = f"/id/proposals/drafts/{draft.id}/discard"
    assert submit_form(client, text_step, discard).status_code == 303
    assert "Lampu terang" not in client.get("/id/proposals/new").text


def test_draft_stays_when_its_phase_has_closed(app, clock, log):
    process, person = factories.create_process(days=2), factories.create_resident()
    draft = save_draft(person, {"title": TITLE, "body": BODY, "process": process.slug})
    client, check = signed_in_client(app, person), f"/en/proposals/drafts/{draft.id}/check"
    tokens = re.findall(r'name="(csrf_token|form_key)" value="([^"]*)"', client.get(check).text)
    clock.shift(3 * 86400)
    log()
    assert client.post(check, data=dict(tokens)).status_code == 409
    assert log() == [] and len(list_drafts(person.id)) == 1
    page = client.get(check).text
    assert "Your draft stays here." in page
    assert f'href="/en/processes/{process.slug}"' in page and f"/{draft.id}/discard" in page


def test_published_page_is_for_the_author_only(app):
    proposal = factories.create_proposal()
    url = f"/id/proposals/{proposal.id}/published"
    assert signed_in_client(app, factories.create_resident()).get(url).status_code == 403


def test_published_page_promises_changes_only_in_a_phase_that_allows_them(app, clock):
    proposal = factories.create_proposal(factories.create_process(days=2))
    browser = signed_in_client(app, proposal.author)
    page, promise = f"/en/proposals/{proposal.id}/published", "You can change the text"
    assert promise in browser.get(page).text
    clock.shift(3 * 86400)
    assert promise not in browser.get(page).text


def test_proposal_list_shows_state_and_active_filters_as_links(app):
    proposal = factories.create_proposal()
    page = anonymous_client(app).get("/en/proposals?q=bangku&state=published&order=discussed").text
    assert proposal.title in page and "Open for support" in page
    assert "Words: bangku" in page and "State: Open for support" in page
    assert 'href="/en/proposals?q=bangku&amp;order=discussed"' in page


def test_proposal_list_without_matches_offers_to_remove_filters(app):
    factories.create_proposal()
    page = anonymous_client(app).get("/en/proposals?q=kereta&topic=halte").text
    assert "No proposals match." in page and "Remove a filter:" in page
    assert 'href="/en/proposals?topic=halte"' in page
    assert "Write the first one" not in page


def test_proposal_list_is_paginated(app):
    process = factories.create_process()
    for _ in range(21):
        factories.create_proposal(process)
    page = anonymous_client(app).get("/en/proposals").text
    following = re.search(r'rel="next" href="([^"]+)"', page).group(1)
    assert page.count('proposal-row"') == 20
    rest = anonymous_client(app).get(following.replace("&amp;", "&")).text
    assert rest.count('proposal-row"') == 1 and "21 proposals" in rest


def test_proposal_list_csv_has_all_rows_and_no_formulas(app):
    process = factories.create_process()
    proposal_operations.submit_proposal(
        factories.create_resident(), process, "=SUM(A1) jahat", "Isi."
    )
    factories.create_proposal(process)
    file = anonymous_client(app).get("/id/proposals/list.csv")
    rows = list(csv.DictReader(StringIO(file.text)))
    assert file.mimetype == "text/csv" and len(rows) == 2
    assert {row["title"] for row in rows} == {"'=SUM(A1) jahat", "Bangku di tiap halte"}


def test_similar_proposals_page_finds_a_title_by_its_words(app):
    factories.create_proposal()
    page = anonymous_client(app).get("/en/proposals/similar?q=bangku+halte").text
    assert "Bangku di tiap halte" in page
