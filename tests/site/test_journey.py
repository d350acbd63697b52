"""Journey: a resident writes before signing in, others rate and support, a response is due."""

import html
import re

from werkzeug.test import TestResponse

from deliberate.queries.proposals.proposals import get_proposal
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form

TITLE = "Lampu di jalan sekolah"
BODY = "Jalan ke sekolah gelap sejak pukul enam sore dan anak-anak pulang berjalan kaki. " * 4


def hidden_fields(page: str) -> dict[str, str]:
    """Return the hidden fields of the forms of a page."""
    tags = [tag for tag in re.findall(r"<input[^>]*>", page) if 'type="hidden"' in tag]
    return {
        re.search(r'name="([^"]*)"', tag)[1]: html.unescape(re.search(r'value="([^"]*)"', tag)[1])
        for tag in tags
    }


def sign_in_and_send(client, prompt: TestResponse, name: str) -> TestResponse:
    """Sign in on the prompt, then send the interrupted form with its button."""
    credentials = {"sign_in_name": name, "passphrase": factories.PASSPHRASE}
    page = client.post("/id/sign-in", data={**hidden_fields(prompt.text), **credentials}).text
    fields = hidden_fields(page)
    url = re.findall(r'<form\s+action="([^"]+)"\s+method="post"', page)[-1]
    return client.post(url, data=fields)


def write_proposal(client, process) -> TestResponse:
    second_step = client.post("/id/proposals/new", data={"title": TITLE, "process": process.slug})
    return client.post(
        "/id/proposals/new/draft", data={**hidden_fields(second_step.text), "body": BODY}
    )


def test_journey_from_first_draft_to_a_due_response(app, log):
    process, ratna = factories.create_process(threshold=2), factories.create_resident("Ratna")
    browser = anonymous_client(app)
    log()
    prompt = write_proposal(browser, process)
    assert prompt.status_code == 401 and log() == []
    location_url = sign_in_and_send(browser, prompt, ratna.sign_in_name).location
    assert location_url.endswith("/place")
    check_url = submit_form(browser, submit_form(browser, location_url).location).location
    published = submit_form(browser, check_url).location
    proposal_id = int(published.split("/")[3])
    page = f"/id/proposals/{proposal_id}-lampu-di-jalan-sekolah"
    assert TITLE in browser.get(published).text

    dwi, yuni = (
        signed_in_client(app, factories.create_resident("Dwi")),
        signed_in_client(app, factories.create_resident("Yuni")),
    )
    arguments_url = f"/id/proposals/{proposal_id}/arguments"
    posted = submit_form(
        dwi, page, arguments_url, stance="against", body="Siapa yang membayar listriknya?"
    )
    comment = int(posted.location.rsplit("#c", 1)[1])
    for commenter in (browser, dwi, yuni):
        response = submit_form(commenter, f"/id/comments/{comment}/reply", body="Lampu surya saja.")
        assert response.status_code == 303
        comment = int(response.location.rsplit("#c", 1)[1])
    thread_page = yuni.get(f"/c/{comment}", follow_redirects=True).text
    assert thread_page.count('class="comment reply') == 3 and "kepada Dwi" in thread_page
    assert (
        submit_form(yuni, page, f"/id/comments/{comment - 3}/rating", rating="strong").status_code
        == 303
    )
    for supporter in (dwi, yuni):
        assert (
            submit_form(supporter, page, f"/id/proposals/{proposal_id}/support").status_code == 303
        )
    assert submit_form(browser, page, f"/id/proposals/{proposal_id}/support").status_code == 403

    kinds = [entry.kind for entry in log() if not entry.kind.startswith("person.")]
    assert kinds == [
        "proposal.submitted",
        *["comment.posted"] * 4,
        "comment.rated",
        "support.given",
        "support.given",
        "proposal.qualified",
    ]
    proposal = get_proposal(proposal_id)
    assert (proposal.support_count, proposal.comment_count, proposal.against_count) == (2, 4, 1)
    assert "20 hari kerja" in anonymous_client(app).get(page).text


def test_journey_argument_written_signed_out_is_posted_once(app, log):
    proposal, person, browser = (
        factories.create_proposal(),
        factories.create_resident(),
        anonymous_client(app),
    )
    prompt = browser.post(
        f"/id/proposals/{proposal.id}/arguments",
        data={"stance": "for", "body": "Setuju, di sini gelap sekali."},
    )
    log()
    response = sign_in_and_send(browser, prompt, person.sign_in_name)
    assert response.status_code == 303 and "gelap sekali" in browser.get(response.location).text
    posted = [entry for entry in log() if entry.kind == "comment.posted"]
    assert len(posted) == 1 and posted[0].stance == 1
