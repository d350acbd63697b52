"""The routes of the house as its own list tells them, each with the address of a thing there is."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROUTES = Path(__file__).parents[1] / "routes.txt"
FILLED = {
    "lang": "id",
    "slug": "proses",
    "kind": "comment",
    "subject_type": "comment",
    "number": "1",
    "ending": "atom",
    "entry": "a" * 32,
    "name": "x",
    "stamp": "x",
    "filename": "deliberate.css",
    "first": "1",
    "second": "2",
    "indicator": "x",
}
THINGS = {
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
MATTERS = ("hidden", "comment")
"""One hidden with an appeal, one reported and not yet decided."""
SLUGS = {"institutions": "kantor", "matrix": "kantor"}


@dataclass(frozen=True)
class Route:
    """A line of the list of routes."""

    rule: str
    methods: tuple[str, ...]
    audience: frozenset[str]
    name: str

    def is_open_to(self, role: str) -> bool:
        return bool({"public", role, "signed_in" if role else ""} & self.audience)

    @property
    def names_nothing(self) -> bool:
        """Whether its address holds nothing but the language."""
        return self.rule.count("<") == self.rule.count("<lang>")

    def paths(self, numbers: dict[str, int]) -> list[str]:
        """The addresses of things in each state that shows other forms."""
        if self.name == "moderation_queue.review":
            return [self.path({**numbers, "hidden": numbers[thing]}) for thing in MATTERS]
        return [self.path(numbers)]

    def path(self, numbers: dict[str, int]) -> str:
        """The address of a thing that is there, as far as one is known."""
        values = dict(FILLED)
        for start, thing in THINGS.items():
            if re.search(rf"(^|/){start}/", self.rule):
                values["number"] = str(numbers[thing])
                break
        for start, slug in SLUGS.items():
            if f"{start}/<slug>" in self.rule:
                values["slug"] = slug
        if "moderation/<any" in self.rule:
            values["number"] = str(numbers["hidden"])
        if "phases/" in self.rule:
            values["kind"] = "ideas"

        def fill(match: re.Match[str]) -> str:
            is_number = (match.group(1) or "").startswith("int")
            name = "number" if match.group(2).endswith("_id") else match.group(2)
            return values.get(name, "1" if is_number else "x")

        return re.sub(r"<(?:([^:<>]*(?:\([^)]*\))?):)?(\w+)>", fill, self.rule)


@cache
def routes() -> list[Route]:
    """Every route there is."""
    found = []
    for line in ROUTES.read_text(encoding="utf-8").splitlines():
        rule, methods, audience, name = line.split("  ")
        found.append(Route(rule, tuple(methods.split(",")), frozenset(audience.split(",")), name))
    return found


def looked_at() -> list[Route]:
    return [route for route in routes() if "GET" in route.methods]


def sent_to() -> list[Route]:
    return [route for route in routes() if "POST" in route.methods]
