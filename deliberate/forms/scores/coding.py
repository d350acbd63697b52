"""Forms for drawing a sample and for coding one of its texts."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from deliberate.forms import LocalizedForm

CHOOSE_CODE = _("Choose one of the codes.")


class DrawSampleForm(LocalizedForm):
    """The process and the kind of a new sample."""

    about = SelectField(_("Process"), choices=[])
    kind = RadioField(
        _("What is drawn"),
        [DataRequired(_("Choose what is drawn."))],
        choices=[
            SelectChoice("reasons", _("Comments: two people code the reasons they give")),
            SelectChoice("answers", _("Official answers: one person audits their reasons")),
        ],
    )


class CodeForm(LocalizedForm):
    """A code; the choices are those of the code book."""

    value: Any = RadioField(_("Code"), [DataRequired(CHOOSE_CODE)], choices=[])
