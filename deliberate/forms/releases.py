"""Asking for the protected tier and deciding on it: what these forms may carry."""

from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from deliberate.forms import REQUIRED, HouseForm, line
from deliberate.forms.responses import DayField
from deliberate.text import clean

LONGEST = 4000


def _cleaned(written: str | None) -> str:
    return clean(written or "")


class RequestForm(HouseForm):
    """For which process, for what, approved where, until when."""

    slug = SelectField(_("Process"), [DataRequired(REQUIRED)], validate_choice=False)
    purpose = TextAreaField(
        _("Purpose of the research"),
        [DataRequired(REQUIRED), Length(max=LONGEST, message=_("At most 4,000 characters."))],
        filters=[_cleaned],
    )
    ethics = StringField(
        _("Ethics reference"),
        [DataRequired(REQUIRED), Length(max=160, message=_("At most 160 characters."))],
        filters=[line],
    )
    until = DayField(_("Access until"), [DataRequired(REQUIRED)])


class RefusalForm(HouseForm):
    """Why no access is given."""

    reason = TextAreaField(
        _("Reason for refusing"),
        [DataRequired(REQUIRED), Length(max=LONGEST, message=_("At most 4,000 characters."))],
        filters=[_cleaned],
    )


class RemovalForm(HouseForm):
    """Why a release is taken away."""

    reason = StringField(
        _("Reason everybody reads at its address"),
        [DataRequired(REQUIRED), Length(max=255, message=_("At most 255 characters."))],
        filters=[line],
    )
