"""Kinds of acts on proposals, supports and follows."""

from deliberate.vocabulary.codes import Initiator, PlaceKind, ResponseDecision
from deliberate.vocabulary.details import detail
from deliberate.vocabulary.events.event import INTERNAL, PRIVATE, PUBLIC, Event


class ProposalSubmitted(Event, kind="proposal.submitted", visibility=PUBLIC, has_text=True):
    """A proposal was published."""

    initiator: Initiator = detail("who proposed it")
    decision: ResponseDecision | None = detail("imported status without a time", default=None)
    place: PlaceKind | None = detail("shape of its place on the map, never where", default=None)


class ProposalRevised(Event, kind="proposal.revised", visibility=PUBLIC, has_text=True):
    """A new version of a proposal was published."""

    version: int = detail("number of the version")
    credits: list[int] = detail("comments that led to the version")
    place: PlaceKind | None = detail("shape of its place on the map, never where", default=None)


class ProposalSummarised(Event, kind="proposal.summarised", visibility=PUBLIC, has_text=True):
    """A summary was agreed."""

    version: int = detail("number of the summary")


class ProposalWithdrawn(Event, kind="proposal.withdrawn", visibility=PUBLIC):
    """The author withdrew the proposal."""

    reason_given: bool = detail("a reason is stated")


class MapImported(Event, kind="map.imported", visibility=PUBLIC):
    """The map of the areas was imported from the authority's file."""

    areas: int = detail("areas with a name")
    features: int = detail("features, areas included")


class ProposalMerged(Event, kind="proposal.merged", visibility=PUBLIC):
    """A proposal was merged into another."""

    into: int = detail("id of the other proposal")


class ProposalUnmerged(Event, kind="proposal.unmerged", visibility=PUBLIC):
    """A merger was undone."""


class AttachmentAdded(Event, kind="attachment.added", visibility=PUBLIC):
    """A file was attached to a proposal."""

    type: str = detail("type of the file")
    bytes: int = detail("size of the file")


class AttachmentRemoved(Event, kind="attachment.removed", visibility=PUBLIC):
    """An attached file was removed."""


class SupportGiven(Event, kind="support.given", visibility=PRIVATE):
    """A person supported a proposal."""


class SupportTakenBack(Event, kind="support.taken_back", visibility=PRIVATE):
    """A person withdrew a support."""


class FollowStarted(Event, kind="follow.started", visibility=PRIVATE):
    """A person started to follow a proposal, a process, an institution or a topic."""


class FollowEnded(Event, kind="follow.ended", visibility=PRIVATE):
    """A person stopped following it."""


class CoAuthorInvited(Event, kind="coauthor.invited", visibility=INTERNAL):
    """An author invited a person to write a proposal or an amendment with them."""

    by_link: bool = detail("1 by a link, 0 by a public name")


class CoAuthorJoined(Event, kind="coauthor.joined", visibility=PUBLIC):
    """A person became a co-author of a proposal or an amendment."""


class CoAuthorDeclined(Event, kind="coauthor.declined", visibility=INTERNAL):
    """A person declined to be a co-author."""


class CoAuthorUninvited(Event, kind="coauthor.uninvited", visibility=INTERNAL):
    """An author revoked an invitation before it was accepted."""

    by_link: bool = detail("1 by a link, 0 by a public name")


class CoAuthorLeft(Event, kind="coauthor.left", visibility=PUBLIC):
    """A person is no author of a proposal or an amendment any more; the others remain."""


class WithdrawalRequested(Event, kind="withdrawal.requested", visibility=PUBLIC):
    """An author asked the co-authors to withdraw what they wrote together."""


class WithdrawalAgreed(Event, kind="withdrawal.agreed", visibility=PUBLIC):
    """An author agreed to withdraw it."""


class WithdrawalObjected(Event, kind="withdrawal.objected", visibility=PUBLIC):
    """An author objected: it is not withdrawn."""
