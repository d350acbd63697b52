"""The releases as a DCAT catalogue in JSON-LD, and the entry point for programs (RFC 9727)."""

import json
from collections.abc import Sequence
from typing import Any

from flask import Response, g, url_for
from flask_babel import gettext as _

from deliberate.api.answers import LanguageQuery, Query, json_answer, number_field
from deliberate.api.blueprint import LINK, PREFIX, ApiBlueprint, JsonSchema
from deliberate.api.fields import PublicRow, as_json
from deliberate.exports.documents.licences import KNOWN
from deliberate.queries.site.public_rows import RowFilters, list_public_rows
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import current_settings

catalogue_blueprint = LocalizedBlueprint("api_catalog", localized=False)
LICENCE = KNOWN["CC-BY-4.0"]
"""Of the catalogue itself; each release states its own."""
MEDIA_TYPE = "application/ld+json"
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
"""The register whose entries name the media types of files."""
MAX_RELEASES = 1000
"""Releases of a page of the catalogue; the header Link names the next page."""
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
CATALOGUE: JsonSchema = {
    "type": "object",
    "required": ["@context", "@type", "dcat:dataset"],
    "properties": {"dcat:dataset": {"type": "array", "items": {"type": "object"}}},
}
JsonLd = dict[str, Any]  # JSON


class CatalogueQuery(LanguageQuery):
    """The parameters of the catalogue."""

    after = number_field("id of the last release of the page before")


def add_catalogue(blueprint: ApiBlueprint) -> None:
    """Add the catalogue to the read API."""
    blueprint.read(
        "/catalogue",
        _show_catalogue,
        name="catalogue",
        about="Get the releases as a DCAT catalogue (JSON-LD)",
        tag="releases",
        schema=CATALOGUE,
        query=CatalogueQuery,
        media_type=MEDIA_TYPE,
        headers=LINK,
    )


def _show_catalogue(query: Query) -> Response:
    """Return a page of the catalogue of the releases that are available."""
    rows = list_public_rows("releases", RowFilters(), query.get("after", 0), MAX_RELEASES + 1)
    shown = rows[:MAX_RELEASES]
    available = [row for row in shown if row.removed_at is None]
    next_page = shown[-1].id if len(rows) > len(shown) else None
    return json_answer(_catalogue(available), next_page=next_page, media_type=MEDIA_TYPE)


def _catalogue(rows: Sequence[PublicRow]) -> JsonLd:
    name = current_settings().brand_name or "Deliberate"
    publisher = {"@type": ["foaf:Agent", "foaf:Organization"], "foaf:name": name}
    description = _(
        "Open research releases of what people wrote, decided and were answered here, each with "
        "its codebook and its proofs."
    )
    return {
        "@context": CONTEXT,
        "@id": f"{_base_url()}{PREFIX}/catalogue",
        "@type": "dcat:Catalog",
        "dct:title": name,
        "dct:description": {"@value": description, "@language": g.language},
        "dct:publisher": publisher,
        "dct:license": {"@id": LICENCE},
        "dcat:service": {
            "@id": f"{_base_url()}{PREFIX}/",
            "@type": "dcat:DataService",
            "dct:title": {"@value": _("Data for programs"), "@language": g.language},
            "dcat:endpointURL": {"@id": f"{_base_url()}{PREFIX}/"},
            "dcat:endpointDescription": {"@id": f"{_base_url()}{PREFIX}/openapi.json"},
        },
        "dcat:dataset": [_dataset(row, publisher) for row in rows],
    }


def _dataset(row: PublicRow, publisher: JsonLd) -> JsonLd:
    """Return a release as a dataset with its files as distributions."""
    address = f"{_base_url()}/data/{row.process.slug}/{row.stamp}"
    licence = _licence_of(row)
    built = {"@value": as_json(row.built_at), "@type": "xsd:dateTime"}
    return {
        "@id": address,
        "@type": "dcat:Dataset",
        "dct:identifier": f"{row.process.slug}/{row.stamp}",
        "dct:title": {"@value": row.process.title, "@language": "id"},
        "dct:description": {"@value": row.process.question, "@language": "id"},
        "dct:issued": built,
        "dct:temporal": _period(row),
        "dct:provenance": {"@type": "dct:ProvenanceStatement", "rdfs:label": _card(row)},
        "dcat:landingPage": {"@id": f"{_base_url()}/id/data"},
        "dcat:keyword": ["partisipasi", "musyawarah", "usulan"],
        "dct:license": licence,
        "dct:publisher": publisher,
        "dcat:distribution": [
            _distribution(f"{address}.zip", "application/zip", row.size, licence),
            _distribution(f"{address}/manifest.json", "application/json", None, licence),
        ],
    }


def _period(row: PublicRow) -> JsonLd:
    """Return from when to when the acts of a release are."""
    built = as_json(row.built_at)
    first, last = row.manifest.get("period") or (None, None)
    return {
        "@type": "dct:PeriodOfTime",
        "dcat:startDate": {"@value": first or built, "@type": "xsd:dateTime"},
        "dcat:endDate": {"@value": last or built, "@type": "xsd:dateTime"},
    }


def _card(row: PublicRow) -> str:
    """Return in one sentence what is in a release, what is not, and what it can be checked with."""
    manifest = row.manifest
    rows = manifest.get("files", {}).get("events.csv", {}).get("rows", 0)
    withheld = sum((manifest.get("withheld") or {}).values())
    return (
        f"{rows} rows of public acts, all that there were when it was built; {withheld} rows of "
        "private acts are withheld and counted in facts/; names are pseudonyms of this release. "
        "The manifest has the SHA-256 of each file and the signed head of the log."
    )


def _licence_of(row: PublicRow) -> JsonLd:
    """Return the licence that the manifest of a release states: its address, else its name."""
    name = str(row.manifest.get("licence", ""))
    named = {"@type": "dct:LicenseDocument", "rdfs:label": name}
    return {"@id": KNOWN[name]} if name in KNOWN else named


def _distribution(address: str, media_type: str, size: int | None, licence: JsonLd) -> JsonLd:
    found: JsonLd = {
        "@type": "dcat:Distribution",
        "dcat:accessURL": {"@id": address},
        "dcat:downloadURL": {"@id": address},
        "dcat:mediaType": {"@id": f"{MEDIA_TYPES}{media_type}"},
        "dct:license": licence,
    }
    if size is not None:
        found["dcat:byteSize"] = {"@value": str(size), "@type": "xsd:nonNegativeInteger"}
    return found


@catalogue_blueprint.page("/.well-known/api-catalog", "public")
def api_catalog() -> Response:
    """Return where the API, its description and its documentation are."""
    described = {
        "anchor": f"{_base_url()}{PREFIX}/",
        "service-desc": [
            {"href": f"{_base_url()}{PREFIX}/openapi.json", "type": "application/json"}
        ],
        "service-doc": [{"href": f"{_base_url()}{url_for('api_pages.reference')}"}],
        "service-meta": [
            {"href": f"{_base_url()}{PREFIX}/{name}", "type": MEDIA_TYPE}
            for name in ("catalogue", "promises")
        ],
        "item": [
            {"href": f"{_base_url()}{PREFIX}/{name}", "type": "application/json"}
            for name in ("acts", "leaves", "heads")
        ],
        "status": [{"href": f"{_base_url()}{url_for('health.healthz')}"}],
    }
    body = json.dumps({"linkset": [described]}) + "\n"
    return Response(body, mimetype="application/linkset+json")


def _base_url() -> str:
    return current_settings().base_url.rstrip("/")
