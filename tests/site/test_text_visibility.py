"""No text that a reader may not see is on a page, in a file, feed, search, message or release."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from itertools import product
from pathlib import Path
from typing import get_type_hints

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import String, func, select, union
from sqlalchemy.orm import Mapper

from deliberate.database import Base, Json, db
from deliberate.exports.formats import FORMATS
from deliberate.exports.release_builder import build_release
from deliberate.models import (
    Assessment,
    Attachment,
    Comment,
    Document,
    Draft,
    Institution,
    Notice,
    Person,
    Poll,
    Process,
    Proposal,
    UnitContribution,
)
from deliberate.models.moderation.visibility import VisibleText
from deliberate.notifications.templates import load_context, render_notification
from tests.attack.route_list import get_routes
from tests.client import anonymous_client, signed_in_client
from tests.conftest import MONDAY
from tests.exports.release_reader import release_text
from tests.site.text_markers import SEARCHED_WORD, text_models
from tests.site.text_queries import READERS, VISIBLE_TO_ANYONE, text_queries
from tests.site.visibility_site import VisibilitySite, build_site

CODE_COLUMNS = Path(__file__).with_name("code_columns.txt")
"""Lists the text and JSON columns of codes, keys, hashes and computed documents."""
IDS_BY_PREFIX = {
    "/co-authors/": Proposal,
    "/proposals/drafts/": Draft,
    "/proposals/": Proposal,
    "/responses/": Proposal,
    "/comments/": Comment,
    "/polls/": Poll,
    "/documents/": Document,
    "/assessments/": Assessment,
    "/p/": Proposal,
    "/r/": Proposal,
    "/c/": Comment,
    "/v/": Poll,
    "/embed/": Proposal,
}
PLACEHOLDERS = {
    "lang": ["id"],
    "ending": ["atom", "json"],
    "figure_id": ["DQ"],
    "filename": ["deliberate.css"],
    "version_number": ["1"],
    "address": ["pasal-1"],
    "number": ["1", "2"],
}
TEMPLATES = Path(__file__).parents[2] / "templates"
RAW_TITLES = {
    "proposals/show.html",
}
"""Pages with the stored title: they ask whether the text is hidden."""
SEEN_IN_PUBLIC = {
    ("Proposal", "title"),
    ("Proposal", "body_html"),
    ("Proposal", "slug"),
    ("ProposalVersion", "body"),
    ("Comment", "body_html"),
    ("Comment", "corrections"),
    ("Summary", "main_request"),
    ("Attachment", "title"),
    ("Response", "headline"),
    ("Commitment", "what"),
    ("Referral", "reason"),
    ("Poll", "question"),
    ("Option", "label"),
    ("Process", "title"),
    ("Institution", "name"),
    ("Person", "display_name"),
    ("RulesVersion", "body_html"),
    ("UnitContribution", "body"),
    ("UnitContribution", "replacement"),
}
"""Texts that the requests below must reach while they are visible, or they prove nothing."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest) -> Iterator[VisibilitySite]:
    """Yield the site with texts in every state, built once for each database engine."""
    make_app = "make_sqlite_app" if request.param == "sqlite" else "make_postgres_app"
    app: Flask = request.getfixturevalue(make_app)()
    with time_machine.travel(MONDAY, tick=False), app.app_context():
        yield build_site(app)
        db.session.remove()


