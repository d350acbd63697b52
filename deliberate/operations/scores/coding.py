"""Drawing random samples, coding comments by a book and auditing official responses."""

import random
import secrets
from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import (
    Coding,
    Comment,
    MachineCoding,
    Person,
    Process,
    Response,
    Sample,
    SampledItem,
)
from deliberate.permissions.decision import (
    InvalidInput,
    Refused,
    require,
)
from deliberate.permissions.scores.coding import (
    is_readable,
    may_code_item,
    may_draw_sample,
    may_import_codes,
)
from deliberate.queries.scores.coding import (
    auditable_response_ids,
    codable_comment_ids,
    count_codes,
    machine_codings,
    readable_items,
)
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import clean_line
from deliberate.vocabulary import SampleKind
from deliberate.vocabulary.events.scores import (
    AnswerAudited,
    CodesImported,
    CommentCoded,
    SampleDrawn,
    TextCoded,
)

SAMPLE_SIZE = 60
"""More than the 50 that the indicator needs: some texts vanish before they are coded."""
_SEED_LIMIT = 2**31


def draw_sample(
    coder: Person,
    process: Process,
    kind: SampleKind,
    size: int = SAMPLE_SIZE,
    seed: int | None = None,
    *,
    context: RequestContext = NO_REQUEST,
) -> Sample:
    """Draw a random sample of residents' comments or official responses; the seed is logged.

    The log makes repeated draws visible.
    """
    with recorded(coder, SampleDrawn, context) as act:
        act.lock(process)
        require(may_draw_sample(coder, process, kind))
        if kind == SampleKind.ANSWERS:
            column, ids = "response_id", auditable_response_ids(process.id)
        else:
            column, ids = "comment_id", codable_comment_ids(process.id)
        if not ids:
            raise Refused(_("There is nothing to draw from yet."))
        seed = secrets.randbelow(_SEED_LIMIT) if seed is None else seed
        sample = Sample(process=process, kind=kind, seed=seed, population=len(ids), drawn_at=now())
        for position, item_id in enumerate(draw_ids(ids, size, seed), start=1):
            sample.items.append(SampledItem(position=position, **{column: item_id}))
        act.session.add(sample)
        act.session.flush()
        act.about(sample, of=kind, size=len(sample.items), seed=seed)
    return sample


def draw_ids(ids: list[int], size: int, seed: int) -> list[int]:
    """Return up to `size` of the ids in random order. The same seed returns the same ids."""
    generator = random.Random(seed)  # noqa: S311  # a sample, not a secret
    return generator.sample(sorted(ids), min(size, len(ids)))


def code_comment(
    coder: Person, item: SampledItem, reason: int, *, context: RequestContext = NO_REQUEST
) -> None:
    """Code how far a comment gives reasons, 0 to 3; the other coder's code stays hidden."""
    with recorded(coder, CommentCoded, context) as act:
        act.lock(item.sample)
        require(may_code_item(coder, item, SampleKind.REASONS))
        require(is_readable(item))
        _require_code(SampleKind.REASONS, reason)
        _set_code(item, coder, reason)
        act.about(_subject(item), reason=reason)


def code_by_book(
    coder: Person,
    item: SampledItem,
    book: SampleKind,
    code: int,
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Code a comment by another book than that of reasons; the other code stays hidden."""
    with recorded(coder, TextCoded, context) as act:
        act.lock(item.sample)
        require(may_code_item(coder, item, book))
        require(is_readable(item))
        _require_code(book, code)
        _set_code(item, coder, code)
        act.about(_subject(item), of=book, code=code)


def import_codes(
    coder: Person,
    sample: Sample,
    name: str,
    codes: Mapping[int, int],
    *,
    context: RequestContext = NO_REQUEST,
) -> MachineCoding:
    """Bring in the codes of a machine by position; once for each name. Raises Refused."""
    with recorded(coder, CodesImported, context) as act:
        require(may_import_codes(act.lock(coder), act.lock(sample)))
        name, kind = clean_line(name), SampleKind(sample.kind)
        if not name or name in {row.name for row in machine_codings(sample)}:
            raise InvalidInput(_("Give it a name that this sample does not have yet."))
        if not codes or not codes.keys() <= {item.position for item in readable_items(sample)}:
            raise InvalidInput(_("The table has a text that this sample does not have."))
        for code in codes.values():
            _require_code(kind, code)
        row = MachineCoding(
            sample_id=sample.id,
            name=name,
            codes={str(position): code for position, code in sorted(codes.items())},
            imported_by_id=coder.id,
            imported_at=now(),
        )
        act.session.add(row)
        act.about(sample, of=kind, texts=len(codes))
    return row


def _require_code(book: SampleKind, code: int) -> None:
    if code not in range(count_codes(book)):
        raise InvalidInput(_("Choose one of the codes."))


def audit_answer(
    coder: Person, item: SampledItem, confirmed: bool, *, context: RequestContext = NO_REQUEST
) -> None:
    """Record whether the reasons of an official response hold as stated."""
    with recorded(coder, AnswerAudited, context) as act:
        act.lock(item.sample)
        require(may_code_item(coder, item, SampleKind.ANSWERS))
        _set_code(item, coder, int(confirmed))
        act.about(_subject(item), confirmed=confirmed)


def _subject(item: SampledItem) -> Comment | Response:
    subject = item.comment or item.response
    if subject is None:
        raise LookupError(item.id)
    return subject


def _set_code(item: SampledItem, coder: Person, value: int) -> None:
    coding = next((row for row in item.codings if row.coder_id == coder.id), None)
    if coding is None:
        coding = Coding(coder_id=coder.id)
        item.codings.append(coding)
    coding.value, coding.coded_at = value, now()
