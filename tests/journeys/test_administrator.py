"""Journey: an administrator takes an empty platform to a closed process."""

from datetime import date

from deliberate.operations.accounts.registration import create_account
from deliberate.vocabulary import Role
from tests import factories
from tests.journeys.facts import Site
from tests.journeys.town import Town
from tests.journeys.walker import Walker

LEAD = "Kantor sarpras"
PROCESS = {
    "slug": "taman",
    "title": "Taman kota",
    "question": "Taman mana dulu?",
    "open_points": "Urutan",
    "fixed_points": "Anggaran",
    "support_threshold": "1",
    "response_days": "5",
}
TITLE = "Bangku di taman"
BODY = "Lansia menunggu berdiri di taman. " * 8
POLL = {
    "question": "Taman mana dulu?",
    "type": "single",
    "options": "Sepaku\nBumi Harapan",
    "closes_at": "2026-03-27T18:00",
}


def sign_in(town: Town, name: str) -> Walker:
    """Return a visit of somebody who chose the passphrase themselves."""
    visit = town.visit().follow("Sign in")
    return visit.press("Sign in", sign_in_name=name, passphrase=factories.PASSPHRASE)


def test_administrator_takes_an_empty_platform_to_a_closed_process(town: Town) -> None:
    create_account(None, "pengelola", "Pengelola", factories.PASSPHRASE, Role.ADMIN, None)
    _set_up(town)
    _take_part(town)
    _answer_and_vote(town)
    _close(town)


def _option(visit: Walker, text: str) -> str:
    return next(row["value"] for row in visit.main.all("option") if row.text == text)


def _invite(town: Town, visit: Walker, name: str, role: str, unit: str) -> None:
    """Invite a person, who opens the account by the link in the mail."""
    visit.follow("Desk").follow("Invitations")
    address = {"email": f"{name}@example.org", "institution": _option(visit, unit)}
    visit.press("Make the link", role=role, **address)
    own = {"sign_in_name": name, "display_name": name.title(), "terms": "y"}
    invited = Walker(town.app, town.link_in_mail(name))
    invited.press("Open the account", passphrase=factories.PASSPHRASE, **own)


def _set_up(town: Town) -> None:
    """The first steps lead through everything until the process is open."""
    visit = sign_in(town, "pengelola").follow("Desk").follow("First steps")
    visit.follow("Institutions", near="Add the offices")
    visit.press("Add", slug="sarpras", name=LEAD, is_coordinator="y")
    visit.press("Add", slug="hukum", name="Kantor hukum")
    _invite(town, visit, "dewi", "staff", LEAD)
    _invite(town, visit, "adi", "moderator", LEAD)
    visit.follow("Desk").follow("First steps").follow("A process")
    visit.press("Keep", lead=_option(visit, LEAD), **PROCESS)
    visit.follow("What residents will see")
    assert not visit.offers("Open the process")
    _invite(town, visit, "eka", "moderator", "Kantor hukum")
    visit.follow("Desk").follow("First steps").follow("Dates of its phases").follow("Taman kota")
    ideas = {"opens": "2026-03-03", "closes": "2026-03-13"}
    visit.follow("Ideas").press("Save", switches=["propose", "support", "comment"], **ideas)
    voting = {"opens": "2026-03-14", "closes": "2026-03-27"}
    visit.follow("Discussion").press("Save", switches=["comment", "vote"], **voting)
    assert "Taman kota" not in Site(town.app).page("/processes").text
    visit.follow("What residents will see").press("Open the process")
    visit.follow("Desk").follow("First steps")
    assert "Opening Done" in visit.text
    site = Site(town.app)
    assert "Next: Ideas from Tuesday 3 March" in site.page("/").text
    assert "Ideas 3 Mar 2026 – 13 Mar 2026" in site.page("/processes/taman").text
    calendar = site.file("/processes/taman/calendar.ics")
    assert "DTSTART;VALUE=DATE:20260303" in calendar and "VALUE=DATE:20260328" in calendar


def _take_part(town: Town) -> None:
    town.wait_until(date(2026, 3, 3))
    author = town.sign_in(town.resident()).follow("Start a proposal")
    author.press("Continue", title=TITLE).press("Continue", body=BODY)
    author.press("Continue").press("Continue").press("Publish")
    supporter = town.sign_in(town.resident()).follow("Proposals", near="Scoreboard")
    supporter.follow(TITLE).press("Support this proposal")
    assert "Response due 10 Mar 2026" in supporter.text


def _answer_and_vote(town: Town) -> None:
    """The case stays owed while a poll is opened, voted in and closed."""
    town.wait_until(date(2026, 3, 16))
    officer = sign_in(town, "dewi").follow("Desk").follow("Polls at the desk")
    officer.follow("Open a poll", near="Taman kota").press("Open the poll", **POLL)
    voter = town.sign_in(town.resident()).follow("Polls", near="Scoreboard")
    voter.follow(POLL["question"])
    choice = next(row["value"] for row in voter.main.all("input") if row["type"] == "radio")
    voter.press("Cast ballot", marked=choice)
    town.wait_until(date(2026, 3, 30))


def _close(town: Town) -> None:
    """Closing asks for the outcome and for who still owes; the duty goes on afterwards."""
    visit = sign_in(town, "pengelola").follow("Desk").follow("Processes", near="Institutions")
    visit.follow("Taman kota").follow("Close the process")
    assert "First publish the outcome of a poll" in visit.text and not visit.offers("Close it now")
    officer = sign_in(town, "dewi").follow("Desk").follow("Polls at the desk")
    officer.follow(POLL["question"]).follow("Publish the outcome")
    officer.press("Publish these words", body="Sepaku dibangun lebih dahulu.")
    visit = sign_in(town, "pengelola").follow("Desk").follow("Processes", near="Institutions")
    visit.follow("Taman kota").follow("Close the process")
    assert f"{LEAD}: 1 response" in visit.text
    visit.press("Close it now", reason="Selesai.", status=422)
    visit.press("Close it now", reason="Selesai.", keeps_duty="y")
    site = Site(town.app)
    closed = site.page("/processes/taman").text
    assert f"Responses still owed: {LEAD} (1)." in closed and "present phase" not in closed
    for path in ("/", "/responses", "/proposals", "/institutions/sarpras"):
        assert "Overdue by 9 working days" in site.page(path).text, path
    officer.follow("Desk").follow(TITLE).follow("Write the response")
    officer.press("Check before publishing", decision="accepted", headline="Bangku dipasang")
    officer.press("Publish and notify")
    assert "9 working days after the deadline" in officer.text
    site = Site(town.app)
    assert "Responses still owed" not in site.page("/processes/taman").text
    assert "Nothing is waiting" in site.page("/").text
    for path in ("/responses", "/institutions/sarpras"):
        assert "0 of 1 14 working days n = 1 0" in site.page(path).text, path
