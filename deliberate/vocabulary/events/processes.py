"""Kinds of acts on processes, their phases, calendars and rules."""

from deliberate.vocabulary.codes import PhaseKind
from deliberate.vocabulary.details import detail
from deliberate.vocabulary.events.event import INTERNAL, PRIVATE, PUBLIC, Event


class ProcessOpened(Event, kind="process.opened", visibility=PUBLIC, has_text=True):
    """A participation process opened."""

    threshold: int = detail("supports that a proposal needs")
    response_days: int = detail("working days that an institution has for a response")
    limits_stated: bool = detail("it states what can still be decided and what is fixed")


class ProcessPlanned(Event, kind="process.planned", visibility=INTERNAL):
    """An administrator created or changed a process that is not open yet."""


class ProcessChanged(Event, kind="process.changed", visibility=PUBLIC, has_text=True):
    """Texts, rules or institutions of an open process were changed, with a reason."""

    fields: list[str] = detail("names of the changed fields")
    reason_given: bool = detail("a reason is stated")


class AnnouncementPublished(Event, kind="announcement.published", visibility=PUBLIC):
    """An announcement without a title was sent to the followers of a process; news since."""

    chars: int = detail("characters of the text")


class CalendarChanged(Event, kind="calendar.changed", visibility=PUBLIC):
    """A day off was added to a calendar or removed from it."""

    day: int = detail("the day, YYYYMMDD")
    off: bool = detail("1 added, 0 removed")


class RulesPublished(Event, kind="rules.published", visibility=PUBLIC, has_text=True):
    """A version of the rules was published."""

    version: int = detail("number of the version")


class ProcessClosed(Event, kind="process.closed", visibility=PUBLIC, has_text=True):
    """A participation process closed."""

    owed: int = detail("responses that are still owed")
    reason_given: bool = detail("a reason is stated")


class ProcessImported(Event, kind="process.imported", visibility=PUBLIC):
    """A process was imported from another platform."""

    source: str = detail("the platform")
    carries: str | list[str] = detail("criteria that its data can show")
    licence: str | None = detail("licence of its texts", default=None)


class ProcessDeleted(Event, kind="process.deleted", visibility=INTERNAL):
    """An administrator deleted a planned process without contributions."""


class ProcessDocumentAdded(Event, kind="process_document.added", visibility=PUBLIC, has_text=True):
    """A document was added to the page of a process."""

    type: str = detail("type of the file, or link")
    bytes: int = detail("size of the file, 0 for a link")
    replaces: bool = detail("it is a newer version of another document")


class ProcessDocumentRemoved(Event, kind="process_document.removed", visibility=PUBLIC):
    """A document was removed from the page of a process."""


class ContactAdded(Event, kind="contact.added", visibility=PUBLIC, has_text=True):
    """A contact person was named on the page of a process."""


class ContactRemoved(Event, kind="contact.removed", visibility=PUBLIC):
    """A contact person was removed from the page of a process."""


class NewsPublished(Event, kind="news.published", visibility=PUBLIC, has_text=True):
    """News of a process were published and sent to those who follow it."""

    translated: bool = detail("there is an English text")


class NewsWithdrawn(Event, kind="news.withdrawn", visibility=PUBLIC):
    """News of a process were withdrawn."""


class MeetingHeld(Event, kind="meeting.held", visibility=PUBLIC, has_text=True):
    """Residents met decision makers."""

    minutes: bool = detail("minutes are published")
    attended: int | None = detail("number of people who attended", default=None)
    working_days: int | None = detail("working days from the meeting to its record", default=None)


class MeetingCorrected(Event, kind="meeting.corrected", visibility=PUBLIC, has_text=True):
    """What was recorded of a meeting was corrected; the last row of a meeting counts."""

    minutes: bool = detail("minutes are published")
    attended: int = detail("number of people who attended")
    working_days: int | None = detail("working days from the meeting to this", default=None)


class AttendanceNoted(Event, kind="attendance.noted", visibility=PRIVATE):
    """A resident noted that they attended a meeting."""


class AttendanceRetracted(Event, kind="attendance.retracted", visibility=PRIVATE):
    """A resident took back that they attended a meeting."""


class PhaseRemoved(Event, kind="phase.removed", visibility=PUBLIC):
    """A phase was removed from a process that is not open yet."""

    phase: PhaseKind = detail("the kind of phase")
    key: str | None = detail("which phase of its kind: ideas, ideas-2 …", default=None)


class PhaseScheduled(Event, kind="phase.scheduled", visibility=PUBLIC):
    """The dates of a phase were set; the last row before a moment counts."""

    phase: PhaseKind = detail("the kind of phase")
    key: str | None = detail("which phase of its kind: ideas, ideas-2 …", default=None)
    opens: int = detail("Unix seconds")
    closes: int = detail("Unix seconds")
    switches: list[str] = detail("what residents can do in it")
    reason_given: bool | None = detail("a reason is stated", default=None)
