"""Enumerations of the codes that tables and forms contain: roles, stances, decisions, states."""

from enum import IntEnum, StrEnum


class Role(StrEnum):
    """The role of an account; an account has one. System acts for rules, meetings and imports."""

    RESIDENT = "resident"
    STAFF = "staff"
    MODERATOR = "moderator"
    RESEARCHER = "researcher"
    EVALUATOR = "evaluator"
    ADMIN = "admin"
    SYSTEM = "system"


class AccountClass(StrEnum):
    """The class of an account: person, organisation or system."""

    PERSON = "person"
    ORGANISATION = "organisation"
    SYSTEM = "system"


class Origin(StrEnum):
    """The channel of an act.

    desk: entered by staff on behalf of a person; seed: the history of the sample city.
    """

    WEB = "web"
    DESK = "desk"
    API = "api"
    IMPORT = "import"
    SEED = "seed"


DATED_ORIGINS = frozenset({Origin.IMPORT, Origin.SEED})
"""Origins whose rows carry a time of their source; every other row is dated when it is written."""


class Visibility(StrEnum):
    """The audience of the rows of a kind: all readers, readers of totals only, or none."""

    PUBLIC = "public"
    PRIVATE = "private"
    INTERNAL = "internal"


class Stance(IntEnum):
    """The position of a comment on the proposal; neutral includes questions."""

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


class PhaseSwitch(StrEnum):
    """The activities that a phase can allow, each independently."""

    PROPOSE = "propose"
    REVISE = "revise"
    SUPPORT = "support"
    COMMENT = "comment"
    VOTE = "vote"
    RESPOND = "respond"


class Initiator(StrEnum):
    """The initiator of a proposal."""

    RESIDENT = "resident"
    ORGANISATION = "organisation"
    MEETING = "meeting"
    AUTHORITY = "authority"


class ProposalState(StrEnum):
    """The state of a proposal, computed from dated facts and never stored."""

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
    """The decision of an official response; unstated: imported from a source without one."""

    ACCEPTED = "accepted"
    ACCEPTED_IN_PART = "accepted_in_part"
    NOT_ACCEPTED = "not_accepted"
    NEEDS_STUDY = "needs_study"
    NOT_OURS = "not_ours"
    UNSTATED = "unstated"


INTERIM_DECISIONS = frozenset({ResponseDecision.NEEDS_STUDY, ResponseDecision.NOT_OURS})
"""Decisions after which the response is still owed, unless an outside body is responsible."""


def is_final_response(decision: str, outside_body: str) -> bool:
    """Return whether a response ends the case; after an interim one a response is still owed.

    `Response.final` is the same rule in SQL.
    """
    return decision not in INTERIM_DECISIONS or bool(outside_body)


class UnitDecision(StrEnum):
    """What those who write a draft text decided on contributions to one of its units."""

    ADOPTED = "adopted"
    ADOPTED_IN_PART = "adopted_in_part"
    NOT_ADOPTED = "not_adopted"
    ALREADY_COVERED = "already_covered"
    NOT_THIS_TEXT = "not_this_text"


class ResponseGround(StrEnum):
    """The grounds of an official response."""

    LAW = "law"
    BUDGET = "budget"
    TECHNICAL = "technical"
    OTHER = "other"


class PictureUse(StrEnum):
    """Where a picture is shown: on top of a page, before and after the work, beside an option."""

    HEADER = "header"
    BEFORE = "before"
    AFTER = "after"
    OPTION = "option"


class ResultRule(StrEnum):
    """The rule for showing a poll's counts; a secret poll is never live."""

    LIVE = "live"
    AFTER_CLOSE = "after_close"
    AFTER_PUBLICATION = "after_publication"


class PollType(StrEnum):
    """The type of a poll."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    RANKED = "ranked"
    SCORE = "score"
    BUDGET = "budget"
    STATEMENTS = "statements"


class CountingMethod(StrEnum):
    """The counting method of ranked ballots."""

    INSTANT_RUNOFF = "instant_runoff"
    BORDA = "borda"
    SCHULZE = "schulze"


class Electorate(StrEnum):
    """The people who may vote in a poll, apart from its areas."""

    VERIFIED = "verified"
    RESIDENTS = "residents"
    CODES = "codes"


class OptionState(StrEnum):
    """The state of an option; only residents' statements wait for a moderator."""

    SHOWN = "shown"
    WAITING = "waiting"
    DECLINED = "declined"


class PollChangeReason(StrEnum):
    """The category of the reason for changing a running poll."""

    OUTAGE = "outage"
    LATE_NOTICE = "late_notice"
    LOW_TURNOUT = "low_turnout"
    MISTAKE = "mistake"
    OTHER = "other"


class MapFeatureKind(StrEnum):
    """What a feature of the map is: an area with a name, or what helps to find one's way."""

    AREA = "area"
    WATER = "water"
    WOOD = "wood"
    RIVER = "river"
    ROAD = "road"


