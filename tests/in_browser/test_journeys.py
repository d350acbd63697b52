"""Without a script: from reading to being heard, and from the desk to the answer residents read."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from deliberate.clock import override_now
from deliberate.commands.demo_city.events import PASSPHRASE
from deliberate.database import db
from deliberate.models import Comment, Interaction, Person
from tests import demo_pages
from tests.live_server import CITY_NOW

pytestmark = pytest.mark.browser
REASON = {"id": "Ibu saya menunggu berdiri setiap pagi.", "en": "My mother waits standing."}
ANSWER = {"id": "Tiga rute dibangun tahun ini", "en": "Three routes are built this year"}


@pytest.fixture
def phone(chromium: Any, town: str) -> Any:
    """A phone that runs no script."""
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=False, base_url=town
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def found(own_city: Any) -> Any:
    """A proposal that waits for an answer, and a poll."""
    with own_city.app_context(), override_now(CITY_NOW):
        return demo_pages.get_waiting_case().id, demo_pages.public_pages()["open poll"]


@pytest.fixture
def acts_of(own_city: Any) -> Callable[[str], list[str]]:
    """The kinds of what somebody did, in order; the name is the one others see."""

    def read(name: str) -> list[str]:
        with own_city.app_context():
            person = db.session.scalars(select(Person).where(Person.display_name == name)).one()
            rows = select(Interaction.kind).where(Interaction.actor_id == person.actor_id)
            return list(db.session.scalars(rows.order_by(Interaction.id)))

    return read


def press(page: Any, action: str) -> None:
    """Press the button that sends to an address."""
    to = f'[formaction$="{action}"], form[action$="{action}"] button[type=submit]'
    page.locator(to).first.click()


def sign_in(page: Any, language: str, name: str) -> None:
    page.goto(f"/{language}/sign-in")
    page.fill("[name=sign_in_name]", name)
    page.fill("[name=passphrase]", PASSPHRASE)
    page.locator("main form button.button").first.click()


@pytest.mark.parametrize("language", ["id", "en"])
def test_resident_writes_then_joins_supports_and_votes(phone, found, acts_of, own_city, language):
    number, poll = found
    phone.goto(f"/{language}/proposals/{number}")
    phone.locator("[name=stance][value=for]").check()
    phone.fill("[name=body]", REASON[language])
    press(phone, f"/proposals/{number}/arguments")
    assert REASON[language] in phone.inner_text("main")
    phone.click("button[formaction$='/join']")
    assert REASON[language] in phone.inner_text("main")
    phone.fill("[name=sign_in_name]", "tetangga")
    phone.fill("[name=display_name]", "Tetangga Baru")
    phone.fill("[name=passphrase]", "rumput basah di lapangan")
    phone.check("[name=terms]")
    press(phone, "/join")
    assert REASON[language] in phone.inner_text("main")
    press(phone, f"/proposals/{number}/arguments")
    assert REASON[language] in phone.inner_text("#arguments")
    press(phone, f"/proposals/{number}/support")
    assert phone.locator(f"[formaction$='/proposals/{number}/support/end']").count() > 0
    phone.goto(f"/{language}{poll}")
    phone.locator("main input[type=radio]").first.check()
    press(phone, f"{poll}/ballot")
    assert phone.locator("h1").count() == 1
    assert acts_of("Tetangga Baru") == [
        "person.joined",
        "comment.posted",
        "support.given",
        "ballot.cast",
    ]
    with own_city.app_context():
        said = select(func.count()).where(Comment.body == REASON[language])
        assert db.session.scalar(said) == 1


@pytest.mark.parametrize("language", ["id", "en"])
def test_officer_responds_and_the_resident_reads_it(phone, found, chromium, town, language):
    number, _poll = found
    sign_in(phone, language, "petugas")
    phone.goto(f"/{language}/desk")
    phone.click(f"a[href$='/desk/proposals/{number}']")
    press(phone, f"/desk/proposals/{number}/take")
    phone.goto(f"/{language}/desk/proposals/{number}")
    phone.click(f"a[href$='/desk/proposals/{number}/response']")
    phone.locator("[name=decision][value=accepted]").check()
    phone.fill("[name=headline]", ANSWER[language])
    phone.fill("[name=body]", f"{ANSWER[language]}.")
    phone.fill("[name='commitments-0-what']", ANSWER[language])
    phone.fill("[name='commitments-0-due']", "2026-12-01")
    phone.click("#write button[value=look] >> nth=0")
    assert ANSWER[language] in phone.inner_text("main")
    press(phone, f"/desk/proposals/{number}/response/publish")
    resident = chromium.new_context(java_script_enabled=False, base_url=town).new_page()
    sign_in(resident, language, "warga")
    resident.goto(f"/{language}/proposals/{number}")
    assert ANSWER[language] in resident.inner_text("#response")
    resident.context.close()
