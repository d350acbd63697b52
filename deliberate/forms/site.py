"""The form to add a picture; the operation checks the content of the file."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from wtforms import FileField, RadioField, StringField
from wtforms.validators import DataRequired, Length

from deliberate.forms import REQUIRED, TOO_LONG, LocalizedForm, single_line


class PictureForm(LocalizedForm):
    """A picture with the place where it is shown and its description."""

    place = RadioField(_("Where is it shown?"), [DataRequired(REQUIRED)])
    alt = StringField(
        _("What does it show?"),
        [DataRequired(REQUIRED), Length(max=120, message=TOO_LONG)],
        filters=[single_line],
    )
    file = FileField(_("Picture"), [DataRequired(_("Choose a file."))])

    def offer_places(self, places: Sequence[tuple[str, str]]) -> None:
        """Offer the places where a picture of the thing can be shown; the only one is set."""
        self.place.choices = list(places)
        if len(places) == 1:
            self.place.data = places[0][0]
