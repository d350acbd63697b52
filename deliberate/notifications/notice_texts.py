"""Texts of notices by their type: subject and sentence in the current language."""

from dataclasses import dataclass
from functools import singledispatch

from deliberate.models import Commitment, Institution, Referral, Response
from deliberate.vocabulary.notices import NoticeEvent


@dataclass(frozen=True)
class NoticeText:
    """Subject and sentence of a notice."""

    subject: str
    sentence: str


@dataclass(frozen=True)
class NoticeSubjects:
    """What a notice is about, as far as it still exists."""

    title: str
    """Title of the proposal, empty without one."""
    language: str
    referral: Referral | None = None
    giver: Institution | None = None
    """The institution that referred the proposal."""
    receiver: Institution | None = None
    commitment: Commitment | None = None
    response: Response | None = None

    def name_of(self, institution: Institution | None) -> str:
        """Return the name of an institution in the language, empty for None."""
        return institution.name_in(self.language) if institution else ""


@singledispatch
def notice_text(event: NoticeEvent, _about: NoticeSubjects) -> NoticeText:
    """Return the text of a notice; every type registers its own function."""
    raise NotImplementedError(f"no text for notices of the kind {event.KIND}")
