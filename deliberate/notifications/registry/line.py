"""A line of the registry."""

import re
from dataclasses import dataclass

from flask_babel.speaklater import LazyString

from deliberate.vocabulary.notices import Audience, NoticeEvent, Timing, Topic


@dataclass(frozen=True)
class Line:
    """A kind of notice: what causes it, who receives it, when, and in which words.

    `%(name)s` in a text is an attribute of NoticeSubjects or a detail of the event.
    """

    event: type[NoticeEvent]
    causes: tuple[str, ...]
    """The kinds of acts that cause it; none for what follows from a date or is no act."""
    audience: Audience
    subject: LazyString
    sentence: LazyString
    timing: Timing = Timing.AT_ONCE
    name: LazyString | None = None
    """What the kind is called, where the subject alone does not say it."""
    is_mail_only: bool = False
    """Whether it is not listed in the account."""

    @property
    def title(self) -> str:
        """Return the name, or the subject with an ellipsis for what each notice fills in."""
        return re.sub(r"%\(\w+\)s", "…", str(self.name or self.subject))

    @property
    def topic(self) -> Topic | None:
        """Return the topic by which people switch it off, None where they cannot."""
        return self.event.TOPIC

    @property
    def is_personal(self) -> bool:
        """Return whether it has one recipient, who is named by the act."""
        return self.audience == Audience.PERSON
