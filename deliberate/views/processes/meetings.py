"""Meetings of a process: the public list, and the form of its people."""

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.processes import MeetingForm
from deliberate.operations.processes.meetings import MeetingEntry, record_meeting
from deliberate.operations.site.rate_limits import TEXTS
from deliberate.permissions.decision import require
from deliberate.permissions.notices import may_record_meeting
from deliberate.queries.processes.meetings import list_meetings, list_meetings_alike
from deliberate.queries.processes.processes import get_process
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    flash_with_receipt,
    form_page,
    see_other,
    submitted_data,
)
from deliberate.views.site.request_context import (
    get_or_404,
    request_context,
    signed_in_person,
)

if TYPE_CHECKING:
    from deliberate.models import Process

blueprint = LocalizedBlueprint("meetings")


@blueprint.page("/desk/processes/<slug>/meetings", "staff", "admin", methods=BOTH, rate_limit=TEXTS)
def record(slug: str) -> ResponseReturnValue:
    """Show the form of a meeting that was held, the meeting as it will be read, or record it."""
    process, staff = get_or_404(get_process(slug)), signed_in_person()
    require(may_record_meeting(staff, process))
    form = MeetingForm(submitted_data())
    form.set_place(process)

    def submit() -> ResponseReturnValue:
        entry = MeetingEntry(
            form.held_on.day or date.max,
            form.place.data or "",
            form.attended.data or 0,
            form.language.data,
            form.minutes.data or "",
        )
        if "publish" not in request.form:
            return _preview(process, form, entry)
        record_meeting(staff, process, entry, context=request_context())
        flash_with_receipt(_("The meeting is recorded and public."))
        return see_other(url_for("meetings.index", slug=slug))

    return form_page(
        form, submit, "processes/meetings/record.html", show_refusal=True, process=process
    )


def _preview(process: "Process", form: MeetingForm, entry: MeetingEntry) -> str:
    institution = signed_in_person().institution
    return render_template(
        "processes/meetings/record.html",
        process=process,
        form=form,
        refusal="",
        preview={**asdict(entry), "institution": institution},
        alike=list_meetings_alike(process, entry.held_on, entry.place),
    )


@blueprint.page("/processes/<slug>/meetings", "public", cached=True)
def index(slug: str) -> str:
    """Show the meetings of a process, the last one first."""
    process = get_or_404(get_process(slug))
    return render_template(
        "processes/meetings/index.html", process=process, meetings=list_meetings(process)
    )
