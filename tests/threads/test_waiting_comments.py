"""What waits in threads: arguments and questions nobody answered, newcomers, silent sides."""

import re

import pytest

from deliberate.operations.scores.stored_scores import store_scores
from deliberate.operations.threads.comments import post_comment, withdraw_comment
from deliberate.queries.threads.waiting_comments import (
    SHOWN,
    waiting_in_process,
    waiting_in_thread,
)
from deliberate.sealing import seal_log
from deliberate.vocabulary import Role, Stance
from tests import factories
from tests.client import anonymous_client, signed_in_client


@pytest.fixture
def institution(app):
    return factories.create_institution()


@pytest.fixture
def process(institution):
    return factories.create_process(institution)


@pytest.fixture
def proposal(process):
    return factories.create_proposal(process)


def argue(proposal, text="Karena.", person=None, stance=Stance.FOR, **more):
    return post_comment(
        person or factories.create_resident(), proposal, text, stance=stance, **more
    )


def waiting_ids(waiting):
    groups = (waiting.newcomers, waiting.questions, waiting.others)
    found = {comment.id for group in groups for comment in group.rows}
    assert waiting.total == len(found) or max(group.total for group in groups) > SHOWN
    return sorted(found, reverse=True)


def test_argument_waits_until_somebody_replies(proposal):
    comment = argue(proposal)
    assert waiting_ids(waiting_in_thread(proposal)) == [comment.id]
    argue(proposal, parent=comment)
    assert waiting_ids(waiting_in_thread(proposal)) == []


def test_withdrawn_argument_does_not_wait(proposal):
    comment = argue(proposal)
    withdraw_comment(comment.author, comment)
    assert waiting_ids(waiting_in_thread(proposal)) == []


def test_comment_of_staff_does_not_wait(proposal, institution):
    argue(proposal, person=factories.create_staff(institution), stance=Stance.NEUTRAL)
    assert waiting_ids(waiting_in_thread(proposal)) == []


def test_newcomer_is_who_wrote_for_the_first_time(proposal):
    person = factories.create_resident()
    first, second = argue(proposal, person=person), argue(proposal, person=person)
    assert [comment.id for comment in waiting_in_thread(proposal).newcomers.rows] == [first.id]
    assert second.id in waiting_ids(waiting_in_thread(proposal))


def test_question_without_a_reply_is_named(proposal):
    argue(proposal)
    question = argue(proposal, "Kapan?", is_question=True)
    assert [comment.id for comment in waiting_in_thread(proposal).questions.rows] == [question.id]


@pytest.mark.parametrize("side", [Stance.FOR, Stance.AGAINST])
def test_side_is_silent_from_five_arguments_of_the_other(proposal, side):
    other = Stance.AGAINST if side == Stance.FOR else Stance.FOR
    for count in range(5):
        assert not waiting_in_thread(proposal).silent.rows, count
        argue(proposal, stance=side)
    assert waiting_in_process(proposal.process_id).silent.rows == [proposal]
    assert waiting_in_thread(proposal).silent.rows == [proposal]
    argue(proposal, stance=other)
    assert not waiting_in_thread(proposal).silent.rows
    assert not waiting_in_process(proposal.process_id).silent.rows


def test_other_threads_and_processes_are_apart(proposal, institution):
    argue(factories.create_proposal(proposal.process))
    argue(factories.create_proposal(factories.create_process(institution)))
    assert waiting_ids(waiting_in_thread(proposal)) == []
    assert waiting_in_process(proposal.process_id).total == 1


def test_newest_are_shown_up_to_a_limit_and_all_are_counted(proposal):
    comments = [argue(proposal) for _ in range(SHOWN + 2)]
    shown = waiting_in_process(proposal.process_id).newcomers
    assert [row.id for row in shown.rows] == [comment.id for comment in comments[:1:-1]]
    assert shown.total == SHOWN + 2


