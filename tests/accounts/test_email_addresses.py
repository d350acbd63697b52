"""E-mail addresses: whatever is typed, joining is answered and mails can be sent."""

import math
import os
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from deliberate.database import db
from deliberate.models import Delivery
from deliberate.notifications.delivery import send_due
from deliberate.notifications.fanout import fan_out
from deliberate.operations.accounts.email_addresses import change_email
from deliberate.operations.accounts.registration import join
from deliberate.permissions.decision import Refused
from deliberate.text import is_email_address
from tests import factories
from tests.client import anonymous_client
from tests.factories import PASSPHRASE
from tests.notices.mail_server import running_mail_server
from tests.notices.test_delivery import mailer

INVALID = [
    "=?utf-8?q??=@b.org",
    "=?@b.org",
    "a..b@c.org",
    ".a@c.org",
    "a.@c.org",
    "a@c..org",
    "a@.c.org",
    "a@c.org.",
    "a@-c.org",
    "a@c",
    "a@[127.0.0.1]",
    "a b@c.org",
    "a@b@c.org",
    '"a"@c.org',
    "a(b)@c.org",
    "ä@c.org",
    "x" * 65 + "@c.org",
]
HIDDEN = ["a\u202e@c.org", "a\u200b@c.org", "a@c\u2066.org"]
"""Addresses with bidirectional and invisible characters; requests have no control characters."""
PARTS = st.one_of(
    st.sampled_from(["=?", "?=", "=?utf-8?q?", "utf-8", "?b?", "@c.org", "ö.org", "xn--", "字"]),
    st.sampled_from("..@@ab-_+'`{|}~=?%/&()<>[],;:\\\" \t\r\n\x00\x1b\u202e\u2066\ufeffä"),
    st.just("x" * 64),
)
ADDRESSES = st.one_of(
    st.lists(PARTS, min_size=1, max_size=9).map("".join),
    st.lists(PARTS, max_size=4).map(lambda parts: "".join(parts) + "@b.org"),
    st.text(max_size=40).map(lambda text: text + "@b.org"),
    st.emails(),
)
EXAMPLES = int(os.environ.get("FUZZED_ADDRESSES", "2000"))
JOINING_EXAMPLES = EXAMPLES // 10
"""Joining renders a page and hashes a passphrase: as long as ten of the other examples."""
PHASES = (Phase.explicit, Phase.generate)
"""Without shrinking, which may take minutes."""


@pytest.mark.parametrize("address", INVALID)
def test_address_without_a_plain_mailbox_is_refused_by_form_and_operation(app, address):
    assert not is_email_address(address)
    with pytest.raises(Refused):
        join("dwi", "Dwi Hartati", PASSPHRASE, email=address)
    with pytest.raises(Refused):
        change_email(factories.create_resident(), address)
    response = post_join(app, "dwi", address)
    assert response.status_code == 422
    assert "An e-mail address looks like name@example.org." in response.text


@pytest.mark.parametrize("address", HIDDEN)
def test_address_with_hidden_characters_is_refused_with_words_at_the_field(app, address):
    response = post_join(app, "dwi", address)
    assert response.status_code == 422
    assert "There are hidden characters in this address." in response.text


@pytest.mark.parametrize(
    "address", ["a@b.org", "a.b+c@d-e.example.org", "o'neil@b.co", "A_1@xn--bcher-kva.example"]
)
def test_usual_address_is_accepted_by_joining(app, address):
    assert post_join(app, "dwi", address).status_code == 303


def post_join(app, name, address):
    data = {"sign_in_name": name, "display_name": f"Dwi {name}", "passphrase": PASSPHRASE}
    return anonymous_client(app).post("/en/join", data={**data, "terms": "y", "email": address})


def test_joining_with_any_address_is_answered_and_sending_never_raises(
    make_sqlite_app, monkeypatch
):
    app, names = make_sqlite_app(), count(1)
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", False)

    @settings(
        max_examples=JOINING_EXAMPLES,
        database=None,
        phases=PHASES,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(ADDRESSES)
    def check(address):
        response = post_join(app, f"dwi{next(names)}", address)
        assert response.status_code in {303, 422}, address

    with app.app_context():
        check()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("deliberate.notifications.channels.mail.is_mail_configured", lambda: True)
            fan_out()
            # A busy machine may need longer for so many mails than one run of the job may last.
            patch.setattr("deliberate.notifications.delivery.MAX_SEND_SECONDS", math.inf)
            with running_mail_server([]) as server:
                sent = send_due(mailer(server, timeout=5))
        deliveries = db.session.query(Delivery).filter_by(channel="mail").all()
        assert sent == len(deliveries) > 0
        assert not [row.error for row in deliveries if row.error]


@settings(max_examples=EXAMPLES, database=None, phases=PHASES)
@given(ADDRESSES)
def test_accepted_address_is_the_one_that_a_mail_is_written_to(address):
    if is_email_address(address):
        mail = EmailMessage(policy=SMTP)
        mail["To"] = Address(addr_spec=address)
        (recipient,) = mail["To"].addresses
        assert recipient.addr_spec == address and not mail["To"].defects
        parsed = message_from_bytes(bytes(mail), policy=SMTP)["To"].addresses
        assert [recipient.addr_spec for recipient in parsed] == [address]
