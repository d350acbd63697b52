"""The things of the house, each a table, with what is true of it alone."""

from deliberate.models.assessment import (
    Adjudication,
    Assessment,
    AssessmentReply,
    Assessor,
    ContextNote,
    CriterionRating,
    Evidence,
    Pledge,
    PledgeOutcome,
    Practice,
)
from deliberate.models.attachment import Attachment
from deliberate.models.case import (
    Case,
    CaseNote,
    Referral,
    ResponseDraft,
    ResponseTemplate,
    SettledQuestion,
    Signature,
)
from deliberate.models.coding import Coding, Sample, SampledItem
from deliberate.models.comment import Comment, Rating
from deliberate.models.counted import Counted
from deliberate.models.head import Head, PublishedHead, Segment, Subtree
from deliberate.models.institution import Institution
from deliberate.models.interaction import Interaction
from deliberate.models.job import JobRun
from deliberate.models.merger import Merger
from deliberate.models.moderation import (
    Appeal,
    EditRequest,
    Handover,
    ModerationDecision,
    Report,
)
from deliberate.models.notice import Delivery, MutedNotice, Notice
from deliberate.models.office_recovery import OfficeRecovery
from deliberate.models.person import Device, Person, PersonKey, RecoveryCode, Tries
from deliberate.models.poll import Ballot, Option, Outcome, Poll, PollChange, Roll, VotingCode
from deliberate.models.process import Phase, Process, ProcessChange, ProcessInstitution
from deliberate.models.proposal import Draft, Follow, Proposal, ProposalVersion, Support
from deliberate.models.provider import ProviderLink
from deliberate.models.reading import ReadingPlace
from deliberate.models.recovery import AddressChange, RecoveryWish
from deliberate.models.release import Release, ReleaseRequest
from deliberate.models.residence import ResidentEntry, ResidentList
from deliberate.models.response import (
    Commitment,
    CommitmentStep,
    Judgement,
    Response,
    ResponseAnswer,
)
from deliberate.models.rules import RulesVersion
from deliberate.models.sanction import Sanction
from deliberate.models.score import ComparedScore, Snapshot
from deliberate.models.second_factor import SecondFactor
from deliberate.models.summary import Summary

__all__ = [
    "AddressChange",
    "Adjudication",
    "Appeal",
    "Assessment",
    "AssessmentReply",
    "Assessor",
    "Attachment",
    "Ballot",
    "Case",
    "CaseNote",
    "Coding",
    "Comment",
    "Commitment",
    "CommitmentStep",
    "ComparedScore",
    "ContextNote",
    "Counted",
    "CriterionRating",
    "Delivery",
    "Device",
    "Draft",
    "EditRequest",
    "Evidence",
    "Follow",
    "Handover",
    "Head",
    "Institution",
    "Interaction",
    "JobRun",
    "Judgement",
    "Merger",
    "ModerationDecision",
    "MutedNotice",
    "Notice",
    "OfficeRecovery",
    "Option",
    "Outcome",
    "Person",
    "PersonKey",
    "Phase",
    "Pledge",
    "PledgeOutcome",
    "Poll",
    "PollChange",
    "Practice",
    "Process",
    "ProcessChange",
    "ProcessInstitution",
    "Proposal",
    "ProposalVersion",
    "ProviderLink",
    "PublishedHead",
    "Rating",
    "ReadingPlace",
    "RecoveryCode",
    "RecoveryWish",
    "Referral",
    "Release",
    "ReleaseRequest",
    "Report",
    "ResidentEntry",
    "ResidentList",
    "Response",
    "ResponseAnswer",
    "ResponseDraft",
    "ResponseTemplate",
    "Roll",
    "RulesVersion",
    "Sample",
    "SampledItem",
    "Sanction",
    "SecondFactor",
    "Segment",
    "SettledQuestion",
    "Signature",
    "Snapshot",
    "Subtree",
    "Summary",
    "Support",
    "Tries",
    "VotingCode",
]
