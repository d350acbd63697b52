"""Excerpts of a study: codes of two coders, their agreement, import and export."""

import re
from datetime import date

import pytest
from flask_babel import force_locale

from deliberate.database import db
from deliberate.exports.study_csv import excerpts_csv
from deliberate.operations.scores import excerpts
from deliberate.operations.scores.excerpts import (
    ExcerptInput,
    add_excerpt,
    code_excerpt,
    import_excerpts,
    remove_excerpt,
)
from deliberate.operations.scores.study_sources import SourceInput, add_source
from deliberate.permissions.decision import InvalidInput, Refused
from deliberate.queries.scores.studies.excerpts import (
    coder_agreement,
    codes_by,
    cooccurrences,
    differing_codes,
    list_excerpts,
    memo_by,
    visible_codes,
)
from deliberate.queries.scores.studies.sources import list_sources
from deliberate.vocabulary import ConsentScope, EvidenceKind
from tests.client import signed_in_client, submit_form
from tests.scores.test_assessments import create_assessment, create_evaluator

TABLE = """source,excerpt,language,place,codes,memo
D1,"Trase sudah digambar, kami tinggal memilih warna.",id,hlm. 3,DP2;EN1,
D1,The minutes were never sent.,en,p. 5,CC1; B1,see R2
"""


@pytest.fixture(autouse=True)
def _in_english(app):
    with force_locale("en"):
        yield


def create_study():
    """Return a process with one document and its two assessors."""
    assessment, first, second = create_assessment()
    paper = SourceInput(title="Laporan", dated=date(2026, 2, 1))
    source = add_source(first, assessment.process, EvidenceKind.DOCUMENT, paper)
    return assessment.process, source, first, second


def add(evaluator, source, *codes, body="Kutipan"):
    return add_excerpt(evaluator, source, ExcerptInput(body, "id", codes=codes))


def test_codes_of_the_other_coder_show_once_one_has_coded_oneself(app):
    _process, source, first, second = create_study()
    excerpt = add(first, source, "DP1", "EN4")
    assert visible_codes(excerpt, second.id) == []
    code_excerpt(second, excerpt, ["DP1", "B2"])
    assert visible_codes(excerpt, second.id) == ["B2", "DP1", "EN4"]
    assert differing_codes(excerpt, second.id) == ["B2", "EN4"]


def test_excerpt_page_hides_the_codes_of_the_other_coder(app):
    process, source, first, second = create_study()
    excerpt = add(first, source, "EN4")
    page = f"/en/desk/studies/{process.slug}/excerpts"
    browser = signed_in_client(app, second)
    hidden = browser.get(page).text + browser.get(f"{page}/{excerpt.id}").text
    assert "code=EN4" not in hidden and "Codes of all coders" not in hidden
    assert submit_form(browser, f"{page}/{excerpt.id}", codes="DP1").status_code == 303
    assert "coders differ: DP1, EN4" in browser.get(page).text


def test_kappa_of_two_coders_equals_the_one_by_hand(app):
    process, source, first, second = create_study()
    for mine, other in (("DP1", "DP1"), ("DP1", "DP2"), ("DP2", "DP2"), ("DP1", "DP1")):
        code_excerpt(second, add(first, source, mine), [other])
    add(first, source, "EN1")
    agreement = coder_agreement(list_excerpts(process.id))
    # Of 8 decisions 6 are alike, and by chance 4 would be.
    assert agreement.excerpts == 4 and agreement.kappa == pytest.approx(0.5)
    assert agreement.by_code == {"DP1": pytest.approx(0.5), "DP2": pytest.approx(0.5)}


def test_coder_who_finds_no_code_has_coded(app):
    _process, source, first, second = create_study()
    excerpt = add(first, source, "DP1")
    code_excerpt(second, excerpt, [])
    assert codes_by(excerpt, second.id) == {"none"}
    assert differing_codes(excerpt, second.id) == ["DP1"]


