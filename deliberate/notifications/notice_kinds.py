"""Kinds of notices, and the topics by which people switch mails on and off."""

TOPICS = {
    "response": ("response.published", "response.again"),
    "referral": ("proposal.referred", "referral.accepted", "referral.declined"),
    "deadline": ("deadline.missed", "clock.paused"),
    "commitment": (
        "commitment.updated",
        "commitment.fulfilled",
        "commitment.dropped",
        "commitment.late",
        "outcome.asked",
    ),
    "desk": (
        "desk.new",
        "desk.soon",
        "desk.overdue",
        "desk.offered",
        "desk.bounced",
        "desk.check",
        "desk.week",
    ),
}

MERGERS = ("proposal.merged", "proposal.joined", "proposal.unmerged")
"""Sent to everyone a merger concerns; it cannot be muted."""

ADDRESS_GIVEN = "address.given"
"""Asks to confirm the address of a new account; the only mail to an unconfirmed address."""

ADDRESS_NEW = "address.new"
"""Asks the new address to confirm a change of address."""

ADDRESS_LEFT = "address.left"
"""Asks the present address to agree to a change of address."""

RECOVERY_ASKED = "recovery.asked"
"""Sends the link to choose a new passphrase to a confirmed address."""

REQUEST_DECIDED = "request.decided"
"""The decision on a request for the protected tier of research data."""

REQUEST_ENDS = "request.ends"
"""Access to the protected tier ends within two weeks."""

FACTOR_REMOVED = "factor.removed"
"""An administrator removed the second factor of an account."""

RECOVERY_BEGUN = "recovery.begun"
RECOVERY_CONFIRMED = "recovery.confirmed"
RECOVERY_STOPPED = "recovery.stopped"
"""The steps of a recovery at an office, of which the owner of the account is notified."""

VERIFIED = "resident.verified"
VERIFICATION_ENDED = "verification.ended"
"""The verification of a resident, and its end."""

BALLOT_RECEIPT = "ballot.receipt"
"""The receipt of a ballot, mailed if the voter asked for it."""


def topic_of(kind: str) -> str:
    """Return the topic of a kind of notice; kinds without a topic (empty) are always mailed."""
    return next((topic for topic, kinds in TOPICS.items() if kind in kinds), "")
