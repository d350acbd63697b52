"""Code books beside that of reasons: blind coding, agreement, the file, codes of a machine."""

import csv
import re
from io import StringIO

import pytest
from flask_babel import force_locale

from deliberate.citivoice.framework.catalogue import load_code_books
from deliberate.clock import now
from deliberate.exports.documents.coded_sample_csv import sample_codes_csv, sample_texts_csv
from deliberate.operations.scores.coding import (
    code_by_book,
    code_comment,
    draw_sample,
    import_codes,
)
from deliberate.operations.scores.machine_codes_csv import parse_machine_codes
from deliberate.permissions.decision import InvalidInput, Refused
from deliberate.queries.scores.coding import (
    code_shares,
    coded_figures,
    count_codes,
    machine_agreements,
    sample_reliability,
)
from deliberate.queries.scores.computed_scores import compute_scores
from deliberate.sealing import seal_log
from deliberate.vocabulary import Role, SampleKind
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.scores.test_coding import create_coder, create_thread
from tests.scores.test_scoreboard_pages import store_snapshot

BOOKS = [kind for kind in SampleKind if kind not in (SampleKind.REASONS, SampleKind.ANSWERS)]


@pytest.fixture(autouse=True)
def _in_english(app):
    with force_locale("en"):
        yield


def draw(kind=SampleKind.RESPECT, count=6):
    return draw_sample(create_coder(), create_thread(count), kind)


def code_all(sample, codes, coder=None):
    coder = coder or create_coder()
    for item, code in zip(sample.items, codes, strict=True):
        code_by_book(coder, item, SampleKind(sample.kind), code)
    return coder


def coded(first=(0, 1, 2, 0, 1, 2), second=(0, 1, 2, 0, 1, 2)):
    sample = draw()
    coders = [code_all(sample, codes) for codes in (first, second)]
    return sample, coders


def rows_of(text):
    return list(csv.DictReader(StringIO(text)))


def test_every_kind_of_sample_has_a_code_book_in_both_languages_with_examples():
    books = load_code_books()
    assert books.keys() == set(SampleKind)
    for book in books.values():
        assert list(book["codes"]) == [str(code) for code in range(len(book["codes"]))]
        assert all(
            book[part][language] for part in ("question", "note") for language in ("en", "id")
        )
        for code in book["codes"].values():
            assert all(code[name] for name in ("en", "id", "example_en", "example_id"))


@pytest.mark.parametrize("book", BOOKS)
def test_code_of_a_book_is_logged_with_its_name(app, log, book):
    sample, coder = draw(book), create_coder()
    log()
    code_by_book(coder, sample.items[0], book, 1)
    (entry,) = log()
    assert (entry.kind, entry.subject_id) == ("text.coded", sample.items[0].comment_id)
    assert entry.details == {"of": book, "code": 1}


@pytest.mark.parametrize("book", BOOKS)
def test_code_that_a_book_does_not_have_is_refused(app, book):
    sample = draw(book)
    for code in (-1, count_codes(book)):
        with pytest.raises(InvalidInput, match="codes"):
            code_by_book(create_coder(), sample.items[0], book, code)


def test_sample_of_a_book_takes_no_code_of_another(app):
    sample = draw(SampleKind.EXPERIENCE)
    with pytest.raises(Refused, match="another kind"):
        code_comment(create_coder(), sample.items[0], 1)
    with pytest.raises(Refused, match="another kind"):
        code_by_book(create_coder(), sample.items[0], SampleKind.RESPECT, 1)


def test_samples_of_two_books_are_coded_at_the_same_time(app):
    process = create_thread()
    draw_sample(create_coder(), process, SampleKind.RESPECT)
    draw_sample(create_coder(), process, SampleKind.EXPERIENCE)
    with pytest.raises(Refused, match="finish it first"):
        draw_sample(create_coder(), process, SampleKind.RESPECT)


