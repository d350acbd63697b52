"""Groups of notices, as people switch their mails on and off."""

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
"""Told to all whom a merger concerns; nobody can switch it off."""

ADDRESS_GIVEN = "address.given"
"""The one mail that goes to an address nobody has confirmed: it asks to confirm it."""

ADDRESS_NEW = "address.new"
"""Goes to the address somebody wants instead of a confirmed one: it asks for a yes."""

ADDRESS_LEFT = "address.left"
"""Goes to the confirmed address that somebody wants to leave: it asks for a yes."""

RECOVERY_ASKED = "recovery.asked"
"""Goes to a confirmed address: the link by which a new passphrase is chosen."""

REQUEST_DECIDED = "request.decided"
"""Whether a researcher may have the protected tier that was asked for."""

REQUEST_ENDS = "request.ends"
"""Access to the protected tier ends within two weeks."""

FACTOR_REMOVED = "factor.removed"
"""An administrator took somebody's second factor away."""

RECOVERY_BEGUN = "recovery.begun"
RECOVERY_CONFIRMED = "recovery.confirmed"
RECOVERY_STOPPED = "recovery.stopped"
"""Somebody comes back into an account at an office: its owner is told of every step."""

VERIFIED = "resident.verified"
VERIFICATION_ENDED = "verification.ended"
"""Whether somebody is a verified resident."""

BALLOT_RECEIPT = "ballot.receipt"
"""The receipt of somebody's own ballot, mailed because they ticked it."""


def topic_of(kind: str) -> str:
    """The group a notice belongs to; what stands in none is always mailed."""
    return next((topic for topic, kinds in TOPICS.items() if kind in kinds), "")
