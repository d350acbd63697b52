"""Amendments later: co-authors, other wordings, a proposal made of one, and replies."""

import re

import pytest

from deliberate.database import db
from deliberate.models import Notice, Person, Proposal, UnitContribution
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.documents.amendments import (
    SupersededWording,
    Wording,
    promote_amendment,
    revise_amendment,
)
from deliberate.operations.documents.answers import AnswerEntry, answer_unit
from deliberate.operations.documents.contributions import (
    AmendmentEntry,
    comment_on_unit,
    join_amendment,
    propose_amendment,
    unjoin_amendment,
    withdraw_amendment,
    withdraw_unit_comment,
)
from deliberate.operations.documents.versions import close_document
from deliberate.operations.proposals.coauthors import accept_coauthorship, invite_coauthor
from deliberate.operations.proposals.joint_withdrawals import (
    agree_to_withdrawal,
    request_withdrawal,
)
from deliberate.permissions.decision import InvalidInput, Refused
from deliberate.queries.documents.contributions import list_like_amendments
from deliberate.queries.documents.documents import get_document, get_unit, get_version
from deliberate.queries.log.page_comparison import compare_pages
from deliberate.queries.site.counter_check import find_counter_mismatches
from deliberate.vocabulary import ResponseGround, Stance, UnitDecision
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.log.prepared_log import tampered

ADDRESS = "pasal-4/ayat-1"


@pytest.fixture
def resident(app, clock):
    return factories.create_resident()


@pytest.fixture
def other(app, clock):
    return factories.create_resident()


@pytest.fixture
def amendment(document, resident):
    entry = AmendmentEntry(1, "Peserta adalah setiap warga.", "Lebih jelas.")
    return propose_amendment(resident, document, unit(document), entry)


def unit(document):
    return get_unit(get_version(get_document(document.id)), ADDRESS)


def answer(officer, document, row, decision=UnitDecision.NOT_ADOPTED):
    entry = AnswerEntry(decision, ResponseGround.LAW, "Diatur undang-undang.", [row.id])
    return answer_unit(officer, document, unit(document), entry)


def join(work, person):
    accept_coauthorship(person, invite_coauthor(work.author, work).invitation)


def faults():
    db.session.rollback()
    return [*compare_pages(db.session), *find_counter_mismatches(db.session)]


def page_of(app, document):
    return anonymous_client(app).get(f"/en/documents/{document.id}/pasal-4").text


def test_coauthor_of_an_amendment_is_named_and_cannot_join_it(app, document, amendment, other):
    join_amendment(other, amendment)
    join(amendment, other)
    assert amendment.join_count == 0
    with pytest.raises(Refused, match="usul perubahan Anda sendiri"):
        join_amendment(other, amendment)
    assert f"with {other.display_name}" in page_of(app, document)
    assert faults() == []


def test_who_joined_an_amendment_leaves_it_and_may_join_again(
    app, document, amendment, resident, other, log
):
    client, page = signed_in_client(app, other), f"/en/documents/{document.id}/pasal-4"
    actions = f"/en/documents/{document.id}/contributions/{amendment.id}"
    join_amendment(other, amendment)
    assert f"{actions}/join" not in client.get(page).text
    log()
    amendment_id, other_id = amendment.id, other.id
    assert submit_form(client, page, to=f"{actions}/unjoin").status_code == 303
    (row,) = log()
    assert (row.kind, row.subject_id, row.details) == ("amendment.unjoined", amendment_id, {})
    assert faults() == []
    amendment = db.session.get_one(UnitContribution, amendment_id)
    assert amendment.join_count == 0
    shown = client.get(page).text
    assert f"{actions}/join" in shown and f"{actions}/unjoin" not in shown
    amendment = db.session.get_one(UnitContribution, amendment_id)
    join_amendment(db.session.get_one(Person, other_id), amendment)
    assert amendment.join_count == 1 and faults() == []


def test_amendment_is_left_by_who_joined_it_while_the_consultation_is_open(
    document, officer, amendment, resident, other
):
    for person in (resident, other):
        with pytest.raises(Refused, match="tidak ikut"):
            unjoin_amendment(person, amendment)
    join_amendment(other, amendment)
    close_document(officer, document)
    with pytest.raises(Refused, match="ditutup"):
        unjoin_amendment(other, amendment)


def test_join_that_is_in_the_table_alone_is_found(amendment, other):
    join_amendment(other, amendment)
    unjoin_amendment(other, amendment)
    insert = f"INSERT INTO amendment_join VALUES ({amendment.id}, {other.id}, '2026-03-02')"
    with tampered(insert) as session:
        assert "amendment_join" in [fault.table for fault in compare_pages(session)]


