"""Routes of the API that take messages of other systems: JSON in, JSON or a problem out.

They read no cookie, so no page of another site can use them in the name of its reader.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps

from flask import Response, request
from flask_babel import gettext as _

from deliberate.api.answers import json_answer
from deliberate.api.blueprint import ApiBlueprint, JsonSchema, problem_response
from deliberate.api.fields import JsonValue
from deliberate.operations import ChangedForm
from deliberate.operations.site.rate_limits import TooManyAttempts
from deliberate.permissions.decision import RefusalKind, Refused
from deliberate.views.site.delivery.problems import problem
from deliberate.views.site.rate_limits import retry_after, retry_message

MAX_BYTES = 64_000
"""Largest message that is read."""
STATUSES = {
    RefusalKind.ROLE: 403,
    RefusalKind.PERSON: 403,
    RefusalKind.STATE: 409,
    RefusalKind.INPUT: 422,
}
PROBLEMS = {
    "400": "the request cannot be read",
    "401": "the token or the signature is not valid",
    "403": "the channel or the account may not do this",
    "404": "there is nothing of this number",
    "409": "this cannot be done now, or the message was sent before with another content",
    "413": "the message is too large",
    "422": "a field is not valid",
    "429": "too many requests",
    "503": "the database is busy",
}
RECORDED: JsonSchema = {
    "type": "object",
    "required": ["result"],
    "properties": {
        "result": {"type": "string", "enum": ["recorded", "repeated"]},
        "id": {"type": "integer"},
        "url": {"type": "string", "format": "uri"},
    },
}
MessageView = Callable[..., Response]


class InvalidField(Exception):
    """A field of a message is not valid."""

    def __init__(self, name: str, reason: object) -> None:
        super().__init__(f"{name}: {reason}")
        self.name, self.reason = name, reason


class NotAuthenticated(Exception):
    """A message has no valid token or signature."""


@dataclass(frozen=True)
class MessageRoute:
    """A POST route, its description, and an example of a message."""

    rule: str
    name: str
    about: str
    tag: str
    properties: Mapping[str, JsonSchema]
    required: tuple[str, ...]
    example: Mapping[str, JsonValue]
    security: str
    """The name of the security scheme."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers that a message must have, with their meaning."""


def add_message_route(blueprint: ApiBlueprint, route: MessageRoute, view: MessageView) -> None:
    """Register a POST route and describe it."""
    schema = {
        "type": "object",
        "required": list(route.required),
        "properties": dict(route.properties),
    }
    content = {"application/json": {"schema": schema, "example": dict(route.example)}}
    recorded = {"application/json": {"schema": RECORDED}}
    answers: dict[str, object] = {
        "201": {"description": "recorded", "content": recorded},
        "200": {"description": "was recorded before; nothing new", "content": recorded},
    }
    described = blueprint.doc(
        summary=route.about,
        operationId=route.name,
        requestBody={"required": True, "content": content},
        security=[{route.security: []}],
        responses=answers | {code: problem_response(text) for code, text in PROBLEMS.items()},
    )(_answering_with_problems(view))
    described.audience = ("public",)
    described.cached = False
    parameters = [
        {
            "name": name,
            "in": "header",
            "required": True,
            "description": meaning,
            "schema": {"type": "string"},
        }
        for name, meaning in route.headers.items()
    ]
    blueprint.add_url_rule(
        route.rule,
        route.name,
        described,
        tags=[route.tag],
        methods=["POST"],
        parameters=parameters or None,
    )


def _answering_with_problems(view: MessageView) -> MessageView:
    """Return the view with what it raises answered as a problem."""

    @wraps(view)
    def answer(**values: int) -> Response:
        request.max_content_length = MAX_BYTES
        try:
            return view(**values)
        except NotAuthenticated as error:
            return problem(401, str(error), headers={"WWW-Authenticate": "Bearer"})
        except InvalidField as error:
            detail = _("A field is not valid.")
            return problem(422, detail, errors={error.name: [str(error.reason)]})
        except Refused as error:
            return problem(STATUSES[error.kind], str(error.reason))
        except ChangedForm:
            return problem(409, _("This key was used for another message."))
        except TooManyAttempts as error:
            return problem(429, retry_message(error), headers=retry_after(error))

    return answer


def recorded_answer(*, is_new: bool, **fields: JsonValue) -> Response:
    """Return the answer to a message that was recorded now or before."""
    response = json_answer({"result": "recorded" if is_new else "repeated", **fields})
    response.status_code = 201 if is_new else 200
    response.headers["Cache-Control"] = "no-store"
    return response
