"""Pages of moderated contributions: place, report, review, appeal, record, report of answers."""

import csv
import io
import re

import pytest

from deliberate.operations.documents.contributions import comment_on_unit
from deliberate.operations.moderation.decisions import hide_contribution
from deliberate.queries.documents.contributions import PAGE
from deliberate.queries.documents.documents import get_document, get_unit, get_version
from deliberate.queries.moderation.decisions import open_reports
from deliberate.queries.moderation.queue import open_appeals
from deliberate.vocabulary import ModerationRule, Role, Stance
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.documents.moderation.test_moderation import LINK, amendment, comment, hide

SECRET = "katarahasia"


@pytest.fixture
def resident(app, clock):
    return factories.create_resident()


@pytest.fixture
def moderator(app, clock):
    return factories.create_staff(role=Role.MODERATOR)


def page_of(document, address="pasal-4"):
    return f"/en/documents/{document.id}/{address}"


def read(app, path, person=None):
    client = signed_in_client(app, person) if person else anonymous_client(app)
    return client.get(path, follow_redirects=True).text


def test_report_is_behind_the_menu_of_contributions_of_others(app, document, resident):
    contribution = comment(document, resident, SECRET)
    address = f"/en/moderation/unit_contribution/{contribution.id}/report"
    assert address in read(app, page_of(document))
    assert address not in read(app, page_of(document), resident)
    assert SECRET in read(app, address)
    client = signed_in_client(app, factories.create_resident())
    assert submit_form(client, address).status_code == 422
    sent = submit_form(client, address, reason="insult")
    assert sent.location.endswith(f"/pasal-4#contribution-{contribution.id}")
    factories.reload(contribution)
    assert len(open_reports(contribution)) == 1


@pytest.mark.parametrize("write", [comment, amendment])
def test_hidden_contribution_leaves_its_place_with_the_rule(
    app, document, resident, moderator, write
):
    contribution = write(document, resident, SECRET)
    hide(moderator, contribution)
    for person in (None, resident, moderator, factories.create_resident()):
        shown = read(app, page_of(document), person)
        assert SECRET not in shown
        assert f'id="contribution-{contribution.id}"' in shown
        assert "Hidden by a moderator" in shown and "Insult or threat" in shown
        assert ("how to appeal" in shown) is (person is resident)


def test_held_contribution_is_readable_for_its_author_only(app, document, resident, moderator):
    comment(document, resident, LINK)
    own = read(app, page_of(document), resident)
    assert "contoh.example" in own and "Waiting to be looked at" in own
    for person in (None, moderator, factories.create_resident()):
        shown = read(app, page_of(document), person)
        assert "contoh.example" not in shown and "held by a rule" in shown
    for path in ("report", "report.csv"):
        assert "contoh.example" not in read(app, f"/en/documents/{document.id}/{path}")


def test_own_contributions_are_listed_in_the_account_with_their_state(
    app, document, resident, moderator
):
    hide(moderator, comment(document, resident, "Yang pertama."))
    amendment(document, resident, words=LINK, reason="Yang kedua.")
    shown = read(app, "/en/account", resident)
    assert "Yang pertama." in shown and "Yang kedua." in shown
    assert "Hidden by a moderator" in shown and "held until" in shown
    assert "Yang pertama." not in read(app, "/en/account", moderator)


def test_posting_a_held_contribution_says_until_when(app, document, resident):
    sent = submit_form(
        client := signed_in_client(app, resident),
        page_of(document),
        to=f"/en/documents/{document.id}/comment/pasal-4",
        version="1",
        unit="pasal-4/ayat-1",
        stance="for",
        body=LINK,
    )
    assert "A rule holds it until" in client.get(sent.location).text


def test_moderator_decides_on_a_contribution_and_another_on_its_appeal(
    app, document, resident, moderator
):
    contribution = amendment(document, resident, SECRET, "Alasan yang panjang.")
    client = signed_in_client(app, moderator)
    page = f"/en/desk/moderation/unit_contribution/{contribution.id}"
    shown = client.get(page).text
    assert SECRET in shown and "Alasan yang panjang." in shown and document.title in shown
    assert "Ask the author to change it" in shown
    hidden = submit_form(client, page, f"{page}/hide", rule="insult", note="Tanpa hinaan.")
    assert hidden.status_code == 303
    appeal_page = f"/en/moderation/unit_contribution/{contribution.id}/appeal"
    author = signed_in_client(app, resident)
    assert "Tanpa hinaan." in author.get(appeal_page).text
    other = signed_in_client(app, factories.create_resident())
    assert other.get(appeal_page).status_code == 403
    assert submit_form(author, appeal_page, reason="Ini kritik.").status_code == 303
    factories.reload(contribution)
    ((appeal, _text),) = open_appeals()
    assert SECRET in client.get("/en/desk/moderation").text
    decide = f"/en/desk/moderation/appeals/{appeal.id}"
    fields = {"outcome": "granted", "note": "Benar."}
    assert submit_form(client, page, decide, **fields).status_code == 403
    second = signed_in_client(app, factories.create_staff(role=Role.MODERATOR))
    assert submit_form(second, page, decide, **fields).status_code == 303
    assert SECRET in read(app, page_of(document))


