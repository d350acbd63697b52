"""Acts of the sample city outside its threads: signatures, appeals, mandates, outside systems."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from deliberate.commands.demo_city.actions import Action, Table
from deliberate.commands.demo_city.events import CityActs, detect_language
from deliberate.commands.demo_city.spec import City, CityError, comment_position
from deliberate.models import (
    Comment,
    Institution,
    Overlap,
    Person,
    Proposal,
    Referral,
    ResponseDraft,
    Summary,
)
from deliberate.operations.accounts.profiles import change_consent
from deliberate.operations.moderation import decisions as moderation_operations
from deliberate.operations.proposals import summaries as summary_operations
from deliberate.operations.responses import response_drafts as draft_operations
from deliberate.operations.responses.outside_systems import StatusReport, receive_status
from deliberate.operations.responses.overlaps import open_overlap, settle_overlap, state_mandate
from deliberate.operations.responses.referrals import refer_proposal
from deliberate.operations.responses.response_publishing import publish_draft
from deliberate.queries.moderation.decisions import get_last_decision
from deliberate.vocabulary import AppealOutcome, ModerationRule, OutsideState


def casework_actions(city: City) -> Iterator[Action]:
    """Yield the acts of the files outside the threads, with the positions of comments."""
    specs = {spec.key: spec for spec in city.proposals}
    for number, entry in enumerate(city.acts, start=1):
        where, position = f"act {number}: {entry['do']}", None
        if entry["do"] not in METHODS:
            raise CityError(f"{where}: must be one of {', '.join(sorted(METHODS))}")
        if "comment" in entry:
            position = comment_position(specs[entry["proposal"]], entry["comment"])
        yield Action(float(entry["day"]), entry["do"], where, ({**entry, "position": position},))


class CaseworkActs(CityActs):
    """The acts of the city and those outside the threads in its files."""

    def _actor(self, entry: Table) -> Person:
        return self._get(Person, entry["by"])

    def _proposal(self, entry: Table) -> Proposal:
        return self._get(Proposal, entry["proposal"])

    def _comment(self, entry: Table) -> Comment:
        return self._get(Comment, (entry["proposal"], entry["position"]))

    def ask_signature(self, entry: Table) -> None:
        """Write the draft of a response and ask for the signatures that it needs."""
        content: dict[str, Any] = {  # as the response form stores it
            "decision": entry["decision"],
            "headline": entry["headline"],
            "body": entry["text"],
            "grounds": entry.get("grounds", []),
            "study_until": None,
            "outside_body": "",
            "note": "",
            "language": detect_language(entry["text"]),
            "points": [],
            "commitments": [],
            "answers": {},
        }
        draft = draft_operations.save_response_draft(
            self._actor(entry), self._proposal(entry), content
        )
        self._register(entry["proposal"], draft)
        draft_operations.request_signatures(self._actor(entry), draft)

    def sign(self, entry: Table) -> None:
        """Sign the draft of a response."""
        draft = self._get(ResponseDraft, entry["proposal"])
        draft_operations.sign_response(self._actor(entry), draft, draft.revision)

    def publish_signed(self, entry: Table) -> None:
        """Publish the draft that every institution has signed."""
        publish_draft(self._actor(entry), self._get(ResponseDraft, entry["proposal"]))

    def appeal(self, entry: Table) -> None:
        """Appeal against the decision that hid a comment."""
        moderation_operations.file_appeal(self._actor(entry), self._comment(entry), entry["reason"])

    def decide_appeal(self, entry: Table) -> None:
        """Decide the appeal for a comment, as another moderator."""
        decision = get_last_decision(self._comment(entry))
        if decision is None or decision.appeal is None:
            raise ValueError("there is no appeal")
        moderation_operations.decide_appeal(
            self._actor(entry), decision.appeal, AppealOutcome(entry["outcome"]), entry["note"]
        )

    def report_comment(self, entry: Table) -> None:
        """Report a comment; the report stays open until a moderator decides."""
        moderation_operations.report_contribution(
            self._actor(entry), self._comment(entry), ModerationRule(entry["rule"])
        )

    def keep(self, entry: Table) -> None:
        """Decide that a reported comment breaks no rule."""
        moderation_operations.keep_contribution(
            self._actor(entry), self._comment(entry), entry["note"]
        )

    def suggest_summary(self, entry: Table) -> None:
        """Suggest a summary of a proposal."""
        summary = summary_operations.suggest_summary(
            self._actor(entry),
            self._proposal(entry),
            entry["main_request"],
            entry["best_for"],
            entry["best_against"],
        )
        self._register(entry["proposal"], summary)

    def agree_to_summary(self, entry: Table) -> None:
        """Agree to the summary that the other side suggested."""
        summary = self._get(Summary, entry["proposal"])
        summary_operations.agree_to_summary(self._actor(entry), summary, summary.revision)

    def agree_to_research(self, entry: Table) -> None:
        """Agree to the use of one's acts in research."""
        change_consent(self._actor(entry), research=True)

    def state_mandates(self, entry: Table) -> None:
        """State what a rule makes an institution responsible for."""
        institution = self._get(Institution, entry["institution"])
        for topic in entry["topics"]:
            state_mandate(self._actor(entry), topic, institution, entry["basis"])

    def open_overlap(self, entry: Table) -> None:
        """Open the question of who is responsible for a topic."""
        coordinator = self._get(Institution, entry["institution"])
        due_on = self.first_day + timedelta(days=entry["due"])
        topic = entry["topic"]
        overlap = open_overlap(self._actor(entry), topic, coordinator, due_on, entry["reason"])
        self._register(topic, overlap)

    def settle_overlap(self, entry: Table) -> None:
        """Settle an overlap by a written decision."""
        overlap = self._get(Overlap, entry["topic"])
        settle_overlap(self._actor(entry), overlap, entry["decision"])

    def refer_outside(self, entry: Table) -> None:
        """Refer a proposal to an outside system, with its number there."""
        referral = refer_proposal(
            self._actor(entry),
            self._proposal(entry),
            None,
            entry["reason"],
            external_system=entry["system"],
            external_reference=entry["number"],
        )
        self._register(entry["proposal"], referral)

    def report_outside(self, entry: Table) -> None:
        """Take a status that the outside system reports on a case."""
        report = StatusReport(OutsideState(entry["state"]), entry["number"], entry.get("note", ""))
        referral = self._get(Referral, entry["proposal"])
        receive_status(None, referral, f"day {entry['day']}", report)


METHODS = {
    method.__name__
    for method in (
        CaseworkActs.agree_to_research,
        CaseworkActs.agree_to_summary,
        CaseworkActs.appeal,
        CaseworkActs.ask_signature,
        CaseworkActs.decide_appeal,
        CaseworkActs.keep,
        CaseworkActs.open_overlap,
        CaseworkActs.publish_signed,
        CaseworkActs.refer_outside,
        CaseworkActs.report_comment,
        CaseworkActs.report_outside,
        CaseworkActs.settle_overlap,
        CaseworkActs.sign,
        CaseworkActs.state_mandates,
        CaseworkActs.suggest_summary,
    )
}
"""What an act of the files may do."""
