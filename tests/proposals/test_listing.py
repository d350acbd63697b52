"""The list of proposals: filters, orders, pagination and similar proposals."""

import pytest
from sqlalchemy import insert

from deliberate.database import db, unrecorded
from deliberate.models import Proposal
from deliberate.operations.moderation.decisions import hide_contribution
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.proposals.merging import merge_proposals
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.responses.responses import publish_response
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.processes.phases import get_next_phase_allowing, processes_allowing
from deliberate.queries.processes.processes import list_counted_processes
from deliberate.queries.proposals.listing import (
    ListState,
    ProposalFilters,
    ProposalOrder,
    count_proposals,
    filter_choices,
    iter_proposals,
    list_proposals,
)
from deliberate.queries.search.similar_proposals import similar_proposals
from deliberate.vocabulary import (
    ModerationRule,
    PhaseKind,
    PhaseSwitch,
    ResponseDecision,
    Role,
    Stance,
)
from tests import factories
from tests.statement_counter import record_queries


def titles(**filters) -> list[str]:
    return [proposal.title for proposal, _ in list_proposals(ProposalFilters(**filters))[0]]


def a_proposal(title, process=None, **more):
    return proposal_operations.submit_proposal(
        factories.create_resident(),
        process or factories.create_process(),
        title,
        "Isi usulan ini.",
        **more,
    )


def test_listing_newest_orders_by_publication(app, clock):
    process = factories.create_process()
    for title in ("Satu", "Dua"):
        a_proposal(title, process)
        clock.shift(60)
    assert titles() == ["Dua", "Satu"]


def test_listing_orders_by_most_discussed_and_least_seen(app):
    process = factories.create_process()
    discussed, supported, quiet = (
        a_proposal(title, process) for title in ("Ramai", "Sedang", "Sepi")
    )
    for _ in range(2):
        comment_operations.post_comment(
            factories.create_resident(), discussed, "Ya.", stance=Stance.FOR
        )
    support_proposal(factories.create_resident(), supported)
    assert titles(order=ProposalOrder.DISCUSSED)[0] == discussed.title
    assert titles(order=ProposalOrder.LEAST_SEEN) == [quiet.title, supported.title, discussed.title]


def test_listing_waiting_orders_by_time_since_qualification(app, clock):
    process = factories.create_process(threshold=1)
    first, second, _other = (a_proposal(title, process) for title in ("Satu", "Dua", "Tiga"))
    for proposal in (second, first):
        support_proposal(factories.create_resident(), proposal)
        clock.shift(60)
    assert titles(order=ProposalOrder.WAITING) == ["Dua", "Satu"]


def test_listing_closing_orders_open_phases_by_their_end(app, clock):
    soon, late = factories.create_process(days=5), factories.create_process(days=30)
    over = factories.create_process(days=2)
    for title, process in (("Nanti", late), ("Segera", soon), ("Lewat", over)):
        a_proposal(title, process)
    clock.shift(2 * 86400)
    assert titles(order=ProposalOrder.CLOSING) == ["Segera", "Nanti"]


def test_listing_filters_by_query_area_topic_process_and_institution(app):
    office = factories.create_institution("sarpras")
    process = factories.create_process(office)
    bench = a_proposal("Bangku halte", process, topic="halte", area="Sepaku", institution=office)
    a_proposal("Lampu jalan", topic="lampu", area="Bumi Harapan")
    for filters in (
        {"q": "BANGKU isi"},
        {"topic": "halte"},
        {"area": "Sepaku"},
        {"process": process.slug},
        {"institution": "sarpras"},
    ):
        assert titles(**filters) == [bench.title], filters
    assert titles(q="bangku lampu") == [] and titles(process="tidak-ada") == []


def test_listing_query_treats_percent_and_underscore_as_text(app):
    a_proposal("Diskon 50% tiket")
    assert titles(q="50%") == ["Diskon 50% tiket"]
    assert titles(q="5%") == titles(q="5_") == titles(q="%") == []


def test_listing_filters_by_state(app, clock):
    office, author = factories.create_institution(), factories.create_resident()
    process = factories.create_process(office, threshold=1, days=90)
    fresh = a_proposal("Baru", process)
    due, answered = a_proposal("Menunggu", process), a_proposal("Dijawab", process)
    withdrawn = factories.create_proposal(process, author)
    for proposal in (due, answered):
        support_proposal(factories.create_resident(), proposal)
    publish_response(
        factories.create_staff(office), answered, ResponseDecision.ACCEPTED, "Ya", "Kami terima."
    )
    proposal_operations.withdraw_proposal(author, withdrawn, "Sudah.")
    assert titles(state=ListState.PUBLISHED) == [fresh.title]
    assert titles(state=ListState.DUE) == [due.title] and titles(state=ListState.OVERDUE) == []
    assert titles(state=ListState.RESPONDED) == [answered.title]
    assert (
        titles(state=ListState.WITHDRAWN) == [withdrawn.title] and withdrawn.title not in titles()
    )
    clock.shift(60 * 86400)
    assert titles(state=ListState.OVERDUE) == [due.title]