def test_author_changes_a_comment_on_its_page_after_a_request(app, document, resident, moderator):
    contribution = comment(document, resident, SECRET)
    page = f"/en/documents/{document.id}/contributions/{contribution.id}/change"
    client = signed_in_client(app, resident)
    assert client.get(page).status_code == 409
    review = f"/en/desk/moderation/unit_contribution/{contribution.id}"
    asked = submit_form(
        signed_in_client(app, moderator),
        review,
        f"{review}/request",
        rule="personal",
        note="Tanpa nama orang.",
    )
    assert asked.status_code == 303
    notice = client.get(f"/en/moderation/unit_contribution/{contribution.id}/appeal").text
    assert f'href="{page}"' in notice
    assert "Tanpa nama orang." in client.get(page).text
    assert submit_form(client, page, body="").status_code == 422
    assert submit_form(client, page, body="Sudah diganti.").status_code == 303
    shown = read(app, page_of(document))
    assert "Sudah diganti." in shown and "edited" in shown and SECRET not in shown
    assert "Sudah diganti." in read(app, review, moderator)


def test_public_record_links_to_the_place_of_a_contribution(app, document, resident, moderator):
    contribution = comment(document, resident, SECRET)
    hide(moderator, contribution)
    record = read(app, "/en/moderation")
    link = f"/en/documents/{document.id}/contributions/{contribution.id}"
    assert link in record and SECRET not in record
    place = anonymous_client(app).get(link)
    assert place.location.endswith(f"/pasal-4#contribution-{contribution.id}")


def test_link_to_a_contribution_opens_its_page_of_many(app, document):
    document = get_document(document.id)
    unit = get_unit(get_version(document), "pasal-4/ayat-1")
    posted = [
        comment_on_unit(
            factories.create_resident(), document, unit, f"Kata ke-{n}-sini", Stance.FOR
        )
        for n in range(PAGE + 2)
    ]
    for row in (posted[0], posted[-1]):
        link = f"/en/documents/{document.id}/contributions/{row.id}"
        assert f'id="contribution-{row.id}"' in read(app, link)


def test_report_of_answers_keeps_a_row_without_the_text_of_a_hidden_contribution(
    app, document, resident, moderator
):
    hide(moderator, comment(document, resident, SECRET))
    comment(document, resident, LINK)
    comment(document, resident, "Biasa.")
    page = read(app, f"/en/documents/{document.id}/report")
    table = list(csv.reader(io.StringIO(read(app, f"/en/documents/{document.id}/report.csv"))))
    reasons = [row[4] for row in table[1:]]
    for words in (
        "Hidden by a moderator: Insult or threat. It is counted without its text.",
        "Held until a moderator has looked. It is counted without its text.",
        "Biasa.",
    ):
        assert words in page and words in reasons
    assert len(reasons) == 3 and SECRET not in page and SECRET not in " ".join(reasons)


def test_hidden_contribution_is_not_offered_to_be_answered(
    app, document, resident, officer, moderator
):
    hidden = comment(document, resident, SECRET)
    hide_contribution(moderator, hidden, ModerationRule.SPAM, "x")
    page = read(app, f"/en/desk/documents/{document.id}/answer/pasal-4", officer)
    assert SECRET not in page and f'value="{hidden.id}"' not in page


def test_closing_a_consultation_is_looked_at_before(app, document, resident, officer):
    comment(document, resident)
    client = signed_in_client(app, officer)
    contents, page = f"/en/documents/{document.id}", f"/en/desk/documents/{document.id}/close"
    assert f'href="{page}"' in client.get(contents).text
    shown = client.get(page).text
    assert "It cannot be undone" in shown and "1 contribution waits for an answer" in shown
    assert get_document(document.id).closed_at is None
    other = signed_in_client(app, factories.create_staff(factories.create_institution("lain")))
    assert other.get(page).status_code == 403
    assert submit_form(client, page).status_code == 303
    assert "is closed" in client.get(contents).text
    assert re.search("closed", client.get(page).text)
    assert client.get(page).status_code in (403, 409)
