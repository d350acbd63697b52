"""What the texts of notices refer to, and their rendering in the current language."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from flask_babel import gettext as _
from flask_babel import ngettext

from deliberate.days import date_text, end_text, last_day_text
from deliberate.models import (
    Comment,
    Commitment,
    Document,
    Institution,
    Person,
    Phase,
    Poll,
    Process,
    ProcessChange,
    ProcessNews,
    Proposal,
    Referral,
    Response,
    UnitAnswer,
    UnitContribution,
)
from deliberate.notifications.quotes import Quote
from deliberate.notifications.registry import line_of
from deliberate.queries.documents.documents import get_unit_by_id, get_version
from deliberate.queries.log.receipts import get_receipt
from deliberate.queries.processes.phases import phase_title_by_key
from deliberate.queries.responses.outside_systems import report_title
from deliberate.text import excerpt, to_html, to_plain
from deliberate.vocabulary import OutsideState
from deliberate.vocabulary.notices import NoticeEvent

EXCERPT_CHARACTERS = 200


@dataclass(frozen=True)
class NoticeText:
    """Subject and sentence of a notice."""

    subject: str
    sentence: str


@dataclass(frozen=True)
class NoticeSubjects:
    """What a notice is about, as far as it still exists; the texts name its attributes."""

    event: NoticeEvent
    language: str
    reader: Person | None = None
    proposal: Proposal | None = None
    process: Process | None = None
    poll: Poll | None = None
    comment: Comment | None = None
    referral: Referral | None = None
    institutions: tuple[Institution | None, Institution | None] = (None, None)
    """The institution that referred the proposal and the one that received it."""
    commitment: Commitment | None = None
    response: Response | None = None
    change: ProcessChange | None = None
    news_row: ProcessNews | None = None
    document: Document | None = None
    contribution: UnitContribution | None = None
    answer: UnitAnswer | None = None

    def __getitem__(self, name: str) -> object:
        """Return an attribute, else a detail of the event: `text % self` fills in a text."""
        return getattr(self if hasattr(type(self), name) else self.event, name)

    @property
    def title(self) -> str:
        """Return the title of the proposal or the draft text, empty without one."""
        if self.document is not None:
            return self.document.title
        return self.proposal.title_for(self.reader) if self.proposal else ""

    @property
    def title_language(self) -> str:
        """Return the language of the title of what the notice is about."""
        subject = self.proposal or self.poll or self.document
        return subject.language if subject else self._process_language

    @property
    def _process_language(self) -> str:
        return self.process.language_in("title", self.language) if self.process else self.language

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """Return the texts of people that a sentence may quote, each with its language.

        It is empty, which means unknown, for reasons: they are stored without theirs.
        """
        of_response = self.commitment.response if self.commitment else self.response
        rows = {
            "title": self.proposal or self.document,
            "place": self.document,
            "question": self.poll,
            "outcome": self.poll,
            "excerpt": self.comment,
            "headline": self.response,
            "what": of_response,
            "reason": of_response if self.referral is None else None,
            "change_reason": None,
        }
        languages = {name: row.language if row else "" for name, row in rows.items()}
        languages["process_title"] = self._process_language
        if self._shown_news is not None:
            languages["news_text"] = self._shown_news.language_in(self.language)
        if self._phase is not None and self._phase.own_name(self.language):
            languages["phase_name"] = self._phase.language_in(self.language)
        return tuple((text, languages[name]) for name in languages if (text := str(self[name])))

    def _name_of(self, institution: Institution | None) -> str:
        return institution.name_in(self.language) if institution else ""

    def _named_or_authority(self, institution: Institution | None) -> str:
        nameless: str = _("The authority")
        return self._name_of(institution) or nameless

    @property
    def giver(self) -> str:
        """Return the name of the institution that referred the proposal."""
        return self._name_of(self.institutions[0])

    @property
    def to(self) -> str:
        """Return the name of the receiving institution, or of the system outside the platform."""
        if self.referral is not None and self.referral.to_id is None:
            return self.referral.external_system
        return self._name_of(self.institutions[1])

    @property
    def report(self) -> str:
        """Return in words what an outside system reported on a case."""
        state = getattr(self.event, "state", "")
        return report_title(self.to, OutsideState(state)) if state else ""

    @property
    def reason(self) -> str:
        """Return the reason of a referral, or of dropping a commitment."""
        if self.referral is not None:
            return self.referral.reason
        return self.commitment.dropped_reason if self.commitment else ""

    @property
    def institution(self) -> str:
        """Return the name of the institution that responded."""
        row = self.response or self.answer
        return self._named_or_authority(row.institution if row else None)

    @property
    def owner(self) -> str:
        """Return the name of the institution that has the proposal."""
        return self._named_or_authority(self.proposal.institution if self.proposal else None)

    @property
    def decision(self) -> str:
        """Return the decision of the response in words."""
        decisions: dict[str, str] = {
            "accepted": _("Accepted"),
            "accepted_in_part": _("Accepted in part"),
            "not_accepted": _("Not accepted"),
            "needs_study": _("Needs study"),
            "not_ours": _("Not within our authority"),
            "": _("Response"),
        }
        decision = str(self.response.decision) if self.response else ""
        return decisions.get(decision, decisions[""])

    @property
    def place(self) -> str:
        """Return the part of a draft text that a contribution or a case is on, as cited."""
        row, event = self.contribution, self.event
        if row is not None:
            unit = get_unit_by_id(row.version, row.unit_id)
        else:
            number, unit_id = getattr(event, "version", 0), getattr(event, "unit", 0)
            version = get_version(self.document, number) if self.document and unit_id else None
            unit = get_unit_by_id(version, unit_id) if version else None
        return unit.place if unit else ""

    @property
    def unit_decision(self) -> str:
        """Return what was decided on a contribution to a draft text."""
        decisions: dict[str, str] = {
            "adopted": _("Adopted"),
            "adopted_in_part": _("Adopted in part"),
            "not_adopted": _("Not adopted"),
            "already_covered": _("Already covered"),
            "not_this_text": _("Does not belong in this text"),
        }
        return decisions.get(self.answer.decision, "") if self.answer else ""

    @property
    def headline(self) -> str:
        """Return the headline of the response."""
        return self.response.headline if self.response else ""

    @property
    def supports(self) -> str:
        """Return the number of supporters in words."""
        count = self.proposal.support_count if self.proposal else 0
        words: str = ngettext("%(n)s supporter", "%(n)s supporters", count, n=count)
        return words

    @property
    def due(self) -> str:
        """Return the last day for the response."""
        if self.proposal is None or self.proposal.due_at is None:
            return ""
        return last_day_text(self.proposal.due_at, self.proposal.process)

    @property
    def what(self) -> str:
        """Return what an institution committed to."""
        return self.commitment.what if self.commitment else ""

    @property
    def day(self) -> str:
        """Return the day by which a commitment is due."""
        if self.commitment is None:
            return ""
        return date_text(self.commitment.due_on, place=self.commitment.response.proposal.process)

    @property
    def excerpt(self) -> str:
        """Return the beginning of a comment that the reader may see."""
        if self.comment is None or not self.comment.is_visible_to(self.reader):
            return ""
        return excerpt(to_plain(self.comment.body_html), EXCERPT_CHARACTERS)

    @property
    def writer(self) -> str:
        """Return the name of the author of a comment."""
        author = self.comment.author if self.comment else None
        somebody: str = _("Somebody")
        return author.display_name if author and not author.is_erased else somebody

    @property
    def arguments(self) -> str:
        """Return the number of new arguments in words."""
        count = getattr(self.event, "count", 0)
        words: str = ngettext("%(n)s new argument", "%(n)s new arguments", count, n=count)
        return words

    @property
    def question(self) -> str:
        """Return the question of a poll."""
        return self.poll.question if self.poll else ""

    @property
    def closing(self) -> str:
        """Return when a poll closes."""
        return end_text(self.poll.closes_at, self.poll.process) if self.poll else ""

    @property
    def outcome(self) -> str:
        """Return the newest statement of what was decided after a poll."""
        outcomes = self.poll.outcomes if self.poll else []
        return excerpt(to_plain(outcomes[-1].body_html), EXCERPT_CHARACTERS) if outcomes else ""

    @property
    def poll_number(self) -> int:
        """Return the number of a poll."""
        return int(getattr(self.event, "poll", 0))

    @property
    def receipt(self) -> str:
        """Return the code of the receipt of a ballot."""
        receipt = get_receipt(getattr(self.event, "entry", ""))
        return receipt.code if receipt else ""

    @property
    def process_title(self) -> str:
        """Return the title of a process."""
        return self.process.text_in("title", self.language) if self.process else ""

    @property
    def phase_name(self) -> str:
        """Return the name of the phase."""
        key: str = getattr(self.event, "phase", "")
        return phase_title_by_key(self.process, key) if self.process and key else ""

    @cached_property
    def _phase(self) -> Phase | None:
        return self.process.get_phase(getattr(self.event, "phase", "")) if self.process else None

    @property
    def phase_end(self) -> str:
        """Return the last day of the phase."""
        if self._phase is None or self.process is None:
            return ""
        return last_day_text(self._phase.closes_at, self.process)

    @property
    def change_reason(self) -> str:
        """Return the public reason of a change of a process."""
        return self.change.reason if self.change else ""

    @property
    def sender(self) -> str:
        """Return the name of the institution that sent news."""
        row = self.news_row
        return self._named_or_authority(row.institution if row else None)

    @property
    def _shown_news(self) -> ProcessNews | None:
        """Return the news of the notice, None if they were withdrawn."""
        row = self.news_row
        return None if row is None or row.withdrawn_at is not None else row

    @property
    def news_text(self) -> str:
        """Return the title and the beginning of the news of a process, if they still apply."""
        row = self._shown_news
        if row is None:
            withdrawn: str = _("these news were withdrawn.")
            return withdrawn
        body = to_plain(to_html(row.text_in("body", self.language)))
        return f"{row.text_in('title', self.language)}. {excerpt(body, EXCERPT_CHARACTERS)}"

    @property
    def news(self) -> str:
        """Return the number of news of a weekly mail in words."""
        count = getattr(self.event, "count", 0)
        words: str = ngettext("%(n)s thing is new", "%(n)s things are new", count, n=count)
        return words

    @property
    def week(self) -> str:
        """Return the open cases of an institution in words."""
        counts = {
            name: getattr(self.event, name, 0) for name in ("open_cases", "due_soon", "overdue")
        }
        return ", ".join(
            [
                ngettext(
                    "%(n)s case waits",
                    "%(n)s cases wait",
                    counts["open_cases"],
                    n=counts["open_cases"],
                ),
                ngettext(
                    "%(n)s is due soon",
                    "%(n)s are due soon",
                    counts["due_soon"],
                    n=counts["due_soon"],
                ),
                ngettext(
                    "%(n)s is overdue",
                    "%(n)s are overdue",
                    counts["overdue"],
                    n=counts["overdue"],
                ),
            ]
        )

    @property
    def request_outcome(self) -> str:
        """Return what was decided on a request for research data."""
        outcomes: dict[bool, str] = {
            True: _("granted. The files are built within minutes; you find them there."),
            False: _("refused. The reason is shown with your requests."),
        }
        return outcomes[bool(getattr(self.event, "granted", False))]

    @property
    def check_outcome(self) -> str:
        """Return in words how a colleague judged a response."""
        outcomes: dict[bool, str] = {True: _("approved"), False: _("changes are needed")}
        return outcomes[bool(getattr(self.event, "passed", False))]

    @property
    def until_day(self) -> str:
        """Return the day on which access to research data ends."""
        return date_text(date.fromisoformat(getattr(self.event, "until", "")))


def notice_text(about: NoticeSubjects) -> NoticeText:
    """Return the text of a notice in the current language."""
    line = line_of(about.event)
    return NoticeText(str(line.subject) % about, str(line.sentence) % about)