def test_agreement_is_that_of_the_codes_of_the_book(app):
    sample, _coders = coded()
    assert sample_reliability(sample).kappa == pytest.approx(1)
    sample, _coders = coded(second=(2, 1, 0, 2, 1, 0))
    assert not sample_reliability(sample).is_reliable


def test_shares_are_those_of_both_people(app):
    sample, _coders = coded((0, 0, 0, 1, 1, 2), (0, 0, 0, 1, 2, 2))
    assert code_shares(sample) == [6 / 12, 3 / 12, 3 / 12]


def test_file_of_codes_has_none_until_two_people_have_coded_all(app):
    sample = draw()
    code_all(sample, (0, 1, 2, 0, 1, 2))
    assert "person_1" not in rows_of(sample_codes_csv(sample))[0]
    code_all(sample, (0, 1, 2, 0, 1, 1))
    rows = rows_of(sample_codes_csv(sample))
    assert [row["person_1"] for row in rows] == list("012012")
    assert [row["person_2"] for row in rows] == list("012011")


def test_file_that_a_machine_fills_in_holds_no_code_of_anybody(app):
    sample, (first, _second) = coded()
    import_codes(first, sample, "Model 1", {1: 2})
    rows = rows_of(sample_texts_csv(sample))
    assert all(row["text"].startswith("Karena") and row["code"] == "" for row in rows)
    assert not [name for name in rows[0] if "person" in name or "machine" in name]
    assert "machine: Model 1" in rows_of(sample_codes_csv(sample))[0]


def test_file_of_codes_is_refused_while_people_code(app):
    sample = draw()
    coder = code_all(sample, (0, 1, 2, 0, 1, 2))
    browser, url = signed_in_client(app, coder), f"/en/desk/coding/{sample.id}"
    assert browser.get(f"{url}/codes.csv").status_code == 409
    assert "codes.csv" not in browser.get(url).text


def test_machine_comes_after_two_people(app):
    sample = draw()
    code_all(sample, (0, 1, 2, 0, 1, 2))
    with pytest.raises(Refused, match="two people"):
        import_codes(create_coder(), sample, "Model 1", {1: 0})


def test_machine_is_compared_with_each_person_and_never_scored(app, log):
    sample, (first, _second) = coded()
    before = compute_scores(sample.process).to_json()
    log()
    import_codes(first, sample, "Model 1", dict(enumerate((0, 1, 2, 0, 1, 2), 1)))
    (entry,) = log()
    assert (entry.kind, entry.details) == ("codes.imported", {"of": "respect", "texts": 6})
    import_codes(first, sample, "Model 2", dict(enumerate((2, 1, 0, 2, 1, 0), 1)))
    good, bad = machine_agreements(sample)
    assert good.is_reliable and [agreement.n for agreement in good.with_people] == [6, 6]
    assert not bad.is_reliable
    assert sample_reliability(sample).n == 6
    seal_log(app.config["SETTINGS"])
    after = compute_scores(sample.process).to_dict()
    assert after["indicators"]["DQ5.1"]["value"] is None and '"DQ5.1"' in before


def test_machine_that_agrees_with_one_person_alone_is_not_used(app):
    sample, (first, _second) = coded(second=(2, 1, 0, 2, 1, 0))
    import_codes(first, sample, "Model 1", dict(enumerate((0, 1, 2, 0, 1, 2), 1)))
    (machine,) = machine_agreements(sample)
    assert [agreement.is_reliable for agreement in machine.with_people] == [True, False]
    assert not machine.is_reliable


def test_scoreboard_shows_what_people_found_and_machines_only_if_they_agree(app):
    sample, (first, _second) = coded()
    import_codes(first, sample, "Good model", dict(enumerate((0, 1, 2, 0, 1, 2), 1)))
    import_codes(first, sample, "Bad model", dict(enumerate((2, 1, 0, 2, 1, 0), 1)))
    store_snapshot(sample.process, now())
    page = anonymous_client(app).get(f"/en/scores/{sample.process.slug}").text
    section = page[page.index('id="coded"') : page.index('id="coded"') + 3000]
    assert "How does the comment treat other people" in section and "33%" in section
    assert "kappa): 1.00 over 6 comments" in section
    assert "Good model" in section and "Bad model" not in section


