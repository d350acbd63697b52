"""Pages made once for many signed-in residents: they equal a page of one's own, and hold nobody."""

import gzip
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Comment, Institution, Response
from deliberate.operations.moderation.decisions import hide_contribution
from deliberate.operations.moderation.sanctions import impose_sanction
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.responses.judgements import judge_response
from deliberate.operations.threads.comments import post_comment, rate_comment
from deliberate.views.proposals import common_pages
from deliberate.vocabulary import ModerationRule, Role, Stance
from tests import factories
from tests.client import signed_in_client, submit_form
from tests.site.serving.proposal_cases import EACH, answered, everything
from tests.statement_counter import record_queries

KEYS = re.compile(r'(name="(?:form_key|csrf_token)" value=")[^"]+')


def address_of(proposal, language="en", query=""):
    return f"/{language}/proposals/{proposal.id}-{proposal.slug}{query}"


def argue(proposal, body="Shade first.", author=None, parent=None):
    author = author or factories.create_resident()
    return post_comment(author, proposal, body, stance=Stance.FOR, parent=parent)


@pytest.fixture
def own_page(monkeypatch):
    """Return a function that returns the page made for one reader alone."""

    def read(client, address):
        with monkeypatch.context() as patch:
            patch.setattr(common_pages, "_may_be_common", lambda person: False)
            return KEYS.sub(r"\1", client.get(address).text)

    return read


def kept_variants(app):
    return [key[-1] for key in app.extensions["page_cache"]._pages if key[-1]]


@pytest.fixture
def proposal(app, clock):
    process = factories.create_process(factories.create_institution())
    proposal = factories.create_proposal(process)
    root = argue(proposal, "Trees cool the square.")
    argue(proposal, "They need water.", parent=root)
    return proposal


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("query", ["", "?order=newest", "?side=for", "?at={id}", "?all=1"])
def test_common_page_equals_the_page_made_for_its_reader(app, proposal, own_page, language, query):
    first, second = (signed_in_client(app, factories.create_resident()) for _ in range(2))
    comment = argue(proposal, "<b>Bold</b> & «quoted».")
    address = address_of(proposal, language, query.format(id=comment.id))
    first.get(address)
    assert KEYS.sub(r"\1", second.get(address).text) == own_page(second, address)
    assert kept_variants(app)


@pytest.mark.parametrize("case", [*EACH, everything])
def test_common_page_of_every_kind_of_proposal_equals_a_page_of_its_own(app, clock, own_page, case):
    office = factories.create_institution()
    proposal = factories.create_proposal(factories.create_process(office))
    case(proposal, factories.create_staff(office))
    clients = [signed_in_client(app, factories.create_resident()) for _ in range(2)]
    for client in clients:
        page = KEYS.sub(r"\1", client.get(address_of(proposal)).text)
        assert page == own_page(client, address_of(proposal))
    assert kept_variants(app)


def test_support_and_following_are_shown_to_whoever_gave_them(app, proposal, own_page):
    plain, supporter = factories.create_resident(), factories.create_resident()
    clients = [signed_in_client(app, person) for person in (plain, supporter)]
    support_proposal(supporter, proposal)
    submit_form(clients[1], address_of(proposal), f"/en/proposals/{proposal.id}/follow")
    assert "You follow this proposal" in clients[1].get(address_of(proposal)).text
    for client in (*clients, *clients):
        assert KEYS.sub(r"\1", client.get(address_of(proposal)).text) == own_page(
            client, address_of(proposal)
        )
    assert len(set(kept_variants(app))) == 2


def _writes(reader, proposal):
    argue(proposal, "My own word.", author=reader)


def _rates(reader, proposal):
    comment = db.session.scalars(select(Comment).where(Comment.proposal_id == proposal.id)).first()
    rate_comment(reader, comment, is_strong=True)


def _is_limited(reader, _proposal):
    moderator = factories.create_staff(role=Role.MODERATOR)
    impose_sanction(moderator, reader, ModerationRule.INSULT, 7, "Insults.")


def _judges(reader, proposal):
    answered(proposal, factories.create_staff(db.session.scalars(select(Institution)).one()))
    response = db.session.scalars(select(Response).order_by(Response.id.desc())).first()
    judge_response(reader, response, "no")


