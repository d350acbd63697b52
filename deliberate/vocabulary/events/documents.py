"""Kinds of acts on draft texts: their versions, and what people say about their units."""

from deliberate.vocabulary.codes import ResponseGround, UnitDecision
from deliberate.vocabulary.details import detail
from deliberate.vocabulary.events.event import PUBLIC, Event


class DocumentOpened(Event, kind="document.opened", visibility=PUBLIC, has_text=True):
    """A draft text was opened for consultation."""

    units: int = detail("units of the text, at every level")


class DocumentRevised(Event, kind="document.revised", visibility=PUBLIC, has_text=True):
    """A version of a draft text was published; contributions stay with their units."""

    version: int = detail("number of the version")
    changed: int = detail("units with other words, split and merged ones included")
    moved: int = detail("units in another place")
    added: int = detail("units without a source in the version before")
    dropped: int = detail("units of the version before without an heir")


class DocumentClosed(Event, kind="document.closed", visibility=PUBLIC):
    """The consultation on a draft text ended."""


class AmendmentProposed(Event, kind="amendment.proposed", visibility=PUBLIC, has_text=True):
    """Other words were proposed for a unit of a draft text."""

    unit: int = detail("id of the unit, the same in every version")
    version: int = detail("number of the version it was written on")


class AmendmentRevised(Event, kind="amendment.revised", visibility=PUBLIC, has_text=True):
    """An author changed the words or the reason of an amendment; the earlier ones stay."""

    version: int = detail("number of its wording")


class AmendmentPromoted(Event, kind="amendment.promoted", visibility=PUBLIC):
    """An author made a proposal of an amendment that was not adopted."""

    into: int = detail("id of the proposal")


class AmendmentWithdrawn(Event, kind="amendment.withdrawn", visibility=PUBLIC):
    """The author withdrew a proposed amendment."""


class AmendmentJoined(Event, kind="amendment.joined", visibility=PUBLIC):
    """A person joined an amendment that another proposed."""

    into: int = detail("id of the amendment")


class AmendmentUnjoined(Event, kind="amendment.unjoined", visibility=PUBLIC):
    """A person who had joined an amendment left it."""


class UnitAnswered(Event, kind="unit.answered", visibility=PUBLIC, has_text=True):
    """Contributions to a unit of a draft text were answered together."""

    decision: UnitDecision = detail("the decision")
    reason_chars: int = detail("length of the reason, 0 without one")
    grounds: ResponseGround = detail("what the decision is based on")
    answers: list[int] = detail("ids of the contributions that it answers")


class AmendmentDecided(Event, kind="amendment.decided", visibility=PUBLIC):
    """An answer decided on an amendment; a row for each one that it names."""

    decision: UnitDecision = detail("the decision")
    grounds: ResponseGround = detail("what the decision is based on")


class ConsultationReported(Event, kind="consultation.reported", visibility=PUBLIC):
    """The report of the consultation on a draft text was published, with its figures."""

    contributions: int = detail("contributions to the draft text, withdrawn and hidden ones too")
    explained: int = detail("contributions that an answer with a reason names")