def test_scoreboard_shows_no_share_of_codes_that_people_disagree_on(app):
    sample, _coders = coded(second=(2, 1, 0, 2, 1, 0))
    (figure,) = coded_figures(sample.process_id)
    assert not figure.agreement.is_reliable and not figure.shares
    code_all(draw(SampleKind.EXPERIENCE), (0, 1, 0, 1, 0, 1))
    assert len(coded_figures(sample.process_id)) == 1


@pytest.mark.parametrize("codes", [{}, {7: 0}, {1: 3}])
def test_codes_outside_the_sample_or_the_book_are_refused(app, codes):
    sample, (first, _second) = coded()
    with pytest.raises(InvalidInput):
        import_codes(first, sample, "Model 1", codes)


def test_machine_has_a_name_of_its_own(app):
    sample, (first, _second) = coded()
    import_codes(first, sample, "Model 1", {1: 0})
    for name in ("", "Model 1"):
        with pytest.raises(InvalidInput, match="name"):
            import_codes(first, sample, name, {1: 0})


def test_parsed_table_passes_over_texts_without_a_code(app):
    table = parse_machine_codes("text,position,code\na,1,2\nb,2,\n", {1, 2}, 3)
    assert (table.codes, table.problems) == ({1: 2}, [])


def test_parsed_table_names_every_wrong_line(app):
    table = parse_machine_codes("position;code\n1;9\n1;x\n8;0\n1;0\n1;0\n", {1, 2}, 3)
    assert [line for line, _why in table.problems] == [2, 3, 4, 6]


def test_table_without_the_column_code_is_refused(app):
    with pytest.raises(InvalidInput, match="code"):
        parse_machine_codes("position\n1\n", {1}, 3)


def test_pages_lead_from_the_book_to_the_codes_of_a_machine(app):
    sample, (first, _second) = coded()
    browser, url = signed_in_client(app, first), f"/en/desk/coding/{sample.id}"
    page = browser.get(url).text
    assert "Only fools believe this." in page and "What was found" in page and "33%" in page
    assert re.search(r"<b>33%</b>\s*0: \w", page)
    codes = browser.get(f"{url}/codes.csv")
    assert codes.mimetype == "text/csv" and "person_2" in codes.text
    assert f'href="{url}/texts.csv"' in browser.get(f"{url}/machine").text
    assert browser.get(f"{url}/texts.csv").mimetype == "text/csv"
    wrong = submit_form(browser, f"{url}/machine", name="Model 1", table="position,code\n1,7\n")
    assert wrong.status_code == 422 and "from 0 to 2" in wrong.text and "1,7" in wrong.text
    table = "position,code\n" + "".join(f"{n},{(n - 1) % 3}\n" for n in range(1, 7))
    done = submit_form(browser, f"{url}/machine", name="Model 1", table=table)
    assert done.status_code == 303
    page = browser.get(url).text
    assert (
        "Agreement with person 2 (quadratic weighted kappa): 1.00 over 6 comments" in page
        and "agrees with both" in page
    )


def test_page_of_a_text_shows_the_question_of_its_book(app):
    sample = draw(SampleKind.COMMON_GOOD)
    coder = factories.create_staff(factories.create_institution(), Role.RESEARCHER)
    browser, url = signed_in_client(app, coder), f"/en/desk/coding/{sample.id}/1"
    assert "Whose good does the comment speak of?" in browser.get(url).text
    assert submit_form(browser, url, value="2").status_code == 303
    assert browser.get(f"/en/desk/coding/{sample.id}/machine").status_code == 409
