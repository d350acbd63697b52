"""Journey: a clerk enters what a person without an account says; the person takes it over."""

import re

from tests import factories
from tests.journeys.facts import Site, number_before
from tests.journeys.town import Town
from tests.journeys.walker import Walker

BODY = "Lansia menunggu berdiri di halte setiap pagi dan sore. " * 5
TITLE = "Atap untuk halte"
NOTE = "entered at the office of Kantor sarpras"


def test_person_contributes_at_an_office_and_takes_the_account_over(town: Town) -> None:
    institution = factories.create_institution("sarpras")
    process = factories.create_process(institution, threshold=2)
    other = factories.create_proposal(process)
    clerk = town.staff(institution)

    desk = town.sign_in(clerk).follow("Desk").follow("Enter something for a person")
    desk.press("Continue and print the paper", display_name="Bu Rini", status=422)
    desk.press("Continue and print the paper", display_name="Bu Rini", terms="y")
    code = re.search(r"Code ([a-z2-9-]{8,})", desk.text)[1]
    desk.press("The paper has been given to the person", printed_code="0000", status=422)
    desk.press("The paper has been given to the person", printed_code=code[-4:])
    desk.follow("Write it down")
    desk.press("Publish", process=process.slug, title=TITLE, body=BODY, read_back="y")
    assert "Your proposal was entered." in desk.text
    desk.follow("Back to the visit").press("Search", near="Number of the proposal", n=str(other.id))
    desk.press("Bu Rini supports it")
    assert "Your support is counted." in desk.text
    desk.follow("Back to the visit").press("Search", near="Number of the proposal", n=str(other.id))
    desk.press("Post argument", stance="for", body="Ibu saya lelah berdiri.", read_back="y")
    assert "Your argument was entered." in desk.text

    site = Site(town.app)
    row = site.rows("/en/proposals/list.csv", "number")[str(other.id)]
    page = site.page(f"/proposals/{other.id}").text
    assert NOTE in page and number_before(page, "supports this") == int(row["supports"]) == 1
    assert number_before(page, "for") == int(row["for"]) == 1
    assert NOTE in site.page(f"/proposals/{other.id + 1}").text

    visit = Walker(town.app, "/o")  # the address on the paper
    visit.press("Ambil alih", code=code, sign_in_name="rini", passphrase=factories.PASSPHRASE)
    visit.follow("Partisipasi saya")
    assert TITLE in visit.text and other.title in visit.text
    desk.follow("Back to the visit").follow("The visit is over")
    desk.press("Continue", near="earlier visit", code=code, status=422)
