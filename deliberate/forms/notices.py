"""Forms of the weekly mail, of telephone numbers, and of the links to other systems."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, SelectChoice, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from deliberate.forms import REQUIRED, TOO_LONG, LocalizedForm, single_line
from deliberate.forms.polls.polls import WholeNumberField
from deliberate.vocabulary import IntakeScope

WEEKDAYS = [
    SelectChoice(1, _("Monday")),
    SelectChoice(2, _("Tuesday")),
    SelectChoice(3, _("Wednesday")),
    SelectChoice(4, _("Thursday")),
    SelectChoice(5, _("Friday")),
    SelectChoice(6, _("Saturday")),
    SelectChoice(7, _("Sunday")),
]


class DigestForm(LocalizedForm):
    """Whether and when the weekly mail is sent."""

    is_wanted = BooleanField(_("Send me one mail a week with what I have not seen"))
    joins_trial = BooleanField(
        _("Leave out one of twenty by chance, to measure what these mails bring about")
    )
    weekday = SelectField(_("Day"), choices=WEEKDAYS, coerce=int)
    hour = SelectField(
        _("Hour"),
        choices=[SelectChoice(hour, f"{hour:02}.00") for hour in range(24)],
        coerce=int,
    )


class PhoneForm(LocalizedForm):
    """A telephone number for short texts."""

    number = StringField(
        _("Telephone number"),
        [DataRequired(_("Write your telephone number.")), Length(max=40)],
    )


class PhoneCodeForm(LocalizedForm):
    """The code that was sent to a telephone number."""

    code = StringField(_("Code of the text"), [DataRequired(_("Write the code.")), Length(max=20)])


class WebhookForm(LocalizedForm):
    """An address that receives public acts, and which acts."""

    url = StringField(
        _("Address of the receiver"),
        [DataRequired(_("Enter the address.")), Length(max=1000, message=TOO_LONG)],
        filters=[single_line],
    )
    kinds = StringField(
        _("Kinds of acts"), [Length(max=2000, message=TOO_LONG)], filters=[single_line]
    )
    process_slug = SelectField(_("Process"), choices=[SelectChoice("", _("all"))])
    institution_slug = SelectField(_("Institution"), choices=[SelectChoice("", _("all"))])

    def set_choices(
        self, processes: Iterable[tuple[str, str]], institutions: Iterable[tuple[str, str]]
    ) -> None:
        """Set the processes and institutions to choose from, each as (value, name)."""
        for field, rows in (
            (self.process_slug, processes),
            (self.institution_slug, institutions),
        ):
            field.choices = [*field.choices, *(SelectChoice(*row) for row in rows)]

    @property
    def kind_names(self) -> list[str]:
        """Return the kinds that were typed with commas or spaces between."""
        return (self.kinds.data or "").replace(",", " ").split()


class OutsideSystemForm(LocalizedForm):
    """A system of another office to which cases are sent."""

    name = StringField(
        _("Name of the system"),
        [DataRequired(_("Write the name of the system.")), Length(max=40, message=TOO_LONG)],
        filters=[single_line],
    )
    url = StringField(
        _("Address that takes cases"),
        [DataRequired(_("Enter the address.")), Length(max=1000, message=TOO_LONG)],
        filters=[single_line],
    )


class IntakeChannelForm(LocalizedForm):
    """A channel through which people take part, and what its token may enter."""

    name = StringField(
        _("Name of the channel"),
        [DataRequired(_("Write the name of the channel.")), Length(max=60, message=TOO_LONG)],
        filters=[single_line],
    )
    may_comment = BooleanField(_("Comments"))
    may_support = BooleanField(_("Supports of proposals"))
    hourly_limit = WholeNumberField(
        _("Messages an hour at most"),
        [InputRequired(REQUIRED), NumberRange(1, 100_000, _("From 1 to 100,000."))],
        default=600,
    )

    @property
    def scopes(self) -> list[IntakeScope]:
        """Return what the token may enter."""
        chosen = {
            IntakeScope.COMMENTS: self.may_comment.data,
            IntakeScope.SUPPORTS: self.may_support.data,
        }
        return [scope for scope, is_chosen in chosen.items() if is_chosen]
