"""Processes: the question, what is open, who decides, the phases and their dates."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.clock import now
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.site.rate_limits import CLICKS
from deliberate.permissions.processes import is_open_for
from deliberate.queries.accounts.accounts import is_following
from deliberate.queries.processes.process_setup import changes_of
from deliberate.queries.processes.processes import (
    get_process,
    next_phase,
    polls_of_process,
    processes_before,
)
from deliberate.queries.processes.working_days import phase_steps
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import current_person, get_or_404, int_arg, see_other
from deliberate.vocabulary import Switch

blueprint = LocalizedBlueprint("processes", url_prefix="/processes")
SHOWN = 20


@blueprint.page("", "public")
def index() -> str:
    """All processes, those begun last first."""
    listed = processes_before(int_arg("after"), SHOWN + 1)
    shown = listed[:SHOWN]
    return render_template(
        "processes/index.html",
        shown=[(process, phase_steps(process)) for process in shown],
        after=shown[-1].id if len(listed) > SHOWN else None,
        coming=next_phase(now()),
    )


@blueprint.page("/<slug>", "public")
def show(slug: str) -> str:
    """One process: its question, what you can change, who decides, when."""
    process, person = get_or_404(get_process(slug)), current_person()
    phases = phase_steps(process)
    return render_template(
        "processes/show.html",
        process=process,
        phases=phases,
        coming=[phase for phase in phases if phase.state == "todo"],
        polls=polls_of_process(process),
        moment=now(),
        changed=changes_of(process),
        takes_proposals=is_open_for(process, Switch.PROPOSE),
        follows=person is not None and is_following(person, "process", process.id),
    )


@blueprint.page("/<slug>/follow", "signed_in", methods=["POST"], rate_limit=CLICKS)
def follow(slug: str) -> ResponseReturnValue:
    """Be told of what happens in a process."""
    proposal_operations.follow(current_person(), get_or_404(get_process(slug)))
    flash(_("You follow this process: its news come to your account."), "success")
    return see_other(url_for("processes.show", slug=slug))


@blueprint.page("/<slug>/follow/end", "signed_in", methods=["POST"], rate_limit=CLICKS)
def unfollow(slug: str) -> ResponseReturnValue:
    """Be told no longer."""
    proposal_operations.unfollow(current_person(), get_or_404(get_process(slug)))
    flash(_("You no longer follow this process."), "success")
    return see_other(url_for("processes.show", slug=slug))