class PlaceKind(StrEnum):
    """The shape of a proposal's place on the map."""

    POINT = "point"
    LINE = "line"
    AREA = "area"


class ModerationRule(StrEnum):
    """The rules under which content is reported or hidden; none is about opinions."""

    SPAM = "spam"
    INSULT = "insult"
    PERSONAL = "personal"
    OFF_TOPIC = "off_topic"
    UNLAWFUL = "unlawful"
    OTHER = "other"


class HoldRule(StrEnum):
    """The rules that hold a new text; they detect advertising by its form, not its opinion."""

    YOUNG_LINK = "young_link"
    MANY_LINKS = "many_links"
    REPEATED = "repeated"


class ModerationOutcome(StrEnum):
    """The outcomes of a moderation decision."""

    KEPT = "kept"
    HIDDEN = "hidden"
    ASKED = "asked"
    RESTORED = "restored"


class AppealOutcome(StrEnum):
    """The outcomes of an appeal: the content is restored, or the decision is upheld."""

    GRANTED = "granted"
    REFUSED = "refused"


class AssessmentStage(StrEnum):
    """The stage at which a process is assessed: before it opens, or afterwards."""

    EX_ANTE = "ex_ante"
    EX_POST = "ex_post"


class SampleKind(StrEnum):
    """The kinds of random samples: comments coded by one book each, responses read for an audit."""

    REASONS = "reasons"
    RESPECT = "respect"
    TAKEN_UP = "taken_up"
    COMMON_GOOD = "common_good"
    CONSTRUCTIVE = "constructive"
    EXPERIENCE = "experience"
    ANSWERS = "answers"


class PopulationField(StrEnum):
    """The fields in which people who take part are compared with the population.

    Religion and ethnicity are no fields: nobody is asked for them.
    """

    AGE = "age"
    GENDER = "gender"
    DISABILITY = "disability"
    EDUCATION = "education"
    OCCUPATION = "occupation"
    ARRIVAL = "arrival"
    DISTRICT = "district"


class QuestionnaireAudience(StrEnum):
    """The people whom a questionnaire asks."""

    PARTICIPANTS = "participants"
    ORGANISERS = "organisers"


class ReasonStage(StrEnum):
    """When a person answers a survey of reasons."""

    BEFORE = "before"
    AFTER = "after"


class EvidenceKind(StrEnum):
    """The kinds of evidence for a rating."""

    INTERVIEW = "interview"
    OBSERVATION = "observation"
    DOCUMENT = "document"
    LOG = "log"


class PledgeState(StrEnum):
    """The state of a pledge in an ex-post assessment."""

    KEPT = "kept"
    LATE = "late"
    BROKEN = "broken"


class TargetGoal(StrEnum):
    """Whether the score of an indicator is to reach a target or to stay below it."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class TargetResult(StrEnum):
    """What became of a target, by the score of its indicator."""

    REACHED = "reached"
    MISSED = "missed"
    NOT_MEASURED = "not_measured"


class ConsentScope(StrEnum):
    """What a respondent agreed to; other sources need no consent."""

    NOT_NEEDED = "not_needed"
    NOT_GIVEN = "not_given"
    SUMMARY = "summary"
    QUOTES = "quotes"


class RedactionGround(StrEnum):
    """The reasons for erasing the texts of a source that a frozen assessment uses."""

    ORDER = "order"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    IDENTIFIABLE = "identifiable"


class FactorRemovalReason(StrEnum):
    """The reasons for removing a person's second factor."""

    LOST = "lost"
    BROKEN = "broken"
    STOLEN = "stolen"
    OTHER = "other"


class VerificationEndReason(StrEnum):
    """The reasons for ending the verification of a resident."""

    MOVED = "moved"
    MISTAKE = "mistake"
    OTHER = "other"


class ReclassificationReason(StrEnum):
    """The reasons for changing the class of an account."""

    SUPPORT_ACCOUNT = "support_account"
    AUTOMATED = "automated"
    DUPLICATE = "duplicate"
    ORGANISATION = "organisation"
    MISTAKE = "mistake"


class IdentityProof(StrEnum):
    """The proofs at a desk that an account belongs to a person; no details are stored."""

    DOCUMENT = "document"
    KNOWN = "known"
    CONTENT = "content"


class OutsideState(StrEnum):
    """How far a case is in an outside system, as that system reports."""

    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    REJECTED = "rejected"


class IntakeScope(StrEnum):
    """What the token of an intake channel lets it enter for the people linked to it."""

    COMMENTS = "comments"
    SUPPORTS = "supports"


class MandateState(StrEnum):
    """What is known of who is responsible for a topic; of an institution, how it acts on it."""

    ONE_OWNER = "one_owner"
    TWO_CLAIM = "two_claim"
    NOBODY = "nobody"
    IDLE = "idle"
    WITHOUT_MANDATE = "without_mandate"
