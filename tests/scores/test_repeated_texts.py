"""Comments that repeat somebody else's words are counted from the texts, and mark the score."""

import pytest

from deliberate import sealing
from deliberate.database import unrecorded
from deliberate.models import Comment
from deliberate.operations.threads.comments import post_comment
from deliberate.queries.scores.computed_scores import compute_scores
from deliberate.queries.scores.repeated_texts import TextCounts, count_repeated_texts
from deliberate.vocabulary import AccountClass, ModerationRule, Stance
from tests import factories

COPIED = "Jalan ini harus segera diperbaiki."


@pytest.fixture
def process(app):
    return factories.create_process()


@pytest.fixture
def proposal(process):
    return factories.create_proposal(process)


def post(proposal, text, author=None):
    author = author or factories.create_resident()
    return post_comment(author, proposal, text, stance=Stance.FOR)


def test_the_same_words_by_two_people_are_repeated_in_both(process, proposal):
    for text in (COPIED, "jalan ini HARUS segera diperbaiki!!", "Jalan itu sudah baik."):
        post(proposal, text)
    assert count_repeated_texts(process.id) == TextCounts(texts=3, repeated=2)


def test_repeating_oneself_repeats_nobody_else(process, proposal):
    author = factories.create_resident()
    for _ in range(2):
        post(proposal, "Setuju.", author)
    assert count_repeated_texts(process.id) == TextCounts(texts=2, repeated=0)


def test_copied_signs_without_letters_are_repeated(process, proposal):
    for text in ("👍", "👍 ", "👎"):
        post(proposal, text)
    assert count_repeated_texts(process.id) == TextCounts(texts=3, repeated=2)


def test_words_of_another_process_are_not_repeated(process, proposal):
    post(proposal, COPIED)
    post(factories.create_proposal(factories.create_process()), COPIED)
    assert count_repeated_texts(process.id) == TextCounts(texts=1, repeated=0)


def test_staff_system_accounts_and_spam_are_not_compared(process, proposal):
    post(proposal, COPIED)
    machine = factories.create_resident()
    spam = post(proposal, COPIED)
    post(proposal, COPIED, machine)
    post_comment(factories.create_staff(), proposal, COPIED, stance=Stance.FOR)
    with unrecorded("test settings"):
        machine.account_class = AccountClass.SYSTEM
        spam.hide(ModerationRule.SPAM)
    assert count_repeated_texts(process.id) == TextCounts(texts=1, repeated=0)


def test_erased_texts_are_not_compared(process, proposal):
    for _ in range(2):
        post(proposal, COPIED)
    with unrecorded("test settings") as session:
        session.query(Comment).update({"body": ""})
    assert count_repeated_texts(process.id) == TextCounts(texts=0, repeated=0)


def test_later_comments_are_outside_an_earlier_score(process, proposal):
    post(proposal, COPIED)
    later = post(proposal, COPIED)
    assert count_repeated_texts(process.id, later.posted_at) == TextCounts(texts=1, repeated=0)


@pytest.mark.parametrize(("copies", "is_marked"), [(2, True), (1, False)])
def test_a_fifth_of_repeated_texts_marks_the_score(app, process, proposal, copies, is_marked):
    texts = [f"Usul nomor {k}: lampu jalan." for k in range(8)] + [COPIED] * copies
    for text in texts:
        post(proposal, text)
    sealing.seal_log(app.config["SETTINGS"])
    scores = compute_scores(process)
    assert ("repeated_text" in scores.totals["DQ"].marks) is is_marked
    assert scores.to_dict()["texts"]["compared"] == len(texts)
