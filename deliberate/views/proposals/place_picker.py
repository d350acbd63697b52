"""Pages on which authors set the place of a proposal: by clicks on the map, without script."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from deliberate.forms.proposals.places import MovePlaceForm, PlacePickForm
from deliberate.geography import Position
from deliberate.geography.map_view import WIDTH, MapView
from deliberate.geography.places import Place, place_of_geometry
from deliberate.geography.polygons import bounds_of
from deliberate.operations.proposals.drafts import save_draft
from deliberate.operations.proposals.proposals import revise_proposal
from deliberate.operations.site.rate_limits import CLICKS
from deliberate.permissions.decision import InvalidInput, require
from deliberate.permissions.proposals.proposals import may_revise
from deliberate.queries.proposals.area_map import AreaMap, get_area_map
from deliberate.queries.proposals.drafts import get_draft
from deliberate.queries.proposals.listing import parse_box
from deliberate.queries.proposals.map_marks import box_text, show_place
from deliberate.queries.proposals.proposals import get_proposal
from deliberate.views.posted_message import posted_message
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    UNPROCESSABLE,
    flash_with_receipt,
    see_other,
    submitted_data,
)
from deliberate.views.site.request_context import get_or_404, request_context, signed_in_person
from deliberate.views.urls import proposal_url
from deliberate.vocabulary import PlaceKind

if TYPE_CHECKING:
    from deliberate.models import Draft

blueprint = LocalizedBlueprint("place_picker", url_prefix="/proposals")
PICTURE_WIDTHS = {"small": 288, "medium": 348, "large": 432}
"""Widths in CSS pixels of the clickable pictures, of which a screen shows one.

A click sends pixels of the size shown, which the server cannot see: the name says it.
"""


@blueprint.page("/drafts/<id:draft_id>/map", "signed_in", methods=BOTH)
def draft(draft_id: int) -> ResponseReturnValue:
    """Set the place of a draft on the map."""
    person = signed_in_person()
    row: Draft = get_or_404(get_draft(person.id, draft_id))
    back = url_for("drafting.place", draft_id=draft_id)
    form = PlacePickForm(submitted_data())

    def save(place: Place) -> ResponseReturnValue:
        save_draft(person, {**row.fields, **_draft_fields(place)}, row)
        return see_other(back)

    return _picker_page(
        form,
        draft_place(row.fields),
        row.fields.get("area", ""),
        save,
        action=url_for("place_picker.draft", draft_id=draft_id),
        back=back,
        title=row.fields.get("title", ""),
    )


def draft_place(fields: dict[str, str]) -> Place:
    """Return the place in the fields of a draft."""
    geometry = json.loads(fields.get("place") or "null")
    return place_of_geometry(geometry, is_exact=bool(fields.get("place_is_exact")))


def _draft_fields(place: Place) -> dict[str, str]:
    geometry = json.dumps(place.geometry) if place.geometry else ""
    return {"place": geometry, "place_is_exact": "1" if place.is_exact else ""}


@blueprint.page("/<id:proposal_id>/place", "signed_in", methods=BOTH, rate_limit=CLICKS)
def proposal(proposal_id: int) -> ResponseReturnValue:
    """Change the place of a proposal, as a new version with the same text."""
    person, row = signed_in_person(), get_or_404(get_proposal(proposal_id))
    require(may_revise(person, row))
    form = MovePlaceForm(submitted_data())

    def save(place: Place) -> ResponseReturnValue:
        revise_proposal(
            person,
            row,
            row.title,
            row.body,
            form.note.data,
            place=place,
            context=request_context(),
        )
        message = _("Version %(n)s is published.", n=row.version)
        flash_with_receipt(posted_message(row, message))
        return see_other(proposal_url(row))

    return _picker_page(
        form,
        row.stored_place,
        row.area,
        save,
        action=url_for("place_picker.proposal", proposal_id=proposal_id),
        back=proposal_url(row),
        title=row.title,
    )


def _picker_page(
    form: PlacePickForm,
    present: Place,
    area: str,
    save: Callable[[Place], ResponseReturnValue],
    **context: str,
) -> ResponseReturnValue:
    """Show the map with the place so far; change it by the button pressed, or save it."""
    area_map = get_area_map()
    if area_map.is_empty:
        raise NotFound
    form.offer_areas(area_map.areas)
    status = 200
    if request.method == "GET":
        form.fill_from(present)
        view = _view_of(area_map, present, area)
        form.area.data = area
    elif "save" in request.form:
        view = _submitted_view(area_map, form)
        if form.validate():
            try:
                return save(form.place)
            except InvalidInput as refused:
                form.points.errors = [str(refused.reason)]
        status = UNPROCESSABLE
    else:
        view = _change(area_map, form)
    form.box.data = box_text(view.box)
    drawn = Place(form.place_kind, tuple(form.positions))
    page = render_template(
        "proposals/place.html",
        form=form,
        display=show_place(area_map, drawn, view, is_draft=True),
        widths=PICTURE_WIDTHS,
        is_whole=view == area_map.view,
        area_here=_area_name(area_map, form.positions),
        **context,
    )
    return page, status


def _view_of(area_map: AreaMap, place: Place, area: str) -> MapView:
    if place.positions:
        return MapView.around(bounds_of(place.positions), margin=1).closer(share=2)
    return area_map.view_of_area(area) or area_map.view


def _submitted_view(area_map: AreaMap, form: PlacePickForm) -> MapView:
    box = parse_box(form.box.data or "")
    return MapView(*box) if box and box[0] < box[2] and box[1] < box[3] else area_map.view


def _change(area_map: AreaMap, form: PlacePickForm) -> MapView:
    """Change positions or section by the button that was pressed; return the section."""
    view, positions = _submitted_view(area_map, form), form.positions
    pressed = set(request.form)
    if "show" in pressed:
        return area_map.view_of_area(form.area.data or "") or area_map.view
    if "closer" in pressed:
        return view.closer(positions[-1] if positions else None)
    if "undo" in pressed:
        form.set_positions(positions[:-1])
    elif "clear" in pressed:
        form.set_positions([])
    elif clicked := _clicked_position(view):
        return _click(area_map, form, view, clicked)
    return view


def _click(area_map: AreaMap, form: PlacePickForm, view: MapView, clicked: Position) -> MapView:
    """Show the area around a position on the whole map; on a section, set or add the position."""
    if view == area_map.view:
        area = area_map.area_at(clicked)
        form.area.data = area.shape.name if area else ""
        return area_map.view_of_area(form.area.data) or view.closer(clicked)
    is_point = form.place_kind == PlaceKind.POINT
    form.set_positions([clicked] if is_point else [*form.positions, clicked])
    return view


def _clicked_position(view: MapView) -> Position | None:
    """Return the position of a click; the keyboard presses a picture at 0, 0, which is none."""
    for name, width in PICTURE_WIDTHS.items():
        x, y = request.form.get(f"{name}.x", ""), request.form.get(f"{name}.y", "")
        if x.isdecimal() and y.isdecimal() and (x, y) != ("0", "0"):
            scale = WIDTH / width
            return view.position_at(int(x[:4]) * scale, int(y[:4]) * scale)
    return None


def _area_name(area_map: AreaMap, positions: list[Position]) -> str:
    area = area_map.area_at(positions[-1]) if positions else None
    return area.shape.name if area else ""
