"""Meetings of a process: the public list, and the form of its people."""

from dataclasses import asdict
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.clock import now
from deliberate.forms.processes import MeetingCorrectionForm, MeetingForm
from deliberate.operations.processes.attendance import note_attendance, retract_attendance
from deliberate.operations.processes.meetings import MeetingEntry, correct_meeting, record_meeting
from deliberate.operations.site.rate_limits import CLICKS, TEXTS
from deliberate.permissions.decision import require
from deliberate.permissions.notices import (
    may_correct_meeting,
    may_note_attendance,
    may_record_meeting,
)
from deliberate.queries.processes.meetings import (
    attended_meeting_ids,
    get_meeting,
    list_meetings,
    list_meetings_alike,
)
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
    current_person,
    get_or_404,
    request_context,
    signed_in_person,
)

if TYPE_CHECKING:
    from deliberate.models import Meeting, Process

blueprint = LocalizedBlueprint("meetings")
ATTENDANCE = "/processes/<slug>/meetings/<id:meeting_id>/attendance"


@blueprint.page("/desk/processes/<slug>/meetings", "staff", "admin", methods=BOTH, rate_limit=TEXTS)
def record(slug: str) -> ResponseReturnValue:
    """Show the form of a meeting that was held, the meeting as it will be read, or record it."""
    process, staff = get_or_404(get_process(slug)), signed_in_person()
    require(may_record_meeting(staff, process))
    form = MeetingForm(submitted_data())
    form.set_place(process)

    def submit() -> ResponseReturnValue:
        entry = _read_entry(form)
        if "publish" not in request.form:
            return _preview(process, form, entry)
        record_meeting(staff, process, entry, context=request_context())
        flash_with_receipt(_("The meeting is recorded and public."))
        return see_other(url_for("meetings.index", slug=slug))

    return form_page(
        form,
        submit,
        "processes/meetings/record.html",
        show_refusal=True,
        process=process,
        correctable=_list_correctable(process),
    )


@blueprint.page(
    "/desk/processes/<slug>/meetings/<id:meeting_id>/correct",
    "staff",
    "admin",
    methods=BOTH,
    rate_limit=TEXTS,
)
def correct(slug: str, meeting_id: int) -> ResponseReturnValue:
    """Show the form that corrects a meeting, the meeting as it will be read, or correct it."""
    process, staff = get_or_404(get_process(slug)), signed_in_person()
    meeting = get_or_404(get_meeting(process, meeting_id))
    require(may_correct_meeting(staff, meeting))
    form = MeetingCorrectionForm(submitted_data(), data=_shown_values(meeting))
    form.set_place(process)

    def submit() -> ResponseReturnValue:
        entry = _read_entry(form)
        if "publish" not in request.form:
            return _correction_page(meeting, form, preview=_preview_of(meeting, entry, form))
        base = int(form.base.data) if (form.base.data or "").isdecimal() else -1
        correct_meeting(
            staff, meeting, entry, form.reason.data or "", base, context=request_context()
        )
        flash_with_receipt(_("The meeting is corrected. What was recorded before stays readable."))
        return see_other(url_for("meetings.index", slug=slug) + f"#meeting-{meeting.id}")

    return form_page(form, submit, partial(_correction_page, meeting), show_refusal=True)


def _shown_values(meeting: "Meeting") -> dict[str, object]:
    """Return what the form of a correction begins with: what is held to be right so far."""
    shown = meeting.shown
    return {
        "held_on": shown.held_on.isoformat(),
        "place": shown.place,
        "attended": shown.attended,
        "language": shown.language,
        "minutes": shown.minutes,
        "base": str(len(meeting.corrections)),
    }


def _preview_of(
    meeting: "Meeting", entry: MeetingEntry, form: MeetingCorrectionForm
) -> dict[str, object]:
    """Return a meeting as it will be read, the correction that is not published yet included."""
    institution = signed_in_person().institution
    correction = {
        **asdict(entry),
        "reason": form.reason.data or "",
        "corrected_at": now(),
        "institution": institution,
    }
    changes = [*meeting.corrected_from, (correction, meeting.shown)]
    return {"shown": entry, "institution": meeting.institution, "corrected_from": changes}


def _correction_page(
    meeting: "Meeting",
    form: MeetingCorrectionForm,
    preview: dict[str, object] | None = None,
    refusal: str = "",
) -> str:
    return render_template(
        "processes/meetings/correct.html",
        process=meeting.process,
        meeting=meeting,
        form=form,
        preview=preview,
        refusal=refusal,
    )


def _read_entry(form: MeetingForm) -> MeetingEntry:
    return MeetingEntry(
        form.held_on.day or date.max,
        form.place.data or "",
        form.attended.data or 0,
        form.language.data,
        form.minutes.data or "",
    )


def _list_correctable(process: "Process") -> list["Meeting"]:
    """Return the meetings that the signed-in person may correct, the last one first."""
    staff = signed_in_person()
    return [row for row in list_meetings(process) if may_correct_meeting(staff, row)]


def _preview(process: "Process", form: MeetingForm, entry: MeetingEntry) -> str:
    institution = signed_in_person().institution
    return render_template(
        "processes/meetings/record.html",
        process=process,
        form=form,
        refusal="",
        correctable=_list_correctable(process),
        preview={**asdict(entry), "institution": institution},
        alike=list_meetings_alike(process, entry.held_on, entry.place),
    )


@blueprint.page("/processes/<slug>/meetings", "public", cached=True)
def index(slug: str) -> str:
    """Show the meetings of a process, the last one first; residents note those they attended."""
    process, person = get_or_404(get_process(slug)), current_person()
    meetings = list_meetings(process)
    return render_template(
        "processes/meetings/index.html",
        process=process,
        meetings=meetings,
        attended=attended_meeting_ids(person, meetings) if person else (),
        notable={row.id for row in meetings if may_note_attendance(person, row)},
    )


@blueprint.page(ATTENDANCE, "signed_in", methods=["POST"], rate_limit=CLICKS)
def attend(slug: str, meeting_id: int) -> ResponseReturnValue:
    """Note that the signed-in resident attended a meeting."""
    meeting = get_or_404(get_meeting(get_or_404(get_process(slug)), meeting_id))
    note_attendance(signed_in_person(), meeting, context=request_context())
    flash_with_receipt(_("It is noted that you attended. Nobody sees that it was you."))
    return see_other(url_for("meetings.index", slug=slug) + f"#meeting-{meeting.id}")


@blueprint.page(f"{ATTENDANCE}/retract", "signed_in", methods=["POST"], rate_limit=CLICKS)
def retract(slug: str, meeting_id: int) -> ResponseReturnValue:
    """Take back that the signed-in resident attended a meeting."""
    meeting = get_or_404(get_meeting(get_or_404(get_process(slug)), meeting_id))
    retract_attendance(signed_in_person(), meeting, context=request_context())
    flash_with_receipt(_("Your attendance is taken back."))
    return see_other(url_for("meetings.index", slug=slug) + f"#meeting-{meeting.id}")
