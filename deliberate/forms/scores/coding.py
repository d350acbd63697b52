"""Forms for drawing a sample and for coding one of its texts."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from deliberate.forms import REQUIRED, TOO_LONG, LocalizedForm, single_line
from deliberate.vocabulary import SampleKind

CHOOSE_CODE = _("Choose one of the codes.")
MAX_TABLE = 1_000_000
KINDS = {
    SampleKind.REASONS: _("Comments: two people code the reasons they give"),
    SampleKind.RESPECT: _("Comments: two people code respect"),
    SampleKind.TAKEN_UP: _("Comments: two people code whether counterarguments are taken up"),
    SampleKind.COMMON_GOOD: _("Comments: two people code whose good is spoken of"),
    SampleKind.CONSTRUCTIVE: _("Comments: two people code constructive proposals"),
    SampleKind.EXPERIENCE: _("Comments: two people code own experience"),
    SampleKind.ANSWERS: _("Official answers: one person audits their reasons"),
}


class DrawSampleForm(LocalizedForm):
    """The process and the kind of a new sample."""

    about = SelectField(_("Process"), choices=[])
    kind = RadioField(
        _("What is drawn"),
        [DataRequired(_("Choose what is drawn."))],
        choices=[SelectChoice(kind.value, label) for kind, label in KINDS.items()],
    )


class CodeForm(LocalizedForm):
    """A code; the choices are those of the code book."""

    value: Any = RadioField(_("Code"), [DataRequired(CHOOSE_CODE)], choices=[])


class MachineCodesForm(LocalizedForm):
    """The codes that a program gave, and its name."""

    name = StringField(
        _("Name of the machine"),
        [DataRequired(REQUIRED), Length(max=80, message=_("At most 80 characters."))],
        filters=[single_line],
    )
    table = TextAreaField(
        _("Its codes"),
        [DataRequired(_("Choose a file or paste the table.")), Length(0, MAX_TABLE, TOO_LONG)],
    )
