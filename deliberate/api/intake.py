"""Addresses through which channels (kiosks, messenger bots, office software) enter acts of people.

The acts run through the operations of the pages, as the account to which a person linked the
channel. A message is recorded once for its key, however often it is sent.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask import Response, g, request
from flask_babel import gettext as _

from deliberate.api.blueprint import ApiBlueprint, JsonSchema
from deliberate.api.fields import JsonValue
from deliberate.api.writing import (
    InvalidField,
    MessageRoute,
    NotAuthenticated,
    add_message_route,
    recorded_answer,
)
from deliberate.forms.threads import MAX_COMMENT
from deliberate.operations import RepeatedForm, RequestContext, Submission
from deliberate.operations.notices.intake import MAX_USER, channel_of, link_channel, linked_person
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.site.rate_limits import (
    CLICKS,
    TEXTS,
    RateLimit,
    consume,
    consume_hourly,
    refund,
)
from deliberate.operations.threads.comments import post_comment
from deliberate.queries.responses.responses import get_visible_proposal
from deliberate.queries.threads.comments import get_comment
from deliberate.text import MAX_INTEGER, clean
from deliberate.views.site.request_context import current_settings, get_or_404
from deliberate.vocabulary import IntakeScope, Origin, Stance

if TYPE_CHECKING:
    from deliberate.models import IntakeChannel, Person, Proposal

TAG = "intake"
SCHEME = "token"
STANCES = {"for": Stance.FOR, "against": Stance.AGAINST, "neutral": Stance.NEUTRAL}
MAX_KEY = 100
KEY = {"Idempotency-Key": "key of the message, of up to 100 characters; valid for 30 days"}
_USER: JsonSchema = {
    "type": "string",
    "minLength": 1,
    "maxLength": MAX_USER,
    "description": "what the channel knows the person by; only a keyed hash is stored",
}
_NUMBER: JsonSchema = {"type": "integer", "minimum": 1, "maximum": MAX_INTEGER}
Fields = Mapping[str, JsonValue]

LINK = MessageRoute(
    rule="/intake/links",
    name="link_channel",
    about="Link a person of a channel to the account that shows a code",
    tag=TAG,
    properties={"user": _USER, "code": {"type": "string", "maxLength": 20}},
    required=("user", "code"),
    example={"user": "6281234567890", "code": "4821 7730"},
    security=SCHEME,
)
COMMENT = MessageRoute(
    rule="/intake/comments",
    name="enter_comment",
    about="Post a comment of a person of a channel",
    tag=TAG,
    properties={
        "user": _USER,
        "proposal": _NUMBER,
        "body": {"type": "string", "minLength": 1, "maxLength": MAX_COMMENT},
        "stance": {"type": "string", "enum": [*STANCES], "description": "required on a proposal"},
        "parent": {**_NUMBER, "description": "comment that it replies to"},
        "is_question": {"type": "boolean"},
    },
    required=("user", "proposal", "body"),
    example={
        "user": "6281234567890",
        "proposal": 3,
        "stance": "for",
        "body": "Halte di depan sekolah panas sekali pada siang hari.",
    },
    security=SCHEME,
    headers=KEY,
)
SUPPORT = MessageRoute(
    rule="/intake/supports",
    name="enter_support",
    about="Support a proposal as a person of a channel",
    tag=TAG,
    properties={"user": _USER, "proposal": _NUMBER},
    required=("user", "proposal"),
    example={"user": "6281234567890", "proposal": 3},
    security=SCHEME,
    headers=KEY,
)


def _link() -> Response:
    """Link a person of a channel to an account."""
    channel, fields = _channel(), _fields()
    code = _text(fields, "code", 20)
    context = RequestContext(language="id", network="", origin=Origin.API)
    link_channel(channel, _text(fields, "user", MAX_USER), code, context=context)
    return recorded_answer(is_new=True)


def _comment() -> Response:
    """Post a comment of a person of a channel."""
    fields, person, context = _message(IntakeScope.COMMENTS, TEXTS)
    body = clean(_text(fields, "body", MAX_COMMENT))
    proposal, parent_id = _proposal(fields), _number(fields, "parent", is_required=False)
    parent = get_or_404(get_comment(parent_id)) if parent_id else None
    try:
        comment = post_comment(
            person,
            proposal,
            body,
            parent=parent,
            stance=_stance(fields),
            is_question=_flag(fields, "is_question"),
            context=context,
        )
    except RepeatedForm as repeated:
        refund(g.pop("consumed", []))
        return _entered("c", repeated.subject_id, is_new=False)
    return _entered("c", comment.id, is_new=True)


def _support() -> Response:
    """Support a proposal as a person of a channel."""
    fields, person, context = _message(IntakeScope.SUPPORTS, CLICKS)
    proposal = _proposal(fields)
    try:
        support_proposal(person, proposal, context=context)
    except RepeatedForm:
        refund(g.pop("consumed", []))
        return _entered("p", proposal.id, is_new=False)
    return _entered("p", proposal.id, is_new=True)


def _entered(letter: str, row_id: int, *, is_new: bool) -> Response:
    """Return the answer to an act: the number and the short address of what it is about."""
    url = f"{current_settings().base_url.rstrip('/')}/{letter}/{row_id}"
    return recorded_answer(is_new=is_new, id=row_id, url=url)


def _channel() -> "IntakeChannel":
    """Return the channel whose token the message has; its requests of the hour are counted."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    channel = channel_of(token.strip()) if scheme.lower() == "bearer" else None
    if channel is None:
        raise NotAuthenticated(_("The token is not valid."))
    consume_hourly("intake", str(channel.id), channel.hourly_limit)
    return channel


