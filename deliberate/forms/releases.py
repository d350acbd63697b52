"""Forms for protected data, for removing a release and for registering a study plan."""

from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import AnyOf, DataRequired, Length

from deliberate.forms import REQUIRED, LocalizedForm, single_line
from deliberate.forms.responses import DayField
from deliberate.text import clean

MAX_LENGTH = 4000
PLAN_LENGTH = 10_000


def _cleaned(written: str | None) -> str:
    return clean(written or "")


class DataAccessRequestForm(LocalizedForm):
    """The process, purpose, ethics approval and last day of a request."""

    slug = SelectField(_("Process"), [DataRequired(REQUIRED)], validate_choice=False)
    purpose = TextAreaField(
        _("Purpose of the research"),
        [DataRequired(REQUIRED), Length(max=MAX_LENGTH, message=_("At most 4,000 characters."))],
        filters=[_cleaned],
    )
    ethics_reference = StringField(
        _("Ethics reference"),
        [DataRequired(REQUIRED), Length(max=160, message=_("At most 160 characters."))],
        filters=[single_line],
    )
    access_until = DayField(_("Access until"), [DataRequired(REQUIRED)])


class RefuseAccessForm(LocalizedForm):
    """The reason of a refusal."""

    reason = TextAreaField(
        _("Reason for refusing"),
        [DataRequired(REQUIRED), Length(max=MAX_LENGTH, message=_("At most 4,000 characters."))],
        filters=[_cleaned],
    )


class RemoveReleaseForm(LocalizedForm):
    """The reason for removing a release."""

    reason = StringField(
        _("Reason shown at its address"),
        [DataRequired(REQUIRED), Length(max=255, message=_("At most 255 characters."))],
        filters=[single_line],
    )


def _plan_part(label: str) -> TextAreaField:
    too_long = Length(max=PLAN_LENGTH, message=_("At most 10,000 characters."))
    return TextAreaField(label, [DataRequired(REQUIRED), too_long], filters=[_cleaned])


class StudyPlanForm(LocalizedForm):
    """The parts of a study plan, in one language."""

    title = StringField(
        _("Title"),
        [DataRequired(REQUIRED), Length(max=160, message=_("At most 160 characters."))],
        filters=[single_line],
    )
    questions = _plan_part(_("Research questions"))
    hypotheses = _plan_part(_("Hypotheses"))
    measures = _plan_part(_("Measures"))
    stopping_rule = _plan_part(_("When the study ends"))
    language = RadioField(
        _("Language of the plan"),
        [DataRequired(REQUIRED), AnyOf(("id", "en"), message=_("Choose one of these."))],
        choices=[SelectChoice("id", "Bahasa Indonesia"), SelectChoice("en", "English")],
        validate_choice=False,
    )


class StudyPlanAmendmentForm(StudyPlanForm):
    """The parts of another version of a plan, and what differs."""

    changes = _plan_part(_("What changes, and why"))
