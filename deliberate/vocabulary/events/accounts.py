"""Kinds of acts on accounts."""

from deliberate.vocabulary.codes import (
    AccountClass,
    FactorRemovalReason,
    IdentityProof,
    ReclassificationReason,
    Role,
    VerificationEndReason,
)
from deliberate.vocabulary.details import detail
from deliberate.vocabulary.events.event import INTERNAL, Event
from deliberate.vocabulary.notices import Channel


class PersonJoined(Event, kind="person.joined", visibility=INTERNAL):
    """A person opened an account."""

    terms: int = detail("version of the accepted terms")
    clerk: str | None = detail("pseudonym of the officer who opened it at an office", default=None)


class AccountClaimed(Event, kind="account.claimed", visibility=INTERNAL):
    """A person took over an account opened at an office."""

    renamed: bool = detail("another display name was chosen", default=False)


class EntryMade(Event, kind="entry.made", visibility=INTERNAL):
    """An officer entered an act of a person at an office."""

    clerk: str | None = detail("pseudonym of the officer")


class PersonSignedIn(Event, kind="person.signed_in", visibility=INTERNAL):
    """A person signed in."""


class PersonSignedOut(Event, kind="person.signed_out", visibility=INTERNAL):
    """A person signed out."""


class PersonRenamed(Event, kind="person.renamed", visibility=INTERNAL):
    """A person changed the display name."""


class PersonMoved(Event, kind="person.moved", visibility=INTERNAL):
    """A person changed the area of residence."""


class EmailChanged(Event, kind="email.changed", visibility=INTERNAL):
    """An e-mail address was added or removed."""

    given: bool = detail("1 added, 0 removed")


class ChannelLinked(Event, kind="channel.linked", visibility=INTERNAL):
    """A person confirmed an address of another channel than mail, such as a telephone number."""

    channel: Channel = detail("channel")


class ChannelUnlinked(Event, kind="channel.unlinked", visibility=INTERNAL):
    """A person removed the address of another channel than mail."""

    channel: Channel = detail("channel")


class PassphraseChanged(Event, kind="passphrase.changed", visibility=INTERNAL):
    """A person changed the passphrase."""


class PassphraseReset(Event, kind="passphrase.reset", visibility=INTERNAL):
    """A person reset the passphrase by a link in a mail."""


class PersonRecovered(Event, kind="person.recovered", visibility=INTERNAL):
    """A person recovered the account by a one-time code."""

    by: str = detail("code (issued earlier) or office")


class RecoveryBegun(Event, kind="recovery.begun", visibility=INTERNAL):
    """An officer started a recovery at an office."""

    proof: IdentityProof = detail("how identity was proved")


class RecoveryConfirmed(Event, kind="recovery.confirmed", visibility=INTERNAL):
    """A second officer confirmed a recovery at an office."""

    proof: IdentityProof = detail("how identity was proved")


class RecoveryStopped(Event, kind="recovery.stopped", visibility=INTERNAL):
    """A recovery at an office was stopped."""

    own: bool = detail("by the owner of the account")


class FactorAdded(Event, kind="factor.added", visibility=INTERNAL):
    """A second factor was added to an account."""


class FactorRemoved(Event, kind="factor.removed", visibility=INTERNAL):
    """The second factor of an account was removed."""

    own: bool = detail("by the owner of the account")
    reason: FactorRemovalReason | None = detail(
        "why, where an administrator removed it", default=None
    )


class DeviceEnded(Event, kind="device.ended", visibility=INTERNAL):
    """A person signed another device out."""


class PersonErased(Event, kind="person.erased", visibility=INTERNAL):
    """An account was erased."""


class ConsentChanged(Event, kind="consent.changed", visibility=INTERNAL):
    """Consent to research changed."""

    research: bool = detail("1 granted, 0 withdrawn")


class RoleGranted(Event, kind="role.granted", visibility=INTERNAL):
    """An account was given a role."""

    role: Role = detail("the role")


class RoleRevoked(Event, kind="role.revoked", visibility=INTERNAL):
    """The role of an account was removed."""

    role: Role = detail("the role")


class InvitationMade(Event, kind="invitation.made", visibility=INTERNAL):
    """An administrator invited a person to an account with a role."""

    role: Role = detail("the role")
    mailed: bool = detail("1 an address was given, 0 the link is passed on")


class InvitationAccepted(Event, kind="invitation.accepted", visibility=INTERNAL):
    """An invited person opened an account with a role."""

    role: Role = detail("the role")
    terms: int = detail("version of the accepted terms")


class InvitationRevoked(Event, kind="invitation.revoked", visibility=INTERNAL):
    """An administrator revoked an invitation."""

    role: Role = detail("the role")


class ResidentVerified(Event, kind="resident.verified", visibility=INTERNAL):
    """A person was verified as a resident."""

    by: str = detail("list, code or provider")
    account: str = detail("the account as its own acts name it")


class ResidentsListed(Event, kind="residents.listed", visibility=INTERNAL):
    """A list of residents was added."""

    count: int = detail("number of addresses")


class ResidentsInvited(Event, kind="residents.invited", visibility=INTERNAL):
    """One-time codes for the verification of residents were created."""

    count: int = detail("number of codes")


class VerificationEnded(Event, kind="verification.ended", visibility=INTERNAL):
    """An administrator ended the verification of a resident."""

    reason: VerificationEndReason = detail("why")
    account: str = detail("the account as its own acts name it")


class ReclassificationProposed(Event, kind="reclassification.proposed", visibility=INTERNAL):
    """An administrator proposed another class for an account."""

    to: AccountClass = detail("the proposed class")
    reason: ReclassificationReason = detail("why")


class ReclassificationDismissed(Event, kind="reclassification.dismissed", visibility=INTERNAL):
    """An administrator dismissed the proposed class of an account."""


class AccountReclassified(Event, kind="account.reclassified", visibility=INTERNAL):
    """Two people changed the class of an account."""

    to: AccountClass = detail("the new class")
    reason: ReclassificationReason = detail("why")
    account: str = detail("the account as its own acts name it")


class ProviderLinked(Event, kind="provider.linked", visibility=INTERNAL):
    """An account was linked to an identity provider."""


class ProviderUnlinked(Event, kind="provider.unlinked", visibility=INTERNAL):
    """The link to an identity provider was removed."""
