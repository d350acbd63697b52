"""The page about the method says what the formulas in force count."""

import pytest

from deliberate.citivoice import load_formulas
from tests.client import anonymous_client


@pytest.mark.parametrize("language", ["id", "en"])
def test_method_page_names_every_measure_that_a_dimension_counts(app, language):
    page = anonymous_client(app).get(f"/{language}/method").text
    formulas = load_formulas()
    counted = {c for dimension in formulas.dimensions.values() for c in dimension.criteria}
    names = [
        f"{measure.id} {measure.en if language == 'en' else measure.name_id}"
        for measure in formulas.indicators.values()
        if measure.criterion in counted
    ]
    assert [name for name in names if name not in page] == []
    assert formulas.version in page


def test_method_page_prints_goalposts_with_the_worst_first(app):
    page = anonymous_client(app).get("/en/method").text
    assert "0 counts as 0, 0.5 as 100" in page
    assert "0.6 counts as 0, 0.2 as 100" in page


@pytest.mark.parametrize(
    ("language", "own"),
    [("id", "Sumber: proyek ini sendiri"), ("en", "Source: this project’s own")],
)
def test_method_page_prints_each_formula_with_its_source(app, language, own):
    page = anonymous_client(app).get(f"/{language}/method").text
    formulas = load_formulas()
    counted = {c for dimension in formulas.dimensions.values() for c in dimension.criteria}
    measures = [row for row in formulas.indicators.values() if row.criterion in counted]
    cited = [row.source for row in measures if row.source]
    assert {"Gini 1912", "Kaplan, Meier 1958"} <= set(cited)
    assert page.count(own) == len(measures) - len(cited)
    assert [source for source in cited if source not in page] == []
    assert "Simonofski" in page and "Niemeyer" in page


def test_every_formula_is_written_in_both_languages():
    for row in load_formulas().indicators.values():
        assert row.formula_id != row.formula, row.id