@pytest.mark.parametrize("act", [_writes, _rates, _is_limited, _judges])
def test_reader_with_something_of_their_own_gets_a_page_of_their_own(app, proposal, own_page, act):
    reader, other = factories.create_resident(), factories.create_resident()
    client, other_client = signed_in_client(app, reader), signed_in_client(app, other)
    act(reader, proposal)
    others = KEYS.sub(r"\1", other_client.get(address_of(proposal)).text)
    page = KEYS.sub(r"\1", client.get(address_of(proposal)).text)
    assert page == own_page(client, address_of(proposal))
    names = (reader.display_name, reader.draft_owner), (other.display_name, other.draft_owner)
    for mine, theirs in zip(*names, strict=True):
        page = page.replace(mine, theirs)
    assert page != others


def test_new_comment_since_the_visit_is_marked(app, proposal, clock, own_page):
    client = signed_in_client(app, factories.create_resident())
    client.get(address_of(proposal))
    clock.shift(timedelta(hours=1))
    argue(proposal, "Written meanwhile.")
    page = client.get(address_of(proposal)).text
    assert "1 new since your visit" in page
    assert KEYS.sub(r"\1", page) == own_page(client, address_of(proposal))


def test_hidden_comment_is_gone_with_the_act(app, proposal):
    client, comment = signed_in_client(app, factories.create_resident()), argue(proposal, "Gone.")
    assert "Gone." in client.get(address_of(proposal)).text
    moderator = factories.create_staff(role=Role.MODERATOR)
    hide_contribution(moderator, comment, ModerationRule.INSULT, "Insults a neighbour.")
    assert "Gone." not in client.get(address_of(proposal)).text


def test_kept_page_holds_no_name_owner_or_token_of_its_readers(app, proposal):
    people = [factories.create_resident(f"Canary {name}") for name in ("Ani", "Budi")]
    pages = [signed_in_client(app, person).get(address_of(proposal)).text for person in people]
    kept = b"".join(
        gzip.decompress(page.compressed) for page in app.extensions["page_cache"]._pages.values()
    ).decode()
    assert kept
    for person, page in zip(people, pages, strict=True):
        assert person.display_name in page and person.draft_owner in page
        values = re.findall(r'name="(?:form_key|csrf_token)" value="([^"]+)"', page)
        assert len(values) >= 4
        for secret in (person.display_name, person.draft_owner, *values):
            assert secret not in kept


def test_keys_of_forms_differ_and_are_accepted(app, proposal):
    client = signed_in_client(app, factories.create_resident())
    client.get(address_of(proposal))
    page = client.get(address_of(proposal)).text
    keys = re.findall(r'name="form_key" value="([^"]+)"', page)
    assert len(keys) == len(set(keys)) >= 2
    answer = submit_form(client, address_of(proposal), f"/en/proposals/{proposal.id}/support")
    assert answer.status_code == 303
    factories.reload(proposal)
    assert proposal.support_count == 1


def test_name_in_the_menu_is_escaped(app, proposal):
    person = factories.create_resident("<i>Ani</i>")
    assert "&lt;i&gt;Ani&lt;/i&gt;" in signed_in_client(app, person).get(address_of(proposal)).text


def test_kept_page_of_a_signed_in_reader_runs_at_most_seven_statements(app, proposal):
    first, second = (signed_in_client(app, factories.create_resident()) for _ in range(2))
    first.get(address_of(proposal))
    second.get(address_of(proposal))
    with record_queries(from_kept=True) as asked:
        second.get(address_of(proposal))
    assert len(asked) <= 7, asked


def test_common_page_is_never_stored_by_a_browser_or_proxy(app, proposal):
    client = signed_in_client(app, factories.create_resident())
    for _ in range(2):
        response = client.get(address_of(proposal))
        assert response.headers["Cache-Control"] == "private, no-store"
        assert "ETag" not in response.headers


def test_dates_that_pass_change_a_common_page(app, clock):
    process = factories.create_process(days=2)
    proposal = factories.create_proposal(process)
    client = signed_in_client(app, factories.create_resident())
    assert 'id="comment-form"' in client.get(address_of(proposal)).text
    clock.move_to(now() + timedelta(days=3))
    assert 'id="comment-form"' not in client.get(address_of(proposal)).text
