"""Processes, their phases, and the institutions that respond."""

from deliberate import vocabulary
from deliberate.api.fields import Field, PublicRow, Reading, computed, stored
from deliberate.api.resources.resource import ID, TECHNICAL, Resource


def _in_language(name: str, meaning: str, example: str | None = None) -> Field:
    """Return a text field of a process, in the language of the request."""
    return stored(
        name,
        "string",
        f"{meaning}, in the language of the request where it is translated",
        example,
        value=lambda process, reading: process.text_in(name, reading.language),
        columns=(name, f"{name}_en"),
    )


def _name_in_language(row: PublicRow, reading: Reading) -> str:
    name: str = row.name_in(reading.language)
    return name


_PART = (
    computed("institution_id", "integer", "the institution", lambda part, _reading: part["id"], 2),
    computed(
        "part",
        "string",
        "its part in the process",
        lambda part, _reading: part["part"],
        "lead",
        codes=("lead", "consulted", "must_sign"),
    ),
)


_TOPIC = (
    computed("name", "string", "Indonesian name", lambda names, _reading: names[0], "Jalan kaki"),
    computed("name_en", "string", "English name", lambda names, _reading: names[1], "Walking"),
)


def _topics(process: PublicRow, reading: Reading) -> object:
    return [{one.name: one.read(names, reading) for one in _TOPIC} for names in process.topics]


def _parts(process: PublicRow, _reading: Reading) -> object:
    return [
        {"institution_id": part.institution_id, "part": part.part} for part in process.institutions
    ]


PROCESSES = Resource(
    name="processes",
    one="a participation process",
    model="Process",
    fields=(
        ID,
        computed(
            "url",
            "uri",
            "its page",
            lambda process, reading: (
                f"{reading.base_url}/{reading.language}/processes/{process.slug}"
            ),
        ),
        stored("slug", "string", "its name in addresses", "transportasi-kipp"),
        _in_language("title", "title"),
        _in_language("question", "the question put to residents"),
        _in_language("decides", "who decides, and by what"),
        _in_language("open_points", "what residents can influence"),
        _in_language("fixed_points", "what is decided already"),
        stored("timezone", "string", "time zone of its dates (IANA)", "Asia/Makassar"),
        stored("calendar", "string", "country, or part of one, whose holidays apply", "ID"),
        stored("support_threshold", "integer", "supports at which a response is owed", 100),
        stored("response_days", "integer", "working days within which it is owed", 20),
        stored("opened_at", "datetime", "when it was opened"),
        stored("closed_at", "datetime", "when it was closed"),
        stored("source", "string", "platform that it was imported from"),
        stored("days_off", "json", "further non-working days: date and name", {}),
        Field("topics", "array", "topics of its proposals", _topics, ("topics",), items=_TOPIC),
        stored("areas", "array", "areas of its proposals", []),
        stored("allows_other", "boolean", "whether other topics and areas may be named"),
        computed("institutions", "array", "institutions that take part", _parts, items=_PART),
    ),
    left_out={"salt": TECHNICAL, "began_on": "of cases alone, which are no processes"},
)

PHASES = Resource(
    name="phases",
    one="a phase of a process, with its dates and what it permits",
    model="Phase",
    fields=(
        ID,
        stored("process_id", "integer", "process of the phase", 1),
        computed(
            "key", "string", "its name in the process", lambda phase, _reading: phase.key, "ideas"
        ),
        stored("kind", "string", "kind of the phase", "ideas", codes=tuple(vocabulary.PhaseKind)),
        stored("number", "integer", "counts the phases of a kind in a process", 1),
        stored(
            "name",
            "string",
            "its own name, in the language of the request; empty: that of its kind",
            value=lambda phase, reading: phase.own_name(reading.language),
            columns=("name", "name_en"),
        ),
        stored("opens_at", "datetime", "when it opens"),
        stored("closes_at", "datetime", "when it closes"),
        stored(
            "switches",
            "array",
            "what it permits: " + ", ".join(vocabulary.PhaseSwitch),
            ["propose", "support"],
        ),
    ),
    left_out={},
)

INSTITUTIONS = Resource(
    name="institutions",
    one="an institution that responds to proposals",
    model="Institution",
    fields=(
        ID,
        computed(
            "url",
            "uri",
            "its page",
            lambda row, reading: f"{reading.base_url}/{reading.language}/institutions/{row.slug}",
        ),
        stored("slug", "string", "its name in addresses", "deputi-transportasi"),
        stored(
            "name",
            "string",
            "its name, in the language of the request",
            value=_name_in_language,
            columns=("name", "name_en"),
        ),
        stored("is_coordinator", "boolean", "whether it decides referrals that none accepts"),
    ),
    left_out={"needs_check": "a rule of work inside the office"},
)
