"""Each act of the sample city, done by its operation; people and things are known by their keys."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from deliberate.clock import now
from deliberate.commands.demo_city.actions import Table
from deliberate.commands.demo_city.spec import Line
from deliberate.models import (
    Comment,
    Commitment,
    Institution,
    Person,
    Poll,
    Process,
    Proposal,
    Response,
)
from deliberate.operations.accounts import accounts as account_operations
from deliberate.operations.moderation.moderation import hide_contribution, report_contribution
from deliberate.operations.polls import polls as poll_operations
from deliberate.operations.processes import processes as process_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.responses import cases as case_operations
from deliberate.operations.responses.commitments import fulfil_commitment, judge_response
from deliberate.operations.responses.institutions import add_institution
from deliberate.operations.responses.responses import publish_response
from deliberate.operations.threads.comments import post_comment, rate_comment
from deliberate.vocabulary import (
    AccountClass,
    Ground,
    PhaseKind,
    ResponseDecision,
    Role,
    Rule,
    Stance,
    Switch,
)

ZONE = ZoneInfo("Asia/Makassar")
PASSPHRASE = "kopi pahit di teras rumah"  # noqa: S105  # the demo prints it
"""What opens the six accounts whose names the demo prints."""
UNSURE = "Belum yakin"
_ENGLISH = re.compile(r"\b(the|and|is|are|of|to|for|that|with|not|it)\b", re.IGNORECASE)
T = TypeVar("T")


@dataclass
class Acts:
    """The city as far as it is built: day 0 is `first_day`; things stand under the files' keys."""

    first_day: date
    sign_ins: dict[str, str]
    known: dict[tuple[type, Any], Any] = field(default_factory=dict)

    def midnight(self, day: float) -> datetime:
        """When a day of the files begins, in Nusantara."""
        return datetime.combine(self.first_day + timedelta(days=int(day)), time(), ZONE)

    def moment(self, day: float) -> datetime:
        """When something of a day happens: its fraction runs from six in the morning to eleven."""
        return self.midnight(day // 1) + timedelta(hours=6 + 17 * (day % 1))

    def _the(self, kind: type[T], key: Any) -> T:
        found: T = self.known[kind, key]
        return found

    def _keep(self, key: Any, thing: Any) -> None:
        self.known[type(thing), key] = thing

    # --- setting up ------------------------------------------------------------------------------

    def found(self, told: Table) -> None:
        """An institution of the city."""
        office = add_institution(
            None,
            told["key"],
            told["name"],
            name_en=told["name_en"],
            is_coordinator=told.get("coordinator", False),
        )
        self._keep(told["key"], office)

    def appoint(self, told: Table) -> None:
        """An account with a role."""
        key, office = str(told["key"]), told.get("institution")
        person = account_operations.create_account(
            None,
            self.sign_ins.get(key, key),
            told["name"],
            PASSPHRASE if key in self.sign_ins else None,
            Role(told.get("role", "staff")),
            self._the(Institution, office) if office else None,
        )
        self._keep(key, person)
        if person.role == Role.ADMIN:
            self._keep("", person)

    def open_process(self, told: Table) -> None:
        """A process with its question, limits and institutions."""
        texts = ("title", "question", "decides")
        limits = {
            f"{name}_points{end}": told[name + end]
            for name in ("open", "fixed")
            for end in ("", "_en")
        }
        process = Process(
            slug=told["slug"],
            support_threshold=told["support_threshold"],
            timezone=ZONE.key,
            **{name + end: told[name + end] for name in texts for end in ("", "_en")},
            **limits,
        )
        parts = [(self._the(Institution, told["lead"]), "lead")]
        parts += [(self._the(Institution, key), "consulted") for key in told["consulted"]]
        process_operations.open_process(self._the(Person, ""), process, parts)
        self._keep(told["slug"], process)

    def schedule(self, slug: str, phase: Table) -> None:
        """A phase of a process."""
        process_operations.schedule_phase(
            self._the(Person, ""),
            self._the(Process, slug),
            PhaseKind(phase["kind"]),
            self.midnight(phase["opens"]),
            self.midnight(phase["closes"]),
            [Switch(switch) for switch in phase["switches"]],
        )

    def join(self, told: Table) -> None:
        """A resident opens an account."""
        key = str(told["key"])
        person = account_operations.join(
            self.sign_ins.get(key, key),
            told["name"],
            PASSPHRASE if key in self.sign_ins else None,
            email=f"{key}@warga.example" if key in self.sign_ins else None,
            area=told["area"],
            account_class=AccountClass(told.get("account_class", "person")),
        )
        if person.email:  # so that the demo's mails can be read
            person.email_confirmed_at = now()
        self._keep(key, person)

    # --- proposals -------------------------------------------------------------------------------

    def submit(self, author: str, told: Table, asked: str | None) -> None:
        """A proposal is published; it asks who answers it in the end, else the lead."""
        process = self._the(Process, told["process"])
        lead = next(part.institution for part in process.institutions if part.part == "lead")
        proposal = proposal_operations.submit_proposal(
            self._the(Person, author),
            process,
            told["title"],
            told["body"],
            topic=told.get("topic", ""),
            area=told.get("area", ""),
            institution=self._the(Person, asked).institution if asked else lead,
            language=language_of(told["body"]),
        )
        self._keep(told["key"], proposal)

    def revise(self, author: str, key: str, told: Table, credits: Sequence[int]) -> None:
        """A new version, with the comments that led to it."""
        proposal = self._the(Proposal, key)
        proposal_operations.revise_proposal(
            self._the(Person, author),
            proposal,
            told.get("title", proposal.title),
            told["body"],
            told["note"],
            [self._the(Comment, (key, place)).id for place in credits],
        )

    def withdraw(self, author: str, key: str, reason: str) -> None:
        """A proposal is taken back."""
        proposal_operations.withdraw_proposal(
            self._the(Person, author), self._the(Proposal, key), reason
        )

    def support(self, supporter: str, key: str) -> None:
        """A resident supports a proposal."""
        proposal_operations.support_proposal(self._the(Person, supporter), self._the(Proposal, key))

    def follow(self, follower: str, key: str) -> None:
        """A resident follows a proposal."""
        proposal_operations.follow(self._the(Person, follower), self._the(Proposal, key))

    # --- threads ---------------------------------------------------------------------------------

    def comment(self, author: str, key: str, place: int, line: Line) -> None:
        """A comment, or a reply to one."""
        parent = (key, line.parent)
        comment = post_comment(
            self._the(Person, author),
            self._the(Proposal, key),
            line.body,
            parent=self._the(Comment, parent) if line.parent is not None else None,
            stance=None if line.stance is None else Stance(line.stance),
            is_question=line.body.rstrip().endswith("?") and not line.stance,
            language=language_of(line.body),
        )
        self._keep((key, place), comment)

    def rate(self, rater: str, key: str, place: int, is_strong: bool) -> None:
        """A resident weighs a comment."""
        comment = self._the(Comment, (key, place))
        rate_comment(self._the(Person, rater), comment, is_strong)

    # --- polls and responses ---------------------------------------------------------------------

    def open_poll(self, opener: str, key: str, told: Table) -> None:
        """A poll on a proposal, opened by the staff member who answers it."""
        proposal = self._the(Proposal, key)
        poll = poll_operations.open_poll(
            self._the(Person, opener),
            proposal.process,
            told["question"],
            [label for label, _ in told["options"] if label != UNSURE],
            self.midnight(told["closes"]),
            proposal=proposal,
            background=told["background"],
            with_pass=UNSURE,
        )
        self._keep(key, poll)

    def vote(self, voter: str, key: str, label: str) -> None:
        """A resident votes; the ballot code goes with the act."""
        poll = self._the(Poll, key)
        option = next(option for option in poll.options if option.label == label)
        poll_operations.cast_ballot(self._the(Person, voter), poll, option)

    def respond(self, responder: str, key: str, told: Table, lines: Sequence[int]) -> None:
        """An official response; it answers the comments whose authors its text names."""
        response = publish_response(
            self._the(Person, responder),
            self._the(Proposal, key),
            ResponseDecision(told["decision"]),
            told["headline"],
            told["text"],
            grounds=[Ground(ground) for ground in told.get("grounds", [])],
            commitments=[
                (
                    promise["what"],
                    self._the(Institution, promise["who"]),
                    self.first_day + timedelta(days=int(promise["due"])),
                )
                for promise in told.get("commitments", [])
            ],
            language=language_of(told["text"]),
            outside_body=told.get("outside_body", ""),
            answers=[self._the(Comment, (key, place)).id for place in lines],
        )
        self._keep(key, response)
        dues = {promise.what: promise for promise in response.commitments}
        for place, promise in enumerate(told.get("commitments", [])):
            self._keep((key, place), dues[promise["what"]])

    def acknowledge(self, officer: str, key: str) -> None:
        """An institution says that it has a proposal."""
        case_operations.acknowledge(self._the(Person, officer), self._the(Proposal, key))

    def keep(self, officer: str, key: str, place: int, told: Table) -> None:
        """A promise is kept."""
        promise = self._the(Commitment, (key, place))
        fulfil_commitment(self._the(Person, officer), promise, told["note"])

    def judge(self, resident: str, key: str, answer: str) -> None:
        """A resident says whether a response answers the proposal."""
        response = self._the(Response, key)
        judge_response(self._the(Person, resident), response, answer)

    # --- moderation ------------------------------------------------------------------------------

    def report(self, reporter: str, key: str, place: int, rule: str) -> None:
        """A resident reports a comment."""
        comment = self._the(Comment, (key, place))
        report_contribution(self._the(Person, reporter), comment, Rule(rule))

    def hide(self, moderator: str, key: str, place: int, told: Table) -> None:
        """A moderator hides a comment by a rule."""
        comment, rule = self._the(Comment, (key, place)), Rule(told["rule"])
        hide_contribution(self._the(Person, moderator), comment, rule, told["note"])


def language_of(words: str) -> str:
    """Indonesian, unless many English function words stand in it."""
    return "en" if len(_ENGLISH.findall(words)) * 12 > len(words.split()) else "id"
