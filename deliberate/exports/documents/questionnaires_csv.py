"""Export of the figures of the published questionnaires of a process, as its page shows them."""

from collections.abc import Iterator
from pathlib import Path

from deliberate.exports.columns import QUESTIONNAIRES
from deliberate.exports.csv_writer import write_rows
from deliberate.models import Process
from deliberate.queries.scores.questionnaires import experienced_figures

FILE = "questionnaires.csv"


def write_questionnaires(folder: Path, process: Process) -> int:
    """Write one row a statement and return their number; few answers have no figure."""
    return write_rows(folder / FILE, [column.name for column in QUESTIONNAIRES], _rows(process))


def _rows(process: Process) -> Iterator[dict[str, object]]:
    for published in experienced_figures(process.id):
        for figure in published.figures:
            is_shown = figure.agreed is not None
            yield {
                "audience": str(figure.audience),
                "version": published.questionnaire.version,
                "answered": published.people,
                "question": figure.question.id,
                "criterion": figure.question.criterion,
                "statement": figure.question.en,
                "could_say": figure.people if is_shown else None,
                "agreed": figure.agreed,
                "ci_low": None if figure.low is None else round(figure.low, 4),
                "ci_high": None if figure.high is None else round(figure.high, 4),
            }
