"""Processes: the question, what is open, who decides, the phases and their dates."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.clock import now
from deliberate.operations import proposals
from deliberate.operations.pacing import PRESSES
from deliberate.permissions import is_open_for
from deliberate.queries import processes as found
from deliberate.queries.calendar import phase_steps
from deliberate.queries.people import is_following
from deliberate.queries.setting_up import changes_of
from deliberate.views.frame import Room, asked_number, asking, or_404, see_other
from deliberate.vocabulary import Switch

room = Room("processes", under="/processes")
SHOWN = 20


@room.page("", "public")
def index() -> str:
    """All processes, those begun last first."""
    listed = found.processes_before(asked_number("after"), SHOWN + 1)
    shown = listed[:SHOWN]
    return render_template(
        "processes/index.html",
        shown=[(process, phase_steps(process)) for process in shown],
        after=shown[-1].id if len(listed) > SHOWN else None,
        coming=found.next_phase(now()),
    )


@room.page("/<slug>", "public")
def show(slug: str) -> str:
    """One process: its question, what you can change, who decides, when."""
    process, person = or_404(found.process_named(slug)), asking()
    phases = phase_steps(process)
    return render_template(
        "processes/show.html",
        process=process,
        phases=phases,
        coming=[phase for phase in phases if phase.state == "todo"],
        polls=found.polls_of_process(process),
        moment=now(),
        changed=changes_of(process),
        takes_proposals=is_open_for(process, Switch.PROPOSE),
        follows=person is not None and is_following(person, "process", process.id),
    )


@room.page("/<slug>/follow", "signed_in", methods=["POST"], pace=PRESSES)
def follow(slug: str) -> ResponseReturnValue:
    """Be told of what happens in a process."""
    proposals.follow(asking(), or_404(found.process_named(slug)))
    flash(_("You follow this process: its news come to your account."), "success")
    return see_other(url_for("processes.show", slug=slug))


@room.page("/<slug>/follow/end", "signed_in", methods=["POST"], pace=PRESSES)
def unfollow(slug: str) -> ResponseReturnValue:
    """Be told no longer."""
    proposals.unfollow(asking(), or_404(found.process_named(slug)))
    flash(_("You no longer follow this process."), "success")
    return see_other(url_for("processes.show", slug=slug))
