"""Journey: one city in every state, and every figure is the same on all pages that show it."""

import csv
import html
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from deliberate.clock import now
from deliberate.models import Institution, Person, Process, Proposal
from deliberate.operations.moderation.decisions import (
    decide_appeal,
    file_appeal,
    hide_contribution,
    keep_contribution,
    report_contribution,
    request_edit,
)
from deliberate.operations.polls.ballots import cast_ballot
from deliberate.operations.polls.polls import PollRules
from deliberate.operations.proposals.merging import merge_proposals
from deliberate.operations.proposals.proposals import withdraw_proposal
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.responses.commitments import fulfil_commitment
from deliberate.operations.responses.responses import publish_response
from deliberate.operations.threads.comments import post_comment
from deliberate.queries.moderation.queue import open_appeals
from deliberate.vocabulary import (
    AppealOutcome,
    ModerationRule,
    PollType,
    ResponseDecision,
    Role,
    Stance,
)
from tests import factories
from tests.client import anonymous_client, signed_in_client

RULE = ModerationRule.INSULT


@dataclass
class City:
    """The city that the pages are read of."""

    institution: Institution
    officer: Person
    process: Process
    proposals: dict[str, Proposal]


@pytest.fixture
def city(app, clock):
    clock.move_to(datetime(2026, 3, 2, 1, tzinfo=UTC))
    institution = factories.create_institution("sarpras")
    process = factories.create_process(institution, threshold=1, days=90, response_days=5)
    names = ("late", "interim", "kept_late", "withdrawn", "merged", "hidden", "plain", "soon")
    proposals = {name: factories.create_proposal(process) for name in names}
    city = City(institution, factories.create_staff(institution), process, proposals)
    for name in ("late", "interim", "kept_late", "withdrawn", "merged"):
        support_proposal(factories.create_resident(), proposals[name])
    _leave_out(city)
    _discuss(city)
    _respond(city, clock)
    support_proposal(factories.create_resident(), proposals["soon"])
    clock.move_to(now() + timedelta(days=2))
    return city


def _leave_out(city: City) -> None:
    """Withdraw, merge and hide a proposal each; grant an appeal; keep with and without reports."""
    proposals, moderator = city.proposals, factories.create_staff(role=Role.MODERATOR)
    other = factories.create_staff(role=Role.MODERATOR)
    post_comment(factories.create_resident(), proposals["withdrawn"], "Sudah.", stance=Stance.FOR)
    withdraw_proposal(proposals["withdrawn"].author, proposals["withdrawn"], "Sudah selesai.")
    merge_proposals(city.officer, proposals["merged"], proposals["late"])
    hide_contribution(moderator, proposals["hidden"], RULE, "Aturan 2.")
    restored, kept, asked = (
        post_comment(factories.create_resident(), proposals["plain"], "Ya.", stance=Stance.FOR)
        for _ in range(3)
    )
    hide_contribution(moderator, restored, RULE, "Aturan 2.")
    file_appeal(restored.author, restored, "Bukan hinaan.")
    ((appeal, _text),) = open_appeals()
    decide_appeal(other, appeal, AppealOutcome.GRANTED, "Benar.")
    report_contribution(factories.create_resident(), kept, RULE)
    keep_contribution(moderator, kept)
    request_edit(moderator, asked, RULE, "Ubah.")
    keep_contribution(moderator, asked)


def _discuss(city: City) -> None:
    plain = city.proposals["plain"]
    argument = post_comment(factories.create_resident(), plain, "Mahal.", stance=Stance.AGAINST)
    post_comment(city.officer, plain, "Biayanya sudah ada.", parent=argument)
    post_comment(city.officer, plain, "Kami hadir.", stance=Stance.NEUTRAL)


def _respond(city: City, clock) -> None:
    """Answer one in time and keep its commitment late, one for the time being, one not at all."""
    response = publish_response(
        city.officer,
        city.proposals["kept_late"],
        ResponseDecision.ACCEPTED,
        "Pagar dibangun",
        "Dibangun.",
        commitments=[("Pagar", city.institution, date(2026, 3, 4))],
    )
    publish_response(
        city.officer,
        city.proposals["interim"],
        ResponseDecision.NEEDS_STUDY,
        "Perlu kajian",
        "Dikaji.",
        study_until=date(2026, 5, 4),
    )
    clock.move_to(datetime(2026, 3, 12, 1, tzinfo=UTC))
    fulfil_commitment(city.officer, response.commitments[0], "Selesai.")


