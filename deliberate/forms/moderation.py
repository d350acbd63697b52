"""Forms for reports, decisions, appeals, sanctions and rules."""

from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectChoice, StringField, TextAreaField
from wtforms.validators import AnyOf, DataRequired, Length, Optional

from deliberate.forms import REQUIRED, TOO_LONG, LocalizedForm, single_line
from deliberate.text import clean
from deliberate.vocabulary import AppealOutcome, ModerationRule

RULE_CHOICES = [
    SelectChoice(ModerationRule.SPAM.value, _("Spam")),
    SelectChoice(ModerationRule.INSULT.value, _("Insult or threat")),
    SelectChoice(ModerationRule.PERSONAL.value, _("Personal data of others")),
    SelectChoice(ModerationRule.OFF_TOPIC.value, _("Off topic")),
    SelectChoice(ModerationRule.UNLAWFUL.value, _("Unlawful")),
    SelectChoice(ModerationRule.OTHER.value, _("Another rule")),
]
_CHOOSE_RULE = _("Choose one of the rules.")
_CHOOSE = _("Choose one of the two.")
_CHOOSE_LENGTH = _("Choose one of the three.")
_TOO_LONG = _("At most 2,000 characters.")
MAX_LENGTH = 2000


def _cleaned(written: str | None) -> str:
    return clean(written or "")


class ReportForm(LocalizedForm):
    """A report: the broken rule, and a note for the moderator."""

    reason = RadioField(
        _("What is wrong with it?"),
        [
            DataRequired(_CHOOSE_RULE),
            AnyOf([r.value for r in ModerationRule], message=_CHOOSE_RULE),
        ],
        choices=RULE_CHOICES,
        validate_choice=False,
    )
    note = StringField(
        _("What should the moderator know?"),
        [Optional(), Length(max=500, message=_("At most 500 characters."))],
        filters=[single_line],
    )


class DecisionForm(LocalizedForm):
    """The rule and the note to the author when a text is hidden or an edit is requested."""

    rule = RadioField(
        _("By which rule?"),
        [
            DataRequired(_CHOOSE_RULE),
            AnyOf([r.value for r in ModerationRule], message=_CHOOSE_RULE),
        ],
        choices=RULE_CHOICES,
        validate_choice=False,
    )
    note = TextAreaField(
        _("Note to the author"),
        [DataRequired(REQUIRED), Length(max=MAX_LENGTH, message=_TOO_LONG)],
        filters=[_cleaned],
    )


class EscalationForm(LocalizedForm):
    """A note to the second moderator."""

    reason = StringField(
        _("Why should somebody else decide?"),
        [DataRequired(REQUIRED), Length(max=500, message=_("At most 500 characters."))],
        filters=[single_line],
    )


class AppealForm(LocalizedForm):
    """The reason of an appeal against a decision."""

    reason = TextAreaField(
        _("Why should your text be shown?"),
        [DataRequired(REQUIRED), Length(max=MAX_LENGTH, message=_TOO_LONG)],
        filters=[_cleaned],
    )


class AppealDecisionForm(LocalizedForm):
    """A second moderator's decision on an appeal, with its reason."""

    outcome = RadioField(
        _("Your decision"),
        [DataRequired(_CHOOSE), AnyOf([o.value for o in AppealOutcome], message=_CHOOSE)],
        choices=[
            SelectChoice(AppealOutcome.GRANTED.value, _("The text is shown again")),
            SelectChoice(AppealOutcome.REFUSED.value, _("It stays hidden")),
        ],
        validate_choice=False,
    )
    note = TextAreaField(
        _("Reason, shown to the author"),
        [DataRequired(REQUIRED), Length(max=MAX_LENGTH, message=_TOO_LONG)],
        filters=[_cleaned],
    )


class SanctionForm(LocalizedForm):
    """A sanction: rule, length and a note to the owner of the account."""

    rule = RadioField(
        _("By which rule?"),
        [
            DataRequired(_CHOOSE_RULE),
            AnyOf([r.value for r in ModerationRule], message=_CHOOSE_RULE),
        ],
        choices=RULE_CHOICES,
        validate_choice=False,
    )
    days = RadioField(
        _("For how long?"),
        [DataRequired(_CHOOSE_LENGTH), AnyOf(["1", "7", "30"], message=_CHOOSE_LENGTH)],
        choices=[
            SelectChoice("1", _("One day")),
            SelectChoice("7", _("Seven days")),
            SelectChoice("30", _("Thirty days")),
        ],
        validate_choice=False,
    )
    note = TextAreaField(
        _("Note to the owner"),
        [DataRequired(REQUIRED), Length(max=MAX_LENGTH, message=_TOO_LONG)],
        filters=[_cleaned],
    )


class SanctionAppealForm(LocalizedForm):
    """The reason of an appeal against a sanction."""

    reason = TextAreaField(
        _("Why is the limit wrong?"),
        [DataRequired(REQUIRED), Length(max=MAX_LENGTH, message=_TOO_LONG)],
        filters=[_cleaned],
    )


class SanctionReviewForm(LocalizedForm):
    """A second moderator's decision on an appeal against a sanction."""

    outcome = RadioField(
        _("What should happen to the limit?"),
        [DataRequired(_CHOOSE), AnyOf([o.value for o in AppealOutcome], message=_CHOOSE)],
        choices=[
            SelectChoice(AppealOutcome.GRANTED.value, _("It ends now")),
            SelectChoice(AppealOutcome.REFUSED.value, _("It stays until its end date")),
        ],
        validate_choice=False,
    )
    reason = TextAreaField(
        _("Reason, shown to the owner"),
        [DataRequired(REQUIRED), Length(max=MAX_LENGTH, message=_TOO_LONG)],
        filters=[_cleaned],
    )


class RulesForm(LocalizedForm):
    """The moderation rules in both languages."""

    body = TextAreaField(
        _("Rules in Indonesian"),
        [
            DataRequired(REQUIRED),
            Length(max=20000, message=TOO_LONG),
        ],
    )
    body_en = TextAreaField(
        _("Rules in English"),
        [
            DataRequired(REQUIRED),
            Length(max=20000, message=TOO_LONG),
        ],
    )