def page_paths(site: VisibilitySite) -> Iterator[str]:
    """Yield the path of every page that a resident may open, for every row it can show."""
    for route in get_routes():
        if route.audience & {"public", "signed_in"}:
            names = re.findall(r"<(?:[^:<>]*(?:\([^)]*\))?:)?(\w+)>", route.rule)
            for values in product(*(_values(route.rule, name) for name in names)):
                parts = iter(values)
                yield re.sub(r"<[^>]+>", lambda _match, parts=parts: next(parts), route.rule)
    for proposal in site.proposals.values():
        yield f"/id/proposals/{proposal.id}?order=oldest"
    for comment in db.session.scalars(select(Comment)):
        if comment.parent_id is None:
            yield f"/id/proposals/{comment.proposal_id}?at={comment.id}"
            yield f"/id/proposals/{comment.proposal_id}?open={comment.id}"
    for kind in ("proposals", "comments", "responses"):
        yield f"/id/search?q={SEARCHED_WORD}&kind={kind}"
        yield f"/id/search?q={SEARCHED_WORD}&kind={kind}&state=withdrawn"
    for name in ("given", "due", "late", "fulfilled", "dropped"):
        yield f"/id/responses?list={name}"
    for order in ("newest", "waiting", "discussed", "closing", "least_seen"):
        yield f"/id/proposals?order={order}&q={SEARCHED_WORD}"
    yield "/id/proposals?state=withdrawn"
    yield f"/id/proposals/similar?title={SEARCHED_WORD}+{SEARCHED_WORD}"


def _values(rule: str, name: str) -> list[str]:
    if name == "of" and rule.startswith("/embed/"):
        return ["proposal", "poll"]
    if name == "subject_type" and "/co-authors/" in rule:
        return ["proposal"]
    if name == "subject_type":
        return ["comment", "proposal", "unit_contribution"]
    if name == "contribution_id":
        return [str(row_id) for row_id in db.session.scalars(select(UnitContribution.id))]
    if name.endswith("_id") and name != "figure_id":
        prefix = next((prefix for prefix in IDS_BY_PREFIX if prefix in rule), "")
        model = IDS_BY_PREFIX.get(prefix, Comment)
        ids = select(model.id)
        if model is Comment:  # the first of each thread shares the state of its proposal
            first, last = func.min(Comment.id), func.max(Comment.id)
            ids = union(*(select(id_).group_by(Comment.proposal_id) for id_ in (first, last)))
        return [str(row_id) for row_id in db.session.scalars(ids)]
    if name == "slug":
        model = Institution if "/institutions/" in rule else Process
        return [] if "/proposals/" in rule else list(db.session.scalars(select(model.slug)))
    if name == "name":
        return list(db.session.scalars(select(Attachment.name))) if "/files/" in rule else []
    return PLACEHOLDERS.get(name, ["1"])


def read_pages(client: FlaskClient, site: VisibilitySite) -> Iterator[tuple[str, str]]:
    """Yield path and content of every page, with the addresses that it redirects to."""
    for path in page_paths(site):
        response = client.get(path, follow_redirects=True)
        assert response.status_code < 500, path
        addresses = [step.location or "" for step in response.history]
        yield (
            path,
            " ".join((*addresses, str(response.headers), response.data.decode(errors="replace"))),
        )


def test_every_text_column_of_the_site_has_a_marker(site):
    marked = {(text.model.__name__, text.column) for text in site.markers.texts.values()}
    assert {
        (model.__name__, column) for model in text_models() for column in model.readers
    } <= marked


def test_pages_show_no_text_to_readers_who_may_not_see_it(site):
    clients = {
        None: anonymous_client(site.app),
        site.reader: signed_in_client(site.app, site.reader),
    }
    leaks = []
    for reader, client in clients.items():
        pages = dict(read_pages(client, site))
        leaks += [
            f"{path} to {reader and reader.id}: {place}"
            for path, content in pages.items()
            for place in site.markers.forbidden(content, reader)
        ]
        assert site.markers.places(pages.values()) >= SEEN_IN_PUBLIC
    assert leaks == []


