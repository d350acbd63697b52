"""The form to merge a proposal into another one."""

import re

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import DataRequired, Regexp

from deliberate.forms import LocalizedForm, single_line

_INVALID_ID = _("Write the number of a proposal, such as 142.")


class MergeForm(LocalizedForm):
    """The id of the proposal that stays."""

    into = StringField(
        _("Number of the proposal that stays"),
        [
            DataRequired(_INVALID_ID),
            Regexp(re.compile(r"#?[0-9]{1,9}\Z", re.ASCII), message=_INVALID_ID),
        ],
        filters=[single_line],
    )

    @property
    def target_id(self) -> int:
        """Return the id without the optional number sign."""
        return int((self.into.data or "").removeprefix("#"))
