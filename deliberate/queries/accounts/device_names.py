"""Readable names of the devices that an account is signed in on."""

import re

from flask_babel import gettext as _

BROWSERS = (
    ("SamsungBrowser/", "Samsung Internet"),
    ("UCBrowser/", "UC Browser"),
    ("OPR/", "Opera"),
    ("Opera Mini/", "Opera Mini"),
    ("EdgA?/|Edg/|EdgiOS/", "Edge"),
    ("FxiOS/|Firefox/", "Firefox"),
    ("CriOS/|Chromium/|Chrome/", "Chrome"),
    ("Version/.*Safari/", "Safari"),
)
"""Pattern and name; a browser also claims to be those after it."""
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X|Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def device_name(agent: str) -> str:
    """Return the browser and the system of a user agent, or what is known of them."""
    browser, system = _first_match(BROWSERS, agent), _first_match(SYSTEMS, agent)
    if browser and system:
        return str(_("%(browser)s on %(system)s", browser=browser, system=system))
    return browser or system or str(_("Unknown browser"))


def _first_match(patterns: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for pattern, name in patterns if re.search(pattern, agent)), "")
