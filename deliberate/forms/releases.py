"""Forms for requesting protected data, deciding on a request and removing a release."""

from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from deliberate.forms import REQUIRED, LocalizedForm, single_line
from deliberate.forms.responses import DayField
from deliberate.text import clean

MAX_LENGTH = 4000


def _cleaned(written: str | None) -> str:
    return clean(written or "")


class DataAccessRequestForm(LocalizedForm):
    """The process, purpose, ethics approval and last day of a request."""

    slug = SelectField(_("Process"), [DataRequired(REQUIRED)], validate_choice=False)
    purpose = TextAreaField(
        _("Purpose of the research"),
        [DataRequired(REQUIRED), Length(max=MAX_LENGTH, message=_("At most 4,000 characters."))],
        filters=[_cleaned],
    )
    ethics_reference = StringField(
        _("Ethics reference"),
        [DataRequired(REQUIRED), Length(max=160, message=_("At most 160 characters."))],
        filters=[single_line],
    )
    access_until = DayField(_("Access until"), [DataRequired(REQUIRED)])


class RefuseAccessForm(LocalizedForm):
    """The reason of a refusal."""

    reason = TextAreaField(
        _("Reason for refusing"),
        [DataRequired(REQUIRED), Length(max=MAX_LENGTH, message=_("At most 4,000 characters."))],
        filters=[_cleaned],
    )


class RemoveReleaseForm(LocalizedForm):
    """The reason for removing a release."""

    reason = StringField(
        _("Reason shown at its address"),
        [DataRequired(REQUIRED), Length(max=255, message=_("At most 255 characters."))],
        filters=[single_line],
    )
