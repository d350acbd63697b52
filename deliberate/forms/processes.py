"""Forms for the set-up of a process: texts, rules and institutions, phases, days off."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from flask_babel import get_locale
from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    FileField,
    FormField,
    HiddenField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice, SelectField
from wtforms.validators import (
    AnyOf,
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    ValidationError,
)

from deliberate.days import Place, Zone, local_today
from deliberate.forms import REQUIRED, SLUG, TOO_LONG, LocalizedForm, single_line
from deliberate.forms.polls.polls import CheckboxesField, WholeNumberField
from deliberate.forms.proposals.listed_names import NamesField, TranslatedNamesField
from deliberate.forms.responses import DayField
from deliberate.queries.processes.phases import PHASE_NAMES
from deliberate.queries.processes.working_days import INDONESIA, is_known_calendar, list_calendars
from deliberate.vocabulary import PhaseKind, PhaseSwitch

SWITCHES = {
    PhaseSwitch.PROPOSE: _("new proposals"),
    PhaseSwitch.REVISE: _("changes of proposals"),
    PhaseSwitch.SUPPORT: _("support"),
    PhaseSwitch.COMMENT: _("discussion"),
    PhaseSwitch.VOTE: _("polls"),
    PhaseSwitch.RESPOND: _("official responses"),
}

USUAL_SWITCHES = {
    PhaseKind.IDEAS: (
        PhaseSwitch.PROPOSE,
        PhaseSwitch.REVISE,
        PhaseSwitch.SUPPORT,
        PhaseSwitch.COMMENT,
    ),
    PhaseKind.DISCUSSION: (PhaseSwitch.SUPPORT, PhaseSwitch.COMMENT, PhaseSwitch.VOTE),
    PhaseKind.RESPONSE: (PhaseSwitch.COMMENT, PhaseSwitch.RESPOND),
    PhaseKind.DELIVERY: (PhaseSwitch.COMMENT,),
    PhaseKind.REVIEW: (PhaseSwitch.COMMENT,),
}
"""What the form of a phase without dates suggests, by kind."""
INDONESIAN_ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
_LENGTH = Length(max=4000, message=TOO_LONG)


def _zone_choices() -> Iterator[SelectChoice]:
    """Yield the zones of Indonesia, then every other one by its name."""
    for zone, name in INDONESIAN_ZONES.items():
        yield SelectChoice(zone, f"{name} ({zone})")
    for zone in sorted(available_timezones() - INDONESIAN_ZONES.keys()):
        if "/" in zone and not zone.startswith("Etc/"):
            yield SelectChoice(zone, zone.replace("_", " "))


def _calendar_choices(chosen: str) -> Iterator[SelectChoice]:
    """Yield countries by name, with the regions of the chosen one: all would be thousands."""
    locale = get_locale()
    names = locale.territories if locale else {}
    countries = list_calendars()
    for country in sorted(countries, key=lambda code: (code != INDONESIA, names.get(code, code))):
        yield SelectChoice(country, names.get(country, country))
        if chosen.partition("-")[0] == country:
            for region in countries[country]:
                yield SelectChoice(
                    f"{country}-{region}", f"{names.get(country, country)}, {region}"
                )


class ProcessForm(LocalizedForm):
    """The texts, rules and institutions of a process."""

    title = StringField(
        _("Title in Indonesian"),
        [DataRequired(REQUIRED), Length(max=160, message=TOO_LONG)],
        [single_line],
    )
    title_en = StringField(
        _("Title in English"), [Length(max=160, message=TOO_LONG)], [single_line]
    )
    question = TextAreaField(_("Question to residents"), [DataRequired(REQUIRED), _LENGTH])
    question_en = TextAreaField(_("Question in English"), [_LENGTH])
    decides = TextAreaField(_("Who decides, and by when"), [_LENGTH])
    decides_en = TextAreaField(_("Who decides, in English"), [_LENGTH])
    open_points = TextAreaField(_("What is open: residents can change it"), [_LENGTH])
    open_points_en = TextAreaField(_("What is open, in English"), [_LENGTH])
    fixed_points = TextAreaField(_("What is fixed: it cannot change"), [_LENGTH])
    fixed_points_en = TextAreaField(_("What is fixed, in English"), [_LENGTH])
    lead = SelectField(_("Leading institution"), validate_choice=False)
    consulted = CheckboxesField(_("Consulted institutions"), validate_choice=False)
    must_sign = CheckboxesField(_("Must sign every response"), validate_choice=False)
    support_threshold = WholeNumberField(
        _("Supporters needed for a response"),
        [InputRequired(REQUIRED), NumberRange(1, 1_000_000, _("From 1 to 1,000,000."))],
    )
    response_days = WholeNumberField(
        _("Working days for the response"),
        [InputRequired(REQUIRED), NumberRange(1, 250, _("From 1 to 250."))],
    )
    timezone = SelectField(_("Time zone"), [DataRequired(REQUIRED)], validate_choice=False)
    calendar = SelectField(
        _("Calendar of holidays"), [DataRequired(REQUIRED)], validate_choice=False
    )
    topics = TranslatedNamesField(_("Topics"))
    areas = NamesField(_("Areas"))
    allows_other = BooleanField(_("Also allow others, written by hand"))
    reason = TextAreaField(_("Reason (public)"), [Length(max=1000, message=TOO_LONG)])

    def set_choices(self, institutions: Iterable[tuple[str, str]]) -> None:
        """Set the institutions to choose from, and the time zones and calendars."""
        choices = [SelectChoice(id_, name) for id_, name in institutions]
        self.lead.choices = [SelectChoice("", "–"), *choices]
        self.consulted.choices, self.must_sign.choices = choices, list(choices)
        self.timezone.choices = list(_zone_choices())
        self.calendar.choices = list(_calendar_choices(self.calendar.data or ""))

    def validate_timezone(self, field: Field) -> None:
        """Require an existing time zone."""
        if field.data not in available_timezones():
            raise ValidationError(_("Choose a time zone of the list."))

    def validate_calendar(self, field: Field) -> None:
        """Require a country or subdivision with known holidays."""
        if not is_known_calendar(field.data):
            raise ValidationError(_("Choose a calendar of the list."))

    def validate_must_sign(self, field: Field) -> None:
        """Reject an institution with two parts."""
        selected = [id_ for id_ in [self.lead.data, *self._selected("consulted")] if id_]
        selected += self._selected("must_sign")
        if len(set(selected)) < len(selected):
            raise ValidationError(_("An institution has one part in a process."))

    def validate_lead(self, field: Field) -> None:
        """Reject institutions that are not in the list."""
        choices = {str(choice.value) for choice in self.lead.choices or []}
        selected = {field.data or "", *self._selected("consulted"), *self._selected("must_sign")}
        if not selected <= choices:
            raise ValidationError(_("Choose institutions of this list."))

    def _selected(self, name: str) -> list[str]:
        return list(self[name].data or [])

    def values(self, names: Iterable[str]) -> dict[str, Any]:  # columns have many types
        """Return the values of fields by the names of the columns."""
        return {name: self[name].data for name in names}

    def parts(self) -> dict[str, str]:
        """Return the part of each selected institution by its id."""
        parts = dict.fromkeys(self._selected("consulted"), "consulted")
        parts |= dict.fromkeys(self._selected("must_sign"), "must_sign")
        return parts | ({self.lead.data: "lead"} if self.lead.data else {})


class NewProcessForm(ProcessForm):
    """A new process with its slug, which never changes."""

    slug = StringField(
        _("Address"),
        [DataRequired(REQUIRED), Length(max=60, message=TOO_LONG), SLUG],
        [single_line],
    )

    def validate_slug(self, field: Field) -> None:
        """Reject the slug of the page for new processes."""
        if field.data == "new":
            raise ValidationError(_("Choose another address."))


class PhaseForm(LocalizedForm):
    """The names and dates of a phase, what it permits, and the reason for a change."""

    name = StringField(_("Own name"), [Length(max=80, message=TOO_LONG)], [single_line])
    name_en = StringField(
        _("Own name in English"), [Length(max=80, message=TOO_LONG)], [single_line]
    )
    opens = DayField(_("First day"), [DataRequired(REQUIRED)])
    closes = DayField(_("Last day"), [DataRequired(REQUIRED)])
    switches = CheckboxesField(
        _("What is possible in it"),
        choices=[SelectChoice(switch.value, label) for switch, label in SWITCHES.items()],
        validate_choice=False,
    )
    reason = TextAreaField(_("Reason (public)"), [Length(max=1000, message=TOO_LONG)])

    def validate_closes(self, field: DayField) -> None:
        """Reject a last day before the first."""
        if self.opens.day and field.day and field.day < self.opens.day:
            raise ValidationError(_("The last day must not be before the first."))

    def dates(self) -> tuple[date, date]:
        """Return the first and the last day of a valid form."""
        if self.opens.day is None or self.closes.day is None:
            raise ValueError("the form is not valid")
        return self.opens.day, self.closes.day

    def selected_switches(self) -> list[PhaseSwitch]:
        """Return the activities that the phase permits."""
        return [switch for switch in PhaseSwitch if switch.value in (self.switches.data or [])]


class NewPhaseForm(PhaseForm):
    """Another phase, of a kind that the process may have already."""

    kind = SelectField(
        _("Kind"),
        [AnyOf(list(PhaseKind), message=_("Choose one of these."))],
        choices=[SelectChoice(kind.value, label) for kind, label in PHASE_NAMES.items()],
        validate_choice=False,
    )


class CopiedPhaseForm(PhaseForm):
    """A phase of the process that is copied, with its new dates."""

    kind = HiddenField(validators=[AnyOf(list(PhaseKind))])
    is_kept = BooleanField(_("Take over this phase"))

    def title(self) -> str:
        """Return the own name of the phase, else that of its kind, if it is one."""
        kind = self.kind.data
        return self.name.data or (
            str(PHASE_NAMES[PhaseKind(kind)]) if kind in set(PhaseKind) else ""
        )


class CopyProcessForm(NewProcessForm):
    """A new process with the texts, institutions and phases of an earlier one."""

    phases = FieldList(FormField(CopiedPhaseForm), max_entries=50)

    def place(self) -> Place:
        """Return the new process as a place, whose days the dates are."""
        return Zone(self.timezone.data or "")

    def kept_phases(self) -> list[CopiedPhaseForm]:
        """Return the forms of the phases to take over."""
        return [entry.form for entry in self.phases if entry.form.is_kept.data]


class StartDayForm(LocalizedForm):
    """The first day of a copied process."""

    start = DayField(_("First day"), [DataRequired(REQUIRED)])


class DeleteProcessForm(LocalizedForm):
    """The confirmation that a planned process is deleted."""

    sure = BooleanField(_("Delete it for good."), [DataRequired(_("Confirm that it is deleted."))])


class CloseProcessForm(LocalizedForm):
    """The public reason of a close, and the confirmation of who owes the open responses."""

    reason = TextAreaField(
        _("Reason (public)"), [DataRequired(REQUIRED), Length(max=1000, message=TOO_LONG)]
    )
    keeps_duty = BooleanField(
        _("The institutions named above still owe these responses after the close.")
    )


class DayOffForm(LocalizedForm):
    """A non-working day in addition to the holidays of the country."""

    day = DayField(_("Day"), [DataRequired(REQUIRED)])
    name = StringField(
        _("Name of the day off"),
        [DataRequired(REQUIRED), Length(max=80, message=TOO_LONG)],
        [single_line],
    )


class DocumentForm(LocalizedForm):
    """A document of a process: a file or a link, with title, language and date."""

    title = StringField(
        _("Title"), [DataRequired(REQUIRED), Length(max=160, message=TOO_LONG)], [single_line]
    )
    language = SelectField(
        _("Language"),
        [AnyOf(["id", "en"], message=_("Choose one of these."))],
        choices=[SelectChoice("id", _("Indonesian")), SelectChoice("en", _("English"))],
        validate_choice=False,
    )
    dated_on = DayField(_("Date of the document"), [DataRequired(REQUIRED)])
    file = FileField(_("File"))
    url = StringField(
        _("Or its address elsewhere"), [Length(max=500, message=TOO_LONG)], [single_line]
    )
    replaces = SelectField(_("Newer version of"), validate_choice=False)

    def set_documents(self, documents: Iterable[tuple[str, str]]) -> None:
        """Set the documents that it can replace, as pairs of id and title."""
        self.replaces.choices = [
            SelectChoice("", "–"),
            *(SelectChoice(id_, title) for id_, title in documents),
        ]

    def validate_url(self, field: Field) -> None:
        """Require either a file or an address."""
        has_file = bool(getattr(self.file.data, "filename", ""))
        if has_file == bool(field.data):
            raise ValidationError(_("Choose a file or write an address, not both."))


class MeetingForm(LocalizedForm):
    """A meeting that was held, with its minutes if they are published."""

    held_on = DayField(_("Day of the meeting"), [DataRequired(REQUIRED)])
    place = StringField(
        _("Place"), [DataRequired(REQUIRED), Length(max=160, message=TOO_LONG)], [single_line]
    )
    attended = WholeNumberField(
        _("Number of people who attended"), [InputRequired(REQUIRED)], maximum=100_000
    )
    language = SelectField(
        _("Language"),
        [AnyOf(["id", "en"], message=_("Choose one of these."))],
        choices=[SelectChoice("id", _("Indonesian")), SelectChoice("en", _("English"))],
        validate_choice=False,
    )
    minutes = TextAreaField(_("Minutes"), [Length(max=20_000, message=TOO_LONG)])

    def set_place(self, place: Place) -> None:
        """Set the place whose today is the last day that can be written."""
        self._place = place

    def validate_held_on(self, field: DayField) -> None:
        """Reject a day in the future."""
        if field.day is not None and field.day > local_today(self._place):
            raise ValidationError(
                _("This day is in the future. Record a meeting once it was held.")
            )

    def validate_attended(self, field: WholeNumberField) -> None:
        """Require at least one person."""
        if field.data is not None and field.data < 1:
            raise ValidationError(_("Write how many people attended, at least 1."))


class MeetingCorrectionForm(MeetingForm):
    """What is right about a meeting, and why what was recorded is wrong."""

    reason = TextAreaField(
        _("What was wrong, and why"),
        [DataRequired(REQUIRED), Length(max=2_000, message=TOO_LONG)],
    )
    base = HiddenField()


class ContactForm(LocalizedForm):
    """A contact person as the person wants to be shown."""

    contact_name = StringField(
        _("Name, as the person wants it shown"),
        [DataRequired(REQUIRED), Length(max=80, message=TOO_LONG)],
        [single_line],
    )
    office = StringField(
        _("Office"), [DataRequired(REQUIRED), Length(max=160, message=TOO_LONG)], [single_line]
    )
    reach = StringField(
        _("How to reach the person"),
        [DataRequired(REQUIRED), Length(max=300, message=TOO_LONG)],
        [single_line],
    )


class NewsForm(LocalizedForm):
    """News of a process, in Indonesian and, if wanted, in English."""

    headline = StringField(
        _("Title in Indonesian"),
        [DataRequired(REQUIRED), Length(max=160, message=TOO_LONG)],
        [single_line],
    )
    body = TextAreaField(_("Text in Indonesian"), [DataRequired(REQUIRED), _LENGTH])
    headline_en = StringField(
        _("Title in English"), [Length(max=160, message=TOO_LONG)], [single_line]
    )
    body_en = TextAreaField(_("Text in English"), [_LENGTH])

    def validate_body_en(self, field: Field) -> None:
        """Require title and text in English, or neither."""
        if bool(self.headline_en.data) != bool((field.data or "").strip()):
            raise ValidationError(_("Write title and text in English, or neither."))
