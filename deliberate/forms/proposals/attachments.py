"""A file for a proposal: what it shows; its content is told by looking at it."""

from flask_babel import lazy_gettext as _
from wtforms import FileField, StringField
from wtforms.validators import DataRequired, Length

from deliberate.forms import HouseForm, line


class AttachmentForm(HouseForm):
    """A file and what it shows."""

    title = StringField(
        _("What does it show?"),
        [
            DataRequired(_("Say what the file shows.")),
            Length(max=120, message=_("At most 120 characters.")),
        ],
        filters=[line],
    )
    file = FileField(_("File"), [DataRequired(_("Choose a file."))])
