"""Announcements: news of a process that its people send to those who follow it."""

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Announcement, Person, Process
from deliberate.operations.notices.notices import notify_process
from deliberate.permissions.decision import InvalidInput, Refused, require
from deliberate.permissions.notices import may_announce
from deliberate.queries.notices.announcements import next_announcement_at
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import RENDERER, clean, to_html, to_plain
from deliberate.vocabulary.events.processes import AnnouncementPublished
from deliberate.vocabulary.notices import AnnouncementNotice


def publish_announcement(
    author: Person, process: Process, body: str, *, context: RequestContext = NO_REQUEST
) -> Announcement:
    """Publish news of a process and send it to those who follow it.

    Raises Refused if the process had its announcements of the week.
    """
    with recorded(author, AnnouncementPublished, context) as act:
        require(may_announce(author, act.lock(process)))
        possible_from = next_announcement_at(process)
        if possible_from > now():
            raise Refused(
                _("This process had its announcements of the week."), possible_from=possible_from
            )
        if not clean(body):
            raise InvalidInput(_("Write your news."))
        announcement = Announcement(
            process=process,
            author_id=author.id,
            institution_id=author.institution_id,
            body=clean(body),
            body_html=to_html(clean(body)),
            renderer=RENDERER,
            language=context.language,
            published_at=now(),
        )
        act.session.add(announcement)
        act.set_text(lambda: announcement.body, announcement)
        act.about(announcement, chars=len(to_plain(announcement.body_html)))
        notify_process(act, process, AnnouncementNotice(announcement=announcement.id))
    return announcement
