"""Moderation: reporting, appealing, the moderators' desk, and the record everyone can read."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.moderation import (
    AppealDecisionForm,
    AppealForm,
    HideForm,
    PassOnForm,
    ReportForm,
)
from deliberate.operations.accounts.sign_in import network_mark
from deliberate.operations.moderation import moderation as moderation_operations
from deliberate.operations.site.rate_limits import REPORTS
from deliberate.permissions.decision import require
from deliberate.permissions.moderation.moderation import (
    may_appeal,
    may_ask_for_edit,
    may_decide_appeal,
    may_hide,
    may_pass_on,
    may_report,
    may_restore,
)
from deliberate.permissions.proposals.proposals import is_author
from deliberate.queries.moderation import moderation as moderation_queries
from deliberate.queries.moderation.open_items import (
    handovers_on,
    open_handover,
    open_request,
    written_in,
)
from deliberate.queries.moderation.sanctions import sanctions_appealed
from deliberate.queries.proposals.summaries import summaries_waiting
from deliberate.queries.site.health_checks import is_seal_late
from deliberate.text import difference
from deliberate.views.proposals.proposals import address_of
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import (
    after_act,
    current_person,
    get_or_404,
    int_arg,
    see_other,
)
from deliberate.views.threads import place_of
from deliberate.vocabulary import AppealOutcome, Rule

blueprint = LocalizedBlueprint("moderation")
THING = "<any(comment,proposal):kind>/<id:number>"


@blueprint.page("/moderation", "public")
def index() -> str:
    """How often, by which rule and for which side texts were hidden; never the text."""
    decisions = moderation_queries.decisions_listed(int_arg("after"))
    shown = decisions[: moderation_queries.PAGE]
    return render_template(
        "moderation/index.html",
        record=moderation_queries.public_record(),
        decisions=shown,
        next_url=url_for("moderation.index", after=shown[-1].id)
        if len(decisions) > len(shown)
        else "",
        first_url=url_for("moderation.index") if int_arg("after") else "",
    )


def _thing(kind: str, number: int) -> Any:
    return get_or_404(moderation_queries.contribution(kind, number))


def _place(thing: Any) -> str:
    """Where a text stands."""
    return place_of(thing) if thing.subject_type == "comment" else address_of(thing)


@blueprint.page(f"/moderation/{THING}/report", "public")
def report(kind: str, number: int) -> ResponseReturnValue:
    """The form for reporting a text, with the rules beside it."""
    return _report_page(_thing(kind, number), ReportForm())


@blueprint.page(
    f"/moderation/{THING}/report",
    "signed_in",
    methods=["POST"],
    name="file_report",
    rate_limit=REPORTS,
)
def file_report(kind: str, number: int) -> ResponseReturnValue:
    """Report a text."""
    thing, form = _thing(kind, number), ReportForm(request.form)
    if not form.validate():
        return _report_page(thing, form), 422
    moderation_operations.report_contribution(
        current_person(),
        thing,
        Rule(form.reason.data),
        form.note.data,
        network=network_mark(request.remote_addr or "", "report"),
    )
    after_act(_("Thank you. A moderator looks at it, as a rule within 24 hours."))
    return see_other(_place(thing))


def _report_page(thing: Any, form: ReportForm) -> str:
    person = current_person()
    answer = may_report(person, thing) if person else None
    return render_template(
        "moderation/report.html",
        form=form,
        thing=thing,
        is_shown=thing.hidden_at is None and thing.withdrawn_at is None,
        refusal=answer.reason if answer is not None and not answer else None,
        back=_place(thing),
    )


@blueprint.page(f"/moderation/{THING}/appeal", "signed_in")
def appeal(kind: str, number: int) -> ResponseReturnValue:
    """What was decided on my text, by which rule, and the form for an appeal."""
    thing = _thing(kind, number)
    require(is_author(current_person(), thing))
    return _appeal_page(thing, AppealForm())


@blueprint.page(f"/moderation/{THING}/appeal", "signed_in", methods=["POST"], name="file_appeal")
def file_appeal(kind: str, number: int) -> ResponseReturnValue:
    """Appeal against the hiding of my text."""
    thing, form = _thing(kind, number), AppealForm(request.form)
    require(is_author(current_person(), thing))
    if not form.validate():
        return _appeal_page(thing, form), 422
    moderation_operations.file_appeal(current_person(), thing, form.words.data)
    after_act(_("Your appeal is filed. Somebody else than the first moderator decides."))
    return see_other(url_for("moderation.appeal", kind=kind, number=number))


def _appeal_page(thing: Any, form: AppealForm) -> str:
    decision = moderation_queries.last_decision(thing)
    return render_template(
        "moderation/appeal.html",
        form=form,
        thing=thing,
        decision=decision,
        may_appeal=may_appeal(current_person(), thing, decision),
        edit=open_request(thing),
        change_url=_change_address(thing),
        back=_place(thing),
    )


def _change_address(thing: Any) -> str:
    """Where its author changes a text."""
    page = "threads.change" if thing.subject_type == "comment" else "revisions.revise"
    return url_for(page, number=thing.id)


# --- the moderators' desk ------------------------------------------------------------------------


@blueprint.page("/desk/moderation", "moderator", "admin")
def queue() -> str:
    """What waits for a decision, longest first."""
    reported = moderation_queries.matters_waiting(int_arg("after") or 0)
    shown, requests, held = (
        reported[: moderation_queries.PAGE],
        moderation_queries.requests_waiting(),
        moderation_queries.held_waiting(),
    )
    things = [one.thing for one in shown] + [thing for _asked, thing in requests] + held
    return render_template(
        "moderation/queue.html",
        seal_late=is_seal_late(),
        matters=shown,
        appeals=moderation_queries.appeals_waiting(),
        held=held,
        requests=requests,
        asked={(thing.subject_type, thing.id) for _asked, thing in requests},
        passed=handovers_on(things),
        limits=sanctions_appealed(),
        summaries=summaries_waiting(),
        next_url=url_for("moderation.queue", after=shown[-1].first_report)
        if len(reported) > len(shown)
        else "",
        first_url=url_for("moderation.queue") if int_arg("after") else "",
    )


@blueprint.page(f"/desk/moderation/{THING}", "moderator", "admin")
def matter(kind: str, number: int) -> ResponseReturnValue:
    """One text in its place: why it is here, the rules, what was decided before."""
    return _matter_page(_thing(kind, number))


@blueprint.page(f"/desk/moderation/{THING}/keep", "moderator", "admin", methods=["POST"])
def keep(kind: str, number: int) -> ResponseReturnValue:
    """Find the reports unfounded."""
    moderation_operations.keep_contribution(current_person(), _thing(kind, number))
    return _decided(_("The text stays."))


@blueprint.page(f"/desk/moderation/{THING}/hide", "moderator", "admin", methods=["POST"])
def hide(kind: str, number: int) -> ResponseReturnValue:
    """Hide a text by a rule."""
    thing, form = _thing(kind, number), HideForm(request.form)
    if not form.validate():
        return _matter_page(thing, hiding=form), 422
    moderation_operations.hide_contribution(
        current_person(), thing, Rule(form.rule.data), form.note.data
    )
    return _decided(_("The text is hidden; its author is told."))


@blueprint.page(f"/desk/moderation/{THING}/request", "moderator", "admin", methods=["POST"])
def ask(kind: str, number: int) -> ResponseReturnValue:
    """Ask the author to change a text."""
    thing, form = _thing(kind, number), HideForm(request.form)
    if not form.validate():
        return _matter_page(thing, hiding=form), 422
    moderation_operations.ask_for_edit(
        current_person(), thing, Rule(form.rule.data), form.note.data
    )
    return _decided(_("Its author is asked to change it; it comes back to this desk."))


@blueprint.page(f"/desk/moderation/{THING}/handover", "moderator", "admin", methods=["POST"])
def pass_on(kind: str, number: int) -> ResponseReturnValue:
    """Leave a text to a second moderator."""
    thing, form = _thing(kind, number), PassOnForm(request.form)
    if not form.validate():
        return _matter_page(thing, passing=form), 422
    moderation_operations.pass_on(current_person(), thing, form.passing.data)
    return _decided(_("It is passed on: a second moderator decides."))


@blueprint.page(f"/desk/moderation/{THING}/restore", "moderator", "admin", methods=["POST"])
def restore(kind: str, number: int) -> ResponseReturnValue:
    """Bring a hidden text back."""
    moderation_operations.restore_contribution(current_person(), _thing(kind, number))
    return _decided(_("The text is shown again; its author is told."))


@blueprint.page("/desk/moderation/appeals/<id:number>", "moderator", "admin", methods=["POST"])
def decide_appeal(number: int) -> ResponseReturnValue:
    """Decide an appeal as the second moderator."""
    asked, form = (
        get_or_404(moderation_queries.appeal_numbered(number)),
        AppealDecisionForm(request.form),
    )
    if not form.validate():
        thing = _thing(asked.decision.subject_type, asked.decision.subject_id)
        return _matter_page(thing, deciding=form), 422
    moderation_operations.decide_appeal(
        current_person(), asked, AppealOutcome(form.outcome.data), form.note.data
    )
    return _decided(_("The appeal is decided; its author is told."))


def _decided(said: str) -> ResponseReturnValue:
    flash(said, "success")
    return see_other(url_for("moderation.queue"))


def _matter_page(
    thing: Any,
    hiding: HideForm | None = None,
    deciding: AppealDecisionForm | None = None,
    passing: PassOnForm | None = None,
) -> str:
    decisions = moderation_queries.decisions_on(thing)
    asked = decisions[0].appeal if decisions else None
    edit = open_request(thing)
    return render_template(
        "moderation/matter.html",
        thing=thing,
        parent=getattr(thing, "parent", None),
        reports=moderation_queries.open_reports(thing),
        decisions=decisions,
        asked=asked,
        may_decide=may_decide_appeal(current_person(), asked, thing) if asked else None,
        may_hide=may_hide(current_person(), thing),
        may_restore=may_restore(current_person(), thing),
        may_ask=may_ask_for_edit(current_person(), thing),
        may_pass=may_pass_on(current_person(), thing),
        edit=edit,
        changed=difference(edit.words, written_in(thing)) if edit else [],
        passed=open_handover(thing),
        hiding=hiding or HideForm(),
        deciding=deciding or AppealDecisionForm(),
        passing=passing or PassOnForm(),
        form=hiding or deciding or passing,
        place=_place(thing),
    )
