"""Templates: markup, line length, icons, and the macros that pages share."""

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
SHEET = re.sub(r"/\*.*?\*/", "", (ROOT / "static" / "deliberate.css").read_text(), flags=re.DOTALL)
CLASSES = set(re.findall(r"\.([a-z][\w-]*)", SHEET))
ICONS = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static" / "icons.svg").read_text()))


def without_comments(path: Path) -> str:
    return re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)


def relative_path(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


Components = Callable[[str], Any]


@pytest.fixture
def components() -> Components:
    """Return a function that loads a file of macros without the application, in English."""
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_null_translations(newstyle=True)
    environment.filters |= {
        "numberformat": lambda n: f"{n:,}",
        "decimalformat": lambda n: f"{n:,.1f}",
        "percentformat": lambda n: f"{n:.0%}",
    }
    environment.globals["url_for"] = lambda endpoint, **values: f"/{endpoint}"
    environment.globals["local_time"] = lambda moment, pattern, _process=None: moment.strftime(
        "%d %m %Y"
    )
    return lambda name: environment.get_template(f"{name}.html").module


@pytest.mark.parametrize("path", TEMPLATES, ids=relative_path)
def test_template_has_no_inline_style_or_script(path: Path) -> None:
    text = without_comments(path)
    assert not re.search(r"\sstyle\s*=|<style\b|javascript:|\son\w+\s*=\s*[\"']", text)
    for opening, body in re.findall(r"<script\b([^>]*)>(.*?)</script>", text, re.DOTALL):
        assert "src=" in opening
        assert body.strip() == ""


@pytest.mark.parametrize("path", TEMPLATES, ids=relative_path)
def test_template_loads_nothing_from_other_hosts(path: Path) -> None:
    loaded = re.findall(
        r'(?:\bsrc|<(?:link|use|image)\b[^>]*?\bhref|\bsrcset)="((?:https?:)?//[^"]*)"',
        without_comments(path),
    )
    assert loaded == []


@pytest.mark.parametrize("path", TEMPLATES, ids=relative_path)
def test_template_parses_and_has_no_long_line(path: Path) -> None:
    text = path.read_text()
    Environment(extensions=["jinja2.ext.i18n"]).parse(text)
    too_long = {n: len(line) for n, line in enumerate(text.splitlines(), 1) if len(line) > 160}
    assert too_long == {}


@pytest.mark.parametrize("path", TEMPLATES, ids=relative_path)
def test_template_uses_classes_of_the_stylesheet(path: Path) -> None:
    values = re.findall(
        r'\bclass="((?:\{\{.*?\}\}|\{%.*?%\}|[^"])*)"', without_comments(path), re.DOTALL
    )
    literal = {name for value in values for name in re.sub(r"\{.*?\}+", " ", value).split()}
    assert {name for name in literal if not name.endswith("-")} <= CLASSES


@pytest.mark.parametrize("path", TEMPLATES, ids=relative_path)
def test_template_uses_existing_icons(path: Path) -> None:
    tree = Environment(extensions=["jinja2.ext.i18n"]).parse(path.read_text())
    icons = {
        constant.value
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name == "icon"
        for argument in call.args
        for constant in [argument, *argument.find_all(nodes.Const)]
        if isinstance(constant, nodes.Const)
        and isinstance(constant.value, str)
        and not isinstance(argument, nodes.CondExpr)
    }
    assert icons <= ICONS


def test_every_state_has_a_tag_with_text_and_icon(
    components: Components,
) -> None:
    tags = components("components/tags")
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


def test_error_colour_is_only_for_overdue(components: Components) -> None:
    tags = components("components/tags")
    assert 'class="tag error"' in tags.state_tag("due", -1)
    assert "Overdue by 1 working day<" in tags.state_tag("due", -1)
    assert "error" not in tags.decision_tag("not_accepted")


def test_balance_bar_fills_its_width_and_has_a_label(components: Components) -> None:
    bar = components("components/bars").balance_bar(38, 27, 14)
    rectangles = re.findall(r'x="([\d.]+)%"\s+width="([\d.]+)%"', bar)
    ends = [float(x) + float(width) for x, width in rectangles]
    assert len(ends) == 3
    assert abs(ends[-1] - 100) < 0.2
    assert 'aria-label="38 for, 27 against, 14 neutral or questions"' in bar


def test_balance_bar_without_votes_is_empty(components: Components) -> None:
    assert "<rect" not in components("components/bars").balance_bar(0, 0, 0)


def test_plot_has_a_title_and_a_data_table(components: Components) -> None:
    plots = components("scores/components/plots")
    weeks = plots.weeks_plot("w", "People", "By week", [("1", 12, 0), ("2", 7, 5)])
    waits = plots.waits_plot("k", "Answered", "By day", [(3, 0.25), (9, 0.5)], 30)
    for plot in (weeks, waits):
        assert "<title " in plot
        assert "<desc " in plot
        assert plot.count("<tr>") == 3
        assert "nan" not in plot


def test_table_of_cohorts_leaves_cells_without_data_empty(components: Components) -> None:
    rows = [("Aug", 40, [1.0, 0.3]), ("Sep", 20, [1.0, None])]
    table = components("scores/components/plots").cohort_table("Back", rows, [1, 2])
    assert table.count("<tr>") == 3
    assert "None" not in table


def test_axis_maximum_is_divisible_by_three(components: Components) -> None:
    axis_maximum = components("components/charts").axis_maximum
    assert [int(axis_maximum(n)) for n in (0, 1, 7, 53, 164, 1284)] == [3, 3, 9, 60, 180, 1500]


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


def test_thread_escapes_names(components: Components) -> None:
    rows = [
        comment(display_name='<b>"x"', recipient_name="<i>'y'", source="<u>z", institution="<s>")
    ]
    shown = components("threads/components/thread").thread(
        rows, {"reply": "?reply={id}", "report": "/c/{id}/report"}
    )
    assert not re.search(r"<(i|u|s)>|<b>\"x|aria-label=\"[^\"]*<", shown)
    assert 'href="?reply=7"' in shown


def test_hidden_comment_shows_a_tombstone_instead_of_its_text(components: Components) -> None:
    shown = components("threads/components/thread").thread(
        [comment(state="hidden", rule="2", state_at=None)]
    )
    assert "Hidden by a moderator" in shown
    assert "A reason." not in shown


def test_thread_without_urls_shows_ratings_without_buttons(components: Components) -> None:
    shown = components("threads/components/thread").thread([comment(strong=3, weak=1)])
    assert "<button" not in shown
    assert "Strong point <b>3</b>" in shown


def test_comment_has_few_nodes(components: Components) -> None:
    urls = {"rate": "/c/{id}/rating", "reply": "?reply={id}", "report": "/c/{id}/report"}
    shown = components("threads/components/thread").thread(
        [comment(depth=1, stance=None, recipient_name="Yuni")], urls
    )
    assert len(re.findall(r"<[a-z]", shown)) <= 26
