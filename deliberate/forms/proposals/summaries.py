"""The form to suggest a summary of a proposal."""

from flask_babel import lazy_gettext as _
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from deliberate.forms import REQUIRED, LocalizedForm, single_line

MAX_LENGTH = 300
_MAX_300 = Length(max=MAX_LENGTH, message=_("At most 300 characters."))


class SummaryForm(LocalizedForm):
    """The request and the strongest reason of each side."""

    main_request = TextAreaField(
        _("What it asks for"), [DataRequired(REQUIRED), _MAX_300], filters=[single_line]
    )
    best_for = TextAreaField(
        _("Strongest reason for"), [DataRequired(REQUIRED), _MAX_300], filters=[single_line]
    )
    best_against = TextAreaField(
        _("Strongest reason against"), [DataRequired(REQUIRED), _MAX_300], filters=[single_line]
    )
