"""The search form."""

from flask_babel import lazy_gettext as _
from wtforms import SearchField, SelectChoice, SelectField

from deliberate.forms import single_line
from deliberate.forms.proposals.proposals import ProposalListForm


class SearchForm(ProposalListForm):
    """A search text and filters; all of them may stay empty."""

    topic = area = order = None
    q = SearchField(_("Words in proposals, comments and responses"), filters=[single_line])
    language = SelectField(
        _("Language"),
        choices=[
            SelectChoice("", _("Any")),
            SelectChoice("id", "Bahasa Indonesia"),
            SelectChoice("en", "English"),
        ],
        validate_choice=False,
    )
