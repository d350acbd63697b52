"""A proposal's page and its thread, as people see them."""

import gzip
import re

from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.threads import threads as thread_queries
from deliberate.vocabulary import Stance
from tests import factories
from tests.client import send, signed_in, visitor
from tests.statement_counter import statements


def page_of(proposal, language="id", query="") -> str:
    return f"/{language}/proposals/{proposal.id}-{proposal.slug}{query}"


def an_argument(proposal, body="Karena panas.", stance=Stance.FOR, author=None):
    return comment_operations.post_comment(
        author or factories.resident(), proposal, body, stance=stance
    )


def test_a_page_stands_at_number_and_slug(app):
    proposal = factories.a_proposal()
    moved = visitor(app).get(f"/id/proposals/{proposal.id}-salah?side=for")
    assert (moved.status_code, moved.location) == (301, page_of(proposal) + "?side=for")
    assert visitor(app).get(page_of(proposal)).status_code == 200
    assert visitor(app).get("/id/proposals/99999").status_code == 404


def test_the_page_has_text_support_balance_and_form_without_signing_in(app):
    proposal = factories.a_proposal()
    an_argument(proposal)
    an_argument(proposal, "Mahal.", Stance.AGAINST)
    page = visitor(app).get(page_of(proposal, "en")).text
    assert "<h1>Bangku di tiap halte</h1>" in page and "Satu bangku" in page
    assert "1 for, 1 against, 0 neutral or questions" in page
    assert "0 of the 2 needed" in page and "Post argument" in page
    assert "csrf_token" not in page and "form_key" not in page


def test_words_of_people_are_shown_as_written_and_never_as_markup(app):
    proposal = factories.a_proposal()
    an_argument(proposal, "<script>alert(1)</script> **panas**")
    page = visitor(app).get(page_of(proposal)).text
    assert "<script>alert" not in page and "<strong>panas</strong>" in page


def test_an_argument_is_posted_and_the_page_opens_at_it_with_a_receipt(app, log):
    proposal, me = factories.a_proposal(), signed_in(app, factories.resident())
    log()
    answer = send(
        me,
        page_of(proposal),
        f"/id/proposals/{proposal.id}/arguments",
        stance="against",
        body="Terlalu mahal untuk satu halte.",
    )
    (entry,) = log()
    assert answer.status_code == 303
    assert answer.location == page_of(proposal, query=f"?at={entry.subject_id}#c{entry.subject_id}")
    page = me.get(answer.location).text
    assert entry.id in page and "Terlalu mahal" in page
    assert re.search(rf'id="c{entry.subject_id}"[^>]*aria-current="true"', page)


def test_a_form_that_lacks_something_comes_back_with_what_was_typed(app, log):
    proposal, me = factories.a_proposal(), signed_in(app, factories.resident())
    log()
    answer = send(
        me, page_of(proposal), f"/en/proposals/{proposal.id}/arguments", body="Mahal. " * 700
    )
    assert answer.status_code == 422 and log() == []
    assert "<title>Error:" in answer.text and "There is a problem" in answer.text
    assert "At most 4,000 characters." in answer.text
    assert "Choose for, against, or neutral." in answer.text and "Mahal. Mahal." in answer.text


def test_posting_signed_out_asks_to_sign_in_and_keeps_the_words(app, log):
    proposal = factories.a_proposal()
    log()
    answer = visitor(app).post(
        f"/id/proposals/{proposal.id}/arguments", data={"stance": "for", "body": "Setuju sekali."}
    )
    assert answer.status_code == 401 and "Setuju sekali." in answer.text
    assert log() == []


def test_a_reply_offers_the_last_stance_and_may_leave_it_open(app):
    proposal, person = factories.a_proposal(), factories.resident()
    argument = an_argument(proposal)
    an_argument(proposal, "Tidak perlu.", Stance.AGAINST, person)
    me, form = signed_in(app, person), f"/id/comments/{argument.id}/reply"
    assert re.search(r'checked[^>]*value="against"', me.get(form).text)
    assert send(me, form, stance="", body="Dari mana angkanya?").status_code == 303
    assert thread_queries.last_stance_of(person.id, proposal.id) == Stance.AGAINST


