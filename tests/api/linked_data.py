"""Linked data of the API, read as RDF and held against shapes (SHACL)."""

import json
import warnings
from pathlib import Path

from pyshacl import validate
from rdflib import Graph

SHAPES = Path(__file__).parent / "shapes"


def list_violations(document: dict, shapes: str) -> str:
    """Return what a JSON-LD document has against the shapes of a file, empty if it is valid."""
    with warnings.catch_warnings():
        # Its parser of JSON-LD uses a class that rdflib itself has deprecated.
        warnings.filterwarnings("ignore", "ConjunctiveGraph is deprecated", DeprecationWarning)
        data = Graph().parse(data=json.dumps(document), format="json-ld")
    rules = Graph().parse(SHAPES / f"{shapes}.ttl", format="turtle")
    assert len(data) > 0
    is_valid, _report, text = validate(data, shacl_graph=rules)
    return "" if is_valid else text
