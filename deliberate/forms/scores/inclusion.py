"""Forms for the population of a process and for a group of one's own."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _
from wtforms import FileField, RadioField, SelectChoice, TextAreaField
from wtforms.validators import DataRequired, Length

from deliberate.forms import TOO_LONG, LocalizedForm

MAX_TABLE = 40_000


class PopulationForm(LocalizedForm):
    """A table of the population: a file, or its text."""

    file = FileField(_("File"))
    table = TextAreaField(
        _("The table"),
        [DataRequired(_("Choose a file or paste the table.")), Length(0, MAX_TABLE, TOO_LONG)],
    )


class GroupForm(LocalizedForm):
    """A band of one field; each field has a form of its own."""

    band = RadioField(_("Your answer"), [DataRequired(_("Choose one of these."))], choices=[])

    def set_bands(self, bands: Iterable[tuple[str, str]]) -> None:
        """Set the bands to choose from, as pairs of code and name."""
        self.band.choices = [SelectChoice(code, name) for code, name in bands]