def test_a_comment_is_weighed_by_a_button(app, log):
    proposal = factories.a_proposal()
    argument = an_argument(proposal)
    me = signed_in(app, factories.resident())
    log()
    to = f"/id/comments/{argument.id}/rating"
    assert send(me, page_of(proposal), to, rating="strong").status_code == 303
    assert len(log()) == 1
    assert re.search(r'value="strong" aria-pressed="true"', me.get(page_of(proposal)).text)
    assert send(me, page_of(proposal), to, rating="superb").status_code == 400


def test_ones_own_comment_can_be_changed_and_withdrawn_by_page(app, log):
    proposal, person = factories.a_proposal(), factories.resident()
    argument = an_argument(proposal, author=person)
    me, change = signed_in(app, person), f"/id/comments/{argument.id}/change"
    assert change in me.get(page_of(proposal)).text
    assert send(me, change, body="Karena **terik**.").status_code == 303
    assert send(me, change, f"/id/comments/{argument.id}/withdraw").status_code == 303
    page = visitor(app).get(page_of(proposal, "en")).text
    assert "terik" not in page and "Withdrawn by its author" in page


def test_somebody_elses_comment_cannot_be_changed_by_page(app):
    argument = an_argument(factories.a_proposal())
    me, change = signed_in(app, factories.resident()), f"/id/comments/{argument.id}/change"
    assert me.get(change).status_code == 403
    assert send(me, page_of(argument.proposal), change, body="Lain.").status_code == 403


def test_short_addresses_lead_to_the_page_and_the_comment(app):
    proposal = factories.a_proposal()
    argument = an_argument(proposal)
    reply = comment_operations.post_comment(factories.resident(), proposal, "Ya.", parent=argument)
    indonesian = {"headers": {"Accept-Language": "id"}}
    found = visitor(app).get(f"/p/{proposal.id}", follow_redirects=True, **indonesian)
    assert found.request.path == page_of(proposal)
    link = visitor(app).get(f"/c/{reply.id}", **indonesian).location
    assert link == page_of(proposal, query=f"?at={reply.id}#c{reply.id}")


def test_an_address_into_another_thread_is_not_found(app):
    proposal, argument = factories.a_proposal(), an_argument(factories.a_proposal())
    assert visitor(app).get(page_of(proposal, query=f"?at={argument.id}")).status_code == 404
    assert visitor(app).get(page_of(proposal, query="?at=99999999999999999")).status_code == 200


def test_a_closed_thread_stays_readable_and_says_why_it_is_closed(app, clock):
    proposal = factories.a_proposal(factories.a_process(days=2))
    an_argument(proposal)
    clock.shift(5 * 86400)
    page = visitor(app).get(page_of(proposal, "en")).text
    assert "Karena panas." in page and "The discussion is closed" in page
    assert "Post argument" not in page and "/rating" not in page


def test_support_is_given_and_taken_back_by_buttons(app, log):
    proposal, me = factories.a_proposal(), signed_in(app, factories.resident())
    log()
    support = f"/id/proposals/{proposal.id}/support"
    assert send(me, page_of(proposal), support).status_code == 303
    assert f"{support}/end" in me.get(page_of(proposal)).text
    assert send(me, page_of(proposal), f"{support}/end").status_code == 303
    assert [entry.kind for entry in log()] == ["support.given", "support.taken_back"]


def test_following_starts_and_ends_by_buttons(app, log):
    proposal, me = factories.a_proposal(), signed_in(app, factories.resident())
    log()
    follow = f"/id/proposals/{proposal.id}/follow"
    assert send(me, page_of(proposal), follow).status_code == 303
    assert send(me, page_of(proposal), f"{follow}/end").status_code == 303
    assert [entry.kind for entry in log()] == ["follow.started", "follow.ended"]


