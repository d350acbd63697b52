"""Text by users: normalisation, safe HTML from Markdown, excerpts, slugs, names, differences."""

import hashlib
import re
import unicodedata
from collections.abc import MutableMapping
from difflib import SequenceMatcher
from email.errors import MessageError
from email.headerregistry import Address
from html import unescape
from html.parser import HTMLParser
from typing import NamedTuple

import nh3
from bleach.linkifier import LinkifyFilter
from bleach.sanitizer import Cleaner
from markdown_it import MarkdownIt

RENDERER = "md4-bleach6-3"
"""Version of the renderer, stored beside each body_html; 3 keeps single line breaks."""

MAX_INTEGER = 2_147_483_647
"""Largest number that both databases store in an integer column, such as an id."""

_TAGS = frozenset(  # h3 is the only heading, below the headings of the page
    ["p", "br", "strong", "em", "s", "ul", "ol", "li", "blockquote", "code", "pre", "a", "h3", "hr"]
)
_INLINE = re.compile(r"</?(?:strong|em|s|code|a)\b[^>]*>")
_PROTOCOLS = ("http", "https", "mailto")
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True}).enable(
    "strikethrough"
)
_INVISIBLE = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_JOINER = re.compile("[\u200c\u200d]+")
_VERTICAL = str.maketrans("\x0b\x0c", "  ")
_JOINED_SCRIPTS = ("ARABIC ", "SYRIAC ", "MONGOLIAN ", "NKO ", "MANDAIC ", "PHAGS-PA ")
_VIRAMA = 9
"""Combining class of the sign after which Indic scripts join consonants or keep them apart."""
_DIRECTION = re.compile(r"[\u202a-\u202e]")
"""Embeddings and overrides of direction: they reorder what follows, and isolates replace them."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

_LOOK_ALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухһԁӏкмтвԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧαεικνορτυχıøłđ01|",
    "ABESIJKMHOPCTYXaesijopcyxhdlkmtbqwABEZHIKMNOPTYXaeikvoptuxioldol" + "l",
)
"""Letters of other alphabets, and digits, that look like Latin letters in a name."""
_LETTERS = {
    **dict(zip("абвгдезийклмнопрстуфыэіїєґўј", "abvgdeziyklmnoprstufyeiiegwj", strict=True)),
    **dict(zip("αβγδεζηικλμνξοπρσςτυφω", "avgdeziiklmnxoprsstyfo", strict=True)),
    **dict(zip("ıøłđħŧŋĸ", "ioldhtnk", strict=True)),
}
_TRANSLITERATION = str.maketrans(
    _LETTERS
    | {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": ""}
    | {"ю": "yu", "я": "ya", "ё": "yo", "њ": "nj", "љ": "lj", "џ": "dzh", "ђ": "dj", "ћ": "c"}
    | {"θ": "th", "χ": "ch", "ψ": "ps", "ß": "ss", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
)
"""Latin letters for those of other alphabets, in lower case."""
_NAME_CATEGORIES = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd", "Zs"})
_NAME_PUNCTUATION = frozenset("'’`.-_&()/,")
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_SELECTORS = frozenset(map(chr, [0x034F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))
"""Marks without a form of their own: they choose the form of the sign before them."""
_SAFE = r"[^<>&\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]"
_ALREADY_SAFE = re.compile(rf"(?:<p>(?:{_SAFE}++|<br>)*+</p>|[ \t\n])*+")
_BEGINS_WITH_WORD = re.compile(r"\s*(?:<p>\s*)?[0-9A-Za-z]")
_EMAIL_ADDRESS = re.compile(
    r"(?=.{6,254}$)(?=[^@]{1,64}@)"
    r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9][a-z0-9-]{0,61}[a-z0-9]",
    re.ASCII | re.IGNORECASE,
)
"""RFC 5321 without quoted names, comments and addresses in brackets; ASCII only."""
_MAYBE_URL = re.compile(r"[\w-]\.[^\W\d_]")

Attributes = MutableMapping[tuple[str | None, str], str]


def _set_link_rel(attrs: Attributes, _new: bool = False) -> Attributes:
    attrs[(None, "rel")] = "nofollow ugc noopener"
    return attrs


class _Links(LinkifyFilter):
    """Turn bare URLs into links and set `rel` on every link."""

    def __init__(self, source: object) -> None:
        super().__init__(source, callbacks=[_set_link_rel], skip_tags=["pre", "code"])


_CLEANER = Cleaner(
    tags=_TAGS,
    attributes={"a": ["href", "rel"]},
    protocols=_PROTOCOLS,
    strip=True,
    strip_comments=True,
    filters=[_Links],
)


def drop_control_characters(text: str) -> str:
    """Return a text without control characters, except tabs and line ends, and surrogates.

    PostgreSQL stores no NUL, UTF-8 no surrogate, and the others have no use in a text.
    """
    return text if text.isprintable() else _CONTROL.sub("", text.translate(_VERTICAL))


def parse_whole_number(text: str, maximum: int = MAX_INTEGER) -> int | None:
    """Return a number written in the digits 0 to 9, None for any other text or a larger number."""
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(maximum)):
        return None
    number = int(text)
    return number if number <= maximum else None


def clean(text: str) -> str:
    """Return a text for storage: NFC, LF line ends, no control or overriding characters."""
    if text.isascii() and text.isprintable():
        return text.strip()
    printable = drop_control_characters(text.replace("\r\n", "\n").replace("\r", "\n"))
    return unicodedata.normalize("NFC", _DIRECTION.sub("", printable)).strip()


def clean_line(text: str) -> str:
    """Return a text as one line, without line breaks, invisible or bidirectional characters.

    Joiners stay where they change what is seen: in emoji, and in scripts whose letters join.
    """
    return " ".join(_drop_idle_joiners(_INVISIBLE.sub("", clean(text))).split())


def _drop_idle_joiners(text: str) -> str:
    if text.isascii():
        return text
    return _JOINER.sub(lambda found: _kept_joiner(text, found), text)


def _kept_joiner(text: str, found: re.Match[str]) -> str:
    """Return the first joiner of a run if it has a use between its neighbours, else nothing."""
    before, after = text[: found.start()][-1:], text[found.end() :][:1]
    if not before:
        return ""
    joins_emoji = found[0] == "\u200d" and _is_pictograph(before) and _is_pictograph(after)
    return found[0][0] if joins_emoji or _shapes_letters(before, after) else ""


def _shapes_letters(before: str, after: str) -> bool:
    """Return whether a joiner between two signs changes how letters are written."""
    if unicodedata.combining(before) == _VIRAMA:
        return True
    return bool(after) and _joins_letters(before) and _joins_letters(after)


def _is_pictograph(character: str) -> bool:
    """Return whether a character is an emoji, or a modifier of the one before it."""
    return bool(character) and (
        unicodedata.category(character) in {"So", "Sk"} or "\ufe00" <= character <= "\ufe0f"
    )


def _joins_letters(character: str) -> bool:
    return unicodedata.name(character, "").startswith(_JOINED_SCRIPTS)


def is_readable(html: str) -> bool:
    """Return whether HTML shows anything to read: a letter, a sign or a picture.

    Spaces of every kind, invisible characters, rules and links without words are nothing.
    """
    return bool(_BEGINS_WITH_WORD.match(html)) or has_visible_sign(to_plain(html))


def has_visible_sign(text: str) -> bool:
    """Return whether a text has a sign that is neither a space nor invisible."""
    return any(
        unicodedata.category(c)[0] not in "ZC" and c not in _BLANK_LETTERS and c not in _SELECTORS
        for c in text
    )


def isolate(text: str) -> str:
    """Return a line that leaves the order of a sentence around it as it is (UAX #9, isolates)."""
    has_other_direction = any(unicodedata.bidirectional(c) in {"R", "AL"} for c in text)
    return f"\u2068{text}\u2069" if has_other_direction else text


def to_html(markdown: str) -> str:
    """Return safe HTML of Markdown; it is stored with RENDERER when the text is written."""
    return sanitize_html(_MARKDOWN.render(markdown))


def sanitize_html(html: str) -> str:
    """Return HTML reduced to the allowed tags, with links marked as user content."""
    html = html.replace("<br />", "<br>")
    if _ALREADY_SAFE.fullmatch(html) and not _MAYBE_URL.search(html):
        return html.strip()  # the cleaner returns the same in fifty times the time
    with_h3 = re.sub(r"<(/?)h[1-6](?=[\s>/])", r"<\1h3", html, flags=re.IGNORECASE)
    cleaned: str = _CLEANER.clean(with_h3)
    return _clean_again(cleaned.strip())


def _clean_again(html: str) -> str:
    """Return HTML without what a second sanitizer refuses, should the first let it pass.

    bleach gets no more fixes. nh3 parses on its own, with the same tags and attributes.
    """
    return nh3.clean(
        html,
        tags=set(_TAGS),
        attributes={"a": {"href", "rel"}},
        url_schemes=set(_PROTOCOLS),
        link_rel=None,
    )


def to_plain(html: str) -> str:
    """Return the text of HTML without tags, as one line."""
    joined = _INLINE.sub("", html)  # no space before the full stop after a bold word
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", joined)).split())


_MARKUP = re.compile(r"^\s*(?:>|#{1,6}|[-*+])\s+|\*\*|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)", re.M)

_MARKS = re.compile(r"[>#*_+-]")
"""One of them is in whatever _MARKUP matches, which takes longer to look for."""


def without_markup(source: str) -> str:
    """Return a typed text without the marks of bold, italics, headings, quotes and lists."""
    unlinked = re.sub(r"\[([^\]]+)\]\([^)\s]+\)", r"\1", source)
    return _MARKUP.sub("", unlinked) if _MARKS.search(unlinked) else unlinked


def excerpt(plain: str, length: int = 160) -> str:
    """Return the beginning of a text, cut at a word, with an ellipsis if it was longer."""
    line = " ".join(plain.split())
    if len(line) <= length:
        return line
    return line[:length].rsplit(" ", 1)[0].rstrip(",.;:") + "…"


def to_slug(title: str) -> str:
    """Return a slug: ASCII, lower case, at most 60 characters, possibly empty.

    Cyrillic and Greek letters, and Latin ones without a plain form, are transliterated.
    """
    latin = unicodedata.normalize("NFKC", title).lower().translate(_TRANSLITERATION)
    ascii_only = unicodedata.normalize("NFKD", latin).translate(_TRANSLITERATION)
    ascii_only = ascii_only.encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", ascii_only.lower())
    slug = ""
    for word in words:
        if len(slug) + len(word) > 60:
            break
        slug = f"{slug}-{word}" if slug else word
    return slug


def to_file_name(title: str, kind: str) -> str:
    """Return the name under which a reader saves a file: its title, the extension of its kind."""
    return f"{to_slug(title) or 'file'}.{kind}"


def is_email_address(text: str) -> bool:
    """Return whether a mail can be addressed to a text: name@example.org and nothing around it.

    The library that composes mails parses it too, and must read the same address. It decodes
    "=?", with which an encoded word begins (RFC 2047), so such an address is refused.
    """
    if "=?" in text or not _EMAIL_ADDRESS.fullmatch(text):
        return False
    try:
        return Address(addr_spec=text).addr_spec == text
    except (MessageError, ValueError, IndexError):
        return False


def comparable_letters(text: str) -> str:
    """Return the letters and digits of a text in one case; all its signs if it has neither."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if c.isalnum()) or "".join(folded.split())


def name_key(name: str) -> str:
    """Return a key that is equal for names that look alike, whatever alphabet, case or accents.

    A capital I looks like a small l, a small i does not; so words in lower or upper case are
    capitalised first.
    """
    decomposed = unicodedata.normalize("NFKD", clean_line(name))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_LOOK_ALIKES)
    letters = "".join(c for c in plain if c.isalnum() or c == " ")
    words = (w.capitalize() if w.islower() or w.isupper() else w for w in letters.split())
    return "".join(words).replace("I", "l").casefold()


def localized_text(language: str, text: str | None, text_en: str | None) -> str:
    """Return the English text to readers of English where there is one, else the other."""
    return (text_en if language == "en" else "") or text or ""


def is_plain_name(name: str) -> bool:
    """Return whether a name has only visible letters of one alphabet, digits and punctuation."""
    if not all(map(_is_plain_sign, name)):
        return False
    alphabets = {unicodedata.name(c, "?").split()[0] for c in name if c.isalpha()}
    has_stacked_marks = "^^^" in "".join("^" if unicodedata.combining(c) else "." for c in name)
    return len(alphabets) == 1 and not has_stacked_marks


def _is_plain_sign(sign: str) -> bool:
    return sign in _NAME_PUNCTUATION or (
        unicodedata.category(sign) in _NAME_CATEGORIES and sign not in _BLANK_LETTERS
    )


def word_diff(before: str, after: str) -> list[tuple[str, str]]:
    """Return the difference of two lines by words, as pairs (same, added or removed; text)."""
    return _diff_words(*([_Word(w) for w in re.findall(r"\S+\s*", t)] for t in (before, after)))


def markdown_diff(before: str, after: str) -> list[tuple[str, str]]:
    """Return the difference of two Markdown texts by the words that readers see.

    No mark is a word: a text that differs in its marks alone is the same. The address of a link
    follows its words where it is new, gone or another one; in a text that is the same it is left
    out.
    """
    return _diff_words(*(_WordReader.read(to_html(text)) for text in (before, after)))


class _Word(NamedTuple):
    """A word with the space after it, and the address of the link that ends with it."""

    text: str
    address: str = ""

    @property
    def with_address(self) -> str:
        """Return the word, followed by the address of its link."""
        if not self.address:
            return self.text
        word = self.text.rstrip()
        return f"{word} ({self.address}){self.text[len(word) :]}"


class _WordReader(HTMLParser):
    """Collect the text of HTML and where its links end; blocks and items of lists begin a line."""

    def __init__(self) -> None:
        super().__init__()
        self._text, self._address = "", ""
        self._addresses: dict[int, str] = {}

    @classmethod
    def read(cls, html: str) -> list[_Word]:
        """Return the words of HTML; one that is marked in part is one word."""
        reader = cls()
        reader.feed(html)
        reader.close()
        return [
            _Word(match[0], reader._address_in(match.start(), match.start(1)))
            for match in re.finditer(r"\S+(\s*)", reader._text)
        ]

    def _address_in(self, start: int, end: int) -> str:
        return next((a for at, a in self._addresses.items() if start < at <= end), "")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line, or remember the address of a link."""
        if tag == "a":
            self._address = dict(attrs).get("href") or ""
        elif tag in _BLOCKS:
            self._end_line()
        if tag == "li":
            self._text += "• "

    def handle_endtag(self, tag: str) -> None:
        """End a line, or note where a link ends whose words are not its address."""
        if tag in _BLOCKS:
            self._end_line()
        elif tag == "a" and not self._text.endswith(self._address):
            self._addresses[len(self._text.rstrip())] = self._address

    def handle_data(self, data: str) -> None:
        """Add text, without the space between the tags of blocks."""
        begins_line = not self._text or self._text.endswith(("\n", "• "))
        self._text += data.lstrip() if begins_line else data

    def _end_line(self) -> None:
        if self._text and not self._text.endswith(("\n", "• ")):
            self._text += "\n"


_BLOCKS = frozenset({"p", "li", "ul", "ol", "h3", "blockquote", "br", "pre", "hr"})


def _diff_words(old: list[_Word], new: list[_Word]) -> list[tuple[str, str]]:
    parts: list[tuple[str, str]] = []
    for op, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        if op == "equal":
            parts.append(("same", "".join(word.text for word in old[a:b])))
            continue
        parts.append(("removed", "".join(word.with_address for word in old[a:b])))
        parts.append(("added", "".join(word.with_address for word in new[c:d])))
    return [part for part in parts if part[1]]


def topic_id(topic: str) -> int:
    """Return the number by which people follow a topic, the same for every spelling of case."""
    digest = hashlib.sha256(name_key(topic).encode()).digest()
    return int.from_bytes(digest[:6])
