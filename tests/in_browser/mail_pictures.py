"""Write mails of the sample city as text, HTML and a picture at the width of a small phone.

python -m tests.in_browser.mail_pictures [--count 50] [--city FOLDER]

There is one of every kind of notice, on things of the city; build/mails/index.html shows them.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from html import escape
from itertools import zip_longest
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask
from playwright.sync_api import sync_playwright
from sqlalchemy import select
from sqlalchemy.orm import Session

from deliberate.clock import override_now
from deliberate.database import db, unrecorded
from deliberate.models import (
    Comment,
    Commitment,
    Delivery,
    Institution,
    Notice,
    Person,
    Poll,
    PollOutcome,
    ProcessChange,
    ProcessNews,
    Proposal,
    Referral,
    Response,
)
from deliberate.notifications.channels.adapter import InvalidAddress
from deliberate.notifications.digests import create_digests
from deliberate.notifications.fanout import fan_out
from deliberate.notifications.mail import compose
from deliberate.notifications.registry import REGISTRY, Line
from deliberate.notifications.templates import load_context, render_notification
from deliberate.operations.polls.polls import state_outcome
from deliberate.operations.processes.news import publish_news
from deliberate.operations.proposals.follows import follow_subject
from deliberate.operations.responses.referrals import refer_proposal
from deliberate.queries.notices.digests import DEFAULT_HOUR, DEFAULT_WEEKDAY, last_slot
from deliberate.vocabulary import OutsideState, Role
from deliberate.vocabulary.details import detail_meanings
from deliberate.vocabulary.notices import (
    Audience,
    BallotReceiptNotice,
    Channel,
    DigestNotice,
)
from tests import demo_pages
from tests.in_browser.pictures import LANGUAGES
from tests.live_server import CHROMIUM_FLAGS, find_chromium
from tests.sample_city import CITY_NOW, ROOT, cached_city, create_city_app

Row = TypeVar("Row", bound=Any)
OUTPUT = ROOT / "build" / "mails"
WIDTH = 320
MAX_HTML_BYTES = 10 * 1024
STYLE = """
body { font: 16px system-ui; margin: 1rem }
section { display: flex; gap: 1rem; align-items: start; padding: 1rem 0 }
pre { white-space: pre-wrap; width: 32rem; font-size: 13px; margin: 0 }
"""


@dataclass(frozen=True)
class Mail:
    """A mail with the name of its files."""

    name: str
    message: EmailMessage

    @property
    def plain(self) -> str:
        """Return the headers that a person sees, and the text."""
        headers = [f"{name}: {self.message[name]}" for name in ("From", "To", "Subject")]
        return "\n".join([*headers, "", self._part("plain")])

    @property
    def html(self) -> str:
        """Return the HTML twin."""
        return self._part("html")

    def _part(self, subtype: str) -> str:
        part = self.message.get_body((subtype,))
        return str(part.get_content()) if part is not None else ""


def create_notices() -> None:
    """Write a notice of every kind, on things of the city, and the deliveries of all."""
    add_acts()
    with unrecorded("sample notices") as session:
        for person in session.scalars(select(Person).where(Person.erased_at.is_(None))):
            person.email = f"warga{person.id}@kota.example"
            person.email_confirmed_at = person.joined_at
        for line in REGISTRY.values():
            if line.event not in (DigestNotice, BallotReceiptNotice):
                session.add(sample_notice(session, line))
    fan_out()
    with override_now(last_slot(DEFAULT_WEEKDAY, DEFAULT_HOUR) + timedelta(days=7, minutes=1)):
        create_digests()


def add_acts() -> None:
    """Do what the city has not done, so that there is something to write about."""
    case = demo_pages.get_waiting_case()
    other = select(Institution).where(Institution.id != case.institution_id)
    officer, admin = demo_pages.get_account("petugas"), demo_pages.get_account("admin")
    refer_proposal(officer, case, db.session.scalars(other).first(), "Jalan ini milik kota.")
    follow_subject(demo_pages.get_account("warga"), case.process)
    titles = ("Rapat warga, Sabtu pukul 09.00", "Residents meet, Saturday 9 am")
    bodies = ("Kami membahas **rute shuttle**.", "We discuss the **shuttle routes**.")
    publish_news(admin, case.process, titles, bodies)
    closed = select(Poll).where(Poll.closes_at < CITY_NOW).order_by(Poll.closes_at)
    state_outcome(admin, db.session.scalars(closed.limit(1)).one(), "Rute 2 dibangun lebih dahulu.")


def sample_notice(session: Session, line: Line) -> Notice:
    """Return a notice of a kind on things that the city has."""
    response = _first(session, Response)
    proposal = session.get_one(Proposal, response.proposal_id)
    poll = session.get_one(Poll, _first(session, PollOutcome).poll_id)
    change = session.scalars(select(ProcessChange)).first()
    news = session.scalars(select(ProcessNews)).first()
    resident = session.scalars(
        select(Person).where(Person.role == Role.RESIDENT, Person.email_confirmed_at.is_not(None))
    ).first()
    assert resident is not None
    meanings = detail_meanings(line.event)
    is_day = meanings.get("until") == "the day, as ISO 8601"
    known: dict[str, object] = {
        "response": response.id,
        "referral": _first(session, Referral).id,
        "commitment": _first(session, Commitment).id,
        "comment": _first(session, Comment).id,
        "poll": poll.id,
        "into": proposal.id,
        "joined": proposal.id,
        "subject": "proposal",
        "id": proposal.id,
        "until": "2026-03-06" if is_day else "2026-03-06T01:00+00:00",
        "phase": proposal.process.phases[0].key,
        "change": change.id if change else None,
        "news_item": news.id if news else None,
        "count": 3,
        "state": OutsideState.IN_PROGRESS.value,
    }
    details = {name: known.get(name, 1) for name in meanings}
    is_on_process = line.audience in {Audience.PROCESS, Audience.FOLLOWERS}
    is_on_proposal = "%(title)s" in f"{line.subject} {line.sentence}" and not is_on_process
    return Notice(
        key=f"sample.{line.event.KIND}",
        kind=line.event.KIND,
        proposal_id=proposal.id if is_on_proposal else None,
        process_id=proposal.process_id if is_on_process or "poll" in details else None,
        institution_id=proposal.institution_id if line.audience == Audience.STAFF else None,
        person_id=resident.id if line.is_personal else None,
        details={name: value for name, value in details.items() if value is not None},
    )


def _first(session: Session, model: type[Row]) -> Row:
    """Return the row of a model with the smallest id."""
    key = model.__table__.c.id
    return session.scalars(select(model).order_by(key).limit(1)).one()


def list_mails(count: int) -> Iterator[Mail]:
    """Yield mails, one of each kind before a second one of any, by turns in each language."""
    rows = db.session.execute(
        select(Delivery, Notice, Person)
        .join(Notice, Notice.id == Delivery.notice_id)
        .join(Person, Person.id == Delivery.person_id)
        .where(Delivery.channel == Channel.MAIL, Person.email_confirmed_at.is_not(None))
        .order_by(Delivery.id)
    ).all()
    by_kind: dict[str, list[tuple[Delivery, Notice, Person]]] = {}
    for delivery, notice, person in rows:
        by_kind.setdefault(notice.kind, []).append((delivery, notice, person))
    in_turn = [row for turn in zip_longest(*by_kind.values()) for row in turn if row is not None]
    chosen = in_turn[: max(count, len(by_kind))]
    context = load_context(notice for _delivery, notice, _person in chosen)
    for number, (delivery, notice, person) in enumerate(chosen):
        turn = (number + number // len(by_kind)) % len(LANGUAGES)
        with db.session.no_autoflush:
            person.language = LANGUAGES[turn]  # in memory: the language of the reader
            rendered = render_notification(notice, context, person.language, person)
            try:
                message = compose(delivery, person, rendered)
            except InvalidAddress:  # a kind that goes to an address which nobody asked for here
                continue
        yield Mail(f"{number + 1:02}-{notice.kind}-{person.language}", message)


def write_mails(app: Flask, count: int) -> list[Mail]:
    """Write the texts and the HTML of mails and return them."""
    with app.app_context(), override_now(CITY_NOW):
        create_notices()
        mails = list(list_mails(count))
        db.session.rollback()
    for mail in mails:
        (OUTPUT / f"{mail.name}.txt").write_text(mail.plain, encoding="utf-8")
        (OUTPUT / f"{mail.name}.html").write_text(mail.html, encoding="utf-8")
    return mails


def take_pictures(mails: list[Mail]) -> Iterator[str]:
    """Take the pictures and yield what is wrong: mails that are too wide or too large."""
    with sync_playwright() as playwright:
        program = find_chromium(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        context = browser.new_context(
            viewport={"width": WIDTH, "height": 640}, java_script_enabled=False
        )
        tab = context.new_page()
        for mail in mails:
            tab.goto((OUTPUT / f"{mail.name}.html").as_uri())
            box = tab.locator("body").bounding_box() or {"width": 0.0}
            tab.screenshot(path=OUTPUT / f"{mail.name}.png", full_page=True)
            if box["width"] > WIDTH:
                yield f"{mail.name}: {box['width']:.0f} px wide"
            if (size := len(mail.html.encode())) > MAX_HTML_BYTES:
                yield f"{mail.name}: {size} bytes of HTML"
        browser.close()


def write_index(mails: list[Mail]) -> Path:
    """Write a page with the picture and the text of each mail and return its path."""
    parts = [f'<!doctype html><html lang="en"><title>Mails</title><style>{STYLE}</style>']
    parts += [
        f'<section><img src="{mail.name}.png" width="{WIDTH}" alt="{escape(mail.name)}">'
        f"<pre>{escape(mail.plain)}</pre></section>"
        for mail in mails
    ]
    index = OUTPUT / "index.html"
    index.write_text("\n".join(parts), encoding="utf-8")
    return index


def main() -> int:
    """Write the mails; return 1 if one is too wide or too large, or there are fewer."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--city", type=Path, help="a folder with a sample city")
    options = parser.parse_args()
    cache = ROOT / ".pytest_cache" / "d" / "sample-city"
    cache.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        city = shutil.copytree(options.city or cached_city(cache), Path(folder) / "city")
        mails = write_mails(create_city_app(city), options.count)
    faults = list(take_pictures(mails))
    print("\n".join([*faults, f"{len(mails)} mails: {write_index(mails)}"]))
    return 1 if faults or len(mails) < options.count else 0


if __name__ == "__main__":
    sys.exit(main())
