"""Forms for opening a questionnaire and for answering it."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectChoice
from wtforms.validators import AnyOf, DataRequired, InputRequired, NumberRange

from deliberate.forms import REQUIRED, LocalizedForm
from deliberate.forms.polls.polls import WholeNumberField
from deliberate.vocabulary import QuestionnaireAudience

_CHOOSE = _("Choose one of these.")
VALUES = {
    5: _("agree strongly"),
    4: _("agree"),
    3: _("neither"),
    2: _("disagree"),
    1: _("disagree strongly"),
    0: _("cannot say"),
}
AUDIENCES = {
    QuestionnaireAudience.PARTICIPANTS: _("Residents who took part"),
    QuestionnaireAudience.ORGANISERS: _("Those who run the process"),
}


class OpenQuestionnaireForm(LocalizedForm):
    """Whom a questionnaire asks, and how long."""

    audience = RadioField(
        _("Whom does it ask?"),
        [DataRequired(_CHOOSE), AnyOf([item.value for item in AUDIENCES], message=_CHOOSE)],
        choices=[SelectChoice(item.value, label) for item, label in AUDIENCES.items()],
        validate_choice=False,
    )
    days = WholeNumberField(
        _("Open for how many days"),
        [InputRequired(REQUIRED), NumberRange(7, 60, _("From 7 to 60 days."))],
    )


def build_questionnaire_form(questions: Iterable[tuple[str, str]]) -> type[LocalizedForm]:
    """Return a form class with one field a question, of pairs of id and statement."""
    choices = [SelectChoice(str(value), label) for value, label in VALUES.items()]
    fields = {
        name: RadioField(text, [InputRequired(_CHOOSE)], choices=choices)
        for name, text in questions
    }
    return type("QuestionnaireForm", (LocalizedForm,), fields)