def test_codes_that_stand_together_are_counted(app):
    process, source, first, _second = create_study()
    for codes in (("DP1", "EN4"), ("DP1", "EN4", "B1")):
        add(first, source, *codes)
    counts = cooccurrences(list_excerpts(process.id))
    assert counts == {("DP1", "EN4"): 2, ("B1", "DP1"): 1, ("B1", "EN4"): 1}


def test_table_of_coded_excerpts_is_imported_and_written_again(app):
    process, _source, first, _second = create_study()
    assert import_excerpts(first, process, TABLE) == 2
    written = excerpts_csv(list_excerpts(process.id), first.id)
    assert 'D1,"Trase sudah digambar, kami tinggal memilih warna.",id,hlm. 3,DP2;EN1,' in written
    assert "D1,The minutes were never sent.,en,p. 5,B1;CC1,see R2" in written


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        (TABLE.replace("D1,The", "D9,The"), "Line 3: There is no source D9"),
        (TABLE.replace("CC1; B1", "XX1"), "Line 3: There is no code XX1"),
        ("kutipan\nx\n", "columns source, excerpt"),
        ("source,excerpt\n", "1 to 1000 lines"),
    ],
)
def test_table_with_a_wrong_line_adds_nothing(app, table, problem):
    process, _source, first, _second = create_study()
    with pytest.raises(Refused, match=problem):
        import_excerpts(first, process, table)
    assert list(list_excerpts(process.id)) == []


def test_excerpts_are_refused_to_other_evaluators(app):
    process, source, _first, _second = create_study()
    stranger = create_evaluator()
    with pytest.raises(Refused):
        add(stranger, source)
    browser = signed_in_client(app, stranger)
    assert browser.get(f"/en/desk/studies/{process.slug}/excerpts.csv").status_code == 403


def test_import_page_keeps_the_table_that_was_refused(app):
    process, _source, first, _second = create_study()
    browser = signed_in_client(app, first)
    page = f"/en/desk/studies/{process.slug}/excerpts/import"
    refused = submit_form(browser, page, table=TABLE.replace("D1,The", "D9,The"))
    assert refused.status_code == 422 and "The minutes were never sent." in refused.text
    assert submit_form(browser, page, table=TABLE).status_code == 303


@pytest.mark.parametrize("cell", ["x" * 140_000, "a\rb"])
def test_import_refuses_a_table_that_cannot_be_read(app, cell):
    process, _source, first, _second = create_study()
    with pytest.raises(InvalidInput):
        import_excerpts(first, process, f"source,excerpt\nD1,{cell}\n")
    assert not list_excerpts(process.id)


def test_exported_excerpt_that_begins_with_a_dash_comes_back_unchanged(app):
    process, source, first, _second = create_study()
    add(first, source, body="- Kami tidak diundang.")
    import_excerpts(first, process, excerpts_csv(list_excerpts(process.id), first.id))
    assert {row.body for row in list_excerpts(process.id)} == {"- Kami tidak diundang."}


def test_memo_of_the_import_is_not_longer_than_that_of_the_form(app):
    process, _source, first, _second = create_study()
    with pytest.raises(InvalidInput, match="2000"):
        import_excerpts(first, process, f"source,excerpt,memo\nD1,Kutipan,{'m' * 2001}\n")


