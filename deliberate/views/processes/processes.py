"""Public pages of processes: the list, a process, following it."""

from typing import TYPE_CHECKING

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.clock import now
from deliberate.operations.proposals.follows import follow_subject, unfollow_subject
from deliberate.operations.site.rate_limits import CLICKS
from deliberate.permissions.notices import may_publish_news
from deliberate.permissions.processes import is_open_for, may_inform, works_at_desk
from deliberate.queries.documents.documents import list_draft_texts
from deliberate.queries.processes.meetings import list_meetings
from deliberate.queries.processes.news import NEWS_ON_PAGE, list_news
from deliberate.queries.processes.phases import get_next_phase, phase_steps
from deliberate.queries.processes.process_information import (
    list_contacts,
    list_documents,
)
from deliberate.queries.processes.process_setup import list_process_changes
from deliberate.queries.processes.processes import (
    get_process,
    get_process_figures,
    list_counted_processes,
    list_process_polls,
)
from deliberate.queries.proposals.follows import is_following
from deliberate.queries.proposals.listing import ProposalFilters
from deliberate.queries.proposals.map_marks import overview_map
from deliberate.queries.responses.response_owner import owed_responses
from deliberate.queries.scores.questionnaires import has_open_questionnaire
from deliberate.queries.scores.studies.reason_surveys import has_open_reason_survey
from deliberate.queries.site.pictures import get_header_picture, list_pictures
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import redirect_with_message
from deliberate.views.site.request_context import (
    current_person,
    get_or_404,
    int_arg,
    request_context,
    signed_in_person,
)
from deliberate.vocabulary import PhaseSwitch

if TYPE_CHECKING:
    from deliberate.models import Process

blueprint = LocalizedBlueprint("processes", url_prefix="/processes")
PAGE = 20


@blueprint.page("", "public", cached=True)
def index() -> str:
    """Show the opened processes, newest first."""
    processes = list_counted_processes(int_arg("after"), PAGE + 1)
    shown = processes[:PAGE]
    pictures = list_pictures("process", [row.process.id for row in shown])
    return render_template(
        "processes/index.html",
        shown=[(row, phase_steps(row.process)) for row in shown],
        pictures=pictures,
        after=shown[-1].process.id if len(processes) > PAGE else None,
        coming=get_next_phase(now()),
    )


@blueprint.page("/<slug>", "public", cached=True)
def show(slug: str) -> str:
    """Show a process: question, limits of influence, institutions, phases and polls."""
    process = get_or_404(get_process(slug))
    phases = phase_steps(process)
    return render_template(
        "processes/show.html",
        process=process,
        phases=phases,
        figures=get_process_figures(process),
        header_picture=get_header_picture("process", process.id),
        map=overview_map(ProposalFilters(process=process.slug)),
        polls=list_process_polls(process),
        moment=now(),
        changes=list_process_changes(process),
        owed=owed_responses(process) if process.closed_at else [],
        documents=list_documents(process),
        draft_texts=list_draft_texts(process),
        contacts=list_contacts(process),
        news=list_news(process, NEWS_ON_PAGE),
        meetings=list_meetings(process, 1),
        takes_proposals=is_open_for(process, PhaseSwitch.PROPOSE),
        **_reader_values(process),
        is_asked=has_open_questionnaire(process.id),
        asks_reasons=has_open_reason_survey(process.id),
    )


def _reader_values(process: "Process") -> dict[str, object]:
    """Return what the page shows to this reader alone."""
    person = current_person()
    return {
        "works_at_desk": works_at_desk(person),
        "may_inform": may_inform(person, process),
        "may_publish_news": may_publish_news(person, process),
        "follows": person is not None and is_following(person, "process", process.id),
    }


@blueprint.page("/<slug>/follow", "signed_in", methods=["POST"], rate_limit=CLICKS)
def follow(slug: str) -> ResponseReturnValue:
    """Follow a process."""
    follow_subject(signed_in_person(), get_or_404(get_process(slug)), context=request_context())
    return redirect_with_message(
        url_for("processes.show", slug=slug),
        _("You follow this process: its news come to your account."),
    )


@blueprint.page("/<slug>/follow/end", "signed_in", methods=["POST"], rate_limit=CLICKS)
def unfollow(slug: str) -> ResponseReturnValue:
    """Stop following a process."""
    unfollow_subject(signed_in_person(), get_or_404(get_process(slug)), context=request_context())
    return redirect_with_message(
        url_for("processes.show", slug=slug), _("You no longer follow this process.")
    )
