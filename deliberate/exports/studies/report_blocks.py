"""The report of a study as headings, paragraphs, tables and figures, for files to write out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import format_decimal
from flask_babel import gettext as _

from deliberate.citivoice import load_framework
from deliberate.days import date_text, last_day_text
from deliberate.exports.studies.figures import (
    Figure,
    judgement_source,
    log_source,
    logged_text,
    number_text,
    plan_source,
    report_figures,
)
from deliberate.exports.study_csv import evidence_of
from deliberate.models import Finding
from deliberate.queries.responses.institutions import localized_name
from deliberate.queries.scores.studies.findings import RECOMMENDATIONS, topic_groups
from deliberate.queries.scores.studies.pledges import PledgeLine
from deliberate.queries.scores.studies.report import StudyReport
from deliberate.vocabulary import TargetGoal

CITATIONS = (
    "Simonofski, A., Serral Asensio, E., De Smedt, J., Snoeck, M. (2017). Citizen participation"
    " in smart cities: evaluation framework proposal. IEEE 19th Conference on Business"
    " Informatics.",
    "Simonofski, A., Serral Asensio, E., De Smedt, J., Snoeck, M. (2019). Hearing the voice of"
    " citizens in smart city design: the CitiVoice framework. Business & Information Systems"
    " Engineering 61(6).",
)
"""The works of CitiVoice's authors, which any text that uses the criteria cites."""


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is a chapter."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """A paragraph with the language it is written in; "" where that is not known."""

    text: str
    language: str


@dataclass(frozen=True)
class Table:
    """A table with number, caption and source. Every cell is a text."""

    number: int
    caption: str
    source: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


Block = Heading | Paragraph | Table | Figure


@dataclass(frozen=True)
class ReportText:
    """A whole report in one language."""

    title: str
    subtitle: str
    language: str
    blocks: Sequence[Block]


def report_text(report: StudyReport, language: str, address: str, *, is_brief: bool) -> ReportText:
    """Return a report: brief for a ministry, or whole with every answer for a thesis.

    `address` is that of the page, for the citation.
    """
    blocks = [*_case(report, language), *_opening(report, language)]
    blocks += _criteria(report, language)
    blocks += _pledges(report, language)
    if not is_brief:
        blocks += [*_topics(report, language), *_annex(report, language)]
    blocks += [*_replies(report), *_method(report, language, address)]
    return ReportText(
        title=_("Report of the study"),
        subtitle=report.process.text_in("title", language),
        language=language,
        blocks=blocks,
    )


def _finding(finding: Finding, language: str) -> Iterator[Block]:
    text, written_in = finding.text_in(language)
    yield Paragraph(text, written_in)
    if finding.addressee:
        yield Paragraph(f"{_('For:')} {finding.addressee}", "")


def _case(report: StudyReport, language: str) -> Iterator[Block]:
    """Yield what a case is that took place elsewhere, and that it has no log."""
    if report.process.is_case:
        if report.process.question:
            yield Paragraph(report.process.question, "")
        yield Paragraph(
            _("This did not run on this platform: it has no log here. Logged: not carried."),
            language,
        )


def _opening(report: StudyReport, language: str) -> Iterator[Block]:
    titles = {
        "summary": _("In short, for residents"),
        "strengths": _("What helped"),
        "hindrances": _("What hindered"),
    }
    for topic, title in titles.items():
        if topic in report.findings:
            yield Heading(title)
            yield from _finding(report.findings[topic], language)
    written = [name for name in RECOMMENDATIONS if name in report.findings]
    if written:
        yield Heading(_("Recommendations"))
    for number, topic in enumerate(written, 1):
        yield Heading(_("Recommendation %(n)s", n=number), 2)
        yield from _finding(report.findings[topic], language)


def _criteria(report: StudyReport, language: str) -> Iterator[Block]:
    yield Heading(_("Criteria"))
    figure = report_figures(report, language)[0]
    yield figure
    yield Table(
        1,
        figure.caption,
        figure.source,
        (_("Criterion"), _("planned"), _("judged"), _("logged")),
        [
            (
                f"{row.id} {row.names[language]}",
                number_text(row.planned),
                number_text(row.judged),
                logged_text(report, row.logged),
            )
            for row in report.criteria
        ],
    )


def _pledges(report: StudyReport, language: str) -> Iterator[Block]:
    yield Heading(_("Pledges"))
    if not report.pledges:
        yield Paragraph(_("No plan was frozen before this process."), language)
        return
    yield Table(
        2,
        _("What became of the pledges"),
        "; ".join(filter(None, (plan_source(report), log_source(report)))),
        (_("Question"), _("Pledge"), _("Institution"), _("By"), _("State"), _("Target")),
        [_pledge_row(line, language) for line in report.pledges],
    )


def _pledge_row(line: PledgeLine, language: str) -> tuple[str, ...]:
    states = {
        "kept": _("kept as promised"),
        "late": _("late"),
        "broken": _("broken"),
        "due": _("not due yet"),
    }
    pledge = line.pledge
    return (
        pledge.question,
        pledge.action,
        pledge.owner.name_in(language) if pledge.owner else "–",
        date_text(pledge.due_on),
        states[line.state],
        _target(line),
    )


def _target(line: PledgeLine) -> str:
    results = {
        "reached": _("target reached"),
        "missed": _("target missed"),
        "not_measured": _("target not measured"),
    }
    pledge = line.pledge
    if line.target is None:
        return " ".join(filter(None, (pledge.indicator, pledge.target))) or "–"
    text = (
        _("%(indicator)s at least %(n)s of 100", indicator=pledge.indicator, n=pledge.target)
        if pledge.goal == TargetGoal.AT_LEAST
        else _("%(indicator)s at most %(n)s of 100", indicator=pledge.indicator, n=pledge.target)
    )
    return f"{text}: {results[line.target]}"


def _topics(report: StudyReport, language: str) -> Iterator[Block]:
    titles = {
        "criteria": _("Criteria, one by one"),
        "enabling_conditions": _("Conditions"),
        "barriers": _("Barriers"),
    }
    for group in topic_groups():
        written = [name for name in group.names if name in report.findings]
        has_values = group.id == "enabling_conditions" and report.conditions
        if written or has_values:
            yield Heading(titles[group.id])
        if has_values:
            yield from _conditions(report, language)
        for name in written:
            yield Heading(f"{name} {group.names[name][language]}", 2)
            yield from _finding(report.findings[name], language)


def _conditions(report: StudyReport, language: str) -> Iterator[Block]:
    figure = report_figures(report, language)[2]
    names = load_framework()["enabling_conditions"]
    yield figure
    yield Table(
        3,
        figure.caption,
        figure.source,
        (_("Condition"), _("Settled"), _("Notes of the assessors")),
        [
            (f"{note.code} {names[note.code][language]}", note.value, " | ".join(note.notes))
            for note in report.conditions
        ],
    )


def _annex(report: StudyReport, language: str) -> Iterator[Block]:
    yield Heading(_("Every answer with reasons and evidence"))
    figure = report_figures(report, language)[1]
    yield figure
    numbers = range(1, len(report.assessors) + 1)
    yield Table(
        4,
        figure.caption,
        figure.source,
        (_("Question"), *(_("Assessor %(n)s", n=n) for n in numbers), _("Settled")),
        [
            (f"{row.question.id} {row.question.text_in(language)}", *row.values, row.settled)
            for row in report.answers
        ],
    )
    yield Table(
        5,
        _("Reasons and evidence, as published"),
        figure.source,
        (_("Question"), _("Reasons"), _("Evidence")),
        _reasons(report),
    )


def _reasons(report: StudyReport) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for answer in report.answers:
        name = answer.question.id
        reasons = [
            f"{_('Assessor %(n)s', n=n)}: {rating.reason}"
            for n, assessor in enumerate(report.assessors, 1)
            for rating in assessor.ratings
            if rating.question == name and rating.reason
        ]
        evidence = evidence_of(report.judgement, name)
        rows.append((name, "\n".join(reasons) or "–", "\n".join(evidence) or "–"))
    return rows


def _replies(report: StudyReport) -> Iterator[Block]:
    for reply in report.judgement.replies:
        name = localized_name(reply.institution)
        yield Heading(f"{_('Reply of the institution')}: {name}")
        yield Paragraph(reply.body, "")


def _method(report: StudyReport, language: str, address: str) -> Iterator[Block]:
    agreement, judgement = report.agreement, report.judgement
    yield Heading(_("How it was done"))
    yield Paragraph(_assessors(report), language)
    if agreement.kappa is not None:
        text = _(
            "Agreement of the two (quadratic weighted kappa): %(kappa)s over %(n)s questions both"
            " rated.",
            kappa=format_decimal(agreement.kappa, format="0.00"),
            n=agreement.n,
        )
        yield Paragraph(text, language)
    yield Paragraph(
        _("0 to 100: mean of the settled answers, “no evidence” and “not applicable” left out."),
        language,
    )
    yield Heading(_("Whose is what"), 2)
    yield Paragraph(
        _(
            "The names of the criteria are those of CitiVoice (Simonofski, Serral Asensio, De"
            " Smedt, Snoeck 2017, 2019)."
        ),
        language,
    )
    yield Paragraph(
        _(
            "Questions, scale, examples, conditions and barriers are this project’s own, version"
            " %(version)s.",
            version=judgement.framework,
        ),
        language,
    )
    yield from (Paragraph(work, "en") for work in CITATIONS)
    yield Heading(_("How to cite this report"), 2)
    yield Paragraph(citation(report, language, address), language)


def _assessors(report: StudyReport) -> str:
    names = [
        row.person.display_name if row.is_named else _("Assessor %(n)s", n=n)
        for n, row in enumerate(report.assessors, 1)
    ]
    return f"{_('Assessors')}: {', '.join(names)}. {judgement_source(report)}."


def citation(report: StudyReport, language: str, address: str) -> str:
    """Return how a report is cited: title, version, day, fingerprint of the frozen form, address.

    The fingerprint is the SHA-256 in the log, so that a reader can check what was cited.
    """
    judgement = report.judgement
    published = judgement.published_at or judgement.begun_at
    text: str = _(
        "%(title)s: report of the study, version %(version)s, %(day)s. Frozen form (SHA-256):"
        " %(sha)s. %(address)s",
        title=report.process.text_in("title", language),
        version=judgement.version,
        day=last_day_text(published, report.process),
        sha=judgement.sha256,
        address=address,
    )
    return text