def test_queries_and_loaded_rows_agree_on_who_may_see_what(site):
    readers = [None, site.reader, site.moderator, site.staff, *site.authors.values()]
    models = [row.class_ for row in Base.registry.mappers if issubclass(row.class_, VisibleText)]
    differing, hidden = set[tuple[str, str]](), set[str]()
    for model, reader in product(models, readers):
        selected = set(db.session.scalars(select(model).where(model.visible_to(reader))))
        loaded = set(db.session.scalars(select(model)))
        visible = {row for row in loaded if row.is_visible_to(reader)}
        hidden |= {model.__name__} if visible < loaded else set()
        if selected != visible:
            differing.add((model.__name__, reader.display_name if reader else ""))
    expected = {"Proposal", "Comment", "Draft", "UnitContribution"}
    assert (differing, expected - hidden) == (set(), set())


def test_notices_carry_no_text_that_their_reader_may_not_see(site):
    notices = list(db.session.scalars(select(Notice)))
    context, people = load_context(notices), list(db.session.scalars(select(Person)))
    assert {notice.kind for notice in notices} >= {"response.published", "proposal.merged"}
    leaks = []
    for notice, person in product(notices, [person for person in people if not person.is_erased]):
        message = render_notification(notice, context, "id", person)
        leaks += [
            f"{notice.kind} to {person.id}: {place}"
            for place in site.markers.forbidden(f"{message.subject} {message.sentence}", person)
        ]
    assert leaks == []


@pytest.mark.parametrize("secret", [None, b"1" * 32], ids=["open", "protected"])
def test_releases_hold_no_text_that_is_not_public(site, tmp_path, secret):
    formats = tuple(FORMATS) if secret else ()
    build_release(site.process, tmp_path / "release", formats=formats, secret=secret)
    content = release_text(tmp_path / "release")
    assert list(site.markers.forbidden(content, None)) == []
    assert ("Comment", "body") in site.markers.places([content]) or secret is None


def test_every_query_of_restricted_text_names_its_readers():
    listed = READERS.keys() | VISIBLE_TO_ANYONE.keys()
    assert set(text_queries()) - listed == set()
    assert READERS.keys() & VISIBLE_TO_ANYONE.keys() == set()


@pytest.mark.parametrize("name", VISIBLE_TO_ANYONE)
def test_public_queries_return_no_text_that_strangers_may_not_see(site, name):
    result = list(_flatten(VISIBLE_TO_ANYONE[name](site)))
    hidden = [
        str(row) for row in result if isinstance(row, VisibleText) and not row.is_visible_to(None)
    ]
    texts = " ".join(value for value in result if isinstance(value, str))
    assert hidden == []
    assert list(site.markers.forbidden(texts, None)) == []


def _flatten(value: object) -> Iterator[object]:
    """Yield rows and texts of a result: through sequences, mappings and dataclasses."""
    if isinstance(value, (str, Base)):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from _flatten(getattr(value, field.name))
    elif isinstance(value, Mapping):
        yield from _flatten(list(value.items()))
    elif isinstance(value, Iterable):
        for item in value:
            yield from _flatten(item)


def test_every_text_column_is_a_code_or_names_its_readers():
    unmarked = {
        f"{mapper.class_.__name__}.{attribute.key}"
        for mapper in Base.registry.mappers
        for attribute in mapper.column_attrs
        if _holds_free_text(mapper, attribute.key)
        and attribute.key not in getattr(mapper.class_, "readers", {})
    }
    assert unmarked == set(CODE_COLUMNS.read_text(encoding="utf-8").split())


def _holds_free_text(mapper: Mapper[Base], key: str) -> bool:
    """Return whether a column is text or JSON and not of an enumeration."""
    if key not in mapper.columns or not isinstance(mapper.columns[key].type, (String, Json)):
        return False
    annotation = str(get_type_hints(mapper.class_).get(key, ""))
    return "deliberate.vocabulary" not in annotation


def test_templates_take_titles_of_proposals_from_the_reader_aware_function():
    raw = {
        path.relative_to(TEMPLATES).as_posix()
        for path in TEMPLATES.rglob("*.html")
        if re.search(r"\b(proposal|other)\.(title|slug)\b", path.read_text(encoding="utf-8"))
    }
    assert raw == RAW_TITLES
