"""Forms of the sources of a study."""

from datetime import date

from flask_babel import lazy_gettext as _
from wtforms import Field, FileField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, Regexp, ValidationError

from deliberate.forms import REQUIRED, TOO_LONG, LocalizedForm
from deliberate.forms.responses import DayField
from deliberate.forms.scores.excerpts import LANGUAGES

CONSENTS = (
    SelectChoice("not_given", _("Not given, or not asked yet")),
    SelectChoice("summary", _("A summary, no quotes")),
    SelectChoice("quotes", _("Quotes without the name")),
)
GROUNDS = (
    SelectChoice("order", _("An order")),
    SelectChoice("consent_withdrawn", _("The consent was withdrawn")),
    SelectChoice("identifiable", _("Somebody can be recognised")),
)
ADDRESS = Regexp(
    r"https?://[^\s/]+\.[^\s]+$",
    message=_("Enter a whole address that begins with https:// or http://."),
)


class SourceForm(LocalizedForm):
    """The fields of every source. `today` must be set before validation."""

    today: date

    title = StringField(_("Title"), [DataRequired(REQUIRED), Length(max=200, message=TOO_LONG)])
    dated = DayField(_("Date"))
    public_text = TextAreaField(
        _("What may be published"), [Optional(), Length(max=4000, message=TOO_LONG)]
    )
    private_text = TextAreaField(
        _("Private notes"), [Optional(), Length(max=20000, message=TOO_LONG)]
    )

    def validate_dated(self, field: DayField) -> None:
        """Require a date that is not in the future."""
        if field.day is None:
            raise ValidationError(_("Give the date."))
        if field.day > self.today:
            raise ValidationError(_("This date is still to come."))


class InterviewForm(SourceForm):
    """A respondent: the role that is published, and the consent."""

    title = StringField(
        _("Role, in words that point to nobody"),
        [DataRequired(REQUIRED), Length(max=200, message=TOO_LONG)],
    )
    institution = StringField(
        _("Institution (private)"), [Optional(), Length(max=200, message=TOO_LONG)]
    )
    name = StringField(_("Name (encrypted)"), [Optional(), Length(max=200, message=TOO_LONG)])
    minutes = StringField(
        _("Length in minutes (private)"),
        [Optional(), Regexp(r"\d{1,4}$", message=_("Enter a number of minutes."))],
    )
    consent = RadioField(_("Consent"), [DataRequired(REQUIRED)], choices=CONSENTS)
    consent_on = DayField(_("Day of the consent"))

    def validate_consent_on(self, field: DayField) -> None:
        """Require the day of a consent, not in the future."""
        if self.consent.data in ("summary", "quotes") and field.day is None:
            raise ValidationError(_("Give the day of the consent."))
        if field.day is not None and field.day > self.today:
            raise ValidationError(_("This date is still to come."))


class ObservationForm(SourceForm):
    """An observation: what, where, when and how long."""

    title = StringField(
        _("What was observed"), [DataRequired(REQUIRED), Length(max=200, message=TOO_LONG)]
    )
    place = StringField(_("Place"), [Optional(), Length(max=200, message=TOO_LONG)])
    minutes = StringField(
        _("Length in minutes"),
        [Optional(), Regexp(r"\d{1,4}$", message=_("Enter a number of minutes."))],
    )


class DocumentForm(SourceForm):
    """A document: title, institution, page, address and when it was archived."""

    institution = StringField(_("Issued by"), [Optional(), Length(max=200, message=TOO_LONG)])
    pages = StringField(_("Page"), [Optional(), Length(max=40, message=TOO_LONG)])
    link = StringField(_("Address"), [Optional(), Length(max=500, message=TOO_LONG), ADDRESS])
    archived_on = DayField(_("Archived on"))

    def validate_archived_on(self, field: DayField) -> None:
        """Refuse a day in the future."""
        if field.day is not None and field.day > self.today:
            raise ValidationError(_("This date is still to come."))


class LogFigureForm(SourceForm):
    """A figure of the log: which one, and the page that shows it."""

    title = StringField(_("Figure"), [DataRequired(REQUIRED), Length(max=200, message=TOO_LONG)])
    link = StringField(_("Address"), [Optional(), Length(max=500, message=TOO_LONG), ADDRESS])


FORMS = {
    "interview": InterviewForm,
    "observation": ObservationForm,
    "document": DocumentForm,
    "log": LogFigureForm,
}


class SourceFileForm(LocalizedForm):
    """A file of a source; the operation checks its content."""

    file = FileField(_("File"), [DataRequired(_("Choose a file."))])


class TranscriptForm(LocalizedForm):
    """A transcript, typed or as a file."""

    language = RadioField(_("Language"), [DataRequired(REQUIRED)], choices=LANGUAGES)
    text = TextAreaField(
        _("Text of the transcript"), [Optional(), Length(max=400_000, message=TOO_LONG)]
    )
    file = FileField(_("or a file"), [Optional()])

    def validate_file(self, field: Field) -> None:
        """Require a text or a file: of two, one would be left out without a word."""
        if self.text.data and getattr(field.data, "filename", ""):
            raise ValidationError(_("Write the text or choose a file, not both."))


class RedactionForm(LocalizedForm):
    """Why the texts of a source are erased."""

    ground = RadioField(_("Reason"), [DataRequired(REQUIRED)], choices=GROUNDS)


class CaseForm(LocalizedForm):
    """What took place elsewhere: name, description, who answers for it, and when it began."""

    title = StringField(
        _("What is studied"), [DataRequired(REQUIRED), Length(max=160, message=TOO_LONG)]
    )
    title_en = StringField(_("Name in English"), [Optional(), Length(max=160, message=TOO_LONG)])
    question = TextAreaField(_("Description"), [Optional(), Length(max=4000, message=TOO_LONG)])
    institution = SelectField(
        _("Institution of this platform that answers for it"), [Optional()], choices=[]
    )
    began_on = DayField(_("Day on which it began or will begin"))
