"""Test reporting, deciding and appealing over HTTP, and that hidden texts appear on no page."""

import re

import pytest

from deliberate.operations.moderation import decisions as moderation_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.moderation.decisions import open_reports
from deliberate.queries.moderation.queue import open_appeals
from deliberate.vocabulary import ModerationRule, Role, Stance
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form

SECRET = "kata yang disembunyikan"


def post_argument(author=None):
    return comment_operations.post_comment(
        author or factories.create_resident(),
        factories.create_proposal(),
        SECRET,
        stance=Stance.FOR,
    )


def create_moderator():
    return factories.create_staff(role=Role.MODERATOR)


def test_report_form_is_public_and_asks_for_sign_in_on_submit(app):
    comment = post_argument()
    address = f"/id/moderation/comment/{comment.id}/report"
    thread = anonymous_client(app).get(f"/p/{comment.proposal_id}", follow_redirects=True).text
    assert address in thread
    client = anonymous_client(app)
    assert SECRET in client.get(address).text
    answer = client.post(address, data={"reason": "spam", "note": "iklan toko yang sama"})
    assert answer.status_code == 401 and "iklan toko yang sama" in answer.text


def test_report_form_requires_a_rule_and_is_accepted_once(app):
    comment, client = post_argument(), signed_in_client(app, factories.create_resident())
    address = f"/id/moderation/comment/{comment.id}/report"
    empty = submit_form(client, address)
    assert empty.status_code == 422 and "Pilih salah satu aturan" in empty.text
    assert submit_form(client, address, reason="insult").status_code == 303
    factories.reload(comment)
    assert len(open_reports(comment)) == 1
    again = client.get(address)
    assert again.status_code == 200
    assert submit_form(client, address, reason="insult").status_code == 409


def test_moderation_queue_is_for_moderators_and_administrators(app):
    comment = post_argument()
    pages = ("/id/desk/moderation", f"/id/desk/moderation/comment/{comment.id}")
    for page in pages:
        assert signed_in_client(app, factories.create_resident()).get(page).status_code == 403
        assert signed_in_client(app, factories.create_staff()).get(page).status_code == 403
        assert signed_in_client(app, create_moderator()).get(page).status_code == 200
    answer = submit_form(
        signed_in_client(app, factories.create_staff()),
        "/id/account",
        f"{pages[1]}/hide",
        rule="spam",
    )
    assert answer.status_code == 403


def test_review_page_hides_with_a_rule_and_restores(app):
    comment, client = post_argument(), signed_in_client(app, create_moderator())
    page = f"/id/desk/moderation/comment/{comment.id}"
    assert submit_form(client, page, f"{page}/hide", rule="insult").status_code == 422
    assert (
        submit_form(client, page, f"{page}/hide", rule="insult", note="Aturan 2").status_code == 303
    )
    factories.reload(comment)
    assert comment.hidden_ground == "insult"
    assert submit_form(client, page, f"{page}/restore").status_code == 303
    factories.reload(comment)
    assert comment.is_visible_to(None)


def test_appeal_page_shows_the_decision_to_the_author_only(app):
    author = factories.create_resident()
    comment = post_argument(author)
    moderation_operations.hide_contribution(
        create_moderator(), comment, ModerationRule.INSULT, "Tolong tanpa hinaan."
    )
    page = f"/id/moderation/comment/{comment.id}/appeal"
    client = signed_in_client(app, author)
    shown = client.get(page).text
    assert "Tolong tanpa hinaan." in shown and "Penghinaan atau ancaman" in shown
    assert signed_in_client(app, factories.create_resident()).get(page).status_code == 403
    assert submit_form(client, page, reason="Ini kritik.").status_code == 303
    second = signed_in_client(app, create_moderator())
    ((appeal, _thing),) = open_appeals()
    matter = f"/id/desk/moderation/comment/{comment.id}"
    fields = {"outcome": "granted", "note": "Benar."}
    assert (
        submit_form(
            second, matter, f"/id/desk/moderation/appeals/{appeal.id}", **fields
        ).status_code
        == 303
    )
    factories.reload(comment)
    assert comment.is_visible_to(None)


def test_hidden_comment_is_a_tombstone_with_its_rule_and_keeps_replies(app):
    comment = post_argument()
    comment_operations.post_comment(
        factories.create_resident(), comment.proposal, "Balasan tetap.", parent=comment
    )
    moderation_operations.hide_contribution(
        create_moderator(), comment, ModerationRule.OFF_TOPIC, "x"
    )
    page = anonymous_client(app).get(f"/p/{comment.proposal_id}", follow_redirects=True).text
    assert SECRET not in page
    assert "Disembunyikan moderator" in page and "Di luar topik" in page
    assert "Balasan tetap." in page


PUBLIC = (
    "/id/", "/id/proposals", "/id/proposals/list.csv", "/id/proposals/{p}/changes", "/p/{p}",
    "/id/proposals?q=disembunyikan", "/c/{c}", "/id/moderation", "/sitemap.xml",
    "/id/comments/{c}/reply", "/id/moderation/comment/{c}/report",
    "/id/moderation/proposal/{p}/report", "/id/proposals/{p}.atom",
)  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_hidden_text_is_on_no_public_page(app, address):
    comment = post_argument()
    proposal = comment.proposal
    moderation_operations.hide_contribution(
        create_moderator(), comment, ModerationRule.SPAM, SECRET
    )
    moderation_operations.hide_contribution(
        create_moderator(), proposal, ModerationRule.SPAM, SECRET
    )
    page = (
        anonymous_client(app)
        .get(address.format(p=proposal.id, c=comment.id), follow_redirects=True)
        .text
    )
    for words in (SECRET, proposal.title, "Lansia menunggu"):
        assert words not in page


def test_moderation_record_is_public_and_linked_to_the_queue(app):
    moderation_operations.hide_contribution(
        create_moderator(), post_argument(), ModerationRule.SPAM, "x"
    )
    page = anonymous_client(app).get("/en/moderation")
    assert page.status_code == 200 and "Spam" in page.text
    assert len(re.findall(r"<h1", page.text)) == 1
    answer = signed_in_client(app, create_moderator()).get("/id/desk")
    assert answer.headers["Location"].endswith("/id/desk/moderation")


def test_report_form_sent_twice_counts_once(app):
    comment, person = post_argument(), factories.create_resident()
    client = signed_in_client(app, person)
    address = f"/id/moderation/comment/{comment.id}/report"
    page = client.get(address).text
    token = {
        name: re.search(rf'name="{name}" value="([^"]+)"', page).group(1)
        for name in ("form_key", "csrf_token")
    }
    first = client.post(address, data={**token, "reason": "spam", "note": ""})
    second = client.post(address, data={**token, "reason": "spam", "note": ""})
    assert (first.status_code, second.status_code) == (303, 303)
    factories.reload(comment)
    assert len(open_reports(comment)) == 1


def test_queue_marks_a_report_as_overdue_when_the_public_record_counts_it_so(app, clock):
    moderation_operations.report_contribution(
        factories.create_resident(), post_argument(), ModerationRule.SPAM
    )
    moderator, queue = create_moderator(), "/en/desk/moderation"
    clock.shift(30 * 3600)
    assert "over 24 hours" in signed_in_client(app, moderator).get(queue).text
    clock.shift(50 * 3600)
    page = signed_in_client(app, moderator).get(queue).text
    assert "over 72 hours" in page and "over 24 hours" not in page
