"""The list of proposals: narrowed, ordered, in pages that cost the same at any length."""

import pytest
from sqlalchemy import insert

from deliberate.database import db, unrecorded
from deliberate.models import Proposal
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.responses.responses import publish_response
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.processes.processes import next_phase_for, open_for
from deliberate.queries.proposals.listing import (
    ListOrder,
    ListState,
    Wanted,
    all_listed,
    choices_of,
    proposals_listed,
)
from deliberate.queries.search.similar_proposals import similar_proposals
from deliberate.vocabulary import PhaseKind, ResponseDecision, Stance, Switch
from tests import factories
from tests.statement_counter import statements


def titles(**wanted) -> list[str]:
    return [proposal.title for proposal in proposals_listed(Wanted(**wanted))[0]]


def a_proposal(title, process=None, **more):
    return proposal_operations.submit_proposal(
        factories.resident(), process or factories.a_process(), title, "Isi usulan ini.", **more
    )


def test_the_newest_stand_first(app, clock):
    process = factories.a_process()
    for title in ("Satu", "Dua"):
        a_proposal(title, process)
        clock.shift(60)
    assert titles() == ["Dua", "Satu"]


def test_the_most_discussed_and_the_least_seen(app):
    process = factories.a_process()
    much, some, none = (a_proposal(title, process) for title in ("Ramai", "Sedang", "Sepi"))
    for _ in range(2):
        comment_operations.post_comment(factories.resident(), much, "Ya.", stance=Stance.FOR)
    proposal_operations.support_proposal(factories.resident(), some)
    assert titles(order=ListOrder.DISCUSSED)[0] == much.title
    assert titles(order=ListOrder.LEAST_SEEN) == [none.title, some.title, much.title]


def test_those_that_wait_for_a_response_stand_by_how_long(app, clock):
    process = factories.a_process(threshold=1)
    first, second, _other = (a_proposal(title, process) for title in ("Satu", "Dua", "Tiga"))
    for proposal in (second, first):
        proposal_operations.support_proposal(factories.resident(), proposal)
        clock.shift(60)
    assert titles(order=ListOrder.WAITING) == ["Dua", "Satu"]


def test_what_closes_soon_is_what_is_open_now(app, clock):
    soon, late = factories.a_process(days=5), factories.a_process(days=30)
    over = factories.a_process(days=2)
    for title, process in (("Nanti", late), ("Segera", soon), ("Lewat", over)):
        a_proposal(title, process)
    clock.shift(2 * 86400)
    assert titles(order=ListOrder.CLOSING) == ["Segera", "Nanti"]


def test_a_list_is_narrowed_by_words_place_topic_process_and_institution(app):
    office = factories.an_institution("sarpras")
    process = factories.a_process(office)
    bench = a_proposal("Bangku halte", process, topic="halte", area="Sepaku", institution=office)
    a_proposal("Lampu jalan", topic="lampu", area="Bumi Harapan")
    for narrowed in (
        {"q": "BANGKU isi"},
        {"topic": "halte"},
        {"area": "Sepaku"},
        {"process": process.slug},
        {"institution": "sarpras"},
    ):
        assert titles(**narrowed) == [bench.title], narrowed
    assert titles(q="bangku lampu") == [] and titles(process="tidak-ada") == []


def test_percent_and_underscore_are_no_patterns(app):
    a_proposal("Diskon 50% tiket")
    assert titles(q="50%") == ["Diskon 50% tiket"]
    assert titles(q="5%") == titles(q="5_") == titles(q="%") == []


