"""Forms to invite a person to a role, and to accept an invitation."""

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import Length

from deliberate.forms import TOO_LONG, single_line
from deliberate.forms.accounts.account import DisplayNameForm, EmailForm, NewAccountForm
from deliberate.forms.accounts.role_admin import RoleForm


class InvitationForm(RoleForm, EmailForm):
    """The role and the institution of an invited person, with name and address if known."""

    name = StringField(_("Name"), [Length(max=80, message=TOO_LONG)], filters=[single_line])


class AcceptInvitationForm(NewAccountForm, DisplayNameForm):
    """The names and the passphrase of a new account with a role."""
