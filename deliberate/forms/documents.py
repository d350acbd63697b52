"""Forms of draft texts: import and revision by officers, contributions by everybody."""

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    Field,
    FileField,
    HiddenField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import AnyOf, DataRequired, Length

from deliberate.forms import (
    REQUIRED,
    TOO_LONG,
    LocalizedForm,
    multi_line,
    required_choice,
    single_line,
)
from deliberate.forms.responses import GROUNDS
from deliberate.forms.threads import MAX_COMMENT, STANCES
from deliberate.legal_texts.units import MAX_CHARACTERS
from deliberate.text import parse_whole_number
from deliberate.vocabulary import ResponseGround, Stance, UnitDecision

MAX_NOTE = 2_000
DECISIONS = {
    UnitDecision.ADOPTED: _("Adopted"),
    UnitDecision.ADOPTED_IN_PART: _("Adopted in part"),
    UnitDecision.NOT_ADOPTED: _("Not adopted"),
    UnitDecision.ALREADY_COVERED: _("Already covered"),
    UnitDecision.NOT_THIS_TEXT: _("Does not belong in this text"),
}
_STANCES = {"for": Stance.FOR, "against": Stance.AGAINST, "neutral": Stance.NEUTRAL}
_AT_MOST_4000 = Length(max=MAX_COMMENT, message=_("At most 4,000 characters."))


class _DraftTextForm(LocalizedForm):
    """A draft text from a file, or typed."""

    file = FileField(_("File of the draft"))
    text = TextAreaField(
        _("Or the text itself"), [Length(max=MAX_CHARACTERS, message=TOO_LONG)], [multi_line]
    )

    @property
    def has_file(self) -> bool:
        """Return whether a file was chosen."""
        return bool(getattr(self.file.data, "filename", ""))

    def validate_text(self, field: Field) -> None:
        """Require a file or a text."""
        if not self.has_file and not field.data:
            raise ValidationError(_("Choose a file or write the text."))


class DraftForm(_DraftTextForm):
    """The first version of a draft text."""

    title = StringField(
        _("Title of the draft"),
        [DataRequired(REQUIRED), Length(max=255, message=TOO_LONG)],
        [single_line],
    )
    language = SelectField(
        _("Language"),
        [AnyOf(["id", "en"], message=_("Choose one of these."))],
        choices=[SelectChoice("id", _("Indonesian")), SelectChoice("en", _("English"))],
        validate_choice=False,
    )


class RevisionForm(_DraftTextForm):
    """A new version of a draft text; `base` is the version it was compared with."""

    base = HiddenField()
    note = TextAreaField(
        _("What changed and why"),
        [DataRequired(REQUIRED), Length(max=MAX_NOTE, message=TOO_LONG)],
        [multi_line],
    )

    @property
    def base_version(self) -> int:
        """Return the number of the version it was compared with, 0 without one."""
        return parse_whole_number(self.base.data or "") or 0


class _OnVersionForm(LocalizedForm):
    """A text written on a version of a draft."""

    version = HiddenField()

    @property
    def version_number(self) -> int:
        """Return the number of the version that was read, 0 without one."""
        return parse_whole_number(self.version.data or "") or 0


class UnitCommentForm(_OnVersionForm):
    """A comment or a question on a unit of a draft."""

    stance = required_choice(
        _("What is your position on this part?"), STANCES, _("Choose for, against, or neutral.")
    )
    body = TextAreaField(
        _("Your reason or question"), [DataRequired(REQUIRED), _AT_MOST_4000], [multi_line]
    )
    is_question = BooleanField(_("This is a question to those who write the draft"))

    @property
    def selected_stance(self) -> Stance:
        """Return the selected stance of a valid form."""
        return _STANCES[self.stance.data or "neutral"]


class ContributionTextForm(LocalizedForm):
    """The changed text of a comment or a question on a draft."""

    body = TextAreaField(
        _("Your reason or question"), [DataRequired(REQUIRED), _AT_MOST_4000], [multi_line]
    )


class AmendmentForm(_OnVersionForm):
    """Other words for a unit of a draft, and the reason."""

    replacement = TextAreaField(
        _("The words you propose"), [DataRequired(REQUIRED), _AT_MOST_4000], [multi_line]
    )
    body = TextAreaField(_("Your reason"), [DataRequired(REQUIRED), _AT_MOST_4000], [multi_line])


class AnswerForm(LocalizedForm):
    """An answer to contributions on a unit; these are chosen by checkboxes of the page."""

    decision = required_choice(
        _("Decision"),
        [SelectChoice(code.value, label) for code, label in DECISIONS.items()],
        _("Choose a decision."),
    )
    ground = required_choice(
        _("What is the decision based on?"),
        [SelectChoice(choice.value, choice.label) for choice in GROUNDS],
        _("An answer needs a ground: law, budget, technical or other."),
    )
    reason = TextAreaField(_("Reason"), [_AT_MOST_4000], [multi_line])

    def selected(self) -> tuple[UnitDecision, ResponseGround]:
        """Return the decision and the ground of a valid form."""
        return UnitDecision(self.decision.data or ""), ResponseGround(self.ground.data or "")