def test_a_list_is_narrowed_by_state(app, clock):
    office, author = factories.an_institution(), factories.resident()
    process = factories.a_process(office, threshold=1, days=90)
    fresh = a_proposal("Baru", process)
    due, answered = a_proposal("Menunggu", process), a_proposal("Dijawab", process)
    gone = factories.a_proposal(process, author)
    for proposal in (due, answered):
        proposal_operations.support_proposal(factories.resident(), proposal)
    publish_response(
        factories.staff(office), answered, ResponseDecision.ACCEPTED, "Ya", "Kami terima."
    )
    proposal_operations.withdraw_proposal(author, gone, "Sudah.")
    assert titles(state=ListState.PUBLISHED) == [fresh.title]
    assert titles(state=ListState.DUE) == [due.title] and titles(state=ListState.OVERDUE) == []
    assert titles(state=ListState.RESPONDED) == [answered.title]
    assert titles(state=ListState.WITHDRAWN) == [gone.title] and gone.title not in titles()
    clock.shift(60 * 86400)
    assert titles(state=ListState.OVERDUE) == [due.title]


@pytest.mark.parametrize("order", ListOrder)
def test_pages_follow_one_another_without_gap_or_repeat(app, order):
    process = factories.a_process(threshold=1)
    many = [a_proposal(f"Usulan {n}", process) for n in range(23)]
    for proposal in many:
        proposal_operations.support_proposal(factories.resident(), proposal)
    seen, after, more = [], None, True
    while more:
        page, more = proposals_listed(Wanted(order=order, after=after), limit=9)
        seen += [proposal.id for proposal in page]
        after = seen[-1]
    assert sorted(seen) == sorted(proposal.id for proposal in many)


def test_the_whole_list_is_read_in_parts(app):
    process = factories.a_process()
    for n in range(5):
        a_proposal(f"Usulan {n}", process)
    assert len(list(all_listed(Wanted(), at_once=2))) == 5


def test_choices_are_named_in_the_readers_language(app):
    factories.a_process(title_en="Shaded roads")
    factories.a_proposal(factories.a_process())
    assert {c.name for c in choices_of("en").processes} == {"Shaded roads", "Jalan teduh"}
    assert sum(c.proposals for c in choices_of("id").processes) == 1


def test_similar_titles_share_words_and_the_nearest_stands_first(app):
    near = a_proposal("Bangku dan atap di halte sekolah")
    far = a_proposal("Atap untuk halte pasar")
    a_proposal("Pasar malam untuk anak")
    found = similar_proposals("Tambah bangku, atap dan lampu di halte")
    assert [proposal.id for proposal in found] == [near.id, far.id]
    assert similar_proposals("di ke dan") == []


@pytest.mark.sqlite
@pytest.mark.parametrize("order", [ListOrder.NEWEST, ListOrder.DISCUSSED, ListOrder.LEAST_SEEN])
def test_a_page_costs_the_same_at_any_length(app, order):
    process = factories.a_process()
    cost = []
    for more in (100, 3000):
        many_proposals(process, more)
        with statements() as asked:
            first, _more = proposals_listed(Wanted(order=order))
        assert len(asked) == 1
        cost.append(steps(Wanted(order=order, after=first[-1].id)))
    assert cost[1] < 1.2 * cost[0]


def many_proposals(process, how_many: int) -> None:
    common = {"process_id": process.id, "title": "Usulan", "body": "x", "body_html": "x"}
    common |= {"renderer": "x", "published_at": process.opened_at}
    rows = [{**common, "comment_count": n % 7} for n in range(how_many)]
    with unrecorded("test settings") as session:
        session.execute(insert(Proposal.__table__), rows)


def steps(wanted: Wanted) -> int:
    """What reading a page takes, in steps of SQLite's machine."""
    taken = [0]

    def step():
        taken[0] += 1

    driver = db.session.connection().connection.driver_connection
    driver.set_progress_handler(step, 1)
    proposals_listed(wanted)
    driver.set_progress_handler(None, 0)
    return taken[0]


def test_processes_that_take_proposals_are_those_whose_phase_does(app, clock):
    takes, later = factories.a_process(days=2), factories.a_process(days=2)
    begin = later.phases[0].closes_at
    factories.phase(later, PhaseKind.REVIEW, begin, 9, Switch.PROPOSE)
    assert {p.slug for p in open_for(Switch.PROPOSE)} == {takes.slug, later.slug}
    assert next_phase_for(Switch.PROPOSE).opens_at == begin
    assert next_phase_for(Switch.VOTE) is None
