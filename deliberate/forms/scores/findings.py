"""The form of a finding of a study."""

from flask_babel import lazy_gettext as _
from wtforms import StringField, TextAreaField
from wtforms.validators import Length, Optional, ValidationError

from deliberate.forms import TOO_LONG, LocalizedForm
from deliberate.forms.polls.polls import CheckboxesField


class FindingForm(LocalizedForm):
    """A finding in one or both languages, with the sources it rests on."""

    body_id = TextAreaField(_("In Indonesian"), [Optional(), Length(max=4000, message=TOO_LONG)])
    body_en = TextAreaField(_("In English"), [Optional(), Length(max=4000, message=TOO_LONG)])
    sources = CheckboxesField(_("Sources of the study"), coerce=int)


class RecommendationForm(FindingForm):
    """A recommendation, with whom it is for."""

    addressee = StringField(_("For whom"), [Length(max=200, message=TOO_LONG)])

    def validate_addressee(self, field: StringField) -> None:
        """Require whom a written recommendation is for."""
        has_text = (self.body_id.data or "").strip() or (self.body_en.data or "").strip()
        if has_text and not (field.data or "").strip():
            raise ValidationError(_("Say whom the recommendation is for."))
