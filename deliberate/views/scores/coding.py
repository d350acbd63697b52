"""Coding a sample: drawn by chance, one text a page, the other's codes hidden until both end."""

from contextlib import suppress
from typing import Any

from flask import flash, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.citivoice import load_framework
from deliberate.forms.scores.coding import CodeForm, DrawForm
from deliberate.operations import RepeatedForm
from deliberate.operations.scores.coding import audit_answer, code_comment, draw_sample
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.scores.assessments import may_code
from deliberate.permissions.scores.coding import CODERS, may_code_in
from deliberate.queries.processes.processes import get_process, processes_before
from deliberate.queries.scores import coding as coding_queries
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import current_person, get_or_404, int_arg, see_other
from deliberate.vocabulary import SampleOf

blueprint = LocalizedBlueprint("coding", url_prefix="/desk/coding")
ONE = "/<id:number>"
BOTH = ("GET", "POST")
PAGE = 20


@blueprint.page("/", "evaluator", "researcher", methods=BOTH)
def index() -> ResponseReturnValue:
    """The samples there are, and drawing one."""
    form: Any = DrawForm(request.form if request.method == "POST" else None)
    form.about.choices = [
        (process.slug, process.said("title", g.language)) for process in processes_before(None, 50)
    ]
    refusal = ""
    if request.method == "POST" and form.validate():
        process = get_or_404(get_process(form.about.data))
        try:
            drawn = draw_sample(current_person(), process, SampleOf(form.of.data))
        except Refused as refused:
            refusal = str(refused.reason)
        else:
            return see_other(url_for("coding.show", number=drawn.id))
    found = coding_queries.newest_samples(int_arg("after"), PAGE + 1)
    page = render_template(
        "scores/coding/index.html",
        form=form,
        refusal=refusal,
        found=found[:PAGE],
        next_url=url_for("coding.index", after=found[PAGE - 1].id) if len(found) > PAGE else "",
    )
    return page, (422 if form.errors or refusal else 200)


@blueprint.page(ONE, "evaluator", "researcher")
def show(number: int) -> ResponseReturnValue:
    """One sample: its seed, how far it is coded, and whether the coders agree."""
    sample, person = the_one(number), current_person()
    done = coding_queries.is_complete(sample, CODERS[sample.of])
    return render_template(
        "scores/coding/show.html",
        sample=sample,
        book=book_of(sample),
        mine=coding_queries.coded_by(sample, person),
        readable=coding_queries.readable(sample),
        coders=len(coding_queries.coders_of(sample)),
        needed=CODERS[sample.of],
        done=done,
        may_go_on=bool(may_code_in(person, sample)),
        next_place=coding_queries.next_uncoded(sample, person),
        agreed=coding_queries.reliability(sample)
        if done and sample.of == SampleOf.REASONS
        else None,
        confirmed=coding_queries.confirmed_share(sample),
    )


@blueprint.page(f"{ONE}/<int(max=9999):place>", "evaluator", "researcher", methods=BOTH)
def item(number: int, place: int) -> ResponseReturnValue:
    """One text of the sample, its code, and on to the next."""
    sample, person = the_one(number), current_person()
    require(may_code_in(person, sample))
    one = get_or_404(next((item for item in sample.items if item.place == place), None))
    book = book_of(sample)
    kept = coding_queries.coded_by(sample, person).get(place)
    sent = request.form if request.method == "POST" else None
    form: Any = CodeForm(sent, data={"value": None if kept is None else str(kept)})
    form.value.label.text = book["question"][g.language]
    form.value.choices = [
        (code, f"{code}: {said[g.language]}") for code, said in book["codes"].items()
    ]
    if request.method == "POST" and form.validate():
        with suppress(RepeatedForm):  # a second click goes on as the first did
            _code(sample, one, int(form.value.data))
        return _onwards(number, place)
    page = render_template(
        "scores/coding/item.html",
        sample=sample,
        item=one,
        form=form,
        done=len(coding_queries.coded_by(sample, person)),
        readable=coding_queries.readable(sample),
    )
    return page, (422 if form.errors else 200)


def _code(sample: Any, one: Any, value: int) -> None:
    if sample.of == SampleOf.REASONS:
        code_comment(current_person(), one, value)
    else:
        audit_answer(current_person(), one, bool(value))


def _onwards(number: int, place: int) -> ResponseReturnValue:
    after = coding_queries.next_uncoded(the_one(number), current_person(), place)
    if after is not None:
        return see_other(url_for("coding.item", number=number, place=after))
    flash(_("You have coded every text of this sample."), "success")
    return see_other(url_for("coding.show", number=number))


def the_one(number: int) -> Any:
    """The sample with this number."""
    require(may_code(current_person()))
    return get_or_404(coding_queries.sample_numbered(number))


def book_of(sample: Any) -> Any:
    """The code book of a sample: question and codes, in both languages."""
    return load_framework()["coding"][sample.of]
