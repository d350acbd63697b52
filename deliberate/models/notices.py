"""Tables of notices, their deliveries by channel, and what people choose to receive."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, Json, UtcDateTime
from deliberate.database.personal_data import (
    OFFICIAL,
    Category,
    keep_for,
    not_personal,
    personal,
    rows,
)
from deliberate.models.accounts.person import Person
from deliberate.models.moderation.visibility import ADMINISTRATORS, PUBLIC, VisibleText, read_by


class Notice(Base):
    """A notice to one person or to an audience: participants, staff, moderators, followers.

    It is written in the transaction of the act that causes it; reminders are written by a job.
    """

    __tablename__ = "notice"
    personal_data = rows(
        "notices",
        "Notices",
        owner="person_id",
        columns=(
            "id key kind proposal_id process_id institution_id person_id created_at not_before "
            "last_person_id done_at"
        ),
        hidden="caused_by_id",
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    """The id of the act, or a name made of a date or row, so that no notice is written twice."""
    kind: Mapped[str] = mapped_column(String(40))
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"), index=True)
    process_id: Mapped[int | None] = mapped_column(ForeignKey("process.id"))
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    """The institution whose staff receives the notice, None for other recipients."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """The only recipient, None where there are several."""
    caused_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """The person who acted, who is not notified of it."""
    details: Mapped[dict[str, Any]] = mapped_column(
        Json, default=dict, info=personal(Category.TECHNICAL)
    )
    """What the text of the notice needs besides the proposal: codes, ids and dates."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The moment from which it is delivered, None for at once."""
    last_person_id: Mapped[int] = mapped_column(default=0)
    """Deliveries exist for all recipients up to this id."""
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


_IS_UNREAD = text("channel = 'account' AND read_at IS NULL")


class Delivery(Base):
    """The delivery of a notice to a person by a channel, retried until it succeeds."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("notice_key", "person_id", "channel"),
        Index("ix_delivery_inbox", "person_id", "channel", "id"),
        Index("ix_delivery_to_send", "channel", "sent_at", "id"),
        Index(
            "ix_delivery_unread",
            "person_id",
            "id",
            sqlite_where=_IS_UNREAD,
            postgresql_where=_IS_UNREAD,
        ),
    )
    personal_data = rows(
        "messages",
        "Messages",
        owner="person_id notice_id.person_id",
        columns=(
            "id notice_id notice_key person_id channel reason created_at sent_at read_at "
            "attempts next_attempt_at replied_at bounced_at"
        ),
        retention=keep_for(365, "read_at", "read messages"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), index=True)
    notice_key: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    channel: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(16), default="")
    """Why the person is notified: author, commenter, supporter, follower, staff or account."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the delivery ended; a failed one has an error as well."""
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When a reply by mail was posted; the address of the mail is used up then."""
    bounced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When a permanent failure was reported after the mail was sent; it counts once."""
    error: Mapped[str] = mapped_column(String(255), default="", info=personal(Category.TECHNICAL))