def test_a_new_version_is_published_with_credits_and_a_public_difference(app, log):
    author = factories.resident()
    proposal = factories.a_proposal(author=author)
    led = an_argument(proposal, "Dua bangku lebih baik.")
    me, form = signed_in(app, author), f"/id/proposals/{proposal.id}/revision"
    log()
    text = "Lansia menunggu berdiri. Dua bangku di tiap halte cukup. " * 5
    answer = send(me, form, title=proposal.title, body=text, note="Dua bangku", credits=str(led.id))
    (entry,) = log()
    assert answer.status_code == 303
    assert entry.details == {"version": 2, "credits": [led.id]}
    page = visitor(app).get(f"/en/proposals/{proposal.id}/changes?from=1&to=2").text
    assert "<del>" in page and "<ins>" in page and "Dua bangku lebih baik." in page
    assert visitor(app).get(f"/id/proposals/{proposal.id}/changes?to=9").status_code == 404


def test_only_the_author_gets_the_form_for_a_new_version(app):
    proposal = factories.a_proposal()
    me = signed_in(app, factories.resident())
    assert me.get(f"/id/proposals/{proposal.id}/revision").status_code == 403
    assert me.get(f"/id/proposals/{proposal.id}/withdrawal").status_code == 403


def test_a_withdrawn_proposal_shows_its_reason_and_keeps_its_thread(app):
    author = factories.resident()
    proposal = factories.a_proposal(author=author)
    an_argument(proposal)
    me, form = signed_in(app, author), f"/id/proposals/{proposal.id}/withdrawal"
    assert send(me, form, reason="Sudah dikerjakan dinas.").status_code == 303
    page = visitor(app).get(page_of(proposal)).text
    assert "Sudah dikerjakan dinas." in page and "Satu bangku" not in page
    assert "Karena panas." in page
    assert visitor(app).get(f"/id/proposals/{proposal.id}/changes").status_code == 404


def test_readers_who_are_not_signed_in_fetch_an_unchanged_page_once(app):
    proposal, reader = factories.a_proposal(), visitor(app)
    argument = an_argument(proposal)
    first = reader.get(page_of(proposal))
    again = {"headers": {"If-None-Match": first.headers["ETag"]}}
    assert reader.get(page_of(proposal), **again).status_code == 304
    comment_operations.rate_comment(factories.resident(), argument, is_strong=True)
    assert reader.get(page_of(proposal), **again).status_code == 200
    assert reader.get(page_of(proposal, "en"), **again).status_code == 200


def test_a_page_changes_when_its_phase_closes(app, clock):
    proposal, reader = factories.a_proposal(factories.a_process(days=2)), visitor(app)
    clock.shift(86400 - 60)
    etag = reader.get(page_of(proposal)).headers["ETag"]
    clock.shift(120)
    again = reader.get(page_of(proposal), headers={"If-None-Match": etag})
    assert again.status_code == 200


def test_signed_in_people_always_get_their_own_page(app):
    proposal, me = factories.a_proposal(), signed_in(app, factories.resident())
    answer = me.get(page_of(proposal))
    assert "ETag" not in answer.headers and answer.headers["Cache-Control"] == "no-store"


def test_a_proposal_page_asks_the_database_five_times_at_most(app):
    proposal = factories.a_proposal()
    for _ in range(3):
        comment_operations.post_comment(
            factories.resident(), proposal, "Ya.", parent=an_argument(proposal), stance=Stance.FOR
        )
    proposal_operations.support_proposal(factories.resident(), proposal)
    address = page_of(proposal)
    with statements() as asked:
        visitor(app).get(address)
    assert len(asked) <= 5


def test_a_page_of_twenty_arguments_is_light(app):
    proposal = factories.a_proposal()
    for _ in range(20):
        argument = an_argument(
            proposal, "Karena panas dan tidak ada tempat duduk bagi lansia. " * 4
        )
        for _ in range(2):
            comment_operations.post_comment(
                factories.resident(), proposal, "Benar, saya juga.", parent=argument
            )
    page = visitor(app).get(page_of(proposal)).text
    assert page.count('<li id="c') == 60
    assert len(re.findall(r"<[a-z]", page)) <= 1500
    assert len(gzip.compress(page.encode())) <= 20_000
