"""A real browser on every page with hostile words: no script of theirs runs, no rule is broken."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests import factories

pytestmark = pytest.mark.browser
WATCH = """
window.broken = [];
window.alert = window.confirm = window.prompt = words => window.broken.push('ran ' + words);
document.addEventListener('securitypolicyviolation',
  event => window.broken.push(event.violatedDirective + ' ' + event.blockedURI));
"""
EVERYBODYS = [
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
DESKS = {
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
    """A tab in which somebody of a role is signed in."""
    opened: dict[str, Any] = {}

    def open_tab(role: str) -> Any:
        if role not in opened:
            context = chromium.new_context(base_url=browser_site.server_url)
            context.add_init_script(WATCH)
            opened[role] = context.new_page()
            if role:
                opened[role].goto("/id/sign-in")
                opened[role].fill("[name=sign_in_name]", browser_site.names[role])
                opened[role].fill("[name=passphrase]", factories.PASSPHRASE)
                opened[role].click("main form button[type=submit]")
        return opened[role]

    yield open_tab
    for tab in opened.values():
        tab.context.close()


@pytest.mark.parametrize("role", ["", *DESKS])
def test_hostile_text_neither_runs_nor_violates_the_policy(open_tab_as, browser_site, role):
    tab, wrong, said = open_tab_as(role), {}, []
    tab.on("console", lambda message: said.append(message.text) if _is_bad(message) else None)
    tab.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    shown = 0
    for page in DESKS.get(role, EVERYBODYS):
        path = page.format(**browser_site.ids)
        assert tab.goto(path).status == 200, path
        tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        tab.evaluate(
            "document.querySelectorAll('main *').forEach(one => "
            "['mouseover', 'focus', 'error', 'load', 'toggle'].forEach("
            "kind => one.dispatchEvent(new Event(kind))))"
        )
        shown += "alert(" in tab.content()
        if broken := tab.evaluate("window.broken"):
            wrong[path] = broken
    assert (wrong, said) == ({}, []) and shown > 0


def _is_bad(message: Any) -> bool:
    return message.type == "error" or "Content Security Policy" in message.text


def test_browser_detects_scripts_that_run(open_tab_as):
    """The watch itself works: what a page of the house does with alert is seen."""
    tab = open_tab_as("")
    tab.goto("/id/help")
    tab.evaluate("alert(7)")
    tab.evaluate("document.body.append(Object.assign(new Image(), {src: '//evil.example/x.png'}))")
    tab.wait_for_function("window.broken.length > 1")
    assert [word.split()[0] for word in tab.evaluate("window.broken")][:1] == ["ran"]
