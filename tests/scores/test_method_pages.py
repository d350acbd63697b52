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