class NoticeSetting(Base):
    """Whether a person receives a topic or a kind by a channel, where it differs.

    A topic differs from the default, a kind from its topic.
    """

    __tablename__ = "notice_setting"
    personal_data = rows(
        "notice_settings", "Choices of notices", owner="person_id", columns="person_id"
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(
        String(24), primary_key=True, info=personal(Category.PREFERENCE)
    )
    """A topic, or a kind of notice, which has a full stop in its name."""
    channel: Mapped[str] = mapped_column(
        String(16), primary_key=True, info=personal(Category.PREFERENCE)
    )
    is_on: Mapped[bool] = mapped_column(info=personal(Category.PREFERENCE))


class DigestChoice(Base):
    """Whether and when a person receives the weekly mail; without a row the default applies."""

    __tablename__ = "digest_choice"
    personal_data = rows(
        "weekly_mail", "Choice of the weekly mail", owner="person_id", columns="person_id"
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    is_wanted: Mapped[bool] = mapped_column(info=personal(Category.PREFERENCE))
    weekday: Mapped[int] = mapped_column(info=personal(Category.PREFERENCE))
    """The ISO number of the day, 1 for Monday."""
    hour: Mapped[int] = mapped_column(info=personal(Category.PREFERENCE))
    joins_trial: Mapped[bool] = mapped_column(
        default=False, server_default=false(), info=personal(Category.PREFERENCE)
    )
    """The person agreed that one mail in twenty is left out by chance, to measure its effect."""


class DigestTrial(Base):
    """A week of a person who agreed to it: the weekly mail was sent, or left out by chance."""

    __tablename__ = "digest_trial"
    personal_data = rows(
        "weekly_mail_trial",
        "Weeks in the trial of the weekly mail",
        owner="person_id",
        columns="person_id week is_held_out assigned_at",
        retention=keep_for(365, "assigned_at", "weeks in the trial of the weekly mail"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    week: Mapped[str] = mapped_column(String(10), primary_key=True)
    """The ISO week, as it ends the key of a weekly mail."""
    is_held_out: Mapped[bool]
    assigned_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)


class NoticeEffects(Base):
    """What was measured of the effect of notices at one time; never updated."""

    __tablename__ = "notice_effects"
    personal_data = not_personal("id computed_at figures")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    figures: Mapped[dict[str, Any]] = mapped_column(Json)
    """Rounded figures as they are shown, without small cells."""


class PhoneNumber(Base):
    """A telephone number to which a person wants short texts."""

    __tablename__ = "phone_number"
    personal_data = rows(
        "telephone",
        "Telephone number",
        owner="person_id",
        columns="person_id confirmed_at failures",
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    number: Mapped[str] = mapped_column(String(16), info=personal(Category.CONTACT))
    """The international number (E.164)."""
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """None after several texts did not reach it: nothing is sent until it is confirmed again."""
    failures: Mapped[int] = mapped_column(default=0)


class PushSubscription(Base):
    """A browser on which a person switched notices on: its address and keys (RFC 8030, 8291)."""

    __tablename__ = "push_subscription"
    personal_data = rows(
        "push_subscriptions",
        "Devices with notices",
        owner="person_id",
        columns="id person_id added_at failures last_delivery_id",
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    endpoint: Mapped[str] = mapped_column(
        String(1000), unique=True, info=personal(Category.CONTACT)
    )
    """An address of the push service of the browser; who has it can send to the device."""
    public_key: Mapped[str] = mapped_column(
        String(100), info=personal(Category.CREDENTIAL, download=False)
    )
    secret: Mapped[str] = mapped_column(
        String(40), info=personal(Category.CREDENTIAL, download=False)
    )
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    failures: Mapped[int] = mapped_column(default=0)
    """Failed attempts since the last message that was taken."""
    last_delivery_id: Mapped[int] = mapped_column(BigId, default=0)
    """The newest delivery that the push service took; older ones are never sent again."""
    device_id: Mapped[str | None] = mapped_column(
        String(24), info=personal(Category.TECHNICAL, download=False)
    )
    """The public id of the signed-in device, with which it ends; None if it is unknown."""

    @property
    def service(self) -> str:
        """Return the host of the push service."""
        return urlsplit(self.endpoint).hostname or ""


class FailingAddress(Base):
    """An address that rejects mails; after several failures no mail is sent to it."""

    __tablename__ = "failing_address"
    personal_data = rows(
        "failing_address",
        "Address that rejects mails",
        owner="person_id",
        columns="person_id failures failed_at set_aside_at",
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    address: Mapped[str] = mapped_column(String(254), info=personal(Category.CONTACT))
    failures: Mapped[int]
    failed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_aside_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Webhook(VisibleText, Base):
    """An address of another system that receives public acts, one at a time, in log order."""

    __tablename__ = "webhook"
    subject_type = "webhook"
    personal_data = rows(
        "webhooks",
        "Addresses of other systems that you entered",
        owner="owner_id",
        columns=(
            "id owner_id url kinds process_id institution_id next_position added_at failures "
            "next_try_at paused_at removed_at old_secret_until"
        ),
        kept=OFFICIAL,
        hidden="secret old_secret",
    )
    visibility = ADMINISTRATORS
    readers = read_by(ADMINISTRATORS, "url")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    url: Mapped[str] = mapped_column(String(1000))
    kinds: Mapped[list[str]] = mapped_column(Json, default=list)
    """The kinds of acts that it receives; none: all public ones."""
    process_id: Mapped[int | None] = mapped_column(ForeignKey("process.id"))
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    """Encrypted, as the old one is."""
    old_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    old_secret_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Until then requests are signed with the old secret as well."""
    next_position: Mapped[int] = mapped_column(BigId)
    """Its cursor: every act below this position of the log was received or is not for it."""
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    failures: Mapped[int] = mapped_column(default=0)
    """Failed tries of the act at the cursor."""
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def host(self) -> str:
        """Return the host of the address."""
        return urlsplit(self.url).hostname or ""


class WebhookTry(Base):
    """An attempt to send an act to a webhook, kept for a month."""

    __tablename__ = "webhook_try"
    personal_data = not_personal(
        "id webhook_id position status error tried_at",
        retention=keep_for(30, "tried_at", "attempts to send acts to other systems"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"), index=True)
    position: Mapped[int] = mapped_column(BigId)
    status: Mapped[int | None] = mapped_column()
    """The status of the answer; None where there was none."""
    error: Mapped[str] = mapped_column(String(40), default="")
    """A code of what went wrong, empty where the act was received."""
    tried_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)


class IntakeChannel(VisibleText, Base):
    """A channel through which people take part: a kiosk, a messenger bot, software of an office."""

    __tablename__ = "intake_channel"
    subject_type = "intake_channel"
    personal_data = rows(
        "intake_channels",
        "Intake channels that you set up",
        owner="owner_id",
        columns="id owner_id name scopes hourly_limit issued_at revoked_at",
        kept=OFFICIAL,
        hidden="token_hash",
    )
    visibility = ADMINISTRATORS
    readers = read_by(PUBLIC, "name")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(60))
    """What people who link it read."""
    scopes: Mapped[list[str]] = mapped_column(Json, default=list)
    """What its token may enter."""
    hourly_limit: Mapped[int]
    """Requests of the token in an hour."""
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the token, which is random and shown once."""
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class IntakeLink(Base):
    """A person of an intake channel is a person here."""

    __tablename__ = "intake_link"
    __table_args__ = (UniqueConstraint("channel_id", "user_hash"),)
    subject_type = "intake_link"
    personal_data = rows(
        "intake_links",
        "Channels linked to your account",
        owner="person_id",
        columns="id channel_id person_id linked_at",
        hidden="user_hash",
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("intake_channel.id"))
    user_hash: Mapped[str] = mapped_column(String(64))
    """A keyed hash of the name or number that the channel knows the person by."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    channel: Mapped[IntakeChannel] = relationship()
    person: Mapped[Person] = relationship()
