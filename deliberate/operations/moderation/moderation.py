"""Moderation: reporting, holding by the rule, deciding by a named rule, appealing."""

from datetime import timedelta

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import (
    Appeal,
    Comment,
    EditRequest,
    Escalation,
    ModerationDecision,
    Person,
    Proposal,
    Report,
)
from deliberate.operations.moderation.open_items import close_open_items
from deliberate.operations.notices.notices import tell_person
from deliberate.operations.threads.comments import count_stance
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.moderation.moderation import (
    is_waiting,
    may_appeal,
    may_ask_for_edit,
    may_decide_appeal,
    may_hide,
    may_pass_on,
    may_report,
    may_restore,
)
from deliberate.queries.moderation.moderation import (
    decisions_on,
    has_reported,
    last_decision,
    subject_of,
    weight_of_reports,
)
from deliberate.queries.moderation.open_items import open_request, written_in
from deliberate.recording import Act, recorded
from deliberate.text import clean, clean_line
from deliberate.vocabulary import AppealOutcome, HoldRule, Kind, ModerationOutcome, Role, Rule

HOLD = timedelta(hours=24)
CHANGING = timedelta(days=2)
"""How long an author who is asked to change a text may do so."""
VERIFIED_NEEDED, KNOWN_NEEDED = 3, 5
"""Networks a thing must be reported from to be held: by verified residents, by known accounts."""

Thing = Comment | Proposal
_HELD = {"comment": Kind.COMMENT_HELD, "proposal": Kind.PROPOSAL_HELD}
_KEPT = {"comment": Kind.COMMENT_KEPT, "proposal": Kind.PROPOSAL_KEPT}
_HIDDEN = {"comment": Kind.COMMENT_HIDDEN, "proposal": Kind.PROPOSAL_HIDDEN}
_RESTORED = {"comment": Kind.COMMENT_RESTORED, "proposal": Kind.PROPOSAL_RESTORED}


def report_contribution(
    reporter: Person, thing: Thing, reason: Rule, note: str = "", *, network: str = ""
) -> None:
    """Report a comment or proposal to the moderators, once; enough reports hold it for a day."""
    with recorded(reporter, Kind.REPORT_FILED) as act:
        require(may_report(reporter, _locked(act, thing)))
        if has_reported(reporter, thing):
            raise Refused(_("You have reported this already; a moderator looks at it."))
        act.session.add(
            Report(
                person_id=reporter.id,
                subject_type=thing.subject_type,
                subject_id=thing.id,
                reason=reason,
                note=clean_line(note),
                network=network,
                filed_at=now(),
            )
        )
        act.about(thing, reason=reason.value)
        _hold_by_rule(act, thing)


def _locked(act: Act, thing: Thing) -> Thing:
    """The proposal's row is locked before the comment's, as everywhere."""
    if isinstance(thing, Comment):
        act.locked(thing.proposal)
    return act.locked(thing)


def _hold_by_rule(act: Act, thing: Thing) -> None:
    """Never a second time, and never what a moderator decided on before.

    What waited as new may be held once more by reports, when people have read it.
    """
    is_new = thing.hidden_ground in set(HoldRule)
    decided = any(one.outcome != ModerationOutcome.ASKED for one in decisions_on(thing))
    if (thing.held_until is not None and not is_new) or thing.is_held or decided:
        return
    weight = weight_of_reports(thing)
    if weight.verified < VERIFIED_NEEDED and weight.known < KNOWN_NEEDED:
        return
    thing.hidden_since, thing.held_until, thing.hidden_ground = now(), now() + HOLD, None
    act.consequence(_HELD[thing.subject_type], thing, reports=max(weight.verified, weight.known))
    _tell_author(act, "moderation.held", thing)


def keep_contribution(moderator: Person, thing: Thing, note: str = "") -> None:
    """Find the reports unfounded: the text stays, and no report holds it again."""
    with recorded(moderator, _KEPT[thing.subject_type]) as act:
        require(may_hide(moderator, _locked(act, thing)))
        require(is_waiting(thing))
        was_asked = open_request(thing) is not None
        reports = close_open_items(act, thing)
        if thing.is_held:
            _tell_author(act, "moderation.restored", thing)
        elif was_asked:
            _tell_author(act, "moderation.kept", thing)
        thing.hidden_at, thing.hidden_ground = None, None
        _note_decision(act, moderator, thing, ModerationOutcome.KEPT, note=note, reports=reports)
        act.about(thing, reports=reports)


def hide_contribution(moderator: Person, thing: Thing, rule: Rule, note: str) -> None:
    """Hide a text by a named rule, with a note to its author; replies below it stay."""
    with recorded(moderator, _HIDDEN[thing.subject_type]) as act:
        require(may_hide(moderator, _locked(act, thing)))
        reports = close_open_items(act, thing)
        thing.hidden_at, thing.hidden_ground = now(), rule.value
        _count(thing, -1)
        _note_decision(
            act, moderator, thing, ModerationOutcome.HIDDEN, rule=rule, note=note, reports=reports
        )
        _tell_author(act, "moderation.hidden", thing)
        act.about(thing, ground=rule.value, reports=reports)


