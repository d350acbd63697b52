"""A proposal in short: what this form may carry."""

from flask_babel import lazy_gettext as _
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from deliberate.forms import REQUIRED, HouseForm, line

LONGEST = 300
_SHORT = Length(max=LONGEST, message=_("At most 300 characters."))


class SummaryForm(HouseForm):
    """What is asked, and the strongest reason of each side."""

    asked = TextAreaField(_("What it asks for"), [DataRequired(REQUIRED), _SHORT], filters=[line])
    best_for = TextAreaField(
        _("Strongest reason for"), [DataRequired(REQUIRED), _SHORT], filters=[line]
    )
    best_against = TextAreaField(
        _("Strongest reason against"), [DataRequired(REQUIRED), _SHORT], filters=[line]
    )
