"""Test pages with hostile text in a real browser: no script runs, no policy is violated."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests import factories
from tests.in_browser.navigation import follow

pytestmark = pytest.mark.browser
WATCH = """
window.violations = [];
window.alert = window.confirm = window.prompt = text => window.violations.push('ran ' + text);
document.addEventListener('securitypolicyviolation',
  event => window.violations.push(event.violatedDirective + ' ' + event.blockedURI));
"""
PUBLIC_PAGES = [
    "/id/processes/proses",
    "/en/processes/proses",
    "/id/proposals/{proposal}",
    "/id/proposals/{answered}",
    "/id/proposals/{proposal}/changes",
    "/id/proposals",
    "/id/responses/{answered}",
    "/id/polls/{poll}",
    "/id/polls",
    "/id/institutions/kantor",
    "/id/rules",
    "/en/rules",
    "/id/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
    "/id/search?q=alert",
    "/id/log?check=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
    "/id/",
]
ROLE_PAGES = {
    "resident": [
        "/id/proposals/drafts/{own_draft}/check",
        "/id/account",
        "/id/polls/{poll}/ballot",
    ],
    "staff": [
        "/id/desk",
        "/id/desk/proposals/{waiting}",
        "/id/desk/templates",
        "/id/desk/questions",
    ],
    "moderator": ["/id/desk/moderation", "/id/desk/moderation/comment/{hidden}"],
    "admin": [
        "/id/desk/processes/proses",
        "/id/desk/processes/proses/check",
        "/id/desk/processes/proses/days",
        "/id/desk/institutions",
        "/id/desk/people",
        "/id/desk/rules",
    ],
}


@pytest.fixture(scope="module")
def open_tab_as(chromium: Any, browser_site: Any) -> Iterator[Any]:
    """Return a function that opens a tab signed in with a role."""
    tabs: dict[str, Any] = {}

    def open_tab(role: str) -> Any:
        if role not in tabs:
            context = chromium.new_context(base_url=browser_site.server_url)
            context.add_init_script(WATCH)
            tabs[role] = context.new_page()
            if role:
                tabs[role].goto("/id/sign-in")
                tabs[role].fill("[name=sign_in_name]", browser_site.names[role])
                tabs[role].fill("[name=passphrase]", factories.PASSPHRASE)
                follow(tabs[role], "main form button[type=submit]")
        return tabs[role]

    yield open_tab
    for tab in tabs.values():
        tab.context.close()


@pytest.mark.parametrize("role", ["", *ROLE_PAGES])
def test_hostile_text_neither_runs_nor_violates_the_policy(open_tab_as, browser_site, role):
    tab, violations, messages = open_tab_as(role), {}, []
    tab.on("console", lambda message: messages.append(message.text) if _is_bad(message) else None)
    tab.on("dialog", lambda dialog: (messages.append(dialog.message), dialog.dismiss()))
    pages_with_payloads = 0
    for page in ROLE_PAGES.get(role, PUBLIC_PAGES):
        path = page.format(**browser_site.ids)
        assert tab.goto(path).status == 200, path
        tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        tab.evaluate(
            "document.querySelectorAll('main *').forEach(element => "
            "['mouseover', 'focus', 'error', 'load', 'toggle'].forEach("
            "kind => element.dispatchEvent(new Event(kind))))"
        )
        pages_with_payloads += "alert(" in tab.content()
        if page_violations := tab.evaluate("window.violations"):
            violations[path] = page_violations
    assert (violations, messages) == ({}, []) and pages_with_payloads > 0


def _is_bad(message: Any) -> bool:
    return message.type == "error" or "Content Security Policy" in message.text


def test_browser_detects_scripts_that_run(open_tab_as):
    """Check that the init script reports scripts and policy violations."""
    tab = open_tab_as("")
    tab.goto("/id/help")
    tab.evaluate("alert(7)")
    tab.evaluate("document.body.append(Object.assign(new Image(), {src: '//evil.example/x.png'}))")
    tab.wait_for_function("window.violations.length > 1")
    assert [violation.split()[0] for violation in tab.evaluate("window.violations")][:1] == ["ran"]
