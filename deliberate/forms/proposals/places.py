"""Form to set the place of a proposal on the map, by clicks or by writing coordinates."""

import re
from collections.abc import Iterable

from flask_babel import format_decimal, gettext
from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, ValidationError

from deliberate.forms import REQUIRED, LocalizedForm, multi_line, single_line
from deliberate.geography import Position
from deliberate.geography.places import (
    MAX_POINTS,
    MIN_POINTS,
    NO_PLACE,
    InvalidPlace,
    Place,
    make_place,
)
from deliberate.vocabulary import PlaceKind

_NUMBER = re.compile(r"[-−]?\d{1,3}(?:[.,]\d+)?")
MAX_TEXT = 1000


class PlacePickForm(LocalizedForm):
    """The place of a proposal: its shape, the positions set so far, the section shown."""

    kind = RadioField(
        _("What do you mark?"),
        [DataRequired(REQUIRED)],
        choices=[
            SelectChoice(PlaceKind.POINT, _("A point")),
            SelectChoice(PlaceKind.LINE, _("A line, such as a road")),
            SelectChoice(PlaceKind.AREA, _("An area, by its corners")),
        ],
        default=PlaceKind.POINT.value,
    )
    area = SelectField(_("Area"), choices=[], validate_choice=False)
    points = TextAreaField(
        _("Points on the map"),
        [Length(max=MAX_TEXT, message=_("At most 20 points."))],
        filters=[multi_line],
    )
    is_exact = BooleanField(_("Show the exact place to everybody"))
    box = HiddenField()

    def offer_areas(self, names: Iterable[str]) -> None:
        """Offer the areas of the map."""
        self.area.choices = [
            SelectChoice("", _("The whole map")),
            *(SelectChoice(name, name) for name in names),
        ]

    def fill_from(self, place: Place) -> None:
        """Fill the form from a place."""
        self.kind.data, self.is_exact.data = place.kind.value, place.is_exact
        self.set_positions(place.positions)

    def set_positions(self, positions: Iterable[Position]) -> None:
        """Write positions as people read them: latitude, then longitude, a line each."""
        self.points.data = "\n".join(
            f"{format_decimal(y, '0.0000')}; {format_decimal(x, '0.0000')}" for x, y in positions
        )

    @property
    def positions(self) -> list[Position]:
        """Return the positions that are written, without lines that are none."""
        positions = (_read_position(line) for line in (self.points.data or "").splitlines())
        return [position for position in positions if position is not None]

    @property
    def place_kind(self) -> PlaceKind:
        """Return the chosen shape."""
        values = {kind.value for kind in PlaceKind}
        return PlaceKind(self.kind.data) if self.kind.data in values else PlaceKind.POINT

    @property
    def place(self) -> Place:
        """Return the place of a valid form; none without positions."""
        if not self.positions:
            return NO_PLACE
        return make_place(self.place_kind, self.positions, is_exact=bool(self.is_exact.data))

    def validate_points(self, field: TextAreaField) -> None:
        """Refuse lines that are no position, and positions that are no place of the kind."""
        for number, line in enumerate((field.data or "").splitlines(), start=1):
            if line.strip() and _read_position(line) is None:
                raise _no_position(number)
        try:
            _checked = self.place
        except InvalidPlace:
            raise _no_place(self.place_kind) from None


def _no_position(line_number: int) -> ValidationError:
    return ValidationError(
        gettext(
            "Line %(n)s: write the latitude, then the longitude, as in %(example)s.",
            n=line_number,
            example=f"{format_decimal(-0.9612)}; {format_decimal(116.7081)}",
        )
    )


def _no_place(kind: PlaceKind) -> ValidationError:
    return ValidationError(
        gettext(
            "Set %(least)s to %(most)s different points; the borders of an area must not cross.",
            least=MIN_POINTS[kind],
            most=MAX_POINTS,
        )
    )


class MovePlaceForm(PlacePickForm):
    """The place of a published proposal, with a note on the change."""

    note = StringField(
        _("What did you change?"),
        [DataRequired(REQUIRED), Length(max=255, message=_("At most 255 characters."))],
        filters=[single_line],
    )


def _read_position(line: str) -> Position | None:
    """Return the position that a line gives as latitude and longitude."""
    numbers = [
        float(number.replace("−", "-").replace(",", ".")) for number in _NUMBER.findall(line)
    ]
    if len(numbers) != 2 or abs(numbers[0]) > 90 or abs(numbers[1]) > 180:
        return None
    return numbers[1], numbers[0]
