"""What people write: cleaned, turned into safe HTML once, cut to a line, made into an address."""

import re
import unicodedata
from collections.abc import MutableMapping
from difflib import SequenceMatcher
from html import unescape

from bleach.linkifier import LinkifyFilter
from bleach.sanitizer import Cleaner
from markdown_it import MarkdownIt

RENDERER = "md4-bleach6-1"
"""Name of the renderer that made a stored body_html, kept beside it."""

_TAGS = frozenset(  # headings stay below the page's own
    ["p", "br", "strong", "em", "s", "ul", "ol", "li", "blockquote", "code", "pre", "a", "h3", "hr"]
)
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("strikethrough")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

_LOOK_ALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухһԁӏкмтвԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧαεικνορτυχıøłđ01|",
    "ABESIJKMHOPCTYXaesijopcyxhdlkmtbqwABEZHIKMNOPTYXaeikvoptuxioldol" + "l",
)
"""Letters of other alphabets, and digits, that are read as Latin letters in a name."""
_IN_A_NAME = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd", "Zs"})
_MARKS_IN_A_NAME = frozenset("'’`.-_&()/,")
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_SAFE = r"[^<>&\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]"
_NOTHING_TO_DO = re.compile(rf"(?:<p>(?:{_SAFE}|<br>)*</p>|[ \t\n])*")
_MAYBE_ADDRESS = re.compile(r"[\w-]\.[^\W\d_]")

Attributes = MutableMapping[tuple[str | None, str], str]


def _distrust(attrs: Attributes, _new: bool = False) -> Attributes:
    attrs[(None, "rel")] = "nofollow ugc noopener"
    return attrs


class _Links(LinkifyFilter):
    """Makes bare addresses links and distrusts every link."""

    def __init__(self, source: object) -> None:
        super().__init__(source, callbacks=[_distrust], skip_tags=["pre", "code"])


_CLEANER = Cleaner(
    tags=_TAGS,
    attributes={"a": ["href", "rel"]},
    protocols=["http", "https", "mailto"],
    strip=True,
    strip_comments=True,
    filters=[_Links],
)


def clean(written: str) -> str:
    """The text as it is kept: composed, plain line ends, no control characters, no surrogates."""
    if written.isascii() and written.isprintable():
        return written.strip()
    text = _CONTROL.sub("", written.replace("\r\n", "\n").replace("\r", "\n"))
    return unicodedata.normalize("NFC", text).strip()


def clean_line(written: str) -> str:
    """One line of plain words (a name, a title): no line breaks, no invisible or turning marks."""
    return " ".join(_INVISIBLE.sub("", clean(written)).split())


def to_html(written: str) -> str:
    """Safe HTML of Markdown: made once at writing and stored with RENDERER."""
    return sanitise(_MARKDOWN.render(written))


def sanitise(html: str) -> str:
    """Foreign HTML (imports) or our own, reduced to the few tags people's text may have."""
    html = html.replace("<br />", "<br>")
    if _NOTHING_TO_DO.fullmatch(html) and not _MAYBE_ADDRESS.search(html):
        return html.strip()  # what the cleaner would give, at a fiftieth of its time
    lowered = re.sub(r"<(/?)h[1-6](?=[\s>/])", r"<\1h3", html, flags=re.IGNORECASE)
    cleaned: str = _CLEANER.clean(lowered)
    return cleaned.strip()


def to_plain(html: str) -> str:
    """The words of stored HTML, without tags, as one line."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def excerpt(plain: str, length: int = 160) -> str:
    """The beginning of a text, cut at a word, with an ellipsis where something was left out."""
    line = " ".join(plain.split())
    if len(line) <= length:
        return line
    return line[:length].rsplit(" ", 1)[0].rstrip(",.;:") + "…"


def to_slug(title: str) -> str:
    """The readable tail of an address: ASCII, lower case, at most 60 characters; may be empty."""
    ascii_only = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", ascii_only.lower())
    slug = ""
    for word in words:
        if len(slug) + len(word) > 60:
            break
        slug = f"{slug}-{word}" if slug else word
    return slug


def name_key(name: str) -> str:
    """What two names that look alike have in common: alphabet, case, accents and marks aside.

    A capital I and a small l look the same, a small i does not: so words written all small or all
    large are first written like a name.
    """
    apart = unicodedata.normalize("NFKD", clean_line(name))
    plain = "".join(c for c in apart if not unicodedata.combining(c)).translate(_LOOK_ALIKES)
    letters = "".join(c for c in plain if c.isalnum() or c == " ")
    words = (w.capitalize() if w.islower() or w.isupper() else w for w in letters.split())
    return "".join(words).replace("I", "l").casefold()


def is_plain_name(name: str) -> bool:
    """Whether a name is letters of one alphabet, digits and the usual marks, all visible."""
    if not all(
        c in _MARKS_IN_A_NAME or (unicodedata.category(c) in _IN_A_NAME and c not in _BLANK_LETTERS)
        for c in name
    ):
        return False
    alphabets = {unicodedata.name(c, "?").split()[0] for c in name if c.isalpha()}
    heaped = "^^^" in "".join("^" if unicodedata.combining(c) else "." for c in name)
    return len(alphabets) == 1 and not heaped


def difference(before: str, after: str) -> list[tuple[str, str]]:
    """Two versions in one text, word by word: pairs of same, added or removed, and the words."""
    old, new = re.findall(r"\S+\s*", before), re.findall(r"\S+\s*", after)
    parts: list[tuple[str, str]] = []
    for _op, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        if old[a:b] == new[c:d]:
            parts.append(("same", "".join(old[a:b])))
            continue
        parts += [("removed", "".join(old[a:b])), ("added", "".join(new[c:d]))]
    return [part for part in parts if part[1]]
