"""Reports, decisions and appeals: what these forms may carry."""

from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectChoice, StringField, TextAreaField
from wtforms.validators import AnyOf, DataRequired, Length, Optional

from deliberate.forms import REQUIRED, HouseForm, line
from deliberate.text import clean
from deliberate.vocabulary import AppealOutcome, Rule

RULES = [
    SelectChoice(Rule.SPAM.value, _("Spam")),
    SelectChoice(Rule.INSULT.value, _("Insult or threat")),
    SelectChoice(Rule.PERSONAL.value, _("Personal data of others")),
    SelectChoice(Rule.OFF_TOPIC.value, _("Off topic")),
    SelectChoice(Rule.UNLAWFUL.value, _("Unlawful")),
    SelectChoice(Rule.OTHER.value, _("Another rule")),
]
_CHOOSE_RULE = _("Choose one of the rules.")
_CHOOSE = _("Choose one of the two.")
_CHOOSE_LENGTH = _("Choose one of the three.")
_LONG = _("At most 2,000 characters.")
LONGEST = 2000


def _cleaned(written: str | None) -> str:
    return clean(written or "")


class ReportForm(HouseForm):
    """A report: which rule is broken, and a line for the moderator."""

    reason = RadioField(
        _("What is wrong with it?"),
        [DataRequired(_CHOOSE_RULE), AnyOf([r.value for r in Rule], message=_CHOOSE_RULE)],
        choices=RULES,
        validate_choice=False,
    )
    note = StringField(
        _("What should the moderator know?"),
        [Optional(), Length(max=500, message=_("At most 500 characters."))],
        filters=[line],
    )


class HideForm(HouseForm):
    """Hiding a text or asking for another one: by which rule, and what the author is told."""

    rule = RadioField(
        _("By which rule?"),
        [DataRequired(_CHOOSE_RULE), AnyOf([r.value for r in Rule], message=_CHOOSE_RULE)],
        choices=RULES,
        validate_choice=False,
    )
    note = TextAreaField(
        _("Note to the author"),
        [DataRequired(REQUIRED), Length(max=LONGEST, message=_LONG)],
        filters=[_cleaned],
    )


class PassOnForm(HouseForm):
    """Passing a text on: what the second moderator should know."""

    passing = StringField(
        _("Why should somebody else decide?"),
        [DataRequired(REQUIRED), Length(max=500, message=_("At most 500 characters."))],
        filters=[line],
    )


class AppealForm(HouseForm):
    """An appeal: why the decision was wrong."""

    words = TextAreaField(
        _("Why should your text be shown?"),
        [DataRequired(REQUIRED), Length(max=LONGEST, message=_LONG)],
        filters=[_cleaned],
    )


class AppealDecisionForm(HouseForm):
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
        _("Reason, told to the author"),
        [DataRequired(REQUIRED), Length(max=LONGEST, message=_LONG)],
        filters=[_cleaned],
    )


class SanctionForm(HouseForm):
    """Limiting an account: by which rule, for how long, what its owner is told."""

    rule = RadioField(
        _("By which rule?"),
        [DataRequired(_CHOOSE_RULE), AnyOf([r.value for r in Rule], message=_CHOOSE_RULE)],
        choices=RULES,
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
        [DataRequired(REQUIRED), Length(max=LONGEST, message=_LONG)],
        filters=[_cleaned],
    )


class LimitAppealForm(HouseForm):
    """An appeal against a limit: why it is wrong."""

    words = TextAreaField(
        _("Why is the limit wrong?"),
        [DataRequired(REQUIRED), Length(max=LONGEST, message=_LONG)],
        filters=[_cleaned],
    )


class ReviewForm(HouseForm):
    """A second moderator's decision on a limit, with its reason."""

    outcome = RadioField(
        _("What becomes of the limit?"),
        [DataRequired(_CHOOSE), AnyOf([o.value for o in AppealOutcome], message=_CHOOSE)],
        choices=[
            SelectChoice(AppealOutcome.GRANTED.value, _("It ends now")),
            SelectChoice(AppealOutcome.REFUSED.value, _("It stands until its time")),
        ],
        validate_choice=False,
    )
    reason = TextAreaField(
        _("Reason, told to the owner"),
        [DataRequired(REQUIRED), Length(max=LONGEST, message=_LONG)],
        filters=[_cleaned],
    )
