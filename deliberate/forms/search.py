"""What somebody looks for, and where."""

from flask_babel import lazy_gettext as _
from wtforms import SearchField, SelectChoice, SelectField

from deliberate.forms import line
from deliberate.forms.proposals.proposals import ListForm


class FindForm(ListForm):
    """Words, and what narrows where they are looked for; all of it may stay empty."""

    topic = area = order = None
    q = SearchField(_("Words in proposals, comments and responses"), filters=[line])
    language = SelectField(
        _("Language"),
        choices=[
            SelectChoice("", _("Any")),
            SelectChoice("id", "Bahasa Indonesia"),
            SelectChoice("en", "English"),
        ],
        validate_choice=False,
    )
