"""Form for the role of an account."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _
from wtforms import Field
from wtforms.fields import SelectChoice, SelectField
from wtforms.validators import AnyOf, ValidationError

from deliberate.forms import LocalizedForm
from deliberate.vocabulary import Role

ROLES = {
    Role.STAFF: _("Staff: answers for an institution"),
    Role.MODERATOR: _("Moderator: decides on reports"),
    Role.RESEARCHER: _("Researcher: asks for protected data"),
    Role.EVALUATOR: _("Evaluator: assesses processes"),
    Role.ADMIN: _("Administrator: sets up processes, gives roles"),
}
_CHOOSE = _("Choose one of these.")


class RoleForm(LocalizedForm):
    """The role of an account, and its institution."""

    role = SelectField(
        _("Role"),
        [AnyOf([role.value for role in ROLES], message=_CHOOSE)],
        choices=[SelectChoice(role.value, label) for role, label in ROLES.items()],
        validate_choice=False,
    )
    institution = SelectField(_("Works for"), validate_choice=False)

    def set_institutions(self, institutions: Iterable[tuple[str, str]]) -> None:
        """Set the institutions to choose from, as pairs of id and name."""
        self.institution.choices = [
            SelectChoice("", "–"),
            *(SelectChoice(*i) for i in institutions),
        ]

    def validate_institution(self, field: Field) -> None:
        """Validate that the institution is one of the choices; staff need one."""
        offered = {str(choice.value) for choice in self.institution.choices or []}
        if (field.data or "") not in offered:
            raise ValidationError(_CHOOSE)
        if self.role.data == Role.STAFF and not field.data:
            raise ValidationError(_("Staff work for an institution: choose which."))
