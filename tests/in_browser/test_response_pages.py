"""Test official responses from queue to publication, with and without JavaScript."""

from urllib.parse import urlsplit

import pytest

from deliberate.database import db
from deliberate.operations.accounts.devices import create_device
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.responses.responses import list_response_cards
from deliberate.vocabulary import Stance
from tests import factories
from tests.in_browser.navigation import follow
from tests.live_server import run_server, session_cookie

pytestmark = pytest.mark.browser


def create_session_cookie(app, server_url, person):
    """Return the session cookie of a person for a browser context."""
    value = session_cookie(app, create_device(person, "phone"))
    return {
        "name": "session",
        "value": value,
        "domain": urlsplit(server_url).hostname,
        "path": "/",
    }


@pytest.fixture
def server_url(app):
    """Serve the application and return its URL."""
    with run_server(app) as url:
        yield url


@pytest.fixture(params=["script", "no script"])
def page_as(request, app, chromium, server_url):
    """Return a function that opens a phone-sized page signed in as a person."""
    contexts = []

    def open_page(person):
        context = chromium.new_context(
            viewport={"width": 390, "height": 844},
            java_script_enabled=request.param == "script",
            base_url=server_url,
        )
        context.add_cookies([create_session_cookie(app, server_url, person)])
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def institution(app):
    return factories.create_institution("sarpras")


@pytest.fixture
def proposal(institution):
    """Return a proposal that is owed a response and has one argument."""
    proposal = factories.create_qualified_proposal(institution)
    comment_operations.post_comment(
        factories.create_resident(), proposal, "Terlalu mahal.", stance=Stance.AGAINST
    )
    return proposal


def test_officer_responds_from_the_queue_and_a_resident_rates_it(page_as, institution, proposal):
    desk = page_as(factories.create_staff(institution))
    desk.goto("/en/desk")
    follow(desk, f"text={proposal.title}")
    follow(desk, "text=Take the case")
    follow(desk, "text=Write the response")
    desk.click("label:has-text('Accepted in part') >> nth=0")
    desk.fill("[name=headline]", "Sebagian: 40 halte")
    desk.fill("[name=body]", "Sisanya tahun depan.")
    desk.click("label:has-text('Budget')")
    desk.fill("[name='points-0-text']", "Bangku di halte")
    follow(desk, "text=Add a point")
    desk.fill("[name='points-1-text']", "Atap")
    desk.fill("[name='commitments-0-what']", "Bangku terpasang")
    desk.fill("[name='commitments-0-due']", "2036-01-30")
    desk.select_option("select[name^=answer_]", "1")
    follow(desk, "text=Check before publishing")
    assert "It answers 1 argument." in desk.inner_text("main")
    follow(desk, "text=Publish and notify")
    assert "The response is public" in desk.inner_text("main")

    resident = page_as(factories.create_resident())
    resident.goto(f"/id/responses/{proposal.id}")
    assert "Sebagian: 40 halte" in resident.inner_text("#response")
    follow(resident, "#response button:has-text('Sebagian')")
    db.session.rollback()
    (card,) = list_response_cards(proposal.id)
    assert card.response.counts("answers") == {"yes": 0, "partly": 1, "no": 0}
    assert card.response.points[0]["answers"] and len(card.response.points) == 2


def test_invalid_response_form_is_reported_and_stays_filled_in(page_as, institution, proposal):
    desk = page_as(factories.create_staff(institution))
    desk.goto(f"/en/desk/proposals/{proposal.id}/response")
    desk.click("label:has-text('Not accepted') >> nth=0")
    desk.fill("[name=headline]", "Tidak")
    follow(desk, "text=Check before publishing")
    assert desk.title().startswith("Error:")
    assert "A refusal needs a ground" in desk.inner_text("#errors")
    assert desk.input_value("[name=headline]") == "Tidak"


PAGES = (
    "/responses",
    "/responses/{n}",
    "/institutions/sarpras",
    "/desk",
    "/desk/proposals/{n}",
    "/desk/proposals/{n}/response",
    "/desk/questions",
    "/desk/commitments",
    "/desk/templates",
    "/desk/answers",
    "/desk/month",
    "/account/messages",
)


@pytest.mark.parametrize("language", ["id", "en"])
def test_axe_finds_no_fault_on_response_pages(
    app, chromium, server_url, institution, proposal, findings, language
):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=server_url)
    context.add_cookies(
        [create_session_cookie(app, server_url, factories.create_staff(institution))]
    )
    page = context.new_page()
    for path in PAGES:
        page.goto(f"/{language}{path.format(n=proposal.id)}")
        assert findings(page) == [], path
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, path
    context.close()