def test_study_refuses_excerpts_that_no_page_would_show(app, monkeypatch):
    monkeypatch.setattr(excerpts, "MAX_EXCERPTS", 2)
    process, source, first, _second = create_study()
    import_excerpts(first, process, TABLE)
    with pytest.raises(InvalidInput, match="at most 2"):
        add(first, source)
    with pytest.raises(InvalidInput, match="at most 2"):
        import_excerpts(first, process, TABLE)
    assert len(list_excerpts(process.id)) == 2


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("excerpts/import", {"table": TABLE}),
        ("sources/1/excerpts", {"body": "Kutipan", "language": "id"}),
        ("sources/new/document", {"title": "Laporan", "dated": "2026-02-01"}),
    ],
)
def test_form_of_a_study_sent_twice_is_stored_once(app, page, fields):
    process, _source, first, _second = create_study()
    address = f"/en/desk/studies/{process.slug}/{page}"
    browser = signed_in_client(app, first)
    html = browser.get(address).text
    tokens = dict(re.findall(r'name="(form_key|csrf_token)" value="([^"]+)"', html))
    assert browser.post(address, data=tokens | fields).status_code == 303
    before = len(list_excerpts(process.id)), len(list_sources(process.id))
    again = browser.post(address, data=tokens | fields, follow_redirects=True)
    assert "nothing was counted twice" in again.text
    assert (len(list_excerpts(process.id)), len(list_sources(process.id))) == before


def test_changed_form_of_a_study_is_shown_again_without_a_link(app):
    process, _source, first, _second = create_study()
    address = f"/en/desk/studies/{process.slug}/sources/new/document"
    browser = signed_in_client(app, first)
    html = browser.get(address).text
    fields = dict(re.findall(r'name="(form_key|csrf_token)" value="([^"]+)"', html))
    fields |= {"title": "Laporan", "dated": "2026-02-01"}
    browser.post(address, data=fields)
    answer = browser.post(address, data=fields | {"title": "Laporan akhir"})
    assert answer.status_code == 409 and "data-first" not in answer.text


def test_memo_of_a_coder_is_theirs_alone(app):
    process, source, first, second = create_study()
    excerpt = add_excerpt(first, source, ExcerptInput("Kutipan", "id", memo="memo pertama"))
    page = f"/en/desk/studies/{process.slug}/excerpts"
    browser = signed_in_client(app, second)
    hidden = browser.get(f"{page}/{excerpt.id}").text + browser.get(f"{page}.csv").text
    assert "memo pertama" not in hidden
    fields = {"codes": "DP1", "memo": "memo kedua"}
    assert submit_form(browser, f"{page}/{excerpt.id}", **fields).status_code == 303
    assert "memo pertama" in signed_in_client(app, first).get(f"{page}.csv").text


def test_codes_no_longer_change_once_both_coders_see_them(app):
    _process, source, first, second = create_study()
    excerpt = add(first, source, "DP1")
    code_excerpt(first, excerpt, ["DP2"])
    code_excerpt(second, excerpt, ["B2"])
    with pytest.raises(Refused, match="Both have coded"):
        code_excerpt(second, excerpt, ["DP2"])
    code_excerpt(second, excerpt, ["B2"], "memo")
    assert (codes_by(excerpt, second.id), memo_by(excerpt, second.id)) == ({"B2"}, "memo")


def test_excerpt_is_removed_only_by_who_added_it_before_another_codes_it(app):
    process, source, first, second = create_study()
    excerpt, coded = add(first, source, "DP1"), add(first, source, "DP1")
    code_excerpt(second, coded, ["DP2"])
    for person, row in ((second, excerpt), (first, coded)):
        with pytest.raises(Refused):
            remove_excerpt(person, row)
    browser = signed_in_client(app, first)
    page = f"/en/desk/studies/{process.slug}/excerpts"
    assert "Yes, remove it" not in browser.get(f"{page}/{coded.id}").text
    action = f"{page}/{excerpt.id}/remove"
    assert submit_form(browser, f"{page}/{excerpt.id}", to=action).status_code == 303
    assert "Excerpts: 1" in browser.get(page).text
    db.session.rollback()
    assert [row.id for row in list_excerpts(process.id)] == [coded.id]


def test_source_without_consent_takes_no_excerpts(app):
    process, _source, first, _second = create_study()
    silent = SourceInput(title="warga", dated=date(2026, 2, 1), consent=ConsentScope.NOT_GIVEN)
    source = add_source(first, process, EvidenceKind.INTERVIEW, silent)
    with pytest.raises(Refused, match="R1 has not consented"):
        add(first, source)
