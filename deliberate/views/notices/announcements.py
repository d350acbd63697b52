"""The form of an announcement to the followers of a process."""

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.notices import MAX_ANNOUNCEMENT, AnnouncementForm
from deliberate.operations.notices.announcements import publish_announcement
from deliberate.operations.site.rate_limits import TEXTS
from deliberate.permissions.decision import require
from deliberate.permissions.notices import may_announce
from deliberate.queries.notices.announcements import PER_WEEK
from deliberate.queries.processes.processes import get_process
from deliberate.queries.scores.inclusion import compare_with_population, missing_groups
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    form_page,
    redirect_with_message,
    submitted_data,
)
from deliberate.views.site.request_context import (
    get_or_404,
    request_context,
    signed_in_person,
)

blueprint = LocalizedBlueprint("announcements", url_prefix="/desk/processes")


@blueprint.page("/<slug>/news", "staff", "admin", methods=BOTH, rate_limit=TEXTS)
def new(slug: str) -> ResponseReturnValue:
    """Show the form to send news to the followers of a process, or send it."""
    process, author = get_or_404(get_process(slug)), signed_in_person()
    require(may_announce(author, process))
    form = AnnouncementForm(submitted_data())

    def submit() -> ResponseReturnValue:
        publish_announcement(author, process, form.body.data or "", context=request_context())
        return redirect_with_message(
            url_for("processes.show", slug=slug),
            _("Your news is public. Followers of the process are notified."),
        )

    return form_page(
        form,
        submit,
        "notices/announcement.html",
        show_refusal=True,
        process=process,
        limit=MAX_ANNOUNCEMENT,
        per_week=PER_WEEK,
        missing=missing_groups(compare_with_population(process.id)),
    )
