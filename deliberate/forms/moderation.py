"""Forms for reports, decisions, appeals, sanctions and rules."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from wtforms import SelectChoice, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from deliberate.forms import (
    REQUIRED,
    TOO_LONG,
    LocalizedForm,
    multi_line,
    required_choice,
    single_line,
)
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


def _required_text(label: LazyString) -> TextAreaField:
    return TextAreaField(
        label,
        [DataRequired(REQUIRED), Length(max=MAX_LENGTH, message=_TOO_LONG)],
        filters=[multi_line],
    )


class ReportForm(LocalizedForm):
    """A report: the broken rule, and a note for the moderator."""

    reason = required_choice(_("What is wrong with it?"), RULE_CHOICES, _CHOOSE_RULE)
    note = StringField(
        _("What should the moderator know?"),
        [Optional(), Length(max=500, message=_("At most 500 characters."))],
        filters=[single_line],
    )


class DecisionForm(LocalizedForm):
    """The rule and the note to the author when a text is hidden or an edit is requested."""

    rule = required_choice(_("By which rule?"), RULE_CHOICES, _CHOOSE_RULE)
    note = _required_text(_("Note to the author"))


class EscalationForm(LocalizedForm):
    """A note to the second moderator."""

    reason = StringField(
        _("Why should somebody else decide?"),
        [DataRequired(REQUIRED), Length(max=500, message=_("At most 500 characters."))],
        filters=[single_line],
    )


class AppealForm(LocalizedForm):
    """The reason of an appeal against a decision."""

    reason = _required_text(_("Why should your text be shown?"))


class AppealDecisionForm(LocalizedForm):
    """A second moderator's decision on an appeal, with its reason."""

    outcome = required_choice(
        _("Your decision"),
        [
            SelectChoice(AppealOutcome.GRANTED.value, _("The text is shown again")),
            SelectChoice(AppealOutcome.REFUSED.value, _("It stays hidden")),
        ],
        _CHOOSE,
    )
    note = _required_text(_("Reason, shown to the author"))


class SanctionForm(LocalizedForm):
    """A sanction: rule, length and a note to the owner of the account."""

    rule = required_choice(_("By which rule?"), RULE_CHOICES, _CHOOSE_RULE)
    days = required_choice(
        _("For how long?"),
        [
            SelectChoice("1", _("One day")),
            SelectChoice("7", _("Seven days")),
            SelectChoice("30", _("Thirty days")),
        ],
        _CHOOSE_LENGTH,
    )
    note = _required_text(_("Note to the owner"))


class SanctionAppealForm(LocalizedForm):
    """The reason of an appeal against a sanction."""

    reason = _required_text(_("Why is the limit wrong?"))


class SanctionReviewForm(LocalizedForm):
    """A second moderator's decision on an appeal against a sanction."""

    outcome = required_choice(
        _("What should happen to the limit?"),
        [
            SelectChoice(AppealOutcome.GRANTED.value, _("It ends now")),
            SelectChoice(AppealOutcome.REFUSED.value, _("It stays until its end date")),
        ],
        _CHOOSE,
    )
    reason = _required_text(_("Reason, shown to the owner"))


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
