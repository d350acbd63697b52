"""The form to invite a co-author."""

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import Length

from deliberate.forms import LocalizedForm, single_line


class InviteCoAuthorForm(LocalizedForm):
    """The public name of a person; empty for a link."""

    name = StringField(
        _("Public name of the person"),
        [Length(max=80, message=_("At most 80 characters."))],
        [single_line],
    )
