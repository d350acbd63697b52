"""What the public pages, files and desks say about a case and about institutions, compared."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from flask import Flask
from icalendar import Calendar

from deliberate.models import Institution, Person, Proposal
from tests.client import anonymous_client, signed_in_client
from tests.journeys.walker import Element, parse

DAY = re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4}")
TABLE = ("cases", "in_time", "median", "overdue", "referred", "judged")


def day_in(text: str) -> date:
    """Return the first day that is named in an English text."""
    found = DAY.search(text)
    assert found, text
    return datetime.strptime(found[0], "%d %b %Y").date()


def number_before(text: str, label: str) -> int:
    """Return the number that stands before a label."""
    found = re.search(rf"([\d,]+) {re.escape(label)}", text)
    assert found, (label, text)
    return int(found[1].replace(",", ""))


def days_in_tag(text: str) -> int | None:
    """Return the working days until a deadline in the words of its tag, negative if overdue."""
    if "Response due today" in text:
        return 0
    if found := re.search(r"(Response due in|Overdue by) (\d+) working day", text):
        return int(found[2]) if found[1] == "Response due in" else -int(found[2])
    return None


@dataclass
class Site:
    """The pages that a reader can open at one moment, each opened once."""

    app: Flask
    reader: Person | None = None
    _pages: dict[str, Element] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._client = (
            signed_in_client(self.app, self.reader) if self.reader else anonymous_client(self.app)
        )

    def page(self, path: str) -> Element:
        """Return the main part of an English page."""
        if path not in self._pages:
            response = self._client.get(f"/en{path}", follow_redirects=True)
            assert response.status_code == 200, path
            self._pages[path] = next(parse(response.text).all("main"))
        return self._pages[path]

    def file(self, path: str) -> str:
        """Return the text of a file."""
        response = self._client.get(path)
        assert response.status_code == 200, path
        return response.text

    def rows(self, path: str, key: str) -> dict[str, dict[str, str]]:
        """Return the rows of a CSV file by a column."""
        return {row[key]: row for row in csv.DictReader(self.file(path).splitlines())}


def items_about(page: Element, proposal_id: int) -> list[Element]:
    """Return the list items and table rows that link to a proposal, its case or its response."""
    link = re.compile(rf"/(proposals|responses|p)/{proposal_id}(?!\d)")
    return [
        item
        for item in page.all("li", "tr")
        if any(link.search(row["href"]) for row in item.all("a"))
    ]


def section(page: Element, heading_id: str) -> Element:
    """Return the section of a page by the id of its heading."""
    return next(row for row in page.all("section") if row["aria-labelledby"] == heading_id)


Sources = dict[str, dict[str, object]]
"""Values by fact, then by the page or file that states it."""


def agreed(facts: Sources) -> dict[str, object]:
    """Return each fact with its value; fail if pages state different ones."""
    for name, sources in facts.items():
        assert len(set(map(repr, sources.values()))) == 1, (name, sources)
    return {name: next(iter(sources.values())) for name, sources in facts.items()}


def case_facts(
    site: Site, desk: Site, proposal: Proposal, institutions: list[Institution]
) -> dict[str, object]:
    """Return what all pages and files agree on about a case whose response is owed.

    `desk` is read by an officer of the institution that owes it.
    """
    facts: Sources = defaultdict(dict)
    _read_public_pages(site, proposal, facts)
    _read_owner(site, proposal, institutions, facts)
    _read_desk(desk, proposal, facts)
    return agreed(facts)


def _read_public_pages(site: Site, proposal: Proposal, facts: Sources) -> None:
    row = site.rows("/en/proposals/list.csv", "number")[str(proposal.id)]
    page = site.page(f"/proposals/{proposal.id}")
    facts["state"]["list.csv"] = row["state"]
    facts["due_on"]["list.csv"] = date.fromisoformat(row["due"])
    facts["due_on"]["calendar"] = _calendar_days(site, proposal)
    facts["support"]["list.csv"] = int(row["supports"])
    facts["support"]["proposal"] = number_before(page.text, "support")
    for path in (f"/proposals/{proposal.id}", f"/responses/{proposal.id}"):
        progress = section(site.page(path), "where" if "proposals" in path else "stands").text
        if "Response due" in progress:
            facts["due_on"][path] = day_in(progress.partition("Response due")[2])
            left = re.search(r"(\d+) working days? left", progress)
            if left:
                facts["days_left"][path] = int(left[1])
    facts["days_left"]["proposal"] = days_in_tag(next(page.all("header")).text)
    for path in ("/", "/proposals", "/responses?list=waiting"):
        for item in items_about(site.page(path), proposal.id):
            if (days := days_in_tag(item.text)) is not None:
                facts["days_left"][path] = days


def _calendar_days(site: Site, proposal: Proposal) -> date:
    calendar = Calendar.from_ical(site.file(f"/processes/{proposal.process.slug}/calendar.ics"))
    (due,) = (
        event["dtstart"].dt
        for event in calendar.walk("VEVENT")
        if event["uid"].startswith(f"due-{proposal.id}@")
    )
    return due


def _read_owner(
    site: Site, proposal: Proposal, institutions: list[Institution], facts: Sources
) -> None:
    names = {row.name: row.slug for row in institutions}
    lists = {
        path: items_about(site.page(path), proposal.id) for path in ("/", "/responses?list=waiting")
    }
    for path, items in lists.items():
        for item in items:
            for name in names:
                if name in item.text:
                    facts["owner"][path] = name
    named = site.rows("/en/proposals/list.csv", "number")[str(proposal.id)]["institution"]
    facts["owner"]["list.csv"] = named
    (owner,) = (
        name
        for name, slug in names.items()
        if items_about(section(site.page(f"/institutions/{slug}"), "waiting"), proposal.id)
    )
    facts["owner"]["institution"] = owner


def _read_desk(site: Site, proposal: Proposal, facts: Sources) -> None:
    desk = site.page("/desk")
    (item,) = (row for row in items_about(desk, proposal.id) if row.tag == "tr")
    row = site.rows("/en/desk/cases.csv", "proposal")[str(proposal.id)]
    facts["days_left"]["desk"] = days_in_tag(item.text)
    facts["days_left"]["cases.csv"] = int(row["days_left"])
    facts["due_on"]["cases.csv"] = date.fromisoformat(row["due_on"])
    facts["state of work"]["desk"] = row["state"]
    facts["state of work"]["cases.csv"] = row["state"]
    case = site.page(f"/desk/proposals/{proposal.id}").text
    facts["owner"]["case"] = case.partition("owed by ")[2].partition(" Read the proposal")[0]


def commitment_facts(site: Site, proposal: Proposal) -> dict[str, object]:
    """Return the state and the day of each commitment of a proposal on all pages that list it."""
    facts: Sources = defaultdict(dict)
    for path in (f"/proposals/{proposal.id}", f"/responses/{proposal.id}"):
        steps = next(row for row in site.page(path).all("ul") if row["class"] == "next-steps")
        for item in steps.all("li"):
            facts[item.text.partition(" · ")[0]][path] = _commitment(item)
    for name in ("due", "late", "fulfilled", "dropped"):
        path = f"/responses?list={name}"
        for item in items_about(section(site.page(path), "list"), proposal.id):
            facts[next(item.all("a")).text][path] = _commitment(item)
    return agreed(facts)


def _commitment(item: Element) -> tuple[str, date]:
    tag = next((row.text for row in item.all("span") if "tag" in row["class"].split()), "Due")
    return tag.lower(), day_in(item.text)


def institution_figures(site: Site, desk: Site, institution: Institution) -> dict[str, str]:
    """Return the row of an institution in the tables of figures, which must be the same.

    `desk` is read by an officer of the institution.
    """
    rows = {
        path: cells
        for path in ("/responses", f"/institutions/{institution.slug}")
        for cells in _cells(site.page(path))
        if cells and cells[0] == institution.name
    }
    facts: Sources = defaultdict(dict)
    for path, cells in rows.items():
        facts["figures"][path] = cells[1:]
    agreed(facts)
    _check_desk_counts(site, desk, institution)
    cells = next(iter(rows.values()), ["", "0"])
    return dict(zip(TABLE, cells[1:], strict=False))


def _cells(page: Element) -> Iterator[list[str]]:
    for row in page.all("tr"):
        yield [cell.text for cell in row.all("th", "td")]


def _check_desk_counts(site: Site, desk: Site, institution: Institution) -> None:
    """Check that the desk counts what the page of the institution lists."""
    text, page = desk.page("/desk").text, site.page(f"/institutions/{institution.slug}")
    waiting, promised = (
        [row for row in section(page, heading_id).all("li") if row["class"] == "item"]
        for heading_id in ("waiting", "promised")
    )
    states = Counter(_commitment(row)[0] for row in promised)
    assert number_before(text, "waiting for a response") == len(waiting), institution.slug
    assert number_before(text, "commitments due") == states["due"], institution.slug
    assert number_before(text, "commitments late") == states["late"], institution.slug
