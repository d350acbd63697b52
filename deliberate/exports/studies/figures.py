"""The figures of a report: criteria, answers and conditions on strips, with caption and source."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import format_decimal
from flask_babel import gettext as _

from deliberate.citivoice import load_framework
from deliberate.citivoice.scoring.judged_scores import NO_EVIDENCE
from deliberate.days import date_text
from deliberate.exports.studies.drawing import INK, MUTED, Drawing, Line, Mark, Shape, Text
from deliberate.queries.scores.studies.report import StudyReport

WIDTH, AXIS_START, AXIS_END, NOTES = 900, 372, 702, 728
TOP, ROW = 76, 36
LEGEND_STEP = 190


@dataclass(frozen=True)
class Strip:
    """A row of a figure: its name, marks at shares of the axis, and its numbers in words."""

    name: str
    marks: Sequence[tuple[str, float | None]]
    numbers: str


@dataclass(frozen=True)
class Figure:
    """A figure with number, caption and source."""

    id: str
    number: int
    caption: str
    source: str
    legend: Sequence[tuple[str, str]]
    """Shape and meaning of each mark, in the order of the numbers."""
    ticks: Sequence[str]
    strips: Sequence[Strip]

    @property
    def full_caption(self) -> str:
        """Return the caption with the number before it and the source behind it."""
        number, source = (
            _("Figure %(n)s", n=self.number),
            _("Source: %(source)s.", source=self.source),
        )
        return f"{number}. {self.caption} {source}"

    @property
    def description(self) -> str:
        """Return the whole figure in words."""
        meanings = " / ".join(meaning for _shape, meaning in self.legend)
        rows = "; ".join(f"{strip.name}: {strip.numbers}" for strip in self.strips)
        return f"{self.caption} ({meanings}) {rows}."

    def draw(self) -> Drawing:
        """Return the figure as a drawing."""
        shapes: list[Shape] = []
        for n, (mark, meaning) in enumerate(self.legend):
            shapes += [Mark(mark, 18 + n * LEGEND_STEP, 24)]
            shapes += [Text(40 + n * LEGEND_STEP, 24, meaning)]
        for n, strip in enumerate(self.strips):
            shapes += _draw_strip(strip, TOP + n * ROW)
        bottom = TOP + len(self.strips) * ROW
        shapes += self._axis(bottom)
        return Drawing(WIDTH, bottom + 24, self.description, shapes)

    def _axis(self, bottom: float) -> list[Shape]:
        last = len(self.ticks) - 1
        labels: list[Shape] = [
            Text(_position(n / last), bottom, tick, anchor="middle", colour=MUTED)
            for n, tick in enumerate(self.ticks)
        ]
        return labels


def _draw_strip(strip: Strip, y: float) -> list[Shape]:
    shapes: list[Shape] = [
        Text(6, y, strip.name),
        Line(AXIS_START, y, AXIS_END, y),
        Line(_position(0.5), y - 6, _position(0.5), y + 6, width=1),
        Text(NOTES, y, strip.numbers, colour=INK, is_bold=True),
    ]
    shapes += [Mark(mark, _position(share), y) for mark, share in strip.marks if share is not None]
    return shapes


def _position(share: float) -> float:
    return AXIS_START + share * (AXIS_END - AXIS_START)


def report_figures(report: StudyReport, language: str) -> list[Figure]:
    """Return the figures of a report in their order; conditions only where some are described."""
    figures = [_criteria_figure(report, language), _answers_figure(report, language)]
    if report.conditions:
        figures.append(_conditions_figure(report, language))
    return figures


def number_text(value: int | None) -> str:
    """Return a number of 100, or a dash without one."""
    return "–" if value is None else str(value)


def logged_text(report: StudyReport, value: int | None) -> str:
    """Return a logged number; of a case that took place elsewhere the log carries nothing."""
    text: str = _("not carried") if report.process.is_case else number_text(value)
    return text


def _criteria_figure(report: StudyReport, language: str) -> Figure:
    sources = [judgement_source(report)]
    if report.plan:
        sources.insert(0, plan_source(report))
    if report.snapshot:
        sources.append(log_source(report))
    return Figure(
        id="criteria",
        number=1,
        caption=_("The eight criteria: planned, judged and logged, 0 to 100."),
        source="; ".join(sources),
        legend=[("ring", _("planned")), ("square", _("judged")), ("bar", _("logged"))],
        ticks=("0", "50", "100"),
        strips=[
            Strip(
                f"{row.id} {row.names[language]}",
                [
                    ("ring", _share(row.planned)),
                    ("square", _share(row.judged)),
                    ("bar", _share(row.logged)),
                ],
                " / ".join(
                    (
                        number_text(row.planned),
                        number_text(row.judged),
                        logged_text(report, row.logged),
                    )
                ),
            )
            for row in report.criteria
        ],
    )


def _share(value: int | None) -> float | None:
    return None if value is None else value / 100


def _answers_figure(report: StudyReport, language: str) -> Figure:
    names = {row.id: row.names for row in report.criteria}
    shapes = ("square", "diamond")
    assessors = [
        (shape, _("Assessor %(n)s", n=n))
        for n, (shape, _row) in enumerate(zip(shapes, report.assessors, strict=False), 1)
    ]
    return Figure(
        id="answers",
        number=2,
        caption=_("The answer of each assessor to each question, and the settled one."),
        source=judgement_source(report),
        legend=[*assessors, ("ring", _("Settled"))],
        ticks=("0", "1", "2"),
        strips=[
            Strip(
                f"{row.question.id} {names[row.question.criterion][language]}",
                [
                    *(
                        (shape, _answer_share(value))
                        for shape, value in zip(shapes, row.values, strict=False)
                    ),
                    ("ring", _answer_share(row.settled)),
                ],
                " / ".join((*row.values[:2], row.settled)),
            )
            for row in report.answers
        ],
    )


def _answer_share(value: str) -> float | None:
    return int(value) / 2 if value.isdecimal() else None


def _conditions_figure(report: StudyReport, language: str) -> Figure:
    names = load_framework()["enabling_conditions"]
    return Figure(
        id="conditions",
        number=3,
        caption=_("The conditions of the process: 0 hinders, 1 mixed, 2 favourable."),
        source=judgement_source(report),
        legend=[("square", _("Settled"))],
        ticks=("0", "1", "2"),
        strips=[
            Strip(
                f"{note.code} {names[note.code][language]}",
                [("square", _answer_share(note.value))],
                note.value or NO_EVIDENCE,
            )
            for note in report.conditions
        ],
    )


def plan_source(report: StudyReport) -> str:
    """Return what the planned values come from: the frozen plan with its day."""
    plan = report.plan
    day = date_text(plan.frozen_at, place=report.process) if plan and plan.frozen_at else ""
    text: str = _("assessment before the process, frozen %(day)s", day=day)
    return text


def judgement_source(report: StudyReport) -> str:
    """Return what the judged values come from: the published judgement with its day."""
    published = report.judgement.published_at
    day = date_text(published, place=report.process) if published else ""
    text: str = _("assessment after the process, published %(day)s", day=day)
    return text


def log_source(report: StudyReport) -> str:
    """Return what the logged values come from: formulas and entries of the log."""
    if report.snapshot is None:
        return ""
    text: str = _(
        "log up to entry %(n)s, formulas %(version)s",
        n=format_decimal(report.snapshot.log_size),
        version=report.snapshot.formulas,
    )
    return text
