"""The scoreboard of a process as its readers see it, from scores that were kept."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from deliberate import citivoice
from deliberate.citivoice import catalogue, load_formulas
from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import ComparedScore, Snapshot
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.scores.stored_scores import keep_all_scores
from deliberate.queries.scores.process_scores import drawn_from
from tests import factories
from tests.citivoice.data_files import copied, spoil
from tests.citivoice.log_rows import END, comment, log_of, town
from tests.client import visitor


def talk(loud=0):
    rows = [
        row | {"proposal_id": row["proposal_id"][1:], "subject_id": row["subject_id"]}
        for row in town()
    ]
    return rows + [comment(f"l{k}", "loud", 500 + k, proposal_id="1") for k in range(loud)]


def keep(process, moment, loud=0, formulas=None, change=str):
    """Scores of the town, kept for a process at a moment."""
    told = citivoice.Process(process.slug, as_of=END, log_size=10**6)
    scores = citivoice.score(log_of(talk(loud)), told, formulas=formulas, pictures=True)
    with unrecorded("scores are a job's result") as session:
        session.add(
            Snapshot(
                process_id=process.id,
                computed_at=moment,
                formulas=scores.formulas.version,
                log_size=1,
                inputs_hash=scores.inputs_hash(),
                document=change(scores.to_json()),
                drawn=drawn_from(scores),
            )
        )


@pytest.fixture
def process(app):
    return factories.a_process(factories.an_institution())


@pytest.fixture
def read(app, process):
    def text(path=""):
        answer = visitor(app).get(f"/en/scores/{process.slug}{path}")
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    return text


NOW = datetime(2026, 7, 6, 3, tzinfo=UTC)


def test_the_board_draws_who_answered_whom_without_a_name(process, read):
    keep(process, NOW)
    page = read()
    assert "Reply network of residents" in page and "Comments by level" in page
    assert "u11" not in page and page.count("<svg") >= 4


def test_every_picture_has_a_title_a_description_and_a_table(process, read):
    keep(process, NOW - timedelta(days=8))
    keep(process, NOW)
    page = read()
    charts = page.count('<svg class="chart"')
    assert charts == page.count("</desc>") == page.count("The same numbers as a table") > 4


def test_history_needs_a_second_week(process, read):
    keep(process, NOW)
    assert "the line begins with the second" in read()
    keep(process, NOW + timedelta(days=7), formulas=load_formulas().relaxed())
    assert "as they were kept each week" in read()


def test_phases_are_told_apart(process, read):
    factories.phase(process, "discussion", NOW - timedelta(days=60), 90)
    keep(process, NOW)
    assert "By phase" in read()


def test_a_voice_too_loud_is_warned_of(process, read):
    keep(process, NOW)
    assert "One account wrote" not in read()
    keep(process, NOW + timedelta(hours=1), loud=40)
    assert "One account wrote 25% of the comments" in read()


def test_how_says_why_the_goalposts_stand_there_and_what_was_read(process, read):
    keep(process, NOW)
    page = read("/DQ1.1")
    assert "Why the goalposts stand there" in page and "<code>comment.posted</code>" in page


def test_words_and_goalposts_of_the_files_reach_the_page(process, read, tmp_path, monkeypatch):
    files = copied(tmp_path)
    spoil(files, "indicators.toml", 'en = "Equality of voice"', 'en = "One voice each"')
    spoil(files, "indicators.toml", "[0.2, 0.6,", "[0.1, 0.7,")
    monkeypatch.setattr(catalogue, "folder", lambda: files)
    keep(process, NOW, formulas=load_formulas().relaxed())
    page = read()
    assert "One voice each" in page
    assert "0.1 … 0.7" in read("/DQ4.1")


def test_an_indicator_that_came_later_is_no_error_on_older_scores(process, read):
    keep(process, NOW, change=lambda document: document.replace('"DQ6.1"', '"DQ9.9"'))
    assert "Civility" in read()


def test_each_of_the_two_numbers_opens_what_it_is_made_of(process, read):
    keep(process, NOW, formulas=load_formulas().relaxed())
    assert f"/scores/{process.slug}/DQ" in read()
    page = read("/DQ")
    assert "geometric mean" in page and "without the five most active people" in page
    assert "DQ1.1 Comments answered by another" in page


def test_what_is_counted_beside_a_judgement_says_how(process, read):
    keep(process, NOW)
    assert "no meeting is recorded: not enough data" in read("/meetings")
    page = read("/releases")
    assert "0 open releases of the data" in page and "no right number of releases" in page


def test_scores_kept_before_it_was_counted_say_too_little(process, read):
    keep(process, NOW, change=lambda document: document.replace('"beside"', '"before"'))
    assert "no meeting is recorded" in read("/meetings")


def test_institutions_answers_stand_on_the_board(process, read):
    keep(process, NOW)
    proposal = factories.a_proposal(process)
    for person in (factories.resident() for _ in range(3)):
        proposal_operations.support_proposal(person, proposal)
    assert "How institutions answer" in read()


def test_how_speaks_indonesian_to_its_numbers(app, process):
    keep(process, NOW)
    page = visitor(app).get(f"/id/scores/{process.slug}/DQ4.1").text
    assert "utas dengan &gt;= 5 komentar" in page and "utas ≥ 10" in page
    assert "terhitung" in page and "0,2 … 0,6" in page


def test_a_phase_that_is_over_has_the_numbers_up_to_its_end(app, process, read):
    factories.phase(process, "ideas", now() - timedelta(days=9), 4)
    keep_all_scores()
    with unrecorded("test settings") as session:
        kept = session.query(ComparedScore).filter_by(phase="ideas").one()
        found = json.loads(kept.document)
        found["dimensions"]["SP"] |= {"score": 0.4321, "ci": [0.31, 0.57]}
        kept.document = json.dumps(found)
    assert "43 (31–57)" in read()
