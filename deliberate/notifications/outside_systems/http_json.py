"""The adapter over plain HTTP and JSON, described in docs/integrations.md."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import OutsideCase
from deliberate.notifications.outside_systems.adapter import InvalidReport, Report
from deliberate.operations.responses.outside_systems import (
    HTTP_JSON,
    MAX_NOTE,
    MAX_NUMBER,
    StatusReport,
)
from deliberate.text import MAX_INTEGER
from deliberate.vocabulary import OutsideState

STATUSES_PATH = "/api/v1/outside-systems/{system}/statuses"
CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far ahead of ours the clock of an outside system may be."""


class HttpJson:
    """JSON objects with a few fields, in both directions."""

    code = HTTP_JSON

    def write_case(self, case: OutsideCase, base_url: str) -> bytes:
        """Return the case: what was referred, why and by whom, without the name of its author."""
        referral, proposal = case.referral, case.referral.proposal
        referrer = referral.from_institution
        data = {
            "case": referral.id,
            "proposal": proposal.id,
            "url": f"{base_url}/p/{proposal.id}",
            "title": proposal.title,
            "text": proposal.body,
            "language": proposal.language,
            "area": proposal.area,
            "topic": proposal.topic,
            "process": proposal.process.title,
            "referred_by": referrer.name if referrer else "",
            "reason": referral.reason,
            "number": referral.external_reference,
            "statuses": base_url + STATUSES_PATH.format(system=case.system_id),
        }
        moment = referral.referred_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        content = {"type": "case.referred", "timestamp": moment, "data": data}
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()

    def read_answer(self, content: bytes) -> StatusReport | None:
        """Return the status in the answer, None where it has none or is no JSON object."""
        try:
            return _status(_object(content))
        except InvalidReport:
            return None

    def read_report(self, content: bytes) -> Report:
        """Return the status that was sent, with the case that it is about."""
        fields = _object(content)
        case = fields.get("case")
        if not isinstance(case, int) or isinstance(case, bool) or not 0 < case <= MAX_INTEGER:
            raise InvalidReport("case", _("Give the number of the case that was sent."))
        return Report(case, _status(fields))


def _object(content: bytes) -> Mapping[str, object]:
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise InvalidReport("body", _("Send a JSON object."))
    return fields


def _status(fields: Mapping[str, object]) -> StatusReport:
    states = [state.value for state in OutsideState]
    state = fields.get("status")
    if state not in states:
        raise InvalidReport("status", _("Choose one of: %(choices)s.", choices=", ".join(states)))
    return StatusReport(
        OutsideState(state),
        _text(fields, "number", MAX_NUMBER),
        _text(fields, "note", MAX_NOTE),
        _moment(fields),
    )


def _text(fields: Mapping[str, object], name: str, most: int) -> str:
    text = fields.get(name) or ""
    if not isinstance(text, str) or len(text) > most:
        raise InvalidReport(name, _("Give a text of at most %(most)s characters.", most=most))
    return text


def _moment(fields: Mapping[str, object]) -> datetime | None:
    text = fields.get("at")
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment > now() + CLOCK_TOLERANCE:
        raise InvalidReport(
            "at", _("Give a time that is over, with its zone: 2026-03-02T10:30:00+08:00.")
        )
    return moment.astimezone(UTC)
