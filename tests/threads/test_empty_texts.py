"""Texts that render to nothing to read are refused, whatever they are made of."""

import pytest

from deliberate.database import db
from deliberate.forms import multi_line, single_line
from deliberate.models import Comment
from tests import factories
from tests.client import signed_in_client, submit_form


@pytest.mark.parametrize("typed", ["\u200b\u200b", "\u2800", "***", "[](https://a.id)", "\u3164"])
def test_argument_with_nothing_to_read_is_refused_at_its_field(app, typed):
    proposal = factories.create_proposal()
    client = signed_in_client(app, factories.create_resident())
    page, target = f"/en/proposals/{proposal.id}-{proposal.slug}", f"/en/proposals/{proposal.id}"
    response = submit_form(client, page, f"{target}/arguments", stance="for", body=typed)
    assert response.status_code == 422 and 'aria-invalid="true"' in response.text
    assert db.session.query(Comment).count() == 0


@pytest.mark.parametrize("typed", ["Ya", "👍", "[a](https://a.id)", "**1**", "道"])
def test_text_with_a_sign_is_kept(typed):
    assert multi_line(typed) == typed


def test_line_of_invisible_signs_is_empty():
    assert (single_line("\u00ad\u3164"), single_line("Jalan")) == ("", "Jalan")
