"""Made-up processes of known truth: the order an expert would give, the marks, the sentences."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from flask import Flask

from deliberate import sealing
from deliberate.citivoice import Scores, get_formulas, judge, score
from deliberate.database import db
from deliberate.models import Process
from deliberate.queries.scores.computed_scores import compute_scores
from tests.citivoice.known_groups import PROCESSES, import_tables
from tests.citivoice.log_rows import END, PROCESS, log_of
from tests.imports.import_files import run_import, write_decidim

CARRIES = frozenset(["DQ1", "DQ2", "DQ3", "DQ4", "DQ5", "RS4", "SP1", "SP2", "SP4", "IN3"])
DECIDIM = replace(PROCESS, carries=CARRIES)
"""What the profile of the import says that its source can carry."""
TRUTH = {
    "deliberative": 0.88,
    "duels": 0.80,
    "camps that sometimes cross": 0.78,
    "blind talk without turns": 0.66,
    "three people, open": 0.50,
    "three people, closed": 0.50,
    "camps that never cross": 0.45,
    "one-sided": 0.28,
    "lonely": 0.10,
    "acclamation": 0.04,
}
APART = (
    "deliberative",
    "camps that sometimes cross",
    "blind talk without turns",
    "three people, open",
    "one-sided",
    "lonely",
    "acclamation",
)
"""Each is above the next by more than their intervals."""
ANSWERED = "People answered one another."
HALF_ANSWERED = "Some answered one another, many only spoke."
ALONE = "Most comments stood alone."
FEW_CARRIED = "A few people carried it."
CAMPS = "Camps kept to themselves."
ONE_SIDE = "Most threads heard one side only."
MANY_BACK = "Many came back."
EARLY = "Too early to say who comes back."
TOO_LITTLE = "Too little talk to judge yet."
FEW_BACK_ONCE = "Few came back, mostly in one week."
IN_INDONESIAN = {
    ANSWERED: "Warga saling menanggapi.",
    HALF_ANSWERED: "Sebagian saling menanggapi, banyak yang hanya bersuara.",
    ALONE: "Kebanyakan komentar berdiri sendiri.",
    FEW_CARRIED: "Segelintir orang yang banyak bicara.",
    CAMPS: "Tiap kubu bicara sendiri.",
    ONE_SIDE: "Kebanyakan utas hanya memuat satu pihak.",
    MANY_BACK: "Banyak yang kembali.",
    EARLY: "Terlalu dini untuk mengatakan siapa yang kembali.",
    TOO_LITTLE: "Percakapan masih terlalu sedikit untuk dinilai.",
    FEW_BACK_ONCE: "Sedikit yang kembali, sebagian besar dalam satu minggu.",
}
HEADLINES = {
    "deliberative": f"{ANSWERED} {MANY_BACK}",
    "deliberative, longer threads": f"{ANSWERED} {MANY_BACK}",
    "deliberative, stances left off replies": f"{ANSWERED} {MANY_BACK}",
    "deliberative, verified": f"{ANSWERED} {MANY_BACK}",
    # Two people carry each thread: with three replies a pair at most, little is left of it.
    "duels": f"{FEW_CARRIED} {ANSWERED} {EARLY}",
    "camps that sometimes cross": f"{ANSWERED} {MANY_BACK}",
    "blind talk without turns": f"{ANSWERED} {MANY_BACK}",
    "three people, open": f"{FEW_CARRIED} {HALF_ANSWERED} {EARLY}",
    "three people, closed": f"{FEW_CARRIED} {HALF_ANSWERED} {EARLY}",
    "camps that never cross": f"{CAMPS} {ANSWERED} {MANY_BACK}",
    "one-sided": f"{ONE_SIDE} {ANSWERED} {MANY_BACK}",
    "lonely": f"{ALONE} {MANY_BACK}",
    "acclamation": f"{ALONE} {MANY_BACK}",
    "puppets": f"{FEW_CARRIED} {ANSWERED} {MANY_BACK}",
    "burst": f"{FEW_BACK_ONCE} {ANSWERED}",
    "nobody came back": f"{FEW_BACK_ONCE} {ANSWERED}",
    "no sides at all": f"{ANSWERED} {MANY_BACK}",
    "small": f"{TOO_LITTLE} {EARLY}",
    "one star": f"{ANSWERED} {MANY_BACK}",
}


@pytest.fixture(scope="module")
def imported(
    make_sqlite_app: Callable[[], Flask], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Scores]]:
    """Yield the scores of every made-up process, imported as the export of another platform."""
    app = make_sqlite_app()
    with app.app_context():
        slugs = {name: f"known-{place}" for place, name in enumerate(PROCESSES)}
        for name, slug in slugs.items():
            folder: Path = tmp_path_factory.mktemp(slug)
            write_decidim(folder, *import_tables(PROCESSES[name]()))
            run_import("decidim", folder, slug, timezone="UTC")
        sealing.seal_log(app.config["SETTINGS"])
        processes = {process.slug: process for process in db.session.query(Process)}
        yield {name: compute_scores(processes[slug], END) for name, slug in slugs.items()}
        db.session.remove()


@pytest.fixture(scope="module")
def verified() -> dict[str, Scores]:
    """Return the processes whose residents are verified: no other platform exports that."""
    names = ("deliberative, verified", "puppets")
    return {name: score(log_of(PROCESSES[name]()), DECIDIM) for name in names}


def dq(scores: Scores) -> float:
    value = scores.totals["DQ"].score
    assert value is not None
    return value


@pytest.mark.parametrize("name", TRUTH)
def test_score_is_what_the_truth_of_the_process_gives(
    imported: dict[str, Scores], name: str
) -> None:
    assert dq(imported[name]) == pytest.approx(TRUTH[name], abs=0.05)


def test_order_is_that_of_experts(imported: dict[str, Scores]) -> None:
    ranked = sorted(TRUTH, key=lambda name: dq(imported[name]), reverse=True)
    assert set(ranked[1:3]) == {"duels", "camps that sometimes cross"}
    assert set(ranked[4:6]) == {"three people, open", "three people, closed"}
    assert [ranked[k] for k in (0, 3, 6, 7, 8, 9)] == [
        "deliberative",
        "blind talk without turns",
        "camps that never cross",
        "one-sided",
        "lonely",
        "acclamation",
    ]


def test_neighbours_are_apart_by_more_than_their_intervals(imported: dict[str, Scores]) -> None:
    ends = [imported[name].totals["DQ"].ci for name in APART]
    assert all(a and b and a[0] > b[1] for a, b in pairwise(ends))


@pytest.mark.parametrize("name", HEADLINES)
def test_headline_says_what_is_true_of_the_process(imported: dict[str, Scores], name: str) -> None:
    assert imported[name].headline["en"] == HEADLINES[name]


@pytest.mark.parametrize("name", HEADLINES)
def test_headline_says_the_same_in_indonesian(imported: dict[str, Scores], name: str) -> None:
    expected = HEADLINES[name]
    for english, indonesian in IN_INDONESIAN.items():
        expected = expected.replace(english, indonesian)
    assert imported[name].headline["id"] == expected


def test_headline_of_every_process_is_checked() -> None:
    assert len(PROCESSES) >= 18
    assert HEADLINES.keys() == PROCESSES.keys()


def test_a_burst_gets_a_number_half_a_year_later(imported: dict[str, Scores]) -> None:
    burst = imported["burst"].totals["SP"]
    assert burst.score is not None
    assert burst.score < 0.05
    assert imported["burst"].findings["SP1.1"].n >= 50


def test_leaving_stances_off_replies_leaves_the_score(imported: dict[str, Scores]) -> None:
    plain, unstated = imported["deliberative"], imported["deliberative, stances left off replies"]
    assert dq(unstated) == pytest.approx(dq(plain), abs=0.05)


def test_without_any_side_there_is_no_score(imported: dict[str, Scores]) -> None:
    total = imported["no sides at all"].totals["DQ"]
    assert (total.score, total.reason, total.criteria_missing) == (None, "criteria", ("DQ3",))


def test_imports_without_verification_say_so(imported: dict[str, Scores]) -> None:
    assert all("unverified" in scores.totals["DQ"].marks for scores in imported.values())


def test_closed_circles_are_marked(imported: dict[str, Scores]) -> None:
    marked = {n for n, s in imported.items() if "closed_circle" in s.totals["DQ"].marks}
    assert marked == {"three people, open", "three people, closed"}


def test_first_week_only_is_marked(imported: dict[str, Scores]) -> None:
    for name in ("burst", "nobody came back"):
        assert "first_week_only" in imported[name].totals["DQ"].marks
    assert "first_week_only" not in imported["deliberative"].totals["DQ"].marks


def test_puppets_are_marked_and_vanish_among_the_verified(verified: dict[str, Scores]) -> None:
    total = verified["puppets"].totals["DQ"]
    assert {"few_voices", "unverified", "mostly_unverified"} <= set(total.marks)
    alone = total.sensitivity["verified_only"]
    assert alone is not None
    assert alone < 0.15 < 0.6 < dq(verified["puppets"])


def test_verified_talk_has_no_mark(verified: dict[str, Scores]) -> None:
    total = verified["deliberative, verified"].totals["DQ"]
    assert total.marks == ()
    assert total.sensitivity["verified_only"] == pytest.approx(total.score)


def test_first_formulas_put_lonely_camps_above_what_they_deserve(
    imported: dict[str, Scores],
) -> None:
    """What 1.1 mends: under 1.0, three people ranked with the deliberative."""
    first = get_formulas("1.0")
    loud, plain = (
        judge(imported[name].facts, first).totals["DQ"].score
        for name in ("three people, closed", "deliberative")
    )
    assert loud is not None
    assert plain is not None
    assert loud > plain - 0.12
