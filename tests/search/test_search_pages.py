"""Search finds visible texts only: none hidden, held, withdrawn, erased or in a draft."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from deliberate.database import db
from deliberate.operations.accounts import deletion as deletion_operations
from deliberate.operations.moderation import decisions as moderation_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.proposals.drafts import save_draft
from deliberate.operations.responses import responses as response_operations
from deliberate.operations.search import rebuild_index
from deliberate.operations.threads import comments as comment_operations
from deliberate.operations.threads.corrections import correct_comment
from deliberate.queries.search.query import SearchQuery, search_texts
from deliberate.text import without_markup
from deliberate.vocabulary import ModerationRule, ResponseDecision, Role, Stance
from tests import factories
from tests.client import anonymous_client
from tests.statement_counter import record_queries

WORD = "kelapamuda"


def count_matches(app, kind, q=WORD, **filters):
    arguments = "".join(f"&{name}={value}" for name, value in filters.items())
    page = anonymous_client(app).get(f"/id/search?q={q}&kind={kind}{arguments}")
    assert page.status_code == 200
    return page.text.count("<mark>")


def count_indexed():
    """Return the number of comments with the word in the index itself."""
    db.session.rollback()
    statements = {
        "sqlite": "SELECT count(*) FROM comment_search WHERE comment_search MATCH :word",
        "postgresql": "SELECT count(*) FROM comment_search "
        "WHERE terms @@ to_tsquery('simple', :word)",
    }
    return db.session.scalar(text(statements[db.engine.dialect.name]), {"word": WORD})


def post_argument(author=None, body=f"Ada {WORD} di sini.", **more):
    return comment_operations.post_comment(
        author or factories.create_resident(),
        factories.create_proposal(),
        body,
        stance=Stance.FOR,
        **more,
    )


def test_search_result_has_a_snippet_with_the_match(app):
    comment = post_argument()
    page = anonymous_client(app).get("/id/search?q=KelapaMuda&kind=comments").text
    assert f"Ada <mark>{WORD}</mark> di sini." in page
    assert f"/c/{comment.id}" in page
    assert count_matches(app, "proposals", "bangku halte") == 2
    assert count_matches(app, "proposals", "bangku tiada") == 0


def hide(comment):
    moderation_operations.hide_contribution(
        factories.create_staff(role=Role.MODERATOR), comment, ModerationRule.SPAM, "x"
    )


def hide_proposal(comment):
    hide(comment.proposal)


def withdraw(comment):
    comment_operations.withdraw_comment(comment.author, comment)


def erase(comment):
    deletion_operations.erase_account(comment.author, factories.PASSPHRASE)


@pytest.mark.parametrize("make_invisible", [hide, withdraw, erase])
def test_search_and_index_exclude_invisible_texts(app, make_invisible):
    comment = post_argument()
    assert (count_matches(app, "comments"), count_indexed()) == (1, 1)
    make_invisible(comment)
    assert (count_matches(app, "comments"), count_indexed()) == (0, 0)


def test_search_excludes_the_thread_of_a_hidden_proposal(app):
    hide_proposal(post_argument())
    assert count_matches(app, "comments") == 0 and count_matches(app, "proposals", "lansia") == 0


def test_search_follows_restored_and_edited_texts(app):
    comment = post_argument()
    hide(comment)
    moderation_operations.restore_contribution(factories.create_staff(role=Role.MODERATOR), comment)
    assert count_matches(app, "comments") == 1
    comment_operations.edit_comment(comment.author, comment, "Sekarang durian.")
    assert count_matches(app, "comments") == 0 and count_matches(app, "comments", "durian") == 1


def test_search_finds_corrections_until_the_comment_is_withdrawn(app, clock):
    comment = post_argument(body="Ada 40 halte.")
    clock.shift(timedelta(minutes=16))
    for correction in ("Bukan 40, tetapi 14.", f"Dan satu {WORD}."):
        correct_comment(comment.author, comment, correction)
    assert (
        count_matches(app, "comments"),
        count_indexed(),
        count_matches(app, "comments", "40+tetapi"),
    ) == (1, 1, 3)
    rebuild_index()
    assert (count_matches(app, "comments"), count_indexed()) == (1, 1)
    withdraw(comment)
    assert (count_matches(app, "comments"), count_indexed()) == (0, 0)


def test_search_for_eight_terms_finds_all_forms_newest_first(app):
    terms = "jalan halaman kantin jembatan bendungan perpustakaan selokan penerangan"
    older = post_argument(body=f"{terms} lama")
    post_argument(body=terms.removesuffix(" penerangan"))
    newer = post_argument(body=f"Jalannya, halamannya: {terms.partition('halaman')[2]}")
    hits = search_texts(SearchQuery(terms, "comments"))
    assert [hit.id for hit in hits] == [newer.id, older.id]
    assert [hit.id for hit in search_texts(SearchQuery(f"{terms} lama", "comments"))][
        -1
    ] == older.id


@pytest.mark.parametrize("length", range(4, 12))
def test_search_finds_a_word_of_any_length_with_suffixes(app, length):
    word = "rumotabugoledu"[:length]
    exact, suffixed = post_argument(body=f"Ini {word}."), post_argument(body=f"Ini {word}nya.")
    post_argument(body=f"Ini {word[:-1]}.")
    hits = search_texts(SearchQuery(word, "comments"))
    assert [hit.id for hit in hits] == [suffixed.id, exact.id]


def test_search_finds_a_held_text_after_the_hold(app, clock):
    comment = post_argument()
    for index in range(5):
        reporter = factories.create_resident()
        post_argument(reporter, "Lain.")
        clock.shift(timedelta(days=15))
        moderation_operations.report_contribution(
            reporter,
            comment,
            ModerationRule.SPAM,
            context=factories.request_from(f"198.51.100.{index}"),
        )
    assert comment.is_held and count_matches(app, "comments") == 0
    clock.shift(timedelta(hours=25))
    assert count_matches(app, "comments") == 1


def test_search_excludes_drafts_and_withdrawn_proposals(app):
    person = factories.create_resident()
    save_draft(person, {"title": WORD, "body": WORD})
    assert count_matches(app, "proposals") == 0
    proposal = factories.create_proposal(author=person)
    assert count_matches(app, "proposals", "lansia") == 1
    proposal_operations.withdraw_proposal(person, proposal, "")
    assert count_matches(app, "proposals", "lansia") == 0


def test_search_finds_points_of_the_latest_response_version(app):
    office = factories.create_institution()
    proposal, officer = (
        factories.create_proposal(factories.create_process(office)),
        factories.create_staff(office),
    )
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
    assert len(search_texts(SearchQuery(WORD, "responses"))) == 1
    assert count_matches(app, "responses", "anggaran") == 1
    assert count_matches(app, "responses", "anggaran", institution=office.slug) == 1
    assert count_matches(app, "responses", "anggaran", institution="lain") == 0


@pytest.mark.parametrize(
    ("body", "query"),
    [
        ("Warga menanam pohon.", "ditanam"),
        ("Penjualan di pasar.", "menjual"),
        ("Bangkunya rusak.", "bangku"),
        ("Alamat jl.sudirman, pasar-malam.", "sudirman pasar malam"),
    ],
)
def test_search_finds_affixed_forms_of_indonesian_words(app, body, query):
    post_argument(body=body)
    assert count_matches(app, "comments", query) >= 1


def test_search_finds_english_texts_and_filters_by_language(app):
    post_argument(
        body="The benches on the roads are broken.", context=factories.request_from(language="en")
    )
    assert count_matches(app, "comments", "the bench road") >= 2
    assert count_matches(app, "comments", "benches", language="en") == 1
    assert count_matches(app, "comments", "benches", language="id") == 0


def test_search_filters_by_process_and_state(app):
    slug = post_argument().proposal.process.slug
    assert count_matches(app, "comments", process=slug, state="published") == 1
    assert count_matches(app, "comments", process="lain") == 0
    assert count_matches(app, "comments", process=slug, state="responded") == 0


def test_search_pages_have_no_gap(app):
    comment_ids = [post_argument().id for _ in range(23)]
    first = [result.id for result in search_texts(SearchQuery(WORD, "comments"))]
    assert first == comment_ids[:1:-1]
    rest = search_texts(SearchQuery(WORD, "comments", after=first[19]))
    assert [result.id for result in rest] == comment_ids[2::-1]


ODD = (
    "%25 _ %22%3E%3Cscript%3E ( \" ' AND+OR+NOT+NEAR a*+-b %00x body:x ^x {x+y} x:* !x+%26+| \\ "
    "%F0%9F%8C%B4 %ED%A0%80 1e5+3m İßﬁ"
)


@pytest.mark.parametrize("q", [*ODD.split(" "), "a" * 10000])
def test_search_treats_every_query_as_plain_terms(app, q):
    post_argument()
    for kind in ("proposals", "comments", "responses"):
        page = (
            anonymous_client(app)
            .get(f"/en/search?q={q}&kind={kind}&after=x&state=x&language=x")
            .text
        )
        assert "<mark>" not in page and "<script>" not in page


def test_search_snippet_escapes_markup(app):
    post_argument(body=f"<b>{WORD}</b><script>alert(1)</script>")
    page = anonymous_client(app).get(f"/id/search?q={WORD}&kind=comments").text
    assert f"&lt;b&gt;<mark>{WORD}</mark>&lt;/b&gt;" in page and "<script>alert" not in page


def test_rebuild_index_indexes_visible_texts(app):
    visible, hidden = post_argument(), post_argument()
    hide(hidden)
    factories.create_proposal()
    counts = rebuild_index()
    assert (counts["comment"], counts["proposal"]) == (1, 3) and count_indexed() == 1
    assert [result.id for result in search_texts(SearchQuery(WORD, "comments"))] == [visible.id]
    withdraw(visible)
    assert count_indexed() == 0


def test_search_page_needs_at_most_four_statements(app):
    post_argument()
    with record_queries() as executed:
        anonymous_client(app).get(f"/id/search?q={WORD}&kind=comments")
    assert len(executed) <= 4


def test_snippet_of_a_result_shows_no_marks_of_bold_or_lists():
    body = "- **Tandon air** untuk *semua* dusun, lihat [peta](https://example.org/p).\n> 2 * 3"
    shown = "Tandon air untuk semua dusun, lihat peta.\n2 * 3"
    assert without_markup(body) == shown
