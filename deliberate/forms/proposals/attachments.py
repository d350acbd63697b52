"""The form to attach a file to a proposal; the operation checks the content of the file."""

from flask_babel import lazy_gettext as _
from wtforms import FileField, StringField
from wtforms.validators import DataRequired, Length

from deliberate.forms import LocalizedForm, single_line


class AttachmentForm(LocalizedForm):
    """A file with a title."""

    title = StringField(
        _("What does it show?"),
        [
            DataRequired(_("Say what the file shows.")),
            Length(max=120, message=_("At most 120 characters.")),
        ],
        filters=[single_line],
    )
    file = FileField(_("File"), [DataRequired(_("Choose a file."))])
