"""The routes of tests/routes.txt, each with URLs of content that exists."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROUTES = Path(__file__).parents[1] / "routes.txt"
PLACEHOLDERS = {
    "lang": "id",
    "slug": "proses",
    "subject_type": "comment",
    "id": "1",
    "ending": "atom",
    "entry": "a" * 32,
    "name": "x",
    "stamp": "x",
    "filename": "deliberate.css",
    "first": "1",
    "second": "2",
    "of": "institution",
    "key": "kantor",
    "what": "answered",
}
ID_NAMES = {
    "proposals/drafts": "own_draft",
    "desk/people": "person",
    "moderation/people": "person",
    "desk/proposals": "waiting",
    "responses": "answered",
    "proposals": "proposal",
    "comments": "comment",
    "moderation": "comment",
    "polls": "poll",
    "v": "poll",
    "p": "proposal",
    "c": "comment",
    "r": "answered",
}
REPORTED_COMMENTS = ("hidden", "comment")
"""A hidden comment with an appeal, and a reported comment without a decision."""
SLUGS = {"institutions": "kantor", "matrix": "kantor"}


@dataclass(frozen=True)
class Route:
    """A line of tests/routes.txt."""

    rule: str
    methods: tuple[str, ...]
    audience: frozenset[str]
    name: str

    def allows(self, role: str) -> bool:
        return bool({"public", role, "signed_in" if role else ""} & self.audience)

    @property
    def has_no_parameters(self) -> bool:
        """Return whether the URL has no parameter except the language."""
        return self.rule.count("<") == self.rule.count("<lang>")

    def paths(self, ids: dict[str, int]) -> list[str]:
        """Return URLs of content in each state that shows other forms."""
        if self.name == "moderation_queue.review":
            return [self.path({**ids, "hidden": ids[name]}) for name in REPORTED_COMMENTS]
        return [self.path(ids)]

    def path(self, ids: dict[str, int]) -> str:
        """Return a URL of existing content, as far as the rule names a known kind."""
        values = dict(PLACEHOLDERS)
        for prefix, id_name in ID_NAMES.items():
            if re.search(rf"(^|/){prefix}/", self.rule):
                values["id"] = str(ids[id_name])
                break
        for prefix, slug in SLUGS.items():
            if f"{prefix}/<slug>" in self.rule:
                values["slug"] = slug
        if "moderation/<any" in self.rule:
            values["id"] = str(ids["hidden"])
        if "co-authors/<any" in self.rule:
            values |= {"subject_type": "proposal", "id": str(ids["proposal"])}
        if "phases/" in self.rule:
            values["kind"] = "ideas"
        if "edition>" in self.rule:
            values["edition"] = "whole"
        if "cards/" in self.rule or "embed/" in self.rule:
            values |= {"of": "proposal", "id": str(ids["proposal"])}

        def fill(match: re.Match[str]) -> str:
            converter, name = match.group(1) or "", match.group(2)
            if name.endswith("_id") or name == "version_number":
                return values["id"]
            return values.get(name, "1" if converter.startswith("int") else "x")

        return re.sub(r"<(?:([^:<>]*(?:\([^)]*\))?):)?(\w+)>", fill, self.rule)


@cache
def list_routes() -> list[Route]:
    """Return every route."""
    routes = []
    for line in ROUTES.read_text(encoding="utf-8").splitlines():
        rule, methods, audience, name = line.split("  ")
        routes.append(Route(rule, tuple(methods.split(",")), frozenset(audience.split(",")), name))
    return routes


def get_routes() -> list[Route]:
    return [route for route in list_routes() if "GET" in route.methods]


def post_routes() -> list[Route]:
    return [route for route in list_routes() if "POST" in route.methods]
