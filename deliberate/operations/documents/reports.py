"""Reports of consultations on draft texts: published with their figures, which stay."""

from flask_babel import lazy_gettext as _

from deliberate.models import ConsultationReport, Document, Person
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.documents import may_report_consultation
from deliberate.queries.documents.answers import count_all_rights
from deliberate.queries.documents.reports import get_last_report
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.vocabulary.events.documents import ConsultationReported


def report_consultation(
    staff: Person, document: Document, *, context: RequestContext = NO_REQUEST
) -> ConsultationReport:
    """Publish the report of a closed consultation with the figures of this moment.

    Raises Refused, also where a report with the same figures is published already.
    """
    with recorded(staff, ConsultationReported, context) as act:
        require(may_report_consultation(act.lock(staff), act.lock(document)))
        rights = count_all_rights(document)
        last = get_last_report(document)
        figures = (rights.heard, rights.considered, rights.explained)
        if last and figures == (last.contributions, last.considered, last.explained):
            raise Refused(_("A report with these figures is published already."))
        report = ConsultationReport(
            document=document,
            contributions=rights.heard,
            considered=rights.considered,
            explained=rights.explained,
            published_by_id=staff.id,
            institution_id=staff.institution_id,
        )
        act.session.add(report)
        act.about(report, contributions=rights.heard, explained=rights.explained)
    return report
