"""The templates keep what the content policy and the readers without script rely on."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, nodes

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
ICONS = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static" / "icons.svg").read_text()))


def without_comments(path: Path) -> str:
    return re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


Words = Callable[[str], Any]


@pytest.fixture
def words() -> Words:
    """The components by themselves, in English."""
    alone = Environment(
        loader=FileSystemLoader(ROOT / "templates"), extensions=["jinja2.ext.i18n"], autoescape=True
    )
    alone.install_null_translations(newstyle=True)
    alone.filters |= {"numberformat": lambda n: f"{n:,}", "percentformat": lambda n: f"{n:.0%}"}
    alone.globals["url_for"] = lambda endpoint, **values: f"/{endpoint}"
    alone.globals["local_time"] = lambda moment, pattern: moment.strftime("%d %m %Y")
    return lambda name: alone.get_template(f"components/{name}.html").module


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_nothing_is_inline(path: Path) -> None:
    text = without_comments(path)
    assert not re.search(r"\sstyle\s*=|<style\b|javascript:|\son\w+\s*=\s*[\"']", text)
    for opening, body in re.findall(r"<script\b([^>]*)>(.*?)</script>", text, re.DOTALL):
        assert "src=" in opening
        assert body.strip() == ""


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_nothing_is_loaded_from_elsewhere(path: Path) -> None:
    loaded = re.findall(
        r'(?:\bsrc|<(?:link|use|image)\b[^>]*?\bhref|\bsrcset)="((?:https?:)?//[^"]*)"',
        without_comments(path),
    )
    assert loaded == []


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_every_template_is_short_and_parses(path: Path) -> None:
    Environment(extensions=["jinja2.ext.i18n"]).parse(path.read_text())
    assert len(path.read_text().splitlines()) <= 120


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_icons_named_in_templates_exist(path: Path) -> None:
    tree = Environment(extensions=["jinja2.ext.i18n"]).parse(path.read_text())
    asked = {
        constant.value
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name == "icon"
        for argument in call.args
        for constant in [argument, *argument.find_all(nodes.Const)]
        if isinstance(constant, nodes.Const)
        and isinstance(constant.value, str)
        and not isinstance(argument, nodes.CondExpr)
    }
    assert asked <= ICONS


def test_every_state_decision_stance_and_source_has_its_words_and_an_icon(
    words: Words,
) -> None:
    tags = words("tags")
    states = ["draft", "published", "held", "due", "responded", "in_delivery", "done"]
    states += ["dropped", "withdrawn", "merged", "hidden"]
    shown = [tags.state_tag(state) for state in states]
    shown += [tags.state_tag("due", days) for days in (6, 1, 0, -1, -3)]
    decisions = ["accepted", "accepted_in_part", "not_accepted", "needs_study", "not_ours", "open"]
    shown += [tags.decision_tag(decision) for decision in decisions]
    shown += [tags.stance_tag(stance) for stance in (1, 0, -1)]
    shown += [
        tags.source_tag(source) for source in ("log", "coded", "judged", "measured", "little")
    ]
    for tag in shown:
        assert re.search(r"</svg>\S", tag), tag
        assert set(re.findall(r"icons\.svg#([\w-]+)", tag)) <= ICONS


def test_red_is_only_for_what_is_overdue(words: Words) -> None:
    tags = words("tags")
    assert 'class="tag err"' in tags.state_tag("due", -1)
    assert "Overdue by 1 working day<" in tags.state_tag("due", -1)
    assert "err" not in tags.decision_tag("not_accepted")


def test_the_balance_bar_fills_its_width_and_says_its_numbers(words: Words) -> None:
    bar = words("bars").balance(38, 27, 14)
    ends = [float(x) + float(w) for x, w in re.findall(r'x="([\d.]+)%" width="([\d.]+)%"', bar)]
    assert len(ends) == 3
    assert abs(ends[-1] - 100) < 0.2
    assert 'aria-label="38 for, 27 against, 14 neutral or questions"' in bar


def test_an_empty_balance_draws_nothing_and_does_not_break(words: Words) -> None:
    assert "<rect" not in words("bars").balance(0, 0, 0)


def test_a_chart_carries_its_numbers_as_a_table(words: Words) -> None:
    charts = words("charts")
    bars = charts.weeks("w", "People", "By week", [("1", 12, 0, None), ("2", 7, 5, 6)])
    curve = charts.curve(
        "k", "Answered", "By day", [(3, 0.25, 0.1, 0.4), (9, 0.5, None, None)], 30, (30, 0.8)
    )
    heat = charts.cohorts(
        "c", "Back", "By month", [("Aug", 40, [1.0, 0.3]), ("Sep", 20, [1.0, None])], ["0", "1"]
    )
    for chart in (bars, curve, heat):
        assert "<title " in chart
        assert "<desc " in chart
        assert chart.count("<tr>") == 3
        assert "nan" not in chart


def test_axes_end_on_numbers_that_three_lines_divide(words: Words) -> None:
    top_of = words("charts").top_of
    assert [int(top_of(n)) for n in (0, 1, 7, 53, 164, 1284)] == [3, 3, 9, 60, 180, 1500]


def comment(**more: object) -> SimpleNamespace:
    row: dict[str, object] = {
        "id": 7,
        "root_id": 7,
        "depth": 0,
        "display_name": "Dwi H.",
        "role": "resident",
    }
    row |= {"stance": -1, "body_html": "<p>A reason.</p>"}
    row |= {"created_at": datetime(2026, 3, 2, 1, 0, tzinfo=UTC)}
    return SimpleNamespace(**(row | more))


def test_names_in_a_thread_are_text_and_not_markup(words: Words) -> None:
    rows = [comment(display_name='<b>"x"', to_name="<i>'y'", source="<u>z", institution="<s>")]
    shown = words("thread").thread(rows, {"reply": "?reply={id}", "report": "/c/{id}/report"})
    assert not re.search(r"<(i|u|s)>|<b>\"x|aria-label=\"[^\"]*<", shown)
    assert 'href="?reply=7"' in shown


def test_a_hidden_comment_shows_its_tombstone_and_not_its_text(words: Words) -> None:
    shown = words("thread").thread([comment(state="hidden", rule="2", state_at=None)])
    assert "Hidden by a moderator" in shown
    assert "A reason." not in shown


def test_signed_out_readers_see_the_weighing_without_buttons(words: Words) -> None:
    shown = words("thread").thread([comment(strong=3, weak=1)])
    assert "<button" not in shown
    assert "Strong point <b>3</b>" in shown


def test_a_comment_in_a_thread_takes_few_nodes(words: Words) -> None:
    urls = {"rate": "/c/{id}/rating", "reply": "?reply={id}", "report": "/c/{id}/report"}
    shown = words("thread").thread([comment(depth=1, stance=None, to_name="Yuni")], urls)
    assert len(re.findall(r"<[a-z]", shown)) <= 18
