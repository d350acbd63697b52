"""Forms of the weekly mail and of telephone numbers."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, SelectChoice, SelectField, StringField
from wtforms.validators import DataRequired, Length

from deliberate.forms import LocalizedForm

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
