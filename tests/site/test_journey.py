"""A resident writes first and signs in afterwards; others weigh and support; an answer is owed."""

import html
import re

from werkzeug.test import TestResponse

from deliberate.queries.proposals.proposals import proposal_shown
from tests import factories
from tests.client import send, signed_in, visitor

TITLE = "Lampu di jalan sekolah"
BODY = "Jalan ke sekolah gelap sejak pukul enam sore dan anak-anak pulang berjalan kaki. " * 4


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page's forms, as a browser would send them."""
    tags = [tag for tag in re.findall(r"<input[^>]*>", page) if 'type="hidden"' in tag]
    return {
        re.search(r'name="([^"]*)"', tag)[1]: html.unescape(re.search(r'value="([^"]*)"', tag)[1])
        for tag in tags
    }


def sign_in_and_send(client, asked: TestResponse, name: str) -> TestResponse:
    """Sign in where one was asked to, then send what was held with its one button."""
    words = {"sign_in_name": name, "passphrase": factories.PASSPHRASE}
    page = client.post("/id/sign-in", data={**hidden(asked.text), **words}).text
    held = hidden(page)
    to = re.findall(r'<form action="([^"]+)" method="post"', page)[-1]
    return client.post(to, data=held)


def write(client, process) -> TestResponse:
    second = client.post("/id/proposals/new", data={"title": TITLE, "process": process.slug})
    return client.post("/id/proposals/new/draft", data={**hidden(second.text), "body": BODY})


def test_from_the_first_word_to_an_answer_that_is_owed(app, log):
    process, ratna = factories.a_process(threshold=2), factories.resident("Ratna")
    browser = visitor(app)
    log()
    asked = write(browser, process)
    assert asked.status_code == 401 and log() == []
    place = sign_in_and_send(browser, asked, ratna.sign_in_name).location
    assert place.endswith("/place")
    check = send(browser, send(browser, place).location).location
    published = send(browser, check).location
    number = int(published.split("/")[3])
    page = f"/id/proposals/{number}-lampu-di-jalan-sekolah"
    assert TITLE in browser.get(published).text

    dwi, yuni = (
        signed_in(app, factories.resident("Dwi")),
        signed_in(app, factories.resident("Yuni")),
    )
    argue = f"/id/proposals/{number}/arguments"
    at = send(dwi, page, argue, stance="against", body="Siapa yang membayar listriknya?")
    comment = int(at.location.rsplit("#c", 1)[1])
    for speaker in (browser, dwi, yuni):
        answer = send(speaker, f"/id/comments/{comment}/reply", body="Lampu surya saja.")
        assert answer.status_code == 303
        comment = int(answer.location.rsplit("#c", 1)[1])
    deep = yuni.get(f"/c/{comment}", follow_redirects=True).text
    assert deep.count('class="c kid') == 3 and "kepada Dwi" in deep
    assert (
        send(yuni, page, f"/id/comments/{comment - 3}/rating", rating="strong").status_code == 303
    )
    for supporter in (dwi, yuni):
        assert send(supporter, page, f"/id/proposals/{number}/support").status_code == 303
    assert send(browser, page, f"/id/proposals/{number}/support").status_code == 403

    kinds = [entry.kind for entry in log() if not entry.kind.startswith("person.")]
    assert kinds == [
        "proposal.submitted",
        *["comment.posted"] * 4,
        "comment.rated",
        "support.given",
        "support.given",
        "proposal.qualified",
    ]
    shown = proposal_shown(number).proposal
    assert (shown.support_count, shown.comment_count, shown.against_count) == (2, 4, 1)
    assert "20 hari kerja" in visitor(app).get(page).text


def test_an_argument_written_signed_out_is_posted_once(app, log):
    proposal, person, browser = factories.a_proposal(), factories.resident(), visitor(app)
    asked = browser.post(
        f"/id/proposals/{proposal.id}/arguments",
        data={"stance": "for", "body": "Setuju, di sini gelap sekali."},
    )
    log()
    answer = sign_in_and_send(browser, asked, person.sign_in_name)
    assert answer.status_code == 303 and "gelap sekali" in browser.get(answer.location).text
    posted = [entry for entry in log() if entry.kind == "comment.posted"]
    assert len(posted) == 1 and posted[0].stance == 1
