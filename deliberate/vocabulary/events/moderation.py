"""Kinds of acts of moderation."""

from deliberate.vocabulary.codes import AppealOutcome, HoldRule, ModerationRule
from deliberate.vocabulary.details import detail
from deliberate.vocabulary.events.event import INTERNAL, PRIVATE, PUBLIC, Event


class _Kept(Event):
    """Reports of a contribution were found unfounded."""

    reports: int = detail("number of reports")


class _Hidden(Event):
    """A contribution was hidden."""

    ground: ModerationRule = detail("the rule")
    reports: int = detail("number of reports")


class _Restored(Event):
    """A hidden contribution is shown again."""

    ground: str | None = detail("the rule for which it was hidden", default=None)


class _Held(Event):
    """Reports hold a contribution."""

    reports: int = detail("number of reports")


class _Delayed(Event):
    """A rule holds a new contribution."""

    rule: HoldRule = detail("the rule")


class CommentHidden(_Hidden, kind="comment.hidden", visibility=PUBLIC, has_text=True):
    """A moderator hid a comment for breaking a rule."""


class CommentKept(_Kept, kind="comment.kept", visibility=PUBLIC, has_text=True):
    """A moderator found the reports of a comment unfounded."""


class CommentRestored(_Restored, kind="comment.restored", visibility=PUBLIC, has_text=True):
    """A hidden comment is shown again."""


class CommentHeld(_Held, kind="comment.held", visibility=PUBLIC):
    """Reports hold a comment for one day (consequence)."""


class CommentDelayed(_Delayed, kind="comment.delayed", visibility=PUBLIC):
    """A rule holds a new comment for at most two working days (consequence)."""


class ProposalHidden(_Hidden, kind="proposal.hidden", visibility=PUBLIC, has_text=True):
    """A moderator hid a proposal for breaking a rule."""


class ProposalKept(_Kept, kind="proposal.kept", visibility=PUBLIC, has_text=True):
    """A moderator found the reports of a proposal unfounded."""


class ProposalRestored(_Restored, kind="proposal.restored", visibility=PUBLIC, has_text=True):
    """A hidden proposal is shown again."""


class ProposalHeld(_Held, kind="proposal.held", visibility=PUBLIC):
    """Reports hold a proposal for one day (consequence)."""


class ProposalDelayed(_Delayed, kind="proposal.delayed", visibility=PUBLIC):
    """A rule holds a new proposal for at most two working days (consequence)."""


class ContributionHidden(_Hidden, kind="contribution.hidden", visibility=PUBLIC, has_text=True):
    """A moderator hid a contribution to a draft text for breaking a rule."""


class ContributionKept(_Kept, kind="contribution.kept", visibility=PUBLIC, has_text=True):
    """A moderator found the reports of a contribution to a draft text unfounded."""


class ContributionRestored(
    _Restored, kind="contribution.restored", visibility=PUBLIC, has_text=True
):
    """A hidden contribution to a draft text is shown again."""


class ContributionHeld(_Held, kind="contribution.held", visibility=PUBLIC):
    """Reports hold a contribution to a draft text for one day (consequence)."""


class ContributionDelayed(_Delayed, kind="contribution.delayed", visibility=PUBLIC):
    """A rule holds a new contribution to a draft text for at most two working days
    (consequence).
    """


class EditAsked(Event, kind="edit.asked", visibility=PUBLIC, has_text=True):
    """A moderator asked the author to edit a text."""

    ground: ModerationRule = detail("the rule")


class MatterPassed(Event, kind="matter.passed", visibility=INTERNAL):
    """A moderator passed a text to another moderator."""


class ReportFiled(Event, kind="report.filed", visibility=PRIVATE):
    """A contribution was reported."""

    reason: ModerationRule = detail("the reported reason")


class AppealFiled(Event, kind="appeal.filed", visibility=PRIVATE, has_text=True):
    """The author appealed against hiding."""


class AppealDecided(Event, kind="appeal.decided", visibility=PUBLIC, has_text=True):
    """Another moderator decided an appeal."""

    outcome: AppealOutcome = detail("the decision")


class SanctionImposed(Event, kind="sanction.imposed", visibility=INTERNAL):
    """An account was limited."""

    reason: ModerationRule = detail("the rule")
    days: int = detail("how long")


class SanctionLifted(Event, kind="sanction.lifted", visibility=INTERNAL):
    """The limit of an account was lifted."""


class SanctionAppealed(Event, kind="sanction.appealed", visibility=INTERNAL):
    """The owner of a limited account appealed."""


class SanctionReviewed(Event, kind="sanction.reviewed", visibility=INTERNAL):
    """Another moderator decided an appeal against a limit."""

    outcome: AppealOutcome = detail("the decision")
