"""Test the journeys of a resident and of an officer without JavaScript."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from deliberate.clock import override_now
from deliberate.commands.demo_city.events import PASSPHRASE
from deliberate.database import db
from deliberate.models import Comment, Interaction, Person
from tests import demo_pages
from tests.in_browser.navigation import follow
from tests.sample_city import CITY_NOW

pytestmark = pytest.mark.browser
REASON = {"id": "Ibu saya menunggu berdiri setiap pagi.", "en": "My mother waits standing."}
ANSWER = {"id": "Tiga rute dibangun tahun ini", "en": "Three routes are built this year"}


@pytest.fixture
def phone_page(chromium: Any, city_url: str) -> Any:
    """Open a phone-sized page without JavaScript."""
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=False, base_url=city_url
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def proposal_and_poll(city_copy: Any) -> Any:
    """Return the id of a proposal that waits for a response, and the path of an open poll."""
    with city_copy.app_context(), override_now(CITY_NOW):
        return demo_pages.get_waiting_case().id, demo_pages.public_pages()["open poll"]


@pytest.fixture
def acts_of(city_copy: Any) -> Callable[[str], list[str]]:
    """Return a function that lists the kinds of a person's acts by display name, in order."""

    def read(name: str) -> list[str]:
        with city_copy.app_context():
            person = db.session.scalars(select(Person).where(Person.display_name == name)).one()
            rows = select(Interaction.kind).where(Interaction.actor_id == person.actor_id)
            return list(db.session.scalars(rows.order_by(Interaction.id)))

    return read


def press(page: Any, action: str) -> None:
    """Press the button that submits to an action."""
    selector = f'[formaction$="{action}"], form[action$="{action}"] button[type=submit]'
    follow(page, selector)


def sign_in(page: Any, language: str, name: str) -> None:
    page.goto(f"/{language}/sign-in")
    page.fill("[name=sign_in_name]", name)
    page.fill("[name=passphrase]", PASSPHRASE)
    follow(page, "main form button.button")


@pytest.mark.parametrize("language", ["id", "en"])
def test_resident_writes_then_joins_supports_and_votes(
    phone_page, proposal_and_poll, acts_of, city_copy, language
):
    proposal_id, poll = proposal_and_poll
    phone_page.goto(f"/{language}/proposals/{proposal_id}")
    phone_page.locator("[name=stance][value=for]").check()
    phone_page.fill("[name=body]", REASON[language])
    press(phone_page, f"/proposals/{proposal_id}/arguments")
    assert REASON[language] in phone_page.inner_text("main")
    phone_page.fill("[name=sign_in_name]", "tetangga")
    phone_page.fill("[name=display_name]", "Tetangga Baru")
    phone_page.fill("[name=passphrase]", "rumput basah di lapangan")
    phone_page.check("[name=terms]")
    press(phone_page, "/join")
    assert REASON[language] in phone_page.inner_text("main")
    press(phone_page, f"/proposals/{proposal_id}/arguments")
    assert REASON[language] in phone_page.inner_text("main")
    press(phone_page, f"/proposals/{proposal_id}/support")
    assert phone_page.locator(f"[formaction$='/proposals/{proposal_id}/support/end']").count() > 0
    phone_page.goto(f"/{language}{poll}")
    phone_page.locator("main input[type=radio]").first.check()
    press(phone_page, f"{poll}/ballot")
    assert phone_page.locator("h1").count() == 1
    assert acts_of("Tetangga Baru") == [
        "person.joined",
        "comment.posted",
        "support.given",
        "ballot.cast",
    ]
    with city_copy.app_context():
        query = select(func.count()).where(Comment.body == REASON[language])
        assert db.session.scalar(query) == 1


@pytest.mark.parametrize("language", ["id", "en"])
def test_officer_responds_and_the_resident_reads_it(
    phone_page, proposal_and_poll, chromium, city_url, language
):
    proposal_id, _poll = proposal_and_poll
    sign_in(phone_page, language, "petugas")
    phone_page.goto(f"/{language}/desk")
    follow(phone_page, f"a[href$='/desk/proposals/{proposal_id}']")
    press(phone_page, f"/desk/proposals/{proposal_id}/take")
    phone_page.goto(f"/{language}/desk/proposals/{proposal_id}")
    follow(phone_page, f"a[href$='/desk/proposals/{proposal_id}/response']")
    phone_page.locator("[name=decision][value=accepted]").check()
    phone_page.fill("[name=headline]", ANSWER[language])
    phone_page.fill("[name=body]", f"{ANSWER[language]}.")
    phone_page.fill("[name='commitments-0-what']", ANSWER[language])
    phone_page.fill("[name='commitments-0-due']", "2026-12-01")
    follow(phone_page, "#write button[value=look] >> nth=0")
    assert ANSWER[language] in phone_page.inner_text("main")
    press(phone_page, f"/desk/proposals/{proposal_id}/response/publish")
    resident = chromium.new_context(java_script_enabled=False, base_url=city_url).new_page()
    sign_in(resident, language, "warga")
    resident.goto(f"/{language}/proposals/{proposal_id}")
    assert ANSWER[language] in resident.inner_text("#response")
    resident.context.close()
