"""Every text of a person that a mail or a feed quotes names its language."""

import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as Xml

import pytest
from sqlalchemy import select

from deliberate.clock import now, override_now
from deliberate.database import db, unrecorded
from deliberate.models import (
    Comment,
    Commitment,
    Delivery,
    Institution,
    Notice,
    Person,
    Poll,
    ProcessNews,
    Proposal,
    Response,
)
from deliberate.notifications.fanout import fan_out
from deliberate.notifications.mail import compose
from deliberate.notifications.notice_texts import EXCERPT_CHARACTERS
from deliberate.notifications.quotes import mark_quotes
from deliberate.notifications.registry import REGISTRY
from deliberate.notifications.templates import load_context, render_notification
from deliberate.operations.proposals.follows import follow_subject
from deliberate.operations.responses.responses import publish_response
from deliberate.text import excerpt, to_plain
from deliberate.vocabulary import ResponseDecision
from deliberate.vocabulary.notices import DigestNotice
from tests import factories
from tests.client import anonymous_client
from tests.in_browser.mail_pictures import create_notices, list_mails
from tests.sample_city import CITY_NOW

ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "lang"
QUOTED = {"title", "question", "outcome", "excerpt", "headline", "what", "reason"} | {
    "change_reason",
    "process_title",
    "news_text",
    "phase_name",
}
"""The texts of people that notices name; each names its language."""
WORDS_OF_THE_SITE = (
    {"arguments", "check_outcome", "closing", "day", "decision", "due", "giver", "institution"}
    | {"into", "joined", "name", "news", "owner", "phase_end", "poll_number", "place"}
    | {
        "receipt",
        "report",
        "request_outcome",
        "sender",
        "supports",
        "to",
        "unit_decision",
        "until_day",
    }
    | {"version", "week", "writer"}
)
"""What notices name besides: dates, counts, codes, and names of people and institutions."""


class LanguageReader(HTMLParser):
    """Collect the texts of a page, each with the languages of the elements around it."""

    def __init__(self):
        super().__init__()
        self.stack, self.texts = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "hr", "br"):
            self.stack.append(dict(attrs).get("lang"))

    def handle_endtag(self, tag):
        self.stack.pop()

    def handle_data(self, data):
        own = next((lang for lang in reversed(self.stack) if lang is not None), None)
        self.texts.append((data, own))


def read_texts(page):
    reader = LanguageReader()
    reader.feed(page)
    return reader.texts


def texts_of_people():
    """Return the texts of the city, each with the languages in which it was written."""
    rows = [
        *((row.title, row.language) for row in db.session.scalars(select(Proposal))),
        *((row.question, row.language) for row in db.session.scalars(select(Poll))),
        *((row.headline, row.language) for row in db.session.scalars(select(Response))),
        *((row.what, row.response.language) for row in db.session.scalars(select(Commitment))),
        *(
            (excerpt(to_plain(row.body_html), EXCERPT_CHARACTERS), row.language)
            for row in db.session.scalars(select(Comment))
        ),
        *(
            (row.text_in("title", language), row.language_in(language))
            for row in db.session.scalars(select(ProcessNews))
            for language in ("id", "en")
        ),
    ]
    languages = {}
    for text, language in rows:
        if len(text) > 10:
            languages.setdefault(text, set()).add(language)
    return languages


def unmarked(texts, languages):
    """Return the texts of people that are quoted under no language, or under another one."""
    return [
        (quoted, stated)
        for content, stated in texts
        for quoted, written in languages.items()
        if quoted in content and stated not in written
    ]


def test_every_text_that_notices_name_is_of_the_site_or_names_its_language():
    named = {
        name
        for line in REGISTRY.values()
        for name in re.findall(r"%\((\w+)\)", f"{line.subject!s} {line.sentence!s}")
    }
    assert named <= QUOTED | WORDS_OF_THE_SITE and not QUOTED & WORDS_OF_THE_SITE


@pytest.mark.sqlite
def test_every_mail_of_the_sample_city_names_the_language_of_what_it_quotes(city_copy):
    with city_copy.app_context(), override_now(CITY_NOW):
        create_notices()
        languages = texts_of_people()
        mails = list(list_mails(80))
        db.session.rollback()
    assert len({mail.message["Message-ID"] for mail in mails}) > 50
    faults = [
        (mail.name, *fault)
        for mail in mails
        for fault in unmarked(read_texts(mail.html), languages)
    ]
    assert faults == []
    quoted = sum(
        text in content
        for mail in mails
        for content, _ in read_texts(mail.html)
        for text in languages
    )
    assert quoted > 50, "the mails quote next to nothing"