def ask_for_edit(moderator: Person, thing: Thing, rule: Rule, note: str) -> None:
    """Ask its author to change a text, by a named rule; whoever saw it meanwhile still sees it.

    What is held stays held until its time and no longer: asking is no way to hide.
    """
    with recorded(moderator, Kind.EDIT_ASKED) as act:
        require(may_ask_for_edit(moderator, _locked(act, thing)))
        decision = _note_decision(
            act, moderator, thing, ModerationOutcome.ASKED, rule=rule, note=note
        )
        decision.request = EditRequest(words=written_in(thing), until=now() + CHANGING)
        _tell_author(act, "moderation.asked", thing)
        act.about(thing, ground=rule.value)


def pass_on(moderator: Person, thing: Thing, note: str) -> None:
    """Leave a text to a second moderator, saying why; whoever passed it on decides no more."""
    with recorded(moderator, Kind.MATTER_PASSED) as act:
        require(may_pass_on(moderator, _locked(act, thing)))
        act.session.add(
            Escalation(
                subject_type=thing.subject_type,
                subject_id=thing.id,
                moderator_id=moderator.id,
                note=clean_line(note),
                passed_at=now(),
            )
        )
        act.about(thing)


def restore_contribution(moderator: Person, thing: Thing, note: str = "") -> None:
    """Bring a hidden text back."""
    with recorded(moderator, _RESTORED[thing.subject_type]) as act:
        require(may_restore(moderator, _locked(act, thing)))
        hiding = last_decision(thing)
        if hiding is not None and hiding.appeal is not None and hiding.appeal.decided_at is None:
            raise Refused(_("The author has appealed: decide the appeal."))
        ground = thing.hidden_ground
        _show_again(act, thing)
        rule = Rule(ground) if ground else None
        _note_decision(act, moderator, thing, ModerationOutcome.RESTORED, rule=rule, note=note)
        act.about(thing, ground=ground)


def _show_again(act: Act, thing: Thing) -> None:
    thing.hidden_at, thing.hidden_ground = None, None
    _count(thing, 1)
    _tell_author(act, "moderation.restored", thing)


def _count(thing: Thing, by: int) -> None:
    """What a moderator hid leaves the balance of arguments; what is only held stays in it."""
    if isinstance(thing, Comment) and thing.depth == 0 and thing.author_role == Role.RESIDENT:
        count_stance(thing.proposal, thing.stance, by)


def _note_decision(
    act: Act,
    moderator: Person,
    thing: Thing,
    outcome: ModerationOutcome,
    *,
    rule: Rule | None = None,
    note: str = "",
    reports: int = 0,
) -> ModerationDecision:
    decision = ModerationDecision(
        subject_type=thing.subject_type,
        subject_id=thing.id,
        proposal_id=thing.proposal_id,
        outcome=outcome,
        ground=rule,
        note=clean(note),
        stance=getattr(thing, "stance", None),
        reports=reports,
        moderator_id=moderator.id,
        decided_at=now(),
    )
    act.session.add(decision)
    return decision


def file_appeal(author: Person, thing: Thing, words: str) -> None:
    """Appeal against the hiding of one's text; somebody else than the first moderator decides."""
    with recorded(author, Kind.APPEAL_FILED) as act:
        _locked(act, thing)
        decision = last_decision(thing)
        require(may_appeal(author, thing, decision))
        act.session.add(
            Appeal(decision=decision, person_id=author.id, words=clean(words), filed_at=now())
        )
        act.about(thing)


def decide_appeal(moderator: Person, appeal: Appeal, outcome: AppealOutcome, note: str) -> None:
    """Decide an appeal: the text comes back, or the decision stands."""
    with recorded(moderator, Kind.APPEAL_DECIDED) as act:
        thing = subject_of(appeal.decision)
        _locked(act, thing)
        require(may_decide_appeal(moderator, act.locked(appeal), thing))
        appeal.outcome, appeal.note = outcome, clean(note)
        appeal.decided_by_id, appeal.decided_at = moderator.id, now()
        act.about(thing, outcome=outcome.value)
        if outcome == AppealOutcome.REFUSED:
            _tell_author(act, "moderation.refused", thing)
        elif thing.hidden_at is not None:
            ground = thing.hidden_ground
            _show_again(act, thing)
            act.consequence(_RESTORED[thing.subject_type], thing, ground=ground)


def _tell_author(act: Act, kind: str, thing: Thing) -> None:
    proposal = thing.proposal if isinstance(thing, Comment) else thing
    tell_person(act, kind, thing.author, proposal, subject=thing.subject_type, id=thing.id)
