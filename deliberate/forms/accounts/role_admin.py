"""What administrators' forms may carry: institutions, roles, the rules."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, StringField, TextAreaField
from wtforms.fields import SelectChoice, SelectField
from wtforms.validators import AnyOf, DataRequired, Length, Regexp, ValidationError

from deliberate.forms import REQUIRED, HouseForm, line
from deliberate.vocabulary import Role

LONG = _("This is longer than the form takes.")
ADDRESS = Regexp(
    r"[a-z0-9]+(-[a-z0-9]+)*$",
    message=_("An address has small letters, digits and single hyphens: water-office"),
)
ROLES = {
    Role.STAFF: _("Staff: answers for an institution"),
    Role.MODERATOR: _("Moderator: decides on reports"),
    Role.RESEARCHER: _("Researcher: asks for protected data"),
    Role.EVALUATOR: _("Evaluator: assesses processes"),
    Role.ADMIN: _("Administrator: sets up processes, gives roles"),
}
_CHOOSE = _("Choose one of these.")


class InstitutionForm(HouseForm):
    """What an institution is called, and whether it coordinates."""

    name = StringField(
        _("Name in Indonesian"), [DataRequired(REQUIRED), Length(max=160, message=LONG)], [line]
    )
    name_en = StringField(_("Name in English"), [Length(max=160, message=LONG)], [line])
    is_coordinator = BooleanField(_("It coordinates: what nobody else accepts comes to it"))


class NewInstitutionForm(InstitutionForm):
    """An institution with the address it keeps."""

    slug = StringField(
        _("Address"), [DataRequired(REQUIRED), Length(max=60, message=LONG), ADDRESS], [line]
    )


class RoleForm(HouseForm):
    """Which role an account gets, and where."""

    role = SelectField(
        _("Role"),
        [AnyOf([role.value for role in ROLES], message=_CHOOSE)],
        choices=[SelectChoice(role.value, words) for role, words in ROLES.items()],
        validate_choice=False,
    )
    institution = SelectField(_("Works for"), validate_choice=False)

    def offer(self, institutions: Iterable[tuple[str, str]]) -> None:
        """The institutions to choose from."""
        self.institution.choices = [
            SelectChoice("", "–"),
            *(SelectChoice(*i) for i in institutions),
        ]

    def validate_institution(self, field: Field) -> None:
        """One of those there are; staff need one."""
        offered = {str(choice.value) for choice in self.institution.choices or []}
        if (field.data or "") not in offered:
            raise ValidationError(_CHOOSE)
        if self.role.data == Role.STAFF and not field.data:
            raise ValidationError(_("Staff work for an institution: choose which."))


class RulesForm(HouseForm):
    """The rules of the place, in both languages."""

    body = TextAreaField(
        _("Rules in Indonesian"), [DataRequired(REQUIRED), Length(max=20000, message=LONG)]
    )
    body_en = TextAreaField(
        _("Rules in English"), [DataRequired(REQUIRED), Length(max=20000, message=LONG)]
    )
