"""The short codes that rows and forms hold: roles, stances, decisions, states."""

from enum import IntEnum, StrEnum


class Role(StrEnum):
    """What an account may do; one role an account. System is nobody: rules, meetings, imports."""

    RESIDENT = "resident"
    STAFF = "staff"
    MODERATOR = "moderator"
    RESEARCHER = "researcher"
    EVALUATOR = "evaluator"
    ADMIN = "admin"
    SYSTEM = "system"


class AccountClass(StrEnum):
    """Who stands behind an account."""

    PERSON = "person"
    ORGANISATION = "organisation"
    SYSTEM = "system"


class Origin(StrEnum):
    """The door an act came through; desk: entered at an office for somebody."""

    WEB = "web"
    DESK = "desk"
    API = "api"
    IMPORT = "import"


class Stance(IntEnum):
    """Where a comment stands towards the proposal; neutral holds questions too."""

    AGAINST = -1
    NEUTRAL = 0
    FOR = 1


class PhaseKind(StrEnum):
    """The five phases of a process, in their order."""

    IDEAS = "ideas"
    DISCUSSION = "discussion"
    RESPONSE = "response"
    DELIVERY = "delivery"
    REVIEW = "review"


class Switch(StrEnum):
    """What a phase makes possible, each on its own."""

    PROPOSE = "propose"
    REVISE = "revise"
    SUPPORT = "support"
    COMMENT = "comment"
    VOTE = "vote"
    RESPOND = "respond"


class Initiator(StrEnum):
    """Whose proposal it is."""

    RESIDENT = "resident"
    ORGANISATION = "organisation"
    MEETING = "meeting"
    AUTHORITY = "authority"


class ProposalState(StrEnum):
    """Where a proposal is: computed from dated facts, never stored."""

    DRAFT = "draft"
    PUBLISHED = "published"
    DUE = "due"
    RESPONDED = "responded"
    IN_DELIVERY = "in_delivery"
    DONE = "done"
    DROPPED = "dropped"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    HIDDEN = "hidden"


class ResponseDecision(StrEnum):
    """What an official response decides; unstated: an imported one whose source names none."""

    ACCEPTED = "accepted"
    ACCEPTED_IN_PART = "accepted_in_part"
    NOT_ACCEPTED = "not_accepted"
    NEEDS_STUDY = "needs_study"
    NOT_OURS = "not_ours"
    UNSTATED = "unstated"


class Ground(StrEnum):
    """On what an official response rests."""

    LAW = "law"
    BUDGET = "budget"
    TECHNICAL = "technical"
    OTHER = "other"


class ResultRule(StrEnum):
    """When a poll's counts may be seen; a secret poll is never live."""

    LIVE = "live"
    AFTER_CLOSE = "after_close"
    AFTER_PUBLICATION = "after_publication"


class PollType(StrEnum):
    """What a poll asks for."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    RANKED = "ranked"
    SCORE = "score"
    BUDGET = "budget"
    STATEMENTS = "statements"


class Counting(StrEnum):
    """How ranked ballots are counted."""

    INSTANT_RUNOFF = "instant_runoff"
    BORDA = "borda"
    SCHULZE = "schulze"


class Electorate(StrEnum):
    """Who may vote in a poll, its areas aside."""

    VERIFIED = "verified"
    RESIDENTS = "residents"
    CODES = "codes"


class OptionState(StrEnum):
    """Whether an option can be voted for; only a resident's statement ever waits."""

    SHOWN = "shown"
    WAITING = "waiting"
    DECLINED = "declined"


class ChangeGround(StrEnum):
    """Why a running poll was changed, in one word beside the reason."""

    OUTAGE = "outage"
    LATE_NOTICE = "late_notice"
    LOW_TURNOUT = "low_turnout"
    MISTAKE = "mistake"
    OTHER = "other"


class Rule(StrEnum):
    """Why something may be reported, and by which rule it may be hidden; never its opinion."""

    SPAM = "spam"
    INSULT = "insult"
    PERSONAL = "personal"
    OFF_TOPIC = "off_topic"
    UNLAWFUL = "unlawful"
    OTHER = "other"


class HoldRule(StrEnum):
    """Why a new text waits for a while: what advertising does, never what it says."""

    YOUNG_LINK = "young_link"
    MANY_LINKS = "many_links"
    REPEATED = "repeated"


class ModerationOutcome(StrEnum):
    """What a moderator decides on a thing."""

    KEPT = "kept"
    HIDDEN = "hidden"
    ASKED = "asked"
    RESTORED = "restored"


class AppealOutcome(StrEnum):
    """What becomes of an appeal: the text comes back, or the decision stands."""

    GRANTED = "granted"
    REFUSED = "refused"


class Stage(StrEnum):
    """When a process is assessed: before it opens, or afterwards."""

    EX_ANTE = "ex_ante"
    EX_POST = "ex_post"


class SampleOf(StrEnum):
    """What is drawn by chance for people to read: comments for reasons, answers for an audit."""

    REASONS = "reasons"
    ANSWERS = "answers"


class EvidenceKind(StrEnum):
    """What a rating rests on."""

    INTERVIEW = "interview"
    OBSERVATION = "observation"
    DOCUMENT = "document"
    LOG = "log"


class PledgeState(StrEnum):
    """What an ex-post assessment finds of a pledge."""

    KEPT = "kept"
    LATE = "late"
    BROKEN = "broken"


class FactorLoss(StrEnum):
    """Why an administrator takes somebody's second factor away."""

    LOST = "lost"
    BROKEN = "broken"
    STOLEN = "stolen"
    OTHER = "other"


class VerificationEnd(StrEnum):
    """Why somebody is no longer a verified resident."""

    MOVED = "moved"
    MISTAKE = "mistake"
    OTHER = "other"


class Proof(StrEnum):
    """How somebody at a desk shows that an account is theirs; nothing of it is written down."""

    DOCUMENT = "document"
    KNOWN = "known"
    CONTENT = "content"
