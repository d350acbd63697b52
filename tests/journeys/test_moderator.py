"""Journey: a report, a decision, an appeal that another moderator decides, and the record."""

from dataclasses import dataclass
from datetime import date

from deliberate.models import Proposal
from deliberate.operations.threads.comments import post_comment
from deliberate.vocabulary import Role, Stance
from tests import factories
from tests.journeys.facts import Site, number_before
from tests.journeys.town import Town

TEXT = "Anggaran ini salah hitung."


@dataclass(frozen=True)
class Record:
    """What the pages say about the text: the moderation record, the thread, the list."""

    reported: int = 0
    hidden: int = 0
    appeals: str = "Granted: 0. Refused: 0. Waiting: 0."
    restored: int = 0
    against: int = 1


def read_record(town: Town, proposal: Proposal) -> Record:
    """Return the figures, which must agree with what the page of the proposal shows."""
    site = Site(town.app)
    record, page = site.page("/moderation").text, site.page(f"/proposals/{proposal.id}").text
    row = site.rows("/en/proposals/list.csv", "number")[str(proposal.id)]
    is_shown = TEXT in page
    assert ("Hidden by a moderator" in page) != is_shown
    assert int(row["against"]) == int(is_shown) and int(row["comments"]) == 1
    assert number_before(page, "comment, replies and staff included") == 1
    assert is_shown == (f"{row['against']} disagree" in site.page("/proposals").text)
    return Record(
        number_before(record, "reported, waiting for a decision"),
        number_before(record, "hidden by a rule"),
        record[record.index("Granted: ") : record.index(" A different moderator")],
        number_before(record, "shown again, of these"),
        int(row["against"]),
    )


def test_hidden_argument_is_shown_again_on_appeal(town: Town) -> None:
    process = factories.create_process(factories.create_institution("sarpras"))
    proposal = factories.create_proposal(process)
    author, reporter = town.resident(), town.resident()
    moderator, other = (town.staff(role=Role.MODERATOR) for _index in range(2))
    post_comment(author, proposal, TEXT, stance=Stance.AGAINST)
    town.new_mails()

    visit = town.sign_in(reporter).follow("Proposals", near="Scoreboard").follow(proposal.title)
    visit.follow("Report", near=TEXT).press("Send report", reason="insult", note="Menghina.")
    assert read_record(town, proposal) == Record(reported=1)

    desk = town.sign_in(moderator).follow("Desk").follow(TEXT)
    assert "Menghina." in desk.text
    desk.press("Hide by this rule", status=422)
    desk.press("Hide by this rule", rule="insult", note="Menghina petugas.")
    assert author.sign_in_name in town.told()
    assert read_record(town, proposal) == Record(hidden=1, against=0)

    visit = town.sign_in(author).follow("Messages").follow("Your text was hidden")
    assert "Menghina petugas." in visit.text
    visit.press("File the appeal", reason="Ini kritik, bukan hinaan.")
    assert not visit.offers("File the appeal")
    waiting = Record(hidden=1, against=0, appeals="Granted: 0. Refused: 0. Waiting: 1.")
    assert read_record(town, proposal) == waiting

    town.wait_until(date(2026, 3, 4))
    desk = town.sign_in(moderator).follow("Desk")
    assert "for another moderator: you decided first" in desk.text
    desk.follow(TEXT)
    assert not desk.offers("Decide the appeal") and not desk.offers("Show it again")
    desk = town.sign_in(other).follow("Desk").follow(TEXT)
    assert "Ini kritik, bukan hinaan." in desk.text
    desk.press("Decide the appeal", outcome="granted", note="Kritik itu boleh.")
    assert author.sign_in_name in town.told()
    granted = Record(hidden=1, restored=1, appeals="Granted: 1. Refused: 0. Waiting: 0.")
    assert read_record(town, proposal) == granted
    visit.follow("Messages")
    visit.follow("Your appeal was granted")
    assert "Kritik itu boleh." in visit.text
