"""Acts of the sample city, each performed by its operation; rows are known by the files' keys."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from deliberate.clock import now
from deliberate.commands.demo_city.actions import Table
from deliberate.commands.demo_city.area_map import sample_place, sample_shapes
from deliberate.commands.demo_city.pictures import SCENES, read_scene
from deliberate.commands.demo_city.spec import CommentSpec
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
from deliberate.operations import RequestContext
from deliberate.operations.accounts import registration as account_operations
from deliberate.operations.moderation.decisions import hide_contribution, report_contribution
from deliberate.operations.polls import ballots as ballot_operations
from deliberate.operations.polls import polls as poll_operations
from deliberate.operations.processes import processes as process_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.proposals.area_map import import_map, simplify_shapes
from deliberate.operations.proposals.attachments import attach_file
from deliberate.operations.proposals.follows import follow_subject
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.responses import cases as case_operations
from deliberate.operations.responses.commitments import fulfil_commitment
from deliberate.operations.responses.institutions import add_institution
from deliberate.operations.responses.judgements import judge_response
from deliberate.operations.responses.offices import OfficeTexts, add_office
from deliberate.operations.responses.responses import publish_response
from deliberate.operations.site.pictures import add_picture
from deliberate.operations.threads.comments import post_comment, rate_comment
from deliberate.permissions.site import Pictured
from deliberate.vocabulary import (
    AccountClass,
    ModerationRule,
    PhaseKind,
    PhaseSwitch,
    PictureUse,
    ResponseDecision,
    ResponseGround,
    Role,
    Stance,
)

ZONE = ZoneInfo("Asia/Makassar")
PASSPHRASE = "kopi pahit di teras rumah"  # noqa: S105  # the demo prints it
"""Passphrase of the six accounts that the demo prints."""
UNSURE_LABEL = "Belum yakin"
_ENGLISH = re.compile(r"\b(the|and|is|are|of|to|for|that|with|not|it)\b", re.IGNORECASE)
T = TypeVar("T")


@dataclass
class CityActs:
    """The city as built so far: day 0 is `first_day`; rows are stored under the files' keys."""

    first_day: date
    sign_ins: dict[str, str]
    known: dict[tuple[type, Any], Any] = field(default_factory=dict)

    def midnight(self, day: float, zone: str = ZONE.key) -> datetime:
        """Return the start of a day of the files in a time zone, by default Nusantara's."""
        return datetime.combine(self.first_day + timedelta(days=int(day)), time(), ZoneInfo(zone))

    def moment(self, day: float) -> datetime:
        """Return the time of a day with fraction, which runs from 6:00 to 23:00."""
        return self.midnight(day // 1) + timedelta(hours=6 + 17 * (day % 1))

    def _get(self, kind: type[T], key: Any) -> T:
        row: T = self.known[kind, key]
        return row

    def _register(self, key: Any, row: Any) -> None:
        self.known[type(row), key] = row

    def create_institution(self, entry: Table) -> None:
        """Add an institution."""
        institution = add_institution(
            None,
            entry["key"],
            entry["name"],
            name_en=entry["name_en"],
            is_coordinator=entry.get("coordinator", False),
        )
        for office in entry.get("office", ()):
            add_office(None, institution, OfficeTexts(**office))
        self._register(entry["key"], institution)

    def import_map(self) -> None:
        """Import the drawn map of the areas."""
        import_map(None, simplify_shapes(sample_shapes()))

    def appoint(self, entry: Table) -> None:
        """Create an account with a role."""
        key, institution = str(entry["key"]), entry.get("institution")
        person = account_operations.create_account(
            None,
            self.sign_ins.get(key, key),
            entry["name"],
            PASSPHRASE if key in self.sign_ins else None,
            Role(entry.get("role", "staff")),
            self._get(Institution, institution) if institution else None,
        )
        self._register(key, person)
        if person.role == Role.ADMIN:
            self._register("", person)

    def open_process(self, entry: Table) -> None:
        """Open a process with its question, limits and institutions."""
        texts = ("title", "question", "decides")
        limits = {
            f"{name}_points{end}": entry[name + end]
            for name in ("open", "fixed")
            for end in ("", "_en")
        }
        process = Process(
            slug=entry["slug"],
            support_threshold=entry["support_threshold"],
            timezone=entry.get("timezone", ZONE.key),
            topics=entry.get("topics", []),
            areas=entry.get("areas", []),
            allows_other=entry.get("allows_other", False),
            **{name + end: entry[name + end] for name in texts for end in ("", "_en")},
            **limits,
        )
        lead = self._get(Institution, entry["lead"])
        parts = [(lead, "lead"), *self._other_parts(entry)]
        process_operations.open_process(self._get(Person, ""), process, parts)
        self._register(entry["slug"], process)
        self._illustrate_headers(entry, {"picture": process, "lead_picture": lead})

    def _illustrate_headers(self, entry: Table, pictured: dict[str, Pictured]) -> None:
        for key, thing in pictured.items():
            if key in entry:
                self._illustrate("", thing, PictureUse.HEADER, entry[key])

    def _other_parts(self, entry: Table) -> list[tuple[Institution, str]]:
        return [
            (self._get(Institution, key), part)
            for part in ("consulted", "must_sign")
            for key in entry.get(part, [])
        ]

    def _illustrate(self, person: str, pictured: Pictured, use: PictureUse, scene: str) -> None:
        """Add a drawing to a thing."""
        add_picture(self._get(Person, person), pictured, SCENES[scene], read_scene(scene), use)

    def schedule(self, slug: str, phase: Table) -> None:
        """Schedule a phase of a process."""
        process = self._get(Process, slug)
        process_operations.schedule_phase(
            self._get(Person, ""),
            process,
            PhaseKind(phase["kind"]),
            self.midnight(phase["opens"], process.timezone),
            self.midnight(phase["closes"], process.timezone),
            [PhaseSwitch(switch) for switch in phase["switches"]],
        )

    def join(self, entry: Table) -> None:
        """Create a resident's account."""
        key = str(entry["key"])
        person = account_operations.join(
            self.sign_ins.get(key, key),
            entry["name"],
            PASSPHRASE if key in self.sign_ins else None,
            email=f"{key}@warga.example" if key in self.sign_ins else None,
            area=entry["area"],
            account_class=AccountClass(entry.get("account_class", "person")),
        )
        if person.email:  # an address, so that the demo's mails can be read
            person.email_confirmed_at = now()
        self._register(key, person)

    def submit(self, author: str, entry: Table, responder: str | None) -> None:
        """Publish a proposal, addressed to the institution that responds, else the lead."""
        process = self._get(Process, entry["process"])
        lead = next(part.institution for part in process.institutions if part.part == "lead")
        proposal = proposal_operations.submit_proposal(
            self._get(Person, author),
            process,
            entry["title"],
            entry["body"],
            topic=entry.get("topic", ""),
            area=entry.get("area", ""),
            institution=self._get(Person, responder).institution if responder else lead,
            place=sample_place(entry.get("place"), is_exact=entry.get("place_is_exact", False)),
            context=RequestContext(detect_language(entry["body"]), network=""),
        )
        self._register(entry["key"], proposal)
        if scene := entry.get("picture"):
            attach_file(self._get(Person, author), proposal, SCENES[scene], read_scene(scene))

    def revise(self, author: str, key: str, entry: Table, credits: Sequence[int]) -> None:
        """Publish a new version that credits comments."""
        proposal = self._get(Proposal, key)
        proposal_operations.revise_proposal(
            self._get(Person, author),
            proposal,
            entry.get("title", proposal.title),
            entry["body"],
            entry["note"],
            [self._get(Comment, (key, position)).id for position in credits],
        )

    def withdraw(self, author: str, key: str, reason: str) -> None:
        """Withdraw a proposal."""
        proposal_operations.withdraw_proposal(
            self._get(Person, author), self._get(Proposal, key), reason
        )

    def support(self, supporter: str, key: str) -> None:
        """Support a proposal."""
        support_proposal(self._get(Person, supporter), self._get(Proposal, key))

    def follow(self, follower: str, key: str) -> None:
        """Follow a proposal."""
        follow_subject(self._get(Person, follower), self._get(Proposal, key))

    def comment(self, author: str, key: str, position: int, line: CommentSpec) -> None:
        """Post a comment or a reply."""
        parent = (key, line.parent)
        comment = post_comment(
            self._get(Person, author),
            self._get(Proposal, key),
            line.body,
            parent=self._get(Comment, parent) if line.parent is not None else None,
            stance=None if line.stance is None else Stance(line.stance),
            is_question=line.body.rstrip().endswith("?") and not line.stance,
            context=RequestContext(detect_language(line.body), network=""),
        )
        self._register((key, position), comment)

    def rate(self, rater: str, key: str, position: int, is_strong: bool) -> None:
        """Rate a comment."""
        comment = self._get(Comment, (key, position))
        rate_comment(self._get(Person, rater), comment, is_strong)

    def open_poll(self, opener: str, key: str, entry: Table) -> None:
        """Open a poll on a proposal, by the staff member who responds to it."""
        proposal = self._get(Proposal, key)
        poll = poll_operations.open_poll(
            self._get(Person, opener),
            proposal.process,
            entry["question"],
            [label for label, _ in entry["options"] if label != UNSURE_LABEL],
            self.midnight(entry["closes"]),
            proposal=proposal,
            background=entry["background"],
            with_pass=UNSURE_LABEL,
        )
        self._register(key, poll)
        for option, scene in zip(poll.options, entry.get("pictures", []), strict=False):
            self._illustrate(opener, option, PictureUse.OPTION, scene)

    def vote(self, voter: str, key: str, label: str) -> None:
        """Cast a ballot; the ballot code is discarded."""
        poll = self._get(Poll, key)
        option = next(option for option in poll.options if option.label == label)
        ballot_operations.cast_ballot(self._get(Person, voter), poll, option)

    def respond(self, responder: str, key: str, entry: Table, lines: Sequence[int]) -> None:
        """Publish an official response that answers the comments of the authors its text names."""
        response = publish_response(
            self._get(Person, responder),
            self._get(Proposal, key),
            ResponseDecision(entry["decision"]),
            entry["headline"],
            entry["text"],
            grounds=[ResponseGround(ground) for ground in entry.get("grounds", [])],
            commitments=[self._promise(promise) for promise in entry.get("commitments", [])],
            language=detect_language(entry["text"]),
            outside_body=entry.get("outside_body", ""),
            answers=[self._get(Comment, (key, position)).id for position in lines],
        )
        self._register(key, response)
        stored_commitments = {commitment.what: commitment for commitment in response.commitments}
        for position, commitment in enumerate(entry.get("commitments", [])):
            self._register((key, position), stored_commitments[commitment["what"]])

    def _promise(self, entry: Table) -> tuple[str, Institution, date]:
        due_on = self.first_day + timedelta(days=int(entry["due"]))
        return entry["what"], self._get(Institution, entry["who"]), due_on

    def acknowledge(self, officer: str, key: str) -> None:
        """Acknowledge a proposal."""
        case_operations.acknowledge_proposal(self._get(Person, officer), self._get(Proposal, key))

    def fulfil_commitment(self, officer: str, key: str, position: int, entry: Table) -> None:
        """Fulfil a commitment."""
        commitment = self._get(Commitment, (key, position))
        fulfil_commitment(self._get(Person, officer), commitment, entry["note"])
        for use, scene in entry.get("pictures", {}).items():
            self._illustrate(officer, commitment, PictureUse(use), scene)

    def judge(self, resident: str, key: str, answer: str) -> None:
        """Record a resident's judgement of a response."""
        response = self._get(Response, key)
        judge_response(self._get(Person, resident), response, answer)

    def report(self, reporter: str, key: str, position: int, rule: str) -> None:
        """Report a comment."""
        comment = self._get(Comment, (key, position))
        report_contribution(self._get(Person, reporter), comment, ModerationRule(rule))

    def hide(self, moderator: str, key: str, position: int, entry: Table) -> None:
        """Hide a comment under a rule."""
        comment, rule = self._get(Comment, (key, position)), ModerationRule(entry["rule"])
        hide_contribution(self._get(Person, moderator), comment, rule, entry["note"])


def detect_language(text: str) -> str:
    """Return "en" for text with many English function words, else "id"."""
    return "en" if len(_ENGLISH.findall(text)) * 12 > len(text.split()) else "id"
