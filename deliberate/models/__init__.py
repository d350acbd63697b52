"""The things of the house, each a table, with what is true of it alone."""

from deliberate.models.accounts.linked_identity import ProviderLink
from deliberate.models.accounts.office_recovery import OfficeRecovery
from deliberate.models.accounts.person import Device, Person, PersonKey, RecoveryCode, Tries
from deliberate.models.accounts.recovery_code import AddressChange, RecoveryWish
from deliberate.models.accounts.second_factor import SecondFactor
from deliberate.models.accounts.verified_resident import ResidentEntry, ResidentList
from deliberate.models.log.interaction import Interaction
from deliberate.models.log.signed_tree_head import Head, PublishedHead, Segment, Subtree
from deliberate.models.moderation.moderation import (
    Appeal,
    EditRequest,
    Handover,
    ModerationDecision,
    Report,
)
from deliberate.models.moderation.rules import RulesVersion
from deliberate.models.moderation.sanction import Sanction
from deliberate.models.notices import Delivery, MutedNotice, Notice
from deliberate.models.polls import Ballot, Option, Outcome, Poll, PollChange, Roll, VotingCode
from deliberate.models.processes import Phase, Process, ProcessChange, ProcessInstitution
from deliberate.models.proposals.attachment import Attachment
from deliberate.models.proposals.merger import Merger
from deliberate.models.proposals.proposal import Draft, Follow, Proposal, ProposalVersion, Support
from deliberate.models.proposals.summary import Summary
from deliberate.models.releases import Release, ReleaseRequest
from deliberate.models.responses.case import (
    Case,
    CaseNote,
    Referral,
    ResponseDraft,
    ResponseTemplate,
    SettledQuestion,
    Signature,
)
from deliberate.models.responses.institution import Institution
from deliberate.models.responses.response import (
    Commitment,
    CommitmentStep,
    Judgement,
    Response,
    ResponseAnswer,
)
from deliberate.models.scores.assessment import (
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
from deliberate.models.scores.coding import Coding, Sample, SampledItem
from deliberate.models.scores.stored_score import ComparedScore, Snapshot
from deliberate.models.site.job_run import JobRun
from deliberate.models.site.rate_limit_window import Counted
from deliberate.models.threads.comment import Comment, Rating
from deliberate.models.threads.reading_position import ReadingPlace

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