def test_question_older_than_the_newest_arguments_is_still_named(proposal):
    person = factories.create_resident()
    argue(proposal, person=person)
    question = argue(proposal, "Kapan?", person=person, is_question=True)
    for _ in range(SHOWN):
        argue(proposal, person=person)
    waiting = waiting_in_process(proposal.process_id)
    assert [row.id for row in waiting.questions.rows] == [question.id]
    assert question not in waiting.others.rows and waiting.others.total == SHOWN
    assert waiting.total == SHOWN + 2


def test_page_says_how_many_of_how_many_it_shows(app, proposal):
    for _ in range(SHOWN + 2):
        argue(proposal)
    page = anonymous_client(app).get(f"/id/proposals/{proposal.id}/waiting").text
    assert "12 terbaru dari 14" in page


def test_page_of_a_thread_names_what_waits_in_words_with_links(app, proposal):
    argue(proposal, "Kapan mulai?", is_question=True)
    browser = anonymous_client(app)
    url = f"/en/proposals/{proposal.id}/waiting"
    assert url in browser.get(f"/en/proposals/{proposal.id}", follow_redirects=True).text
    page = browser.get(url).text
    assert "1 person wrote for the first time and waits for a reply" in page
    assert "1 question has no reply" in page and "Kapan mulai?" in page


def test_page_of_a_thread_without_arguments_says_that_nothing_waits(app, proposal):
    page = anonymous_client(app).get(f"/en/proposals/{proposal.id}/waiting").text
    assert "Nothing waits" in page


def lively_process(proposal):
    """Post enough for DQ1 to have a value: a hundred comments in ten threads, some unanswered."""
    people = [factories.create_resident() for _ in range(12)]
    for number in range(10):
        thread = factories.create_proposal(proposal.process, people[number])
        for turn in range(5):
            comment = argue(thread, person=people[(number + turn) % 12])
            argue(thread, person=people[(number + turn + 3) % 12], parent=comment)
    return [argue(proposal, person=people[n]) for n in range(4)]


@pytest.mark.sqlite
def test_desk_says_what_replies_of_residents_would_change(app, process, proposal, institution):
    waiting = lively_process(proposal)
    seal_log(app.config["SETTINGS"])
    store_scores(process.slug)
    staff = signed_in_client(app, factories.create_staff(institution))
    url = f"/en/desk/processes/{process.slug}/waiting"
    page = staff.get(url).text
    assert f"If these {len(waiting)} arguments got a reply from another resident" in page
    now, then = re.search(r"would go\s+from (\d+) to (\d+) of 100", page).groups()
    assert 0 < int(now) < int(then) <= 100
    assert "Replies of offices do not count in it." in page
    assert url in staff.get(f"/en/processes/{process.slug}").text


def test_residents_have_no_desk_page_of_what_waits(app, process):
    resident = signed_in_client(app, factories.create_resident())
    assert resident.get(f"/en/desk/processes/{process.slug}/waiting").status_code == 403


def test_desk_page_works_before_the_first_scores(app, process, proposal):
    person = factories.create_resident()
    argue(factories.create_proposal(), person=person)
    argue(proposal, person=person)
    evaluator = signed_in_client(app, factories.create_staff(role=Role.EVALUATOR))
    page = evaluator.get(f"/en/desk/processes/{process.slug}/waiting").text
    content = page.partition("<main")[2].partition("</main>")[0]  # tokens can have any letters
    assert "1 argument has no reply" in content and "DQ1" not in content


@pytest.mark.parametrize(
    ("role", "desk"), [(Role.MODERATOR, "moderation/"), (Role.EVALUATOR, "assessments/")]
)
def test_desks_without_cases_lead_to_what_waits(app, process, role, desk):
    browser = signed_in_client(app, factories.create_staff(role=role))
    linked = '<a href="/en/processes">Processes, each with what waits for a reply</a>'
    assert linked in browser.get(f"/en/desk/{desk}").text
    assert (
        f"/en/desk/processes/{process.slug}/waiting"
        in browser.get(f"/en/processes/{process.slug}").text
    )