def test_erasing_one_author_leaves_the_amendment(document, amendment, resident, other):
    join(amendment, other)
    erase_account(resident, factories.PASSPHRASE)
    row = db.session.get(UnitContribution, amendment.id)
    assert row.replacement == "Peserta adalah setiap warga." and row.withdrawn_at is None
    assert row.author_id == other.id and faults() == []


def test_amendment_of_two_is_withdrawn_by_both(amendment, resident, other, log):
    join(amendment, other)
    with pytest.raises(Refused, match="bersama"):
        withdraw_amendment(resident, amendment)
    request = request_withdrawal(resident, amendment, "Sudah masuk naskah.")
    log()
    agree_to_withdrawal(other, request)
    assert [row.kind for row in log()] == ["withdrawal.agreed", "amendment.withdrawn"]
    assert amendment.withdrawn_at is not None


def test_authors_revise_an_amendment_and_earlier_words_stay(
    app, document, amendment, resident, other, log
):
    third = factories.create_resident()
    join_amendment(third, amendment)
    join(amendment, other)
    log()
    revise_amendment(other, amendment, Wording(1, "Peserta adalah semua orang.", "Lebih luas."))
    (row,) = log()
    assert (row.kind, row.details) == ("amendment.revised", {"version": 2})
    assert row.content is not None and amendment.number == 2
    page = page_of(app, document)
    assert "1 earlier wording" in page
    assert page.index("Lebih luas.") < page.index("Lebih jelas.")  # the earlier one is folded
    notices = db.session.query(Notice).filter_by(kind="amendment.revised")
    assert {notice.person_id for notice in notices} == {third.id, resident.id}
    assert faults() == []


def test_changed_wording_in_the_database_is_found(amendment, resident):
    revise_amendment(resident, amendment, Wording(1, "Peserta adalah semua orang.", "Lebih luas."))
    with tampered("UPDATE amendment_version SET body = 'Lain' WHERE number = 1") as session:
        found = [(fault.table, fault.column) for fault in compare_pages(session)]
    assert ("amendment_version", "body") in found


@pytest.mark.parametrize(
    ("base", "words", "error"),
    [
        (0, "Kata lain lagi.", SupersededWording),
        (1, " ", InvalidInput),
        (1, "Peserta adalah setiap warga.", InvalidInput),
    ],
)
def test_revision_that_does_not_fit_is_refused(amendment, resident, base, words, error):
    with pytest.raises(error):
        revise_amendment(resident, amendment, Wording(base, words, "Lebih jelas."))


def test_amendment_is_revised_by_its_authors_while_it_is_open(
    document, officer, amendment, resident, other
):
    wording = Wording(1, "Kata lain.", "Alasan.")
    with pytest.raises(Refused, match="para penulis"):
        revise_amendment(other, amendment, wording)
    answer(officer, document, amendment)
    with pytest.raises(Refused, match="sudah dijawab"):
        revise_amendment(resident, amendment, wording)
    close_document(officer, document)
    with pytest.raises(Refused, match="ditutup"):
        revise_amendment(resident, amendment, wording)


def test_revision_is_shown_before_it_is_public(app, document, amendment, resident, log):
    client, url = signed_in_client(app, resident), f"/en/documents/{document.id}/amendments"
    url = f"{url}/{amendment.id}/revision"
    log()
    fields = {"version": "1", "replacement": "Peserta adalah semua orang.", "body": "Luas."}
    looked = submit_form(client, url, **fields)
    assert looked.status_code == 200 and "semua orang" in looked.text and log() == []
    posted = submit_form(client, url, **fields, publish="1")
    assert posted.status_code == 303 and [row.kind for row in log()] == ["amendment.revised"]
    again = submit_form(client, url, **(fields | {"body": "Lain."}), publish="1")
    assert again.status_code == 409 and "after you began" in again.text and "Lain." in again.text


def test_declined_amendment_becomes_a_proposal_with_links_both_ways(
    app, document, officer, amendment, resident, other, log
):
    join_amendment(other, amendment)
    client = signed_in_client(app, resident)
    page = f"/en/documents/{document.id}/pasal-4"
    promotion = f"/en/documents/{document.id}/amendments/{amendment.id}/promotion"
    assert promotion not in client.get(page).text
    answer(officer, document, amendment)
    drafted = submit_form(client, page, to=promotion)
    form = client.get(drafted.location).text
    assert "Peserta adalah setiap warga." in form and "Lebih jelas." in form
    fields = {"title": "Peserta musyawarah", "body": "Setiap warga berhak hadir. " * 10}
    check = submit_form(client, drafted.location, **fields).location
    log()
    published = submit_form(client, check)
    kinds = [(row.kind, row.details) for row in log()]
    proposal = db.session.query(Proposal).one()
    assert kinds[0][0] == "proposal.submitted"
    assert kinds[-1] == ("amendment.promoted", {"into": proposal.id})
    assert published.status_code == 303
    assert f"became proposal {proposal.id}" in page_of(app, document)
    link = f"/en/documents/{document.id}/contributions/{amendment.id}"
    assert (
        link
        in anonymous_client(app).get(f"/en/proposals/{proposal.id}", follow_redirects=True).text
    )
    notice = db.session.query(Notice).filter_by(kind="amendment.promoted").one()
    assert (notice.person_id, notice.proposal_id) == (other.id, proposal.id)


