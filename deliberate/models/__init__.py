"""The tables. Importing this package maps every model, which relationships by name rely on."""

from deliberate.models.accounts.device import Device
from deliberate.models.accounts.invitation import Invitation
from deliberate.models.accounts.linked_identity import LinkedIdentity
from deliberate.models.accounts.office_account import OfficeAccount
from deliberate.models.accounts.office_recovery import OfficeRecovery
from deliberate.models.accounts.pending_request import (
    EmailChange,
    IntakeLinkCode,
    PasswordResetRequest,
    PhoneConfirmation,
)
from deliberate.models.accounts.person import Person, PersonKey
from deliberate.models.accounts.reclassification import Reclassification
from deliberate.models.accounts.recovery_code import RecoveryCode
from deliberate.models.accounts.second_factor import SecondFactor
from deliberate.models.accounts.verified_resident import ResidentEntry, ResidentList
from deliberate.models.documents import (
    AmendmentJoin,
    AmendmentVersion,
    AnsweredContribution,
    ConsultationReport,
    Document,
    DocumentUnit,
    DocumentVersion,
    UnitAnswer,
    UnitAnswerDraft,
    UnitAnswerSignature,
    UnitAssignment,
    UnitContribution,
    UnitSource,
    UnitText,
)
from deliberate.models.log.detached import DetachedPartition
from deliberate.models.log.interaction import (
    FormKey,
    Interaction,
    Position,
    UnsealedEntry,
)
from deliberate.models.log.signed_tree_head import (
    PublishedTreeHead,
    SealedDates,
    Segment,
    SignedTreeHead,
    Subtree,
)
from deliberate.models.moderation.decisions import (
    Appeal,
    EditRequest,
    Escalation,
    ModerationDecision,
    Report,
)
from deliberate.models.moderation.rules import RulesVersion
from deliberate.models.moderation.sanction import Sanction
from deliberate.models.notices import (
    Delivery,
    DigestChoice,
    DigestTrial,
    FailingAddress,
    IntakeChannel,
    IntakeLink,
    Notice,
    NoticeEffects,
    NoticeSetting,
    PhoneNumber,
    PushSubscription,
    Webhook,
    WebhookTry,
)
from deliberate.models.polls import (
    Ballot,
    OfficeBallot,
    Option,
    Poll,
    PollChange,
    PollOutcome,
    PollVoter,
    VotingCode,
)
from deliberate.models.processes import (
    Attendance,
    Meeting,
    MeetingCorrection,
    Phase,
    Process,
    ProcessChange,
    ProcessContact,
    ProcessDocument,
    ProcessInstitution,
    ProcessNews,
)
from deliberate.models.proposals.attachment import Attachment
from deliberate.models.proposals.coauthor import (
    CoAuthor,
    CoAuthored,
    WithdrawalRequest,
    authors_of,
    is_written_by,
)
from deliberate.models.proposals.map_feature import MapFeature
from deliberate.models.proposals.merger import Merger
from deliberate.models.proposals.proposal import Draft, Follow, Proposal, ProposalVersion, Support
from deliberate.models.proposals.summary import Summary
from deliberate.models.releases import DataAccessRequest, Release, StudyPlan, StudyPlanShare
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
from deliberate.models.responses.office import Office
from deliberate.models.responses.outside_system import OutsideCase, OutsideStatus, OutsideSystem
from deliberate.models.responses.overlap import Mandate, Overlap, OverlapDecision
from deliberate.models.responses.response import (
    AnsweredComment,
    Commitment,
    CommitmentStep,
    Judgement,
    Response,
)
from deliberate.models.scores.assessment import (
    Adjudication,
    Assessment,
    AssessmentReply,
    Assessor,
    ContextNote,
    CriterionRating,
    Evidence,
    Finding,
    FindingSource,
    Pledge,
    PledgeOutcome,
    Practice,
)
from deliberate.models.scores.coding import Coding, MachineCoding, Sample, SampledItem
from deliberate.models.scores.inclusion import (
    GroupCount,
    GroupDeclaration,
    GroupRound,
    PopulationBand,
)
from deliberate.models.scores.questionnaire import (
    Questionnaire,
    QuestionnaireAnswer,
    QuestionnaireRoll,
)
from deliberate.models.scores.reason_survey import (
    ReasonAnswer,
    ReasonItem,
    ReasonRoll,
    ReasonSurvey,
)
from deliberate.models.scores.stored_score import ComparedScore, ScoreRequest, ScoreSnapshot
from deliberate.models.scores.study import (
    Excerpt,
    ExcerptCode,
    ExcerptMemo,
    RespondentName,
    StudyFile,
    StudySource,
)
from deliberate.models.site.data_version import DataVersion
from deliberate.models.site.job_run import JobRun
from deliberate.models.site.picture import Picture
from deliberate.models.site.rate_limit_window import RateLimitWindow
from deliberate.models.threads.comment import Comment, Rating
from deliberate.models.threads.reading_position import ReadingPosition