def _message(scope: IntakeScope, limit: RateLimit) -> "tuple[Fields, Person, RequestContext]":
    """Return the fields of a message, the account that acts, and the context of its act."""
    channel, fields = _channel(), _fields()
    user = _text(fields, "user", MAX_USER)
    key = request.headers.get("Idempotency-Key", "")
    if not 0 < len(key) <= MAX_KEY:
        raise InvalidField(
            "Idempotency-Key", _("Give a text of at most %(most)s characters.", most=MAX_KEY)
        )
    person = linked_person(channel, user, scope)
    g.consumed = consume(limit, None, person)
    content = json.dumps([request.path, fields], ensure_ascii=False, sort_keys=True)
    return (
        fields,
        person,
        RequestContext(
            language=person.language,
            network="",
            origin=Origin.API,
            submission=Submission(f"intake {channel.id} {user} {key}", content),
        ),
    )


def _fields() -> Fields:
    try:
        fields = json.loads(request.get_data())
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise InvalidField("body", _("Send a JSON object."))
    return fields


def _text(fields: Fields, name: str, most: int) -> str:
    text = fields.get(name)
    if not isinstance(text, str) or not text.strip() or len(text) > most or "\0" in text:
        raise InvalidField(name, _("Give a text of at most %(most)s characters.", most=most))
    return text.strip()


def _number(fields: Fields, name: str, *, is_required: bool = True) -> int:
    number = fields.get(name)
    if number is None and not is_required:
        return 0
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number <= MAX_INTEGER:
        raise InvalidField(name, _("Enter a whole number."))
    return number


def _flag(fields: Fields, name: str) -> bool:
    flag = fields.get(name, False)
    if not isinstance(flag, bool):
        raise InvalidField(name, _("Choose one of: %(choices)s.", choices="true, false"))
    return flag


def _stance(fields: Fields) -> Stance | None:
    stance = fields.get("stance")
    if stance is None:
        return None
    if not isinstance(stance, str) or stance not in STANCES:
        raise InvalidField("stance", _("Choose one of: %(choices)s.", choices=", ".join(STANCES)))
    return STANCES[stance]


def _proposal(fields: Fields) -> "Proposal":
    return get_or_404(get_visible_proposal(_number(fields, "proposal")))


def add_intake(blueprint: ApiBlueprint) -> None:
    """Add the addresses to the API."""
    add_message_route(blueprint, LINK, _link)
    add_message_route(blueprint, COMMENT, _comment)
    add_message_route(blueprint, SUPPORT, _support)
