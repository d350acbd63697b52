"""Samples at the desk: drawing them and coding them, one text per page."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from flask import Response, g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from deliberate.citivoice.framework.catalogue import load_code_books
from deliberate.exports.documents.coded_sample_csv import sample_codes_csv, sample_texts_csv
from deliberate.forms.scores.coding import CodeForm, DrawSampleForm, MachineCodesForm
from deliberate.operations import RepeatedForm
from deliberate.operations.scores.coding import (
    audit_answer,
    code_by_book,
    code_comment,
    draw_sample,
    import_codes,
)
from deliberate.operations.scores.machine_codes_csv import parse_machine_codes
from deliberate.operations.site.rate_limits import TEXTS
from deliberate.permissions.decision import require
from deliberate.permissions.scores.assessments import may_code
from deliberate.permissions.scores.coding import (
    CODERS_NEEDED,
    may_code_sample,
    may_import_codes,
    may_read_codes,
)
from deliberate.queries.processes.processes import get_process, list_opened_processes
from deliberate.queries.scores import coding as coding_queries
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    form_page,
    redirect_with_message,
    see_other,
    submitted_data,
)
from deliberate.views.site.request_context import (
    get_or_404,
    int_arg,
    request_context,
    signed_in_person,
)
from deliberate.vocabulary import SampleKind

if TYPE_CHECKING:
    from deliberate.models import Sample, SampledItem

blueprint = LocalizedBlueprint("coding", url_prefix="/desk/coding")
SAMPLE = "/<id:sample_id>"
PAGE = 20


@blueprint.page("/", "evaluator", "researcher", methods=BOTH)
def index() -> ResponseReturnValue:
    """List the samples, or draw one."""
    form = DrawSampleForm(submitted_data())
    form.about.choices = [
        (process.slug, process.text_in("title", g.language))
        for process in list_opened_processes(None, 50)
    ]

    def submit() -> ResponseReturnValue:
        process = get_or_404(get_process(form.about.data))
        sample = draw_sample(
            signed_in_person(), process, SampleKind(form.kind.data), context=request_context()
        )
        return see_other(url_for("coding.show", sample_id=sample.id))

    samples = coding_queries.newest_samples(int_arg("after"), PAGE + 1)
    has_more = len(samples) > PAGE
    return form_page(
        form,
        submit,
        "scores/coding/index.html",
        show_refusal=True,
        samples=samples[:PAGE],
        own_counts=_own_counts,
        next_url=url_for("coding.index", after=samples[PAGE - 1].id) if has_more else "",
    )


def _own_counts(sample: "Sample") -> tuple[int, int]:
    """Return how many texts of a sample the reader has coded, and how many can be read."""
    own = coding_queries.codes_by_position(sample, signed_in_person())
    return len(own), len(coding_queries.readable_items(sample))


@blueprint.page(SAMPLE, "evaluator", "researcher")
def show(sample_id: int) -> ResponseReturnValue:
    """Show a sample: its seed, its progress and, once complete, the agreement of the coders."""
    sample, person = _get_sample_or_404(sample_id), signed_in_person()
    coders_needed = CODERS_NEEDED[sample.kind]
    is_complete = coding_queries.is_complete(sample, coders_needed)
    has_agreement = is_complete and sample.kind != SampleKind.ANSWERS
    return render_template(
        "scores/coding/show.html",
        sample=sample,
        code_book=_code_book(sample),
        own_codes=coding_queries.codes_by_position(sample, person),
        readable=coding_queries.readable_items(sample),
        coder_count=len(coding_queries.coder_ids(sample)),
        coders_needed=coders_needed,
        is_complete=is_complete,
        may_code=bool(may_code_sample(person, sample)),
        next_position=coding_queries.next_uncoded_position(sample, person),
        agreement=coding_queries.sample_reliability(sample) if has_agreement else None,
        confirmed=coding_queries.count_confirmed(sample),
        shares=coding_queries.code_shares(sample) if has_agreement else [],
        machines=coding_queries.machine_agreements(sample) if has_agreement else [],
        may_import=bool(may_import_codes(person, sample)),
    )


@blueprint.page(f"{SAMPLE}/texts.csv", "evaluator", "researcher")
def texts_file(sample_id: int) -> ResponseReturnValue:
    """Return the texts of a sample and no code: a machine reads none of the answers of people."""
    sample = _get_sample_or_404(sample_id)
    if sample.kind == SampleKind.ANSWERS:
        raise NotFound
    return _csv_file(sample_texts_csv(sample), f"sample-{sample.id}-texts.csv")


@blueprint.page(f"{SAMPLE}/codes.csv", "evaluator", "researcher")
def codes_file(sample_id: int) -> ResponseReturnValue:
    """Return the codes of people and machines, once people have coded every text."""
    sample = _get_sample_or_404(sample_id)
    require(may_read_codes(signed_in_person(), sample))
    return _csv_file(sample_codes_csv(sample), f"sample-{sample.id}-codes.csv")


def _csv_file(text: str, filename: str) -> Response:
    response = Response(text, content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=filename)
    return response


@blueprint.page(f"{SAMPLE}/machine", "evaluator", "researcher", methods=BOTH, rate_limit=TEXTS)
def machine(sample_id: int) -> ResponseReturnValue:
    """Show the form for the codes of a machine, or bring them in."""
    sample, person = _get_sample_or_404(sample_id), signed_in_person()
    require(may_import_codes(person, sample))
    form = MachineCodesForm(submitted_data())
    problems: list[tuple[int, str]] = []

    def submit() -> ResponseReturnValue | None:
        positions = {item.position for item in coding_queries.readable_items(sample)}
        codes = coding_queries.count_codes(sample.kind)
        table = parse_machine_codes(form.table.data or "", positions, codes)
        problems.extend(table.problems)
        if problems:
            return None
        with suppress(RepeatedForm):
            import_codes(
                person, sample, form.name.data or "", table.codes, context=request_context()
            )
        message = _("The codes are in, marked as those of a machine.")
        return redirect_with_message(url_for("coding.show", sample_id=sample_id), message)

    return form_page(
        form,
        submit,
        "scores/coding/machine.html",
        show_refusal=True,
        sample=sample,
        problems=problems,
    )


@blueprint.page(f"{SAMPLE}/<int(max=9999):position>", "evaluator", "researcher", methods=BOTH)
def item(sample_id: int, position: int) -> ResponseReturnValue:
    """Show a text of the sample, or save its code and continue with the next."""
    sample, person = _get_sample_or_404(sample_id), signed_in_person()
    require(may_code_sample(person, sample))
    item = get_or_404(next((row for row in sample.items if row.position == position), None))
    code_book = _code_book(sample)
    codes = coding_queries.codes_by_position(sample, person)
    form = CodeForm(
        submitted_data(), data={"value": str(codes[position])} if position in codes else {}
    )
    form.value.label.text = code_book["question"][g.language]
    form.value.choices = [
        (code, f"{code}: {meaning[g.language]}") for code, meaning in code_book["codes"].items()
    ]

    def submit() -> ResponseReturnValue:
        with suppress(RepeatedForm):  # a double click continues like the first click
            _save_code(sample, item, int(form.value.data))
        return _redirect_to_next(sample_id, position)

    return form_page(
        form,
        submit,
        "scores/coding/item.html",
        sample=sample,
        item=item,
        coded_count=len(codes),
        readable=coding_queries.readable_items(sample),
    )


def _save_code(sample: "Sample", item: "SampledItem", value: int) -> None:
    person, kind = signed_in_person(), SampleKind(sample.kind)
    if kind == SampleKind.REASONS:
        code_comment(person, item, value, context=request_context())
    elif kind == SampleKind.ANSWERS:
        audit_answer(person, item, bool(value), context=request_context())
    else:
        code_by_book(person, item, kind, value, context=request_context())


def _redirect_to_next(sample_id: int, position: int) -> ResponseReturnValue:
    """Return a redirect to the next uncoded text, or to the sample after the last one."""
    sample = _get_sample_or_404(sample_id)
    following = coding_queries.next_uncoded_position(sample, signed_in_person(), position)
    if following is not None:
        return see_other(url_for("coding.item", sample_id=sample_id, position=following))
    message = _("You have coded every text of this sample.")
    return redirect_with_message(url_for("coding.show", sample_id=sample_id), message)


def _get_sample_or_404(sample_id: int) -> "Sample":
    require(may_code(signed_in_person()))
    return get_or_404(coding_queries.get_sample(sample_id))


def _code_book(sample: "Sample") -> dict[str, Any]:
    """Return the code book of a sample: question, codes and note, by language."""
    code_book: dict[str, Any] = load_code_books()[sample.kind]
    return code_book
