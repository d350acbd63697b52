"""Small source files in the layouts of other platforms, and helpers that import them."""

import csv
import json
from pathlib import Path
from typing import Any

from deliberate.database import db
from deliberate.imports import profiles
from deliberate.imports.import_run import ImportRequest, ImportSummary, prepare_import

DECIDIM = {
    "proposals": "id,code,title,summary,category,district,source,official,status,author_id,"
    "created_on,total_votes,url",
    "comments": "id,proposal_id,parent_id,author_id,created_at,alignment,body_html",
}
CONSUL = {
    "proposals": "id,title,author_id,created_on,summary,body,num_supports,is_association,url",
    "comments": "id,proposal_id,parent_id,author_id,author_type,created_at,body",
}


def write_table(path: Path, header: str, rows: list[dict[str, Any]]) -> None:
    """Write a CSV file with these columns."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, header.split(","), restval="")
        out.writeheader()
        out.writerows(rows)


def proposal_row(source_id: int, **columns: Any) -> dict[str, Any]:
    """Return a Decidim row of a proposal."""
    return {
        "id": source_id,
        "title": f"Taman {source_id}",
        "summary": "Tanam pohon.",
        "source": "citizen",
        "status": "accepted",
        "author_id": "u1",
        "created_on": "2016-02-01",
        "total_votes": 7,
        **columns,
    }


def comment_row(source_id: int, proposal_id: int = 1, **columns: Any) -> dict[str, Any]:
    """Return a Decidim row of a comment."""
    return {
        "id": source_id,
        "proposal_id": proposal_id,
        "author_id": "u2",
        "created_at": f"2016-02-02T10:{source_id % 60:02}:00",
        "alignment": "",
        "body_html": f"<p>Setuju {source_id}</p>",
        **columns,
    }


def write_decidim(folder: Path, proposals: list[Any], comments: list[Any]) -> Path:
    """Write a folder in the layout of Decidim Barcelona's PAM."""
    write_table(folder / "proposals.csv", DECIDIM["proposals"], proposals)
    write_table(folder / "comments.csv", DECIDIM["comments"], comments)
    return folder


def write_consul(folder: Path, proposals: list[Any], comments: list[Any]) -> Path:
    """Write a folder in the layout of CONSUL."""
    write_table(folder / "proposals.csv", CONSUL["proposals"], proposals)
    write_table(folder / "comments.csv", CONSUL["comments"], comments)
    return folder


def write_petitions(folder: Path, *attributes: dict[str, Any]) -> Path:
    """Write a file of petitions, each with these attributes."""
    lines = [
        {"id": number, "attributes": {"action": f"Petition {number}", **values}}
        for number, values in enumerate(attributes, 1)
    ]
    text = "\n".join(json.dumps(line) for line in lines)
    (folder / "petitions.jsonl").write_text(text + "\n", encoding="utf-8")
    return folder


def import_request(name: str, path: Path, slug: str = "taman", **options: Any) -> ImportRequest:
    """Return the request for an import with a profile."""
    return ImportRequest(
        profiles.load_profile(profiles.FOLDER / f"{name}.toml"), path, slug, **options
    )


def run_import(name: str, path: Path, slug: str = "taman", **options: Any) -> ImportSummary:
    """Import the files and return the summary."""
    summary = prepare_import(import_request(name, path, slug, **options)).run()
    db.session.expire_all()
    return summary