@pytest.mark.parametrize("order", ProposalOrder)
def test_listing_pages_have_no_gap_and_no_repeat(app, order):
    process = factories.create_process(threshold=1)
    proposals = [a_proposal(f"Usulan {n}", process) for n in range(23)]
    for proposal in proposals:
        support_proposal(factories.create_resident(), proposal)
    seen, after, more = [], None, True
    while more:
        page, more = list_proposals(ProposalFilters(order=order, after=after), limit=9)
        seen += [proposal.id for proposal, _ in page]
        after = seen[-1]
    assert sorted(seen) == sorted(proposal.id for proposal in proposals)


def test_iter_proposals_reads_all_batches(app):
    process = factories.create_process()
    for n in range(5):
        a_proposal(f"Usulan {n}", process)
    assert len(list(iter_proposals(ProposalFilters(), batch_size=2))) == 5


def test_count_of_proposals_leaves_out_what_the_list_leaves_out(app):
    institution = factories.create_institution()
    process = factories.create_process(institution)
    shown, withdrawn, merged, hidden = (a_proposal(f"Usulan {n}", process) for n in range(4))
    proposal_operations.withdraw_proposal(withdrawn.author, withdrawn, "Sudah selesai.")
    merge_proposals(factories.create_staff(institution), merged, shown)
    hide_contribution(
        factories.create_staff(role=Role.MODERATOR), hidden, ModerationRule.INSULT, "Aturan 2."
    )
    filters = ProposalFilters(process=process.slug)
    assert [row.id for row, _ in list_proposals(filters)[0]] == [shown.id]
    assert count_proposals(filters) == 1
    assert [row.proposals for row in list_counted_processes(None, 20)] == [1]


def test_filter_choices_are_named_in_the_readers_language(app):
    factories.create_process(title_en="Shaded roads")
    factories.create_proposal(factories.create_process())
    assert {c.name for c in filter_choices("en").processes} == {"Shaded roads", "Jalan teduh"}


def test_similar_proposals_share_terms_and_nearest_is_first(app):
    near = a_proposal("Bangku dan atap di halte sekolah")
    far = a_proposal("Atap untuk halte pasar")
    a_proposal("Pasar malam untuk anak")
    similar = similar_proposals("Tambah bangku, atap dan lampu di halte")
    assert [proposal.id for proposal in similar] == [near.id, far.id]
    assert similar_proposals("di ke dan") == []


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "order", [ProposalOrder.NEWEST, ProposalOrder.DISCUSSED, ProposalOrder.LEAST_SEEN]
)
def test_listing_page_costs_the_same_at_any_length(app, order):
    process = factories.create_process()
    costs = []
    for count in (100, 3000):
        insert_proposals(process, count)
        with record_queries() as executed:
            first, _has_more = list_proposals(ProposalFilters(order=order))
        assert len(executed) == 1
        costs.append(machine_steps(ProposalFilters(order=order, after=first[-1][0].id)))
    assert costs[1] < 1.2 * costs[0]


def insert_proposals(process, count: int) -> None:
    common = {"process_id": process.id, "title": "Usulan", "body": "x", "body_html": "x"}
    common |= {"renderer": "x", "published_at": process.opened_at}
    rows = [{**common, "comment_count": n % 7} for n in range(count)]
    with unrecorded("test settings") as session:
        session.execute(insert(Proposal.__table__), rows)


def machine_steps(filters: ProposalFilters) -> int:
    """Return the number of virtual machine steps SQLite needs for a page."""
    counter = [0]

    def count_step():
        counter[0] += 1

    driver = db.session.connection().connection.driver_connection
    driver.set_progress_handler(count_step, 1)
    list_proposals(filters)
    driver.set_progress_handler(None, 0)
    return counter[0]


def test_processes_allowing_proposals_have_an_open_phase(app, clock):
    open_now, later = factories.create_process(days=2), factories.create_process(days=2)
    begin = later.phases[0].closes_at
    factories.add_phase(later, PhaseKind.REVIEW, begin, 9, PhaseSwitch.PROPOSE)
    assert {p.slug for p in processes_allowing(PhaseSwitch.PROPOSE)} == {open_now.slug, later.slug}
    assert get_next_phase_allowing(PhaseSwitch.PROPOSE).opens_at == begin
    assert get_next_phase_allowing(PhaseSwitch.VOTE) is None
