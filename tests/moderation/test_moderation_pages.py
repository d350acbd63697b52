"""Reporting, appealing and deciding over HTTP; and that a hidden text is shown nowhere."""

import re

import pytest

from deliberate.operations.moderation import moderation as moderation_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.moderation import moderation as moderation_queries
from deliberate.vocabulary import Role, Rule, Stance
from tests import factories
from tests.client import send, signed_in, visitor

SECRET = "kata yang disembunyikan"


def an_argument(author=None):
    return comment_operations.post_comment(
        author or factories.resident(), factories.a_proposal(), SECRET, stance=Stance.FOR
    )


def a_moderator():
    return factories.staff(role=Role.MODERATOR)


def test_everybody_can_report_from_the_thread_and_signs_in_after_writing(app):
    comment = an_argument()
    address = f"/id/moderation/comment/{comment.id}/report"
    thread = visitor(app).get(f"/p/{comment.proposal_id}", follow_redirects=True).text
    assert address in thread
    client = visitor(app)
    assert SECRET in client.get(address).text
    answer = client.post(address, data={"reason": "spam", "note": "iklan toko yang sama"})
    assert answer.status_code == 401 and "iklan toko yang sama" in answer.text


def test_a_report_is_sent_once_and_needs_a_rule(app):
    comment, client = an_argument(), signed_in(app, factories.resident())
    address = f"/id/moderation/comment/{comment.id}/report"
    empty = send(client, address)
    assert empty.status_code == 422 and "Pilih salah satu aturan" in empty.text
    assert send(client, address, reason="insult").status_code == 303
    factories.again(comment)
    assert len(moderation_queries.open_reports(comment)) == 1
    again = client.get(address)
    assert again.status_code == 200
    assert send(client, address, reason="insult").status_code == 403


def test_only_moderators_and_administrators_see_the_desk(app):
    comment = an_argument()
    pages = ("/id/desk/moderation", f"/id/desk/moderation/comment/{comment.id}")
    for page in pages:
        assert signed_in(app, factories.resident()).get(page).status_code == 403
        assert signed_in(app, factories.staff()).get(page).status_code == 403
        assert signed_in(app, a_moderator()).get(page).status_code == 200
    answer = send(signed_in(app, factories.staff()), "/id/account", f"{pages[1]}/hide", rule="spam")
    assert answer.status_code == 403


def test_a_moderator_hides_by_a_rule_with_a_note_and_restores(app):
    comment, client = an_argument(), signed_in(app, a_moderator())
    page = f"/id/desk/moderation/comment/{comment.id}"
    assert send(client, page, f"{page}/hide", rule="insult").status_code == 422
    assert send(client, page, f"{page}/hide", rule="insult", note="Aturan 2").status_code == 303
    factories.again(comment)
    assert comment.hidden_ground == "insult"
    assert send(client, page, f"{page}/restore").status_code == 303
    factories.again(comment)
    assert comment.stands


def test_the_author_reads_rule_and_note_and_appeals_nobody_else_does(app):
    author = factories.resident()
    comment = an_argument(author)
    moderation_operations.hide_contribution(
        a_moderator(), comment, Rule.INSULT, "Tolong tanpa hinaan."
    )
    page = f"/id/moderation/comment/{comment.id}/appeal"
    client = signed_in(app, author)
    shown = client.get(page).text
    assert "Tolong tanpa hinaan." in shown and "Hinaan atau ancaman" in shown
    assert signed_in(app, factories.resident()).get(page).status_code == 403
    assert send(client, page, words="Ini kritik.").status_code == 303
    second = signed_in(app, a_moderator())
    ((appeal, _thing),) = moderation_queries.appeals_waiting()
    matter = f"/id/desk/moderation/comment/{comment.id}"
    fields = {"outcome": "granted", "note": "Benar."}
    assert (
        send(second, matter, f"/id/desk/moderation/appeals/{appeal.id}", **fields).status_code
        == 303
    )
    factories.again(comment)
    assert comment.stands


def test_a_tombstone_with_its_rule_stands_in_place_and_replies_stay(app):
    comment = an_argument()
    comment_operations.post_comment(
        factories.resident(), comment.proposal, "Balasan tetap.", parent=comment
    )
    moderation_operations.hide_contribution(a_moderator(), comment, Rule.OFF_TOPIC, "x")
    page = visitor(app).get(f"/p/{comment.proposal_id}", follow_redirects=True).text
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
def test_hidden_words_are_shown_on_no_public_page(app, address):
    comment = an_argument()
    proposal = comment.proposal
    moderation_operations.hide_contribution(a_moderator(), comment, Rule.SPAM, SECRET)
    moderation_operations.hide_contribution(a_moderator(), proposal, Rule.SPAM, SECRET)
    page = visitor(app).get(address.format(p=proposal.id, c=comment.id), follow_redirects=True).text
    for words in (SECRET, proposal.title, "Lansia menunggu"):
        assert words not in page


def test_the_record_is_public_and_moderators_come_from_the_desk_to_theirs(app):
    moderation_operations.hide_contribution(a_moderator(), an_argument(), Rule.SPAM, "x")
    page = visitor(app).get("/en/moderation")
    assert page.status_code == 200 and "Spam" in page.text
    assert len(re.findall(r"<h1", page.text)) == 1
    answer = signed_in(app, a_moderator()).get("/id/desk")
    assert answer.headers["Location"].endswith("/id/desk/moderation")


def test_a_report_by_the_same_form_counts_once(app):
    comment, person = an_argument(), factories.resident()
    client = signed_in(app, person)
    address = f"/id/moderation/comment/{comment.id}/report"
    page = client.get(address).text
    token = {
        name: re.search(rf'name="{name}" value="([^"]+)"', page).group(1)
        for name in ("form_key", "csrf_token")
    }
    first = client.post(address, data={**token, "reason": "spam", "note": ""})
    second = client.post(address, data={**token, "reason": "spam", "note": ""})
    assert (first.status_code, second.status_code) == (303, 303)
    factories.again(comment)
    assert len(moderation_queries.open_reports(comment)) == 1
