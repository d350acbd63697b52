"""Each sentence of a page that promises a notice names kinds of the registry that keep it."""

import re

from deliberate.notifications.registry import REGISTRY
from tests.structure.messages import extract

PROMISE = re.compile(
    r"\b(is|are|will be|you are|be) (then )?(notified|told)\b|news come to your account|"
    r"we (will )?(tell|mail) you",
    re.IGNORECASE,
)
KEPT_BY = {
    "a different moderator decides, and you are": {"moderation.granted", "moderation.refused"},
    "follow this process to be notified": {"phase.began", "process.changed"},
    "everyone who took part is notified. it": {"proposal.merged"},
    "supporters are notified": {"proposal.revised"},
    "every argument, of the response": {
        "comment.arguments",
        "response.published",
        "deadline.missed",
    },
    "an institution owes it a response by a date": {"response.published", "deadline.missed"},
    "followers of the proposal are notified": {"commitment.updated", "commitment.fulfilled"},
    "owner is notified of both": {"recovery.begun", "recovery.confirmed"},
    "without it the passphrase alone opens": {"factor.removed"},
    "the text is hidden": {"moderation.hidden"},
    "the text is shown again": {"moderation.restored"},
    "the appeal is decided. its author": {"moderation.granted", "moderation.refused"},
    "the account is limited": {"sanction.imposed"},
    "the limit is ended": {"sanction.lifted"},
    "the appeal is decided. the owner": {"sanction.granted", "sanction.refused"},
    "you follow this proposal": {"response.published", "commitment.updated"},
    "you follow this process": {"phase.began", "process.changed", "news.published"},
    "you follow this institution": {"response.published", "deadline.missed"},
    "you follow this topic": {"response.published", "proposal.qualified"},
    "the response is public. everyone": {"response.published", "response.again"},
    "the step is public": {"commitment.updated"},
    "it is stopped": {"recovery.stopped"},
    "the second factor is removed": {"factor.removed"},
    "confirmed. the scores follow": {"account.reclassified"},
    "no longer verified": {"verification.ended"},
    "the ballot is void at once, other officers": {"ballot.objected"},
    "you are told when somebody replies": {"comment.replied"},
    "those who follow the process or took part in it": {"document.closed"},
    "people who joined the amendment are told": {"amendment.revised"},
    "followers of the process are notified": {"news.published"},
    "you are told what is new here": {"response.published", "phase.began", "proposal.qualified"},
    "you are notified of": set(),  # the heading of the page that lists the registry
    "you are never notified": set(),
}
"""A part of each sentence that promises a notice, and the kinds that keep it."""


def test_every_promise_of_a_page_is_kept_by_the_registry():
    kinds = {event.KIND for event in REGISTRY}
    assert set().union(*KEPT_BY.values()) <= kinds
    promises = [
        text.lower()
        for message in extract().values()
        for text in ([message.id] if isinstance(message.id, str) else message.id)
        if PROMISE.search(text)
    ]
    assert len(promises) > 20
    unknown = [text for text in promises if not any(part in text for part in KEPT_BY)]
    assert unknown == []
