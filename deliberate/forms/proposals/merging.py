"""Which proposal another one is joined to."""

import re

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import DataRequired, Regexp

from deliberate.forms import HouseForm, line

_NUMBER = _("Write the number of a proposal, such as 142.")


class MergeForm(HouseForm):
    """The number of the proposal that stays."""

    into = StringField(
        _("Number of the proposal that stays"),
        [DataRequired(_NUMBER), Regexp(re.compile(r"#?[0-9]{1,9}\Z", re.ASCII), message=_NUMBER)],
        filters=[line],
    )

    @property
    def number(self) -> int:
        """The number alone."""
        return int((self.into.data or "").removeprefix("#"))
