"""Search finds what is shown, and nothing that is hidden, held, withdrawn, erased or a draft."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from deliberate.database import db
from deliberate.operations.accounts import deletion as deletion_operations
from deliberate.operations.moderation import moderation as moderation_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.responses import responses as response_operations
from deliberate.operations.search import rebuild_index
from deliberate.operations.threads import comments as comment_operations
from deliberate.operations.threads.corrections import correct_comment
from deliberate.queries.search.query import Asked, texts_found
from deliberate.vocabulary import ResponseDecision, Role, Rule, Stance
from tests import factories
from tests.client import visitor
from tests.statement_counter import statements

WORD = "kelapamuda"


def found(app, kind, q=WORD, **more):
    asked = "".join(f"&{name}={value}" for name, value in more.items())
    page = visitor(app).get(f"/id/search?q={q}&kind={kind}{asked}")
    assert page.status_code == 200
    return page.text.count("<mark>")


def in_index():
    """How many comments the index itself holds the word of."""
    db.session.rollback()
    asked = {
        "sqlite": "SELECT count(*) FROM comment_words WHERE comment_words MATCH :word",
        "postgresql": "SELECT count(*) FROM comment_words "
        "WHERE words @@ to_tsquery('simple', :word)",
    }
    return db.session.scalar(text(asked[db.engine.dialect.name]), {"word": WORD})


def an_argument(author=None, said=f"Ada {WORD} di sini.", **more):
    return comment_operations.post_comment(
        author or factories.resident(), factories.a_proposal(), said, stance=Stance.FOR, **more
    )


def test_words_are_found_with_a_piece_of_the_text(app):
    comment = an_argument()
    page = visitor(app).get("/id/search?q=KelapaMuda&kind=comments").text
    assert f"Ada <mark>{WORD}</mark> di sini." in page
    assert f"/c/{comment.id}" in page
    assert found(app, "proposals", "bangku halte") == 2
    assert found(app, "proposals", "bangku tiada") == 0


def hide(comment):
    moderation_operations.hide_contribution(
        factories.staff(role=Role.MODERATOR), comment, Rule.SPAM, "x"
    )


def hide_proposal(comment):
    hide(comment.proposal)


def withdraw(comment):
    comment_operations.withdraw_comment(comment.author, comment)


def erase(comment):
    deletion_operations.erase_account(comment.author, factories.PASSPHRASE)


@pytest.mark.parametrize("gone", [hide, withdraw, erase])
def test_what_is_not_shown_is_neither_found_nor_in_the_index(app, gone):
    comment = an_argument()
    assert (found(app, "comments"), in_index()) == (1, 1)
    gone(comment)
    assert (found(app, "comments"), in_index()) == (0, 0)


def test_the_thread_of_a_hidden_proposal_is_not_found(app):
    hide_proposal(an_argument())
    assert found(app, "comments") == 0 and found(app, "proposals", "lansia") == 0


def test_what_comes_back_is_found_again_and_what_was_edited_by_its_new_words(app):
    comment = an_argument()
    hide(comment)
    moderation_operations.restore_contribution(factories.staff(role=Role.MODERATOR), comment)
    assert found(app, "comments") == 1
    comment_operations.edit_comment(comment.author, comment, "Sekarang durian.")
    assert found(app, "comments") == 0 and found(app, "comments", "durian") == 1


def test_a_comment_is_found_by_its_correction_and_no_more_once_it_is_withdrawn(app, clock):
    comment = an_argument(said="Ada 40 halte.")
    clock.shift(timedelta(minutes=16))
    for said in ("Bukan 40, tetapi 14.", f"Dan satu {WORD}."):
        correct_comment(comment.author, comment, said)
    assert (found(app, "comments"), in_index(), found(app, "comments", "40+tetapi")) == (1, 1, 3)
    rebuild_index()
    assert (found(app, "comments"), in_index()) == (1, 1)
    withdraw(comment)
    assert (found(app, "comments"), in_index()) == (0, 0)


def test_eight_long_words_find_what_has_them_all_in_any_form_the_newest_first(app):
    said = "jalan halaman kantin jembatan bendungan perpustakaan selokan penerangan"
    older = an_argument(said=f"{said} lama")
    an_argument(said=said.removesuffix(" penerangan"))
    newer = an_argument(said=f"Jalannya, halamannya: {said.partition('halaman')[2]}")
    hits = texts_found(Asked(said, "comments"))
    assert [hit.id for hit in hits] == [newer.id, older.id]
    assert [hit.id for hit in texts_found(Asked(f"{said} lama", "comments"))][-1] == older.id


@pytest.mark.parametrize("length", range(4, 12))
def test_a_word_of_any_length_is_found_with_its_endings_too(app, length):
    word = "rumotabugoledu"[:length]
    whole, ended = an_argument(said=f"Ini {word}."), an_argument(said=f"Ini {word}nya.")
    an_argument(said=f"Ini {word[:-1]}.")
    hits = texts_found(Asked(word, "comments"))
    assert [hit.id for hit in hits] == [ended.id, whole.id]


def test_a_held_text_is_found_only_once_the_hold_is_over(app, clock):
    comment = an_argument()
    for number in range(5):
        reporter = factories.resident()
        an_argument(reporter, "Lain.")
        clock.shift(timedelta(days=15))
        moderation_operations.report_contribution(
            reporter, comment, Rule.SPAM, network=f"n{number}"
        )
    assert comment.is_held and found(app, "comments") == 0
    clock.shift(timedelta(hours=25))
    assert found(app, "comments") == 1


def test_a_draft_and_a_withdrawn_proposal_are_not_found(app):
    person = factories.resident()
    proposal_operations.save_draft(person, {"title": WORD, "body": WORD})
    assert found(app, "proposals") == 0
    proposal = factories.a_proposal(author=person)
    assert found(app, "proposals", "lansia") == 1
    proposal_operations.withdraw_proposal(person, proposal, "")
    assert found(app, "proposals", "lansia") == 0


def test_a_response_is_found_by_its_points_and_only_its_last_version(app):
    office = factories.an_institution()
    proposal, officer = factories.a_proposal(factories.a_process(office)), factories.staff(office)
    point = response_operations.Point(
        text="Halte Sepaku", verdict="accepted", reason="Ada anggaran."
    )
    for _version in range(2):
        response_operations.publish_response(
            officer,
            proposal,
            ResponseDecision.ACCEPTED,
            f"Kami bangun {WORD}",
            "Segera.",
            points=[point],
        )
    assert len(texts_found(Asked(WORD, "responses"))) == 1
    assert found(app, "responses", "anggaran") == 1
    assert found(app, "responses", "anggaran", institution=office.slug) == 1
    assert found(app, "responses", "anggaran", institution="lain") == 0


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Warga menanam pohon.", "ditanam"),
        ("Penjualan di pasar.", "menjual"),
        ("Bangkunya rusak.", "bangku"),
        ("Alamat jl.sudirman, pasar-malam.", "sudirman pasar malam"),
    ],
)
def test_an_indonesian_word_is_found_in_its_other_forms(app, said, asked):
    an_argument(said=said)
    assert found(app, "comments", asked) >= 1


def test_an_english_text_is_found_by_its_words_and_only_in_its_language(app):
    an_argument(said="The benches on the roads are broken.", language="en")
    assert found(app, "comments", "the bench road") >= 2
    assert found(app, "comments", "benches", language="en") == 1
    assert found(app, "comments", "benches", language="id") == 0


def test_filters_narrow_by_process_and_state(app):
    slug = an_argument().proposal.process.slug
    assert found(app, "comments", process=slug, state="published") == 1
    assert found(app, "comments", process="lain") == 0
    assert found(app, "comments", process=slug, state="responded") == 0


def test_pages_follow_one_another_without_a_gap(app):
    numbers = [an_argument().id for _ in range(23)]
    first = [one.id for one in texts_found(Asked(WORD, "comments"))]
    assert first == numbers[:1:-1]
    rest = texts_found(Asked(WORD, "comments", after=first[19]))
    assert [one.id for one in rest] == numbers[2::-1]


ODD = (
    "%25 _ %22%3E%3Cscript%3E ( \" ' AND+OR+NOT+NEAR a*+-b %00x body:x ^x {x+y} x:* !x+%26+| \\ "
    "%F0%9F%8C%B4 %ED%A0%80 1e5+3m İßﬁ"
)


@pytest.mark.parametrize("q", [*ODD.split(" "), "a" * 10000])
def test_whatever_is_asked_are_only_words(app, q):
    an_argument()
    for kind in ("proposals", "comments", "responses"):
        page = visitor(app).get(f"/en/search?q={q}&kind={kind}&after=x&state=x&language=x").text
        assert "<mark>" not in page and "<script>" not in page


def test_markup_in_a_text_stays_text_beside_the_mark(app):
    an_argument(said=f"<b>{WORD}</b><script>alert(1)</script>")
    page = visitor(app).get(f"/id/search?q={WORD}&kind=comments").text
    assert f"&lt;b&gt;<mark>{WORD}</mark>&lt;/b&gt;" in page and "<script>alert" not in page


def test_a_rebuilt_index_holds_what_stood_in_it(app):
    kept, hidden = an_argument(), an_argument()
    hide(hidden)
    factories.a_proposal()
    counted = rebuild_index()
    assert (counted["comment"], counted["proposal"]) == (1, 3) and in_index() == 1
    assert [one.id for one in texts_found(Asked(WORD, "comments"))] == [kept.id]
    withdraw(kept)
    assert in_index() == 0


def test_a_search_page_asks_four_times_at_most(app):
    an_argument()
    with statements() as asked:
        visitor(app).get(f"/id/search?q={WORD}&kind=comments")
    assert len(asked) <= 4