def test_adopted_or_unanswered_amendment_becomes_no_proposal(
    document, process, officer, amendment, resident
):
    proposal = factories.create_proposal(process, resident)
    with pytest.raises(Refused, match="tidak diambil"):
        promote_amendment(resident, amendment, proposal)
    answer(officer, document, amendment, UnitDecision.ADOPTED)
    with pytest.raises(Refused, match="tidak diambil"):
        promote_amendment(resident, amendment, proposal)


def test_reply_stands_under_its_contribution(app, document, amendment, other, log):
    client = signed_in_client(app, other)
    url = f"/en/documents/{document.id}/contributions/{amendment.id}/reply"
    log()
    fields = {"version": "1", "stance": "against", "body": "Warga mana?"}
    posted = submit_form(client, url, **fields, is_question="y")
    (row,) = log()
    assert (row.kind, row.parent_id, row.stance) == ("comment.posted", amendment.id, -1)
    assert row.details == {"kind": "question", "unit": unit(document).unit_id}
    page = page_of(app, document)
    assert posted.status_code == 303 and "Warga mana?" in page
    assert page.count("Warga mana?") == 1
    assert page.index("Lebih jelas.") < page.index("Warga mana?") < page.index('id="comments"')
    assert faults() == []


def test_reply_is_refused_to_what_is_not_shown_and_to_replies(document, amendment, resident, other):
    words = (document, unit(document), "Setuju.", Stance.FOR)
    reply = comment_on_unit(other, *words, parent=amendment)
    with pytest.raises(Refused, match="tidak dapat dibalas"):
        comment_on_unit(resident, *words, parent=reply)
    withdraw_unit_comment(other, reply)
    withdraw_amendment(resident, amendment)
    with pytest.raises(Refused, match="tidak dapat dibalas"):
        comment_on_unit(other, *words, parent=amendment)


def test_replies_beyond_those_on_the_page_are_on_pages_of_their_own(
    app, document, amendment, other, monkeypatch
):
    for module in ("queries.documents.contributions", "views.documents.contributing"):
        monkeypatch.setattr(f"deliberate.{module}.REPLIES", 2)
    replies = [
        comment_on_unit(
            other, document, unit(document), f"Balasan {n}.", Stance.FOR, parent=amendment
        )
        for n in range(5)
    ]
    client, page = anonymous_client(app), page_of(app, document)
    assert "Show the other 3 replies" in page and "Balasan 2." not in page
    address = f"/en/documents/{document.id}/contributions/{amendment.id}/replies"
    (link,) = set(re.findall(rf'href="({address}[^"]*)"', page))
    second = client.get(link).text
    assert "Balasan 2." in second and "Balasan 3." in second and "Balasan 4." not in second
    (link,) = re.findall(r'rel="next"\s+href="([^"]*)"', second)
    last = client.get(link).text
    assert "Balasan 4." in last and "Balasan 3." not in last
    direct = client.get(f"/en/documents/{document.id}/contributions/{replies[4].id}").location
    assert direct.endswith(f"#contribution-{replies[4].id}")
    assert "Balasan 4." in client.get(direct).text
    first = client.get(f"/en/documents/{document.id}/contributions/{replies[0].id}").location
    assert "Balasan 0." in client.get(first).text


def test_withdrawn_reply_leaves_its_place(app, document, amendment, other):
    words = (document, unit(document), "Kata yang ditarik.", Stance.FOR)
    withdraw_unit_comment(other, comment_on_unit(other, *words, parent=amendment))
    page = page_of(app, document)
    assert "Kata yang ditarik" not in page and "Withdrawn by its author" in page


def test_nearly_same_amendment_is_found_behind_many_others(document, resident):
    target = unit(document)
    words = "Peserta adalah setiap warga Sepaku dan kampung di sekitarnya sejak tahun pertama."
    for number in range(70):
        text = f"Usulan {number} berbeda sama sekali nomor {number * 7}."
        propose_amendment(resident, document, target, AmendmentEntry(1, text, "Alasan."))
    last = propose_amendment(resident, document, target, AmendmentEntry(1, words, "Alasan."))
    version = get_version(get_document(document.id))
    like = list_like_amendments(document, version, target, words.replace("pertama", "kedua"))
    assert [shown.row.id for shown in like] == [last.id]
