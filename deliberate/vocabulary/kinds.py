"""Every kind of act: its name, the visibility of its rows, their details and its meaning."""

from enum import StrEnum
from typing import Self

from deliberate.vocabulary.codes import Visibility

PUBLIC, PRIVATE, INTERNAL = Visibility


class Kind(StrEnum):
    """The kinds of acts: name, visibility, names of the details in a row, meaning.

    A released kind is never renamed or reused.
    """

    visibility: Visibility
    details: tuple[str, ...]
    meaning: str

    def __new__(
        cls,
        value: str,
        visibility: Visibility = Visibility.INTERNAL,
        details: str = "",
        meaning: str = "",
    ) -> Self:
        """Create a member; `details` are names separated by spaces."""
        kind = str.__new__(cls, value)
        kind._value_ = value
        kind.visibility = visibility
        kind.details = tuple(details.split())
        kind.meaning = meaning
        return kind

    PROCESS_OPENED = (
        "process.opened",
        PUBLIC,
        "threshold response_days limits_stated",
        "a participation process began",
    )
    PROCESS_PLANNED = (
        "process.planned",
        INTERNAL,
        "",
        "an administrator began or changed a process that residents do not see yet",
    )
    PROCESS_CHANGED = (
        "process.changed",
        PUBLIC,
        "fields reason_given",
        "words, rules or institutions of an open process were changed, for a reason",
    )
    CALENDAR_CHANGED = (
        "calendar.changed",
        PUBLIC,
        "day off",
        "a day off was added to a process's calendar (off 1) or taken back (0); day as YYYYMMDD",
    )
    RULES_PUBLISHED = "rules.published", PUBLIC, "version", "a version of the rules was published"
    PROCESS_CLOSED = "process.closed", PUBLIC, "", "a participation process ended"
    PROCESS_IMPORTED = (
        "process.imported",
        PUBLIC,
        "source carries",
        "a process came from another platform; carries: criteria its data can show",
    )
    PHASE_SCHEDULED = (
        "phase.scheduled",
        PUBLIC,
        "phase opens closes switches reason_given",
        "a phase was given dates (Unix seconds); the last row before a moment counts",
    )

    PROPOSAL_SUBMITTED = (
        "proposal.submitted",
        PUBLIC,
        "initiator decision",
        "a proposal was published; decision: imported status without a time",
    )
    PROPOSAL_REVISED = (
        "proposal.revised",
        PUBLIC,
        "version credits",
        "a new version; credits: comments that led to it",
    )
    PROPOSAL_SUMMARISED = "proposal.summarised", PUBLIC, "version", "a summary was agreed"
    PROPOSAL_WITHDRAWN = (
        "proposal.withdrawn",
        PUBLIC,
        "reason_given",
        "its author took the proposal back",
    )
    PROPOSAL_MERGED = "proposal.merged", PUBLIC, "into", "a proposal was joined to another"
    PROPOSAL_UNMERGED = "proposal.unmerged", PUBLIC, "", "a merger was undone"
    ATTACHMENT_ADDED = "attachment.added", PUBLIC, "type bytes", "a file was put beside a proposal"
    ATTACHMENT_REMOVED = "attachment.removed", PUBLIC, "", "a file was taken away again"
    PROPOSAL_QUALIFIED = (
        "proposal.qualified",
        PUBLIC,
        "supports verified",
        "supports reached the threshold (consequence)",
    )
    PROPOSAL_ACKNOWLEDGED = (
        "proposal.acknowledged",
        PUBLIC,
        "",
        "an institution said it has the proposal",
    )
    PROPOSAL_REFERRED = (
        "proposal.referred",
        PUBLIC,
        "to external_system",
        "an institution handed the proposal over",
    )
    REFERRAL_ACCEPTED = "referral.accepted", PUBLIC, "", "the receiving institution took it"
    REFERRAL_DECLINED = "referral.declined", PUBLIC, "", "the receiving institution sent it back"
    CLOCK_PAUSED = "clock.paused", PUBLIC, "reason", "the response clock waits for the author"
    CLOCK_RESUMED = "clock.resumed", PUBLIC, "", "the response clock runs again"
    QUESTION_SETTLED = "question.settled", PUBLIC, "", "its author said a question is answered"
    CASE_ASSIGNED = "case.assigned", INTERNAL, "", "an institution gave a case to a colleague"
    CASE_STARTED = "case.started", INTERNAL, "", "an officer began to work on a case"
    CASE_NOTED = "case.noted", INTERNAL, "", "a note for colleagues was added to a case"

    COMMENT_POSTED = (
        "comment.posted",
        PUBLIC,
        "kind source_given",
        "an argument, question or reply in a thread",
    )
    COMMENT_EDITED = "comment.edited", PUBLIC, "", "changed within fifteen minutes"
    COMMENT_CORRECTED = "comment.corrected", PUBLIC, "", "a dated correction below the comment"
    COMMENT_WITHDRAWN = "comment.withdrawn", PUBLIC, "", "its author took the comment back"
    COMMENT_HIDDEN = "comment.hidden", PUBLIC, "ground reports", "a moderator hid it by a rule"
    COMMENT_KEPT = "comment.kept", PUBLIC, "reports", "a moderator found the reports unfounded"
    COMMENT_RESTORED = "comment.restored", PUBLIC, "ground", "a hidden comment came back"
    COMMENT_HELD = "comment.held", PUBLIC, "reports", "reports hold it for a day (consequence)"
    COMMENT_DELAYED = (
        "comment.delayed",
        PUBLIC,
        "rule",
        "a rule holds a new comment for two working days at most (consequence)",
    )
    PROPOSAL_DELAYED = (
        "proposal.delayed",
        PUBLIC,
        "rule",
        "a rule holds a new proposal for two working days at most (consequence)",
    )
    PROPOSAL_HIDDEN = "proposal.hidden", PUBLIC, "ground reports", "a moderator hid it by a rule"
    PROPOSAL_KEPT = "proposal.kept", PUBLIC, "reports", "a moderator found the reports unfounded"
    PROPOSAL_RESTORED = "proposal.restored", PUBLIC, "ground", "a hidden proposal came back"
    PROPOSAL_HELD = "proposal.held", PUBLIC, "reports", "reports hold it for a day (consequence)"
    EDIT_ASKED = "edit.asked", PUBLIC, "ground", "a moderator asked its author to change a text"
    MATTER_PASSED = "matter.passed", INTERNAL, "", "a moderator passed a text on to a second one"
    APPEAL_DECIDED = "appeal.decided", PUBLIC, "outcome", "a second moderator decided an appeal"

    POLL_OPENED = "poll.opened", PUBLIC, "type secret result_rule quorum", "a poll was opened"
    POLL_CHANGED = "poll.changed", PUBLIC, "reason", "a running poll was changed or extended"
    POLL_PUBLISHED = "poll.published", PUBLIC, "turnout", "a poll's result was published"
    OUTCOME_STATED = "outcome.stated", PUBLIC, "", "it was said what came of a poll"
    STATEMENT_SUGGESTED = (
        "statement.suggested",
        PUBLIC,
        "",
        "a resident added a statement to a poll; it waits for a moderator",
    )
    STATEMENT_DECIDED = (
        "statement.decided",
        PUBLIC,
        "state",
        "a moderator let a statement into a poll or not (shown, declined)",
    )

    RESPONSE_PUBLISHED = (
        "response.published",
        PUBLIC,
        "decision points reason_chars grounds answers commitments repeats",
        "an official response, each version one; answers: comments it answers",
    )
    RESPONSE_SIGNED = (
        "response.signed",
        PUBLIC,
        "",
        "an institution that must sign agreed to an answer before it was published",
    )
    CHECK_ASKED = "check.asked", INTERNAL, "", "an officer asked a colleague to check an answer"
    CHECK_GIVEN = "check.given", INTERNAL, "passed", "a colleague checked an answer"
    COMMITMENT_UPDATED = "commitment.updated", PUBLIC, "state", "a promise moved"
    COMMITMENT_FULFILLED = "commitment.fulfilled", PUBLIC, "", "a promise was kept"
    COMMITMENT_DROPPED = "commitment.dropped", PUBLIC, "reason_given", "a promise was given up"
    MEETING_HELD = "meeting.held", PUBLIC, "minutes", "residents met those who decide"
    ASSESSMENT_FROZEN = "assessment.frozen", PUBLIC, "stage hash", "an assessment was frozen"
    ASSESSMENT_PUBLISHED = "assessment.published", PUBLIC, "stage", "an assessment was published"

    SUPPORT_GIVEN = "support.given", PRIVATE, "", "a person supported a proposal"
    SUPPORT_TAKEN_BACK = "support.taken_back", PRIVATE, "", "a person took support back"
    COMMENT_RATED = "comment.rated", PRIVATE, "strong", "weighed as a strong or a weak point"
    BALLOT_CAST = (
        "ballot.cast",
        PRIVATE,
        "clerk",
        "a person voted; never the choice; clerk: who entered it at an office",
    )
    BALLOT_CHANGED = "ballot.changed", PRIVATE, "", "a person changed a ballot; never the choice"
    FOLLOW_STARTED = "follow.started", PRIVATE, "", "a person follows a thing"
    FOLLOW_ENDED = "follow.ended", PRIVATE, "", "a person follows it no more"
    RESPONSE_JUDGED = (
        "response.judged",
        PRIVATE,
        "answers_it",
        "a resident said whether it answers the proposal",
    )
    OUTCOME_CHECKED = "outcome.checked", PRIVATE, "built", "a resident said whether it was built"
    REPORT_FILED = "report.filed", PRIVATE, "reason", "a contribution was reported"
    APPEAL_FILED = "appeal.filed", PRIVATE, "", "an author appealed against hiding"
    SAMPLE_DRAWN = "sample.drawn", PUBLIC, "of size seed", "texts were drawn by chance for coders"
    COMMENT_CODED = "comment.coded", PRIVATE, "reason", "a coder graded the reason given (0 to 3)"
    ANSWER_AUDITED = "answer.audited", PRIVATE, "confirmed", "a reader checked a response's reasons"
    GROUP_DECLARED = "group.declared", PRIVATE, "field", "a person told a band about themselves"

    PERSON_JOINED = "person.joined", INTERNAL, "terms", "a person opened an account"
    PERSON_SIGNED_IN = "person.signed_in", INTERNAL, "", "a person signed in"
    PERSON_SIGNED_OUT = "person.signed_out", INTERNAL, "", "a person signed out"
    PERSON_RENAMED = "person.renamed", INTERNAL, "", "a person changed the name shown"
    PERSON_MOVED = "person.moved", INTERNAL, "", "a person changed the area they live in"
    EMAIL_CHANGED = "email.changed", INTERNAL, "given", "an e-mail address was given or taken away"
    PASSPHRASE_CHANGED = "passphrase.changed", INTERNAL, "", "a person chose a new passphrase"
    PERSON_RECOVERED = (
        "person.recovered",
        INTERNAL,
        "by",
        "a person came back by a one-time code; by: code (shown before) or office",
    )
    RECOVERY_BEGUN = (
        "recovery.begun",
        INTERNAL,
        "proof",
        "an officer began to help somebody at the desk back into an account; proof: by what",
    )
    RECOVERY_CONFIRMED = "recovery.confirmed", INTERNAL, "proof", "a second officer confirmed it"
    RECOVERY_STOPPED = "recovery.stopped", INTERNAL, "own", "help at an office was stopped"
    FACTOR_ADDED = "factor.added", INTERNAL, "", "an account signs in with a second factor"
    FACTOR_REMOVED = (
        "factor.removed",
        INTERNAL,
        "own reason",
        "an account signs in without a second factor again; reason: why, unless its own owner did",
    )
    PASSPHRASE_RESET = (
        "passphrase.reset",
        INTERNAL,
        "",
        "a person chose a new passphrase by a link in a mail",
    )
    DEVICE_ENDED = "device.ended", INTERNAL, "", "a person signed another device out"
    PERSON_ERASED = "person.erased", INTERNAL, "", "a person had the account erased"
    CONSENT_CHANGED = "consent.changed", INTERNAL, "research", "consent to research changed"
    ROLE_GRANTED = "role.granted", INTERNAL, "role", "an account was given a role"
    ROLE_REVOKED = "role.revoked", INTERNAL, "role", "an account lost a role"
    RESIDENT_VERIFIED = (
        "resident.verified",
        INTERNAL,
        "by",
        "a person was found to live here; by: list, code or provider",
    )
    RESIDENTS_LISTED = "residents.listed", INTERNAL, "count", "a list of residents was put in"
    RESIDENTS_INVITED = (
        "residents.invited",
        INTERNAL,
        "count",
        "one-time codes were made by which residents are verified",
    )
    VERIFICATION_ENDED = (
        "verification.ended",
        INTERNAL,
        "reason",
        "an administrator took back that somebody is a verified resident (moved, mistake, other)",
    )
    ACCOUNT_RECLASSIFIED = (
        "account.reclassified",
        INTERNAL,
        "to reason",
        "two people changed the class of an account",
    )
    SANCTION_IMPOSED = "sanction.imposed", INTERNAL, "reason days", "an account was limited"
    SANCTION_LIFTED = "sanction.lifted", INTERNAL, "", "a limit was lifted"
    SANCTION_APPEALED = "sanction.appealed", INTERNAL, "", "a limited account appealed"
    SANCTION_REVIEWED = (
        "sanction.reviewed",
        INTERNAL,
        "outcome",
        "a second moderator decided an appeal against a limit",
    )
    PROVIDER_LINKED = (
        "provider.linked",
        INTERNAL,
        "",
        "an account was linked to one at another service",
    )
    PROVIDER_UNLINKED = (
        "provider.unlinked",
        INTERNAL,
        "",
        "the link to an account at another service was removed",
    )
    SETTING_CHANGED = "setting.changed", INTERNAL, "name", "an administrator changed a setting"
    CODES_MADE = "codes.made", INTERNAL, "count", "one-time voting codes of a poll were made"
    RELEASE_BUILT = "release.built", INTERNAL, "rows", "a research release was made"
    RELEASE_REMOVED = "release.removed", INTERNAL, "", "a research release was taken away"
    RELEASE_REQUESTED = "release.requested", INTERNAL, "", "a researcher asked for protected data"
    REQUEST_GRANTED = "request.granted", INTERNAL, "", "an administrator gave access to it"
    REQUEST_REFUSED = "request.refused", INTERNAL, "", "an administrator gave no access to it"
    RELEASE_DOWNLOADED = "release.downloaded", INTERNAL, "", "a protected file was fetched"
    KEY_ROTATED = "key.rotated", INTERNAL, "", "the log's signing key was changed"
