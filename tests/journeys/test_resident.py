"""Journey: a resident joins, proposes, takes part, reads the answer, and leaves."""

from dataclasses import dataclass
from datetime import date
from io import BytesIO

import pytest
from PIL import Image

from deliberate.database import db
from deliberate.models import Institution, Person, Poll, Process, Proposal
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.responses.commitments import fulfil_commitment
from deliberate.operations.responses.responses import publish_response
from deliberate.operations.threads.comments import post_comment
from deliberate.vocabulary import ResponseDecision, Stance
from tests import factories
from tests.journeys.facts import Site, number_before
from tests.journeys.town import Town
from tests.journeys.walker import Walker

BODY = "Anak-anak berjalan di badan jalan setiap pagi dan sore. " * 5
NAME, PASSPHRASE = "ratna", "empat perahu biru di teluk"
TITLE = "Trotoar di depan sekolah"


@dataclass
class City:
    """A process with a proposal, an argument against it, and a poll."""

    institution: Institution
    process: Process
    proposal: Proposal
    critic: Person
    poll: Poll


@pytest.fixture
def city(town: Town) -> City:
    institution = factories.create_institution("sarpras")
    process = factories.create_process(institution, threshold=2, days=60, response_days=10)
    proposal, critic = factories.create_proposal(process), town.resident()
    post_comment(critic, proposal, "Mahal sekali.", stance=Stance.AGAINST)
    poll = factories.create_poll(process, days=10)
    return City(institution, process, proposal, critic, poll)


def a_picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (60, 40), "green").save(file, "PNG")
    return file.getvalue()


@pytest.mark.usefixtures("published_few")
def test_resident_takes_part_from_joining_to_leaving(town: Town, city: City) -> None:
    visit = Walker(town.app)
    _propose_and_join(town, visit)
    _discuss(town, city, visit)
    _vote(town, city, visit)
    _read_the_answer(town, city, visit)
    _leave(town, city, visit)


def _propose_and_join(town: Town, visit: Walker) -> None:
    """What was written before joining is not lost; the mail confirms the address."""
    visit.follow("Start a proposal").press("Continue", title=TITLE)
    visit.press("Continue", body=BODY, status=401).press(
        "Join",
        sign_in_name=NAME,
        display_name="Ratna",
        passphrase=PASSPHRASE,
        email=f"{NAME}@example.org",
        terms="y",
    )
    assert TITLE in visit.text
    visit.press("Save the draft of the proposal").press(
        "Add the file", title="Jalan", file=a_picture()
    )
    visit.press("Continue", area="Sepaku", topic="jalan").press("Continue")
    assert BODY.strip() in visit.text and "Jalan" in visit.text
    visit.press("Publish").follow("To the proposal")
    assert visit.download("Jalan").mimetype == "image/png"
    visit.arrive(town.link_in_mail(NAME)).press("Confirm")
    assert "Your address is confirmed" in visit.text


def _discuss(town: Town, city: City, visit: Walker) -> None:
    """Support, argument, reply, rating and report are counted on the page and in the list."""
    visit.follow("Proposals", near="Scoreboard").follow(city.proposal.title)
    visit.press("Support this proposal")
    visit.press("Post argument", body="Pohon perlu disiram.", stance="for")
    visit.follow("Reply", near="Mahal sekali.").press("Post reply", body="Ada yang murah.")
    visit.press("Strong point", near="Mahal sekali.")
    visit.follow("Report", near="Mahal sekali.").press("Send report", reason="spam")
    assert "A moderator looks at it" in visit.message
    row = Site(town.app).rows("/en/proposals/list.csv", "number")[str(city.proposal.id)]
    page = Site(town.app).page(f"/proposals/{city.proposal.id}").text
    assert number_before(page, "supports this") == int(row["supports"]) == 1
    assert number_before(page, "comments, replies") == int(row["comments"]) == 3
    assert number_before(page, "for") == int(row["for"]) == 1


def _vote(town: Town, city: City, visit: Walker) -> None:
    """The receipt of a ballot is mailed and says that it was cast, never what."""
    visit.follow("Polls", near="Scoreboard").follow(city.poll.question)
    visit.press("Cast ballot", marked=str(city.poll.options[0].id), mail_receipt="y")
    assert "Your ballot code" in visit.text
    assert NAME in town.told()
    visit.follow("Check this receipt")
    assert "ballot" in visit.main.text and "Rute 1" not in visit.text


def _read_the_answer(town: Town, city: City, visit: Walker) -> None:
    """Mails lead to the answer and to the commitment; the resident judges both."""
    proposal = db.session.query(Proposal).filter_by(title=TITLE).one()
    officer = town.staff(city.institution)
    for _index in range(2):
        support_proposal(factories.create_resident(), proposal)
    town.wait_until(date(2026, 3, 6))
    response = publish_response(
        officer,
        proposal,
        ResponseDecision.ACCEPTED,
        "Trotoar dibangun",
        "Tahun ini.",
        commitments=[("Trotoar", city.institution, date(2026, 3, 20))],
    )
    assert NAME in town.told()
    visit.arrive(town.link_in_mail(NAME))
    assert "6 working days before the deadline" in visit.text
    visit.press("Send the answer", answer="yes", reason="Jelas.")
    town.wait_until(date(2026, 3, 13))
    fulfil_commitment(officer, response.commitments[0], "Selesai.")
    assert NAME in town.told()
    visit.follow("Messages").follow("Commitment fulfilled")
    visit.press("Yes", near="Is it really built?")
    site = Site(town.app)
    for path in (f"/proposals/{proposal.id}", f"/responses/{proposal.id}"):
        assert site.page(path).text.count("Yes 1 Partly 0 No 0") == 2, path
    for path in ("/responses", f"/institutions/{city.institution.slug}"):
        assert "1 of 1 4 working days n = 1 0 0 1 of 1" in site.page(path).text, path
    result = site.page(f"/polls/{city.poll.id}").text
    assert "1 ballot of 5 entitled people" in result and "Rute 1 100% 1" in result


def _leave(town: Town, city: City, visit: Walker) -> None:
    """The file has every act of the person; afterwards the texts are gone, the counts stay."""
    own = visit.follow("My participation").download("Download my data (JSON)").json
    counts = {name: len(own[name]) for name in ("proposals", "comments", "supports", "reports")}
    assert counts == {"proposals": 1, "comments": 2, "supports": 1, "reports": 1}
    visit.follow("Erase my account")
    visit.press("Erase my account", passphrase=PASSPHRASE, sure="y")
    assert "Your account is erased" in visit.text and visit.offers("Sign in")
    town.run_night()
    site, number = Site(town.app), str(city.proposal.id)
    page = site.page(f"/proposals/{number}").text
    assert "Ratna" not in page and "Pohon perlu" not in page
    row = site.rows("/en/proposals/list.csv", "number")[number]
    assert number_before(page, "supports this") == int(row["supports"]) == 1
    assert number_before(page, "comments, replies") == int(row["comments"]) == 3
    assert number_before(page, "for") == int(row["for"]) == 0
    assert TITLE not in site.page("/proposals").text