def element_texts(element):
    """Return the texts of an Atom feed, each with its language, also inside of HTML."""
    texts, stated = [], element.get(LANG)
    for part in element.iter():
        content = part.text or ""
        if part.get("type") == "html":
            texts += read_texts(f"<p lang='{stated}'>{content}</p>")
        else:
            texts.append((content, part.get(LANG, stated)))
    return texts


@pytest.mark.sqlite
def test_every_feed_of_the_sample_city_names_the_language_of_what_it_quotes(city_copy):
    with city_copy.app_context(), override_now(CITY_NOW):
        create_notices()
        languages = texts_of_people()
        institution = db.session.scalars(select(Institution).order_by(Institution.id)).first().slug
        proposals = select(Response.proposal_id).order_by(Response.id)
        proposal = db.session.get(Proposal, db.session.scalars(proposals).first())
        paths = [
            "/feed",
            f"/proposals/{proposal.id}/feed",
            f"/processes/{proposal.process.slug}/feed",
            f"/institutions/{institution}/feed",
        ]
    client, quoted = city_copy.test_client(), 0
    for path in (f"{path}.atom?lang={lang}" for path in paths for lang in ("id", "en")):
        data = client.get(path).text.replace(" xml:lang=", " xml-lang=")
        texts = element_texts(Xml.fromstring(data.replace("xml-lang", "lang")))
        assert unmarked(texts, languages) == [], path
        quoted += sum(text in content for content, _ in texts for text in languages)
    assert quoted > 50, "the feeds quote next to nothing"


@pytest.fixture
def answered(app):
    """Return two proposals of one title, with a response each, and a follower of both."""
    institution = factories.create_institution("sarpras")
    process, reader = factories.create_process(institution), factories.create_resident()
    proposals = [factories.create_proposal(process) for _number in range(2)]
    with unrecorded("test settings") as session:
        reader.email, reader.email_confirmed_at = "reader@example.org", reader.joined_at
        reader.language = "en"
        for row in proposals:
            row.title, row.language = "Halte di Jalan Melati", "id"
        session.add_all([reader, *proposals])
    for proposal in proposals:
        follow_subject(reader, proposal)
    staff = factories.create_staff(institution)
    for proposal in [*proposals, *proposals]:
        publish_response(staff, proposal, ResponseDecision.ACCEPTED, "Ya, 2027", "Dibangun.")
    fan_out()
    return reader


def compose_digest(reader):
    notice = Notice(
        key="digest",
        kind=DigestNotice.KIND,
        person_id=reader.id,
        details=DigestNotice(after=0, up_to=1000, count=4).details(),
    )
    delivery = Delivery(notice_key="digest", person_id=reader.id, created_at=now())
    person = db.session.get(Person, reader.id)
    return compose(
        delivery, person, render_notification(notice, load_context([notice]), "en", person)
    )


def test_weekly_mail_has_a_group_for_each_of_two_proposals_with_one_title(answered):
    mail = compose_digest(answered)
    html = mail.get_body(("html",)).get_content()
    assert html.count("<h2 ") == 2
    heading = '<span lang="id" dir="auto">Halte di Jalan Melati</span></h2>'
    assert html.count(heading) == 2
    assert mail.get_body(("plain",)).get_content().count("\n\nHalte di Jalan Melati\n\n") == 2
    links = re.findall(r"/responses/(\d+)", mail.get_body(("plain",)).get_content())
    assert links == sorted(links) or links == sorted(links, reverse=True)


def test_json_feed_names_the_language_of_what_it_quotes(app, answered):
    feed = json.loads(anonymous_client(app).get("/feed.json?lang=en").text)
    published = [item for item in feed["items"] if "/p/" in item["url"]]
    assert [item["language"] for item in published] == ["id", "id"]
    (response, *_rest) = [item for item in feed["items"] if "/r/" in item["url"]]
    assert response["content_html"] == '<span lang="id" dir="auto">Ya, 2027</span>'
    assert response["content_text"] == "Ya, 2027"


def test_sentence_without_a_text_of_a_person_is_left_as_it_is():
    assert mark_quotes("5 < 6", [("", "id")]) == "5 &lt; 6"
    assert mark_quotes("a & b", [("b", "")]) == 'a &amp; <span lang="" dir="auto">b</span>'
