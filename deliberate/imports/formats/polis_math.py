"""Opinion groups of Polis' own computation, as its address /api/v3/math/pca2 gives them."""

import json
from pathlib import Path
from typing import Any

from deliberate.decoding import UndecodableText, decoded
from deliberate.imports.files.packed import opened
from deliberate.imports.source import UnreadableSource


def read_groups(path: Path) -> dict[str, int]:
    """Return the group of each participant, kept as given; raises UnreadableSource.

    A group has base clusters, a base cluster has participants.
    """
    with opened(path) as file:
        try:
            with decoded(file) as text:
                document = json.load(text)
        except (ValueError, RecursionError, UndecodableText) as error:
            raise UnreadableSource(f"{path}: not JSON, or an incomplete download") from error
    try:
        return _groups(_content(document))
    except (KeyError, TypeError, IndexError, ValueError, AttributeError) as error:
        raise UnreadableSource(
            f"{path}: no group-clusters and base-clusters as Polis computes them"
        ) from error


def _content(document: Any) -> Any:
    """Return the result of the computation, which some addresses give as text inside."""
    inner = document.get("pca", document)
    inner = json.loads(inner) if isinstance(inner, str) else inner
    return inner.get("asPOJO", inner)


def _groups(content: Any) -> dict[str, int]:
    base = content["base-clusters"]
    participants = dict(zip(base["id"], base["members"], strict=True))
    clusters = content["group-clusters"]
    groups = clusters.values() if isinstance(clusters, dict) else clusters
    return {
        str(int(participant)): int(group["id"])
        for group in groups
        for cluster in group["members"]
        for participant in participants[cluster]
    }
