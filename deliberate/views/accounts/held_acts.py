"""Names of the acts that a sign-in interrupts, for the button that sends them afterwards."""

from flask import current_app
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect


def held_act_name(path: str) -> str:
    """Return the name of the act that a form at a path does, empty if it has none."""
    try:
        endpoint, ids = current_app.url_map.bind("").match(path.partition("?")[0], method="POST")
    except (HTTPException, RequestRedirect):
        return ""
    return _act_names().get(str(endpoint), "") % ids


def _act_names() -> dict[str, str]:
    """Return the name of each act that a page offers to visitors, by endpoint."""
    return {
        "supports_and_follows.support": _("Support proposal %(proposal_id)s"),
        "supports_and_follows.follow": _("Follow proposal %(proposal_id)s"),
        "supports_and_follows.follow_topic": _("Follow this topic"),
        "processes.follow": _("Follow this process"),
        "institutions.follow": _("Follow this institution"),
        "threads.rate": _("Rate argument %(comment_id)s"),
        "threads.post": _("Send the argument on proposal %(proposal_id)s"),
        "threads.post_reply": _("Send the reply to argument %(comment_id)s"),
        "polls.vote": _("Send my ballot in poll %(poll_id)s"),
        "responses.judge": _("Send my answer about this response"),
        "responses.check": _("Send my answer about this response"),
        "moderation.file_report": _("Send the report"),
        "drafting.create_draft": _("Save the draft of the proposal"),
    }