def words(page: str) -> str:
    """Return the text of a page without tags, spaces joined."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def number_before(text: str, label: str) -> int:
    """Return the number that stands before a label."""
    found = re.search(rf"([\d,]+) {re.escape(label)}", text)
    assert found, label
    return int(found[1].replace(",", ""))


@pytest.fixture
def read(app, city):
    """Return a function that reads the text of an English page as a stranger."""
    return lambda path: words(anonymous_client(app).get(f"/en{path}", follow_redirects=True).text)


def csv_rows(app) -> dict[str, dict[str, str]]:
    """Return the rows of the file of proposals by number."""
    text = anonymous_client(app).get("/en/proposals/list.csv").text
    return {row["number"]: row for row in csv.DictReader(text.splitlines())}


def section(page: str, heading_id: str) -> str:
    """Return the section of a page whose heading has an id."""
    return page.partition(f'aria-labelledby="{heading_id}"')[2].partition("</section>")[0]


def test_number_of_proposals_is_that_of_the_listed_ones_everywhere(app, city, read):
    client = anonymous_client(app)
    left_out = {city.proposals[name].id for name in ("withdrawn", "merged", "hidden")}
    ids = {proposal.id for proposal in city.proposals.values()} - left_out
    assert {int(number) for number in csv_rows(app)} == ids
    pages = ("/proposals", f"/proposals?process={city.process.slug}", "/processes")
    for path in (*pages, f"/processes/{city.process.slug}"):
        assert number_before(read(path), "proposals") == len(ids), path
    sitemap = client.get("/sitemap.xml").text
    assert {int(number) for number in re.findall(r"/en/proposals/(\d+)", sitemap)} == ids
    feed = client.get(f"/processes/{city.process.slug}/feed.json").json
    published = [item["url"] for item in feed["items"] if "/p/" in item["url"]]
    assert {int(url.rpartition("/")[2]) for url in published} == ids


def test_figures_in_time_and_overdue_have_one_base_everywhere(app, city, read):
    desk = words(signed_in_client(app, city.officer).get("/en/desk").text)
    for path in (f"/institutions/{city.institution.slug}", "/responses?list=waiting"):
        text = read(path)
        assert "1 of 3" in text and "of the cases that were answered or are overdue" in text
        assert text.count("Overdue by") == number_before(desk, "overdue") == 2, path
    assert number_before(desk, "waiting for a response") == 3


def test_desk_counts_as_due_soon_the_rows_that_say_so(app, city, clock):
    client, seen = signed_in_client(app, city.officer), set()
    for _ in range(14):
        page = words(client.get("/en/desk").text)
        left = [int(days) for days in re.findall(r"Response due in (\d+) working day", page)]
        soon = sum(days <= 3 for days in left) + page.count("Response due today")
        assert number_before(page, "due within 3 working days") == soon, now()
        seen.add(soon)
        clock.move_to(now() + timedelta(days=1))
        client = signed_in_client(app, city.officer)
    assert seen == {0, 1}


def test_interim_response_is_shown_as_waiting_not_as_answered(app, city, read):
    interim, final = (city.proposals[name].id for name in ("interim", "kept_late"))
    home = anonymous_client(app).get("/en/").text
    assert f"/proposals/{final}" in section(home, "answered")
    assert f"/proposals/{interim}" not in section(home, "answered")
    assert f"/proposals/{interim}" in section(home, "waiting")
    assert f"/proposals/{final}" not in section(home, "waiting")
    institution = f"/institutions/{city.institution.slug}"
    for path in ("/responses?list=given", institution, f"/proposals/{interim}"):
        assert "Interim answer" in read(path), path
    assert "Interim answer" not in read(f"/proposals/{final}")
    rows = csv_rows(app)
    assert (rows[str(interim)]["state"], rows[str(interim)]["answered"]) == ("due", "")


def test_commitment_kept_late_says_so_everywhere(city, read):
    proposal_id = city.proposals["kept_late"].id
    for path in ("/responses?list=fulfilled", f"/responses/{proposal_id}"):
        assert "Fulfilled late" in read(path), path
    assert "late, was due 4 Mar 2026" in read(f"/proposals/{proposal_id}")


def test_moderation_record_counts_what_happened(read):
    text = read("/moderation")
    assert number_before(text, "kept after reports") == 1
    assert number_before(text, "kept after a check without a report") == 1
    assert number_before(text, "shown again, of these 1 on appeal") == 1
    assert number_before(text, "hidden by a rule") == 2 and "Granted: 1." in text


def test_comments_are_counted_alike_on_page_list_and_file(app, city, read):
    plain = city.proposals["plain"]
    page, row = read(f"/proposals/{plain.id}"), csv_rows(app)[str(plain.id)]
    assert number_before(page, "comments, replies and staff included") == int(row["comments"]) == 6
    for side, label in (("for", "for"), ("against", "against"), ("neutral", "neutral")):
        numbers = {number_before(page, label), int(row[side])}
        assert len(numbers) == 1, side
    assert (row["for"], row["against"], row["neutral"]) == ("3", "1", "0")
    assert "3 agree, 1 disagree, 0 ask" in read("/proposals")
    comments = sum(int(listed["comments"]) for listed in csv_rows(app).values())
    assert number_before(read("/processes"), "comments") == comments == 6


@pytest.mark.usefixtures("published_few")
@pytest.mark.parametrize("kind", [PollType.SINGLE, PollType.MULTIPLE, PollType.BUDGET])
def test_poll_shares_are_of_the_valid_ballots_everywhere(city, read, kind):
    costs = {"amount": 9, "costs": (5, 4, 3)} if kind == PollType.BUDGET else {}
    rules = PollRules(type=kind, **costs)
    poll = factories.create_poll(city.process, rules=rules, with_pass="Belum yakin")
    for option in (poll.options[0], poll.options[0], poll.options[1], poll.options[-1]):
        cast_ballot(factories.create_resident(), poll, [(option.id, 1)])
    factories.close_poll(poll)
    page = read(f"/polls/{poll.id}")
    assert "50% 2" in page and "25% 1" in page
    base = number_before(page, "ballots")
    assert f"Shares are of {base} valid ballots." in page and base == 4
    assert ("more than 100 %" in page) == (kind != PollType.SINGLE)
