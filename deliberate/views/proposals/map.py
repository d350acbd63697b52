"""The map of proposals: the page, its pictures, and the places as GeoJSON."""

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from flask import Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from deliberate.geography.map_view import MapView
from deliberate.queries.proposals.area_map import get_area_map
from deliberate.queries.proposals.listing import ProposalFilters, parse_box
from deliberate.queries.proposals.map_marks import list_places, overview_map
from deliberate.text import clean_line
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import current_settings
from deliberate.views.urls import proposal_slug

if TYPE_CHECKING:
    from deliberate.models import Proposal

blueprint = LocalizedBlueprint("proposal_map", url_prefix="/proposals/map")
files = LocalizedBlueprint("proposal_places", localized=False)
FILTERS = ("process", "topic", "area", "state", "institution", "box")
MAX_FILTER_LENGTH = 120
SLUG = re.compile(r"[a-z0-9-]{1,80}")
PICTURE_MAX_AGE_SECONDS = 86400
"""How long a browser keeps the picture of a version of the map."""
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
"""A picture has its colours in itself, for light and dark screens."""


@blueprint.page("", "public")
def show() -> str:
    """Show the proposals that match the query string on the map, with the same as a list."""
    values: dict[str, Any] = {  # fields of filters
        name: clean_line(request.args.get(name, ""))[:MAX_FILTER_LENGTH] for name in FILTERS
    }
    filters = ProposalFilters(**values)
    shown = {name: value for name, value in values.items() if value}
    section = {name: value for name, value in shown.items() if name not in {"box", "area"}}
    return render_template(
        "proposals/map.html",
        display=overview_map(filters),
        areas=list(get_area_map().areas),
        filters=shown,
        section=section,
        is_section=shown != section,
    )


@blueprint.page("/picture.svg", "public")
def picture() -> ResponseReturnValue:
    """Send the picture of a section of the map, without any mark."""
    area_map = get_area_map()
    if area_map.is_empty:
        raise NotFound
    box = parse_box(request.args.get("box", ""))
    view = MapView(*box) if box and box[0] < box[2] and box[1] < box[3] else area_map.view
    response = Response(area_map.picture(view, g.language), mimetype="image/svg+xml")
    response.headers["Content-Security-Policy"] = PICTURE_POLICY
    if request.args.get("v") == area_map.version:
        response.headers["Cache-Control"] = f"public, max-age={PICTURE_MAX_AGE_SECONDS}"
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:24])
    return response.make_conditional(request)


@files.page("/proposals.geojson", "public", cached=True)
def places() -> ResponseReturnValue:
    """Send the places of proposals as a stranger sees them, as GeoJSON (RFC 7946).

    One address has one document, so that it is made once for each version of the data.
    """
    process = request.args.get("process", "")
    if process and not SLUG.fullmatch(process):
        raise NotFound
    address = url_for("proposal_places.places", process=process or None)
    if request.query_string.decode("ascii", "replace") != address.partition("?")[2]:
        return redirect(address)
    base = str(current_settings().base_url or request.host_url).rstrip("/")
    features = [_feature(proposal, base) for proposal in list_places(process)]
    document = {"type": "FeatureCollection", "features": features}
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return Response(body, mimetype="application/geo+json")


def _feature(proposal: "Proposal", base: str) -> dict[str, object]:
    """Return the place of a proposal as GeoJSON; `base` is the address of the site."""
    path = url_for(
        "proposals.show",
        lang=proposal.language,
        proposal_id=proposal.id,
        slug=proposal_slug(proposal) or None,
    )
    return {
        "type": "Feature",
        "id": proposal.id,
        "geometry": proposal.shown_place.geometry,
        "properties": {
            "title": proposal.title,
            "language": proposal.language,
            "url": base + path,
            "process": proposal.process.slug,
            "area": proposal.area,
            "topic": proposal.topic,
            "published_at": proposal.published_at.isoformat(),
            "is_exact": proposal.place_is_exact,
        },
    }
