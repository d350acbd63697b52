"""A walk along the links of the site from the first page of an account."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

from deliberate.database import db
from deliberate.models import Comment
from deliberate.operations.moderation.decisions import report_contribution
from deliberate.vocabulary import ModerationRule
from tests import demo_pages
from tests.attack.route_list import get_routes
from tests.factories import create_poll, create_proposal

ACCOUNTS = {
    "": "public",
    "warga": "signed_in",
    "petugas": "staff",
    "moderator": "moderator",
    "penilai": "evaluator",
    "peneliti": "researcher",
    "admin": "admin",
}
"""The audience whose routes each account of the demo must reach."""
FIRST_PAGES = {"": "/id/", "warga": "/id/account"}
DESK = "/id/desk"
NOT_LINKED = {
    **dict.fromkeys(
        (route.name for route in get_routes() if route.name.startswith("api.get_")),
        "a row of a list, for programs",
    ),
    **dict.fromkeys(
        ("health.healthz", "health.readyz", "metrics.metrics"), "asked by the operator's monitoring"
    ),
    "phone_numbers.confirm": "redirect after giving a number",
    **dict.fromkeys(
        (
            "api_catalog.api_catalog",
            "well_known.robots",
            "well_known.security",
            "well_known.sitemap",
        ),
        "well-known address",
    ),
    **dict.fromkeys(
        (
            "short_urls.claim",
            "short_urls.poll",
            "short_urls.proposal",
            "short_urls.response",
            "short_urls.root",
        ),
        "short address for sharing, on paper and in mails",
    ),
    **dict.fromkeys(
        (
            "coauthors.link",
            "invitations.accept",
            "messages.approve_address_change",
            "messages.confirm_address",
            "office_recovery.stop_as_owner",
            "password_reset.choose_passphrase",
            "unsubscribe.unsubscribe",
        ),
        "link with a token, in a mail or passed on",
    ),
    **dict.fromkeys(
        (
            "identity_provider.begin",
            "identity_provider.show",
            "identity_provider_redirects.callback",
        ),
        "offered where an identity provider is configured",
    ),
    **dict.fromkeys(
        (
            "release_files.archive",
            "release_files.file",
            "release_files.latest",
            "release_files.receipt",
        ),
        "on /data once there is a release",
    ),
    **dict.fromkeys(
        ("log_files.consistency", "log_files.entry", "log_files.leaf_file"),
        "asked by the verifier, by position",
    ),
    **dict.fromkeys(
        ("service_worker.script", "share_cards.show", "web_app.manifest"),
        "loaded by browsers and by what previews links",
    ),
    **dict.fromkeys(("log.receipt", "log_files.receipt"), "in the message after an act"),
    "assessment_publishing.publish": "on a frozen assessment to which all have replied",
    "attachments.download": "on a proposal with files",
    "data_access_requests.remove_release": "on /data once there is a release",
    "data_access_requests.show": "in the queue of requests",
    "drafting.published": "redirect after publishing",
    "drafting.similar": "loaded while a title is typed",
    "moderation.appeal": "on a hidden contribution, for its author",
    "office_recovery.own_recovery": "in the notice of a recovery",
    "office_recovery.show": "in the list of recoveries",
    "reclassifications.own_class": "in the notice of a new class",
    "place_picker.draft": "redirect of the button for the map on the step of the place",
    "poll_admin.statements": "on an open poll of statements",
    "polls.budget_total": "button of an open budget poll",
    "polls.office_ballot": "in the notice of a ballot that was entered at an office",
    "polls.one_by_one": "on an open poll of statements",
    "polls.suggest": "on an open poll of statements",
    "process_copies.delete": "on the set-up of a planned process",
    "process_information.download": "on a process with a file",
    "news.index": "on a process with news",
    "questionnaires.answer": "on the page of a questionnaire that is open",
    "reason_surveys.answer": "on the page of a survey of reasons that is open",
    "reason_surveys.withdraw": "on the page of a survey of reasons, for who answered",
    "response_form.preview": "redirect after saving a response",
    "sanctions.own_sanction": "on the account page during a limit",
    "second_factor.sign_in": "redirect after the passphrase",
    "sign_in.claim": "on the page that the button for joining opens",
    "static_pages.rules_of_version": "on the rules once there is a second version",
    **dict.fromkeys(("embeds.oembed", "embeds.show"), "for pages of other sites"),
    "outside_systems.show": "on the list of outside systems once there is one",
    "webhooks.show": "on the list of webhooks once there is one",
    "unit_contributions.change": "on the account page, while a moderator asks to change a text",
    "unit_contributions.show": "on the account page of its author, and in mails",
    "unsubscribe.demo_mails": "address of the demo for those who show it",
    **dict.fromkeys(("welcome.codes", "welcome.show"), "redirect after joining"),
    **dict.fromkeys(
        (
            "office_entry.proposal",
            "office_entry.receipt",
            "office_entry.visit",
            "office_entry.write",
        ),
        "during the visit of a person to an office, after its start by a form",
    ),
}
"""Endpoints that no page of the sample city links to, each with how people come there."""
NOT_LINKED_FOR = {
    "admin": {"office_entry.index", "poll_admin.waiting"},
    "moderator": {"picture_admin.edit"},
}
"""Endpoints linked for others: of clerks, who have an institution; on polls without ballots."""
LINK = re.compile(r'<(?:a|link)\s[^>]*?href="([^"#]+)|<img\s[^>]*?src="([^"#]+)')
FORM = re.compile(r"<form\s[^>]*>")
ACTION = re.compile(r'(?<!\S)(?:form)?action="([^"#]+)')


class LinkWalk:
    """A walk along the links of the site from the first page of an account."""

    pages_of_an_endpoint = 8
    """Pages opened of one endpoint: the same page in other states has other links."""

    def __init__(self, app: Flask, client: FlaskClient) -> None:
        self.client = client
        self.adapter = app.url_map.bind("localhost")
        self.reached: set[str] = set()
        """Endpoints that a link or a form leads to."""
        self.failures: dict[str, int] = {}
        """The status of each link that leads to no page."""
        self._opened: Counter[tuple[str, object]] = Counter()
        """How many pages are opened of each endpoint, on draft texts of each of these."""

    def run(self, first_page: str) -> None:
        """Open the first page and the pages that it leads to, at most some of each endpoint."""
        queue, seen = deque([(first_page, first_page)]), {first_page}
        while queue:
            url, source = queue.popleft()
            for target in self._targets(url, source):
                if target not in seen:
                    seen.add(target)
                    queue.append((target, url))

    def _targets(self, url: str, source: str) -> Iterator[str]:
        endpoint = self._endpoint(url, source)
        if endpoint is None:
            return
        kind = endpoint, self._draft_text(url)
        if self._opened[kind] >= self.pages_of_an_endpoint:
            return
        self._opened[kind] += 1
        response = self.client.get(url)
        asks_to_sign_in = response.status_code == 401 and 'name="held_path"' in response.text
        if response.status_code >= 400 and not asks_to_sign_in:
            self.failures[f"{source} -> {url}"] = response.status_code
        elif "Location" in response.headers:
            yield from _same_site(url, [response.headers["Location"]])
        elif response.mimetype == "text/html":
            self.read_page(url, response)
            links = ("".join(groups) for groups in LINK.findall(response.text))
            yield from _same_site(url, links)
            for target in _same_site(url, ACTION.findall(response.text)):
                self._endpoint(target, url)

    def _draft_text(self, url: str) -> object:
        """Return the draft text of a page: what is open on one draft is closed on another."""
        _endpoint, values = self.adapter.match(urlsplit(url).path, method="GET")
        return values.get("document_id")

    def read_page(self, url: str, response: TestResponse) -> None:
        """Look at a page that the walk has opened."""

    def _endpoint(self, url: str, source: str) -> str | None:
        """Return the endpoint of a link and note that it is reached; None for a dead link."""
        path = urlsplit(url).path
        try:
            endpoint, _values = self.adapter.match(path, method="GET")
        except RequestRedirect as redirect:
            return self._endpoint(redirect.new_url, source)
        except HTTPException as error:
            if error.code != 405:
                self.failures[f"{source} -> {url}"] = error.code or 0
            return None
        self.reached.add(endpoint)
        return None if endpoint == "static" or path.startswith("/en/") else str(endpoint)


def _same_site(page: str, targets: "Iterator[str] | list[str]") -> Iterator[str]:
    """Yield the targets on the site as absolute paths with their query."""
    for target in targets:
        parts = urlsplit(urljoin(page, unescape(target)))
        if parts.scheme in {"", "http"} and parts.netloc in {"", "localhost"}:
            yield parts._replace(scheme="", netloc="").geturl()


def routes_of(audience: str) -> set[str]:
    return {route.name for route in get_routes() if audience in route.audience}


def add_content(name: str) -> None:
    """Give an account what its pages show only to those who have it."""
    document = demo_pages.add_draft()
    if name == "warga":
        demo_pages.add_shared_amendments(document)
        demo_pages.resident_pages()  # which begins a draft
        create_proposal(author=demo_pages.get_account(name))
        create_poll()
    if name == "penilai":
        demo_pages.evaluator_pages()  # which begins assessments
        demo_pages.add_study()
    if name in {"", "penilai", "peneliti"}:
        demo_pages.add_plan_and_meeting(name or "peneliti")
    if name in {"petugas", "admin"}:
        demo_pages.add_answer_draft(document)
    if name in {"moderator", "admin"}:
        comment = db.session.scalars(select(Comment).where(Comment.withdrawn_at.is_(None))).first()
        assert comment is not None
        report_contribution(demo_pages.get_account("peneliti"), comment, ModerationRule.SPAM)
