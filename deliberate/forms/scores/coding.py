"""Drawing a sample, and judging one of its texts."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from deliberate.forms import HouseForm

CHOOSE = _("Choose one of the codes.")


class DrawForm(HouseForm):
    """Which process, and what is drawn."""

    about = SelectField(_("Process"), choices=[])
    of = RadioField(
        _("What is drawn"),
        [DataRequired(_("Choose what is drawn."))],
        choices=[
            SelectChoice("reasons", _("Comments: two people code the reasons they give")),
            SelectChoice("answers", _("Official answers: one person audits their reasons")),
        ],
    )


class CodeForm(HouseForm):
    """One code; the choices are those of the code book."""

    value: Any = RadioField(_("Code"), [DataRequired(CHOOSE)], choices=[])
