"""Write the parts of the documentation that are made from the code.

    python docs/generate.py             write them
    python docs/generate.py --check     report outdated files, write nothing
    python docs/generate.py --modules   print the modules of the API reference

A generated part is between the comments `<!-- generated: NAME -->` and `<!-- end -->` of a page.
"""

import ast
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from babel.messages.pofile import read_po

from deliberate.citivoice import load_formulas
from deliberate.citivoice.reduction.graph import SCOPES, Step, reduction_graph
from deliberate.config import PREFIX, Settings
from deliberate.config.descriptions import TEXTS, as_text
from deliberate.database import Base, TransientBase
from deliberate.database.personal_data import TableMarks
from deliberate.database.personal_rows import Model, list_models, marked_columns
from deliberate.exports.columns import (
    FACTS,
    FILES,
    column_meaning,
    fact_meaning,
    facts_columns,
)
from deliberate.keys import PURPOSES
from deliberate.models import Interaction
from deliberate.notifications.registry import REGISTRY
from deliberate.operations.accounts.retention import list_retention_rules
from deliberate.vocabulary.events import EVENT_TYPES

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "deliberate"
DOCS = ROOT / "docs"
SUBJECTS = {
    "accounts": (
        "akun",
        "joining, sign-in, sessions, recovery, second factor, verification, profile, deletion",
    ),
    "processes": ("proses", "processes, phases, calendar, set-up, home page"),
    "proposals": (
        "usulan",
        "drafts, versions, summaries, merging, supports, follows, attachments",
    ),
    "threads": ("diskusi", "comments, ratings, orders, reading position, open questions"),
    "polls": ("jajak pendapat", "polls, ballots, tallies, statements"),
    "documents": ("dokumen", "consultation on a draft text: versions, units, amendments"),
    "meetings": ("pertemuan", "meetings, minutes, attendance"),
    "responses": (
        "tanggapan",
        "cases, deadlines, referrals, official responses, commitments, desk, institutions",
    ),
    "moderation": ("moderasi", "reports, decisions, appeals, holds, sanctions, rules"),
    "scores": ("rapor partisipasi", "scoreboard, assessments, coding, comparison"),
    "releases": ("data riset", "research releases, data access requests"),
    "notices": ("pemberitahuan", "messages, preferences, feeds"),
    "search": ("pencarian", "search index, queries, similar proposals"),
    "log": ("catatan", "public log, receipts, proofs"),
    "site": (
        "situs",
        "request hooks, response headers, errors, health, metrics, languages, rate limits",
    ),
}
"""The Indonesian term of each subject and what belongs to it; those with modules are printed."""
DIVIDED = ("views", "forms", "operations", "queries", "permissions", "models")
"""The packages that are divided by subject."""
API = ("deliberate.operations", "deliberate.citivoice")
"""The packages of the API reference."""


def contracts() -> list[dict[str, Any]]:
    """Return the contracts of import-linter."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    declared: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    return declared


def layers() -> list[list[str]]:
    """Return the packages of each layer, highest layer first."""
    declared = next(contract["layers"] for contract in contracts() if contract["type"] == "layers")
    return [[name.strip() for name in line.replace(":", "|").split("|")] for line in declared]


def layer_diagram() -> str:
    """Return the layers as a Mermaid diagram; an arrow means "may import"."""
    lines = ["```mermaid", "flowchart TD"]
    for number, names in enumerate(layers(), start=1):
        lines.append(f'  subgraph layer{number}["Layer {number}"]')
        lines.append("    direction LR")
        lines += [f"    {name}" for name in names]
        lines.append("  end")
    lines += [f"  layer{number} --> layer{number + 1}" for number in range(1, len(layers()))]
    return "\n".join([*lines, "```"])


def package_imports() -> dict[str, set[str]]:
    """Return which packages each package imports at run time, read from the import statements."""
    names = {name for line in layers() for name in line}
    found: dict[str, set[str]] = {name: set() for name in names}
    for path in sorted(PACKAGE.rglob("*.py")):
        package = path.relative_to(PACKAGE).with_suffix("").parts[0]
        if package in found:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found[package] |= (set(_imported(tree)) & names) - {package}
    return found


def _imported(tree: ast.AST) -> Iterator[str]:
    """Yield the packages that a module imports, apart from those for type checking."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, ast.ImportFrom) and node.module == "deliberate":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("deliberate."):
            yield (node.module or "").split(".")[1]
        elif isinstance(node, ast.Import):
            names = (alias.name.split(".") for alias in node.names)
            yield from (parts[1] for parts in names if parts[0] == "deliberate" and parts[1:])
        yield from _imported(node)


def import_table() -> str:
    """Return a table of the packages, their layers and what they import."""
    imports = package_imports()
    rows = [
        f"| {number} | `{name}` | {', '.join(sorted(imports[name])) or '–'} |"
        for number, names in enumerate(layers(), start=1)
        for name in names
    ]
    return "\n".join(["| layer | package | imports |", "|---|---|---|", *rows])


def contract_list() -> str:
    """Return the names of the contracts as a list."""
    return "\n".join(f"- {contract['name']}" for contract in contracts())


def subject_modules() -> dict[str, dict[str, list[str]]]:
    """Return the modules of each subject on each divided layer."""
    found: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for layer in DIVIDED:
        for path in sorted((PACKAGE / layer).iterdir()):
            if path.stem not in SUBJECTS:
                continue
            modules = sorted(path.glob("*.py")) if path.is_dir() else [path]
            names = [one.stem for one in modules if one.stem != "__init__"]
            if names:
                found[path.stem][layer] = names
    return {name: found[name] for name in SUBJECTS if name in found}


def subject_table() -> str:
    """Return a table of the subjects with their modules on every divided layer."""
    head = f"| subject | {' | '.join(f'`{layer}`' for layer in DIVIDED)} |"
    rows = []
    for subject, modules in subject_modules().items():
        cells = [", ".join(modules.get(layer, [])) or "–" for layer in DIVIDED]
        rows.append(f"| **{subject}** | {' | '.join(cells)} |")
    return "\n".join([head, "|---" * (len(DIVIDED) + 1) + "|", *rows])


def subject_terms() -> str:
    """Return a table of the subjects with their Indonesian terms and contents."""
    rows = [
        f"| {subject} | {SUBJECTS[subject][0]} | {SUBJECTS[subject][1]} |"
        for subject in subject_modules()
    ]
    return "\n".join(["| subject | Indonesian | contents |", "|---|---|---|", *rows])


def kind_terms() -> str:
    """Return a table of the kinds of acts with their visibility and meaning in both languages."""
    translated = _translations()
    rows = []
    for kind, event in sorted(EVENT_TYPES.items()):
        indonesian = translated.get(event.meaning(), "")
        cells = (f"`{kind}`", event.VISIBILITY.value, indonesian, event.full_meaning())
        rows.append(f"| {' | '.join(cells)} |")
    head = ["| kind | visibility | Indonesian | meaning |", "|---|---|---|---|"]
    return "\n".join([*head, *rows])


def kind_details() -> str:
    """Return a table of the kinds of acts with the meaning of their details."""
    rows = []
    for kind, event in sorted(EVENT_TYPES.items()):
        details = "<br>".join(
            f"`{name}`: {meaning}" for name, meaning in event.detail_meanings().items()
        )
        cells = (f"`{kind}`", event.VISIBILITY.value, event.full_meaning(), details or "–")
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(["| kind | visibility | meaning | details |", "|---|---|---|---|", *rows])


def notice_table() -> str:
    """Return a table of the registry of notices: kind, causes, audience, time, topic, words."""
    rows = []
    for event, line in sorted(REGISTRY.items(), key=lambda item: item[0].KIND):
        causes = "<br>".join(f"`{cause}`" for cause in line.causes) or "a date, or no act"
        words = f"**{line.subject}**<br>{line.sentence}"
        meaning = " ".join((event.__doc__ or "").split())
        cells = (
            f"`{event.KIND}`",
            meaning,
            causes,
            line.audience.value,
            line.timing.value.replace("_", " "),
            line.topic.value if line.topic else "always mailed",
            words,
        )
        rows.append(f"| {' | '.join(cells)} |")
    head = "| kind | sent when | cause | to | time | topic | words |"
    return "\n".join([head, "|---" * 7 + "|", *rows])


def _translations() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted((PACKAGE / "translations" / "id").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="id"):
                if isinstance(message.id, str) and isinstance(message.string, str):
                    found[message.id] = message.string
    return found


def personal_models() -> list[tuple[Model, TableMarks]]:
    """Return the models of both stores whose rows concern people, with their marks."""
    models = (model for base in (Base, TransientBase) for model in list_models(base))
    marked = ((model, model.personal_data) for model in models)
    return [(model, marks) for model, marks in marked if marks.is_personal]


def processing_record() -> str:
    """Return a table of the personal data: what, whose, and what erasure does."""
    head = ["| data | table | whose | personal columns | on erasure |", "|---|---|---|---|---|"]
    return "\n".join([*head, *(_record_row(*entry) for entry in personal_models())])


def _record_row(model: Model, marks: TableMarks) -> str:
    by_category: dict[str, list[str]] = defaultdict(list)
    for column, mark in marked_columns(model):
        name = f"`{column.name}`"
        if mark.kept and not marks.is_deleted:
            name += f" (stays: {mark.kept})"
        elif mark.owners:
            name += f" (of {_paths(mark.owners)})"
        by_category[mark.category].append(name)
    columns = "; ".join(f"{name}: {', '.join(by_category[name])}" for name in sorted(by_category))
    if marks.is_deleted:
        erasure = "rows deleted"
    elif any(not mark.kept for _, mark in marked_columns(model)):
        erasure = f"columns emptied, rows stay: {marks.kept}"
    else:
        erasure = f"stays: {marks.kept}"
    whose = _paths(marks.owners) or "–"
    return f"| {marks.label} | `{model.__tablename__}` | {whose} | {columns or '–'} | {erasure} |"


def _paths(paths: tuple[str, ...]) -> str:
    return ", ".join(f"`{path}`" for path in paths)


def impact_table() -> str:
    """Return a table of the categories of personal data: where, how much, and on erasure."""
    found: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for model, marks in personal_models():
        for _column, mark in marked_columns(model):
            stays = bool(mark.kept) and not marks.is_deleted
            found[mark.category][marks.label].append(stays)
    head = ["| category | data | columns | of these stay on erasure |", "|---|---|---|---|"]
    rows = [
        f"| {category} | {', '.join(sorted(tables)).lower()} |"
        f" {sum(map(len, tables.values()))} | {sum(map(sum, tables.values()))} |"
        for category, tables in sorted(found.items())
    ]
    return "\n".join([*head, *rows])


def retention_list() -> str:
    """Return the retention rules as a list, as `deliberate retention` prints them."""
    rules = (rule for base in (Base, TransientBase) for rule in list_retention_rules(base))
    return "\n".join(f"- {rule}" for rule in rules)


def download_list() -> str:
    """Return the parts of the download of one's own data as a list."""
    parts = [
        f"- `{marks.name}`: {marks.label.lower()}" for _, marks in personal_models() if marks.owners
    ]
    return "\n".join([*parts, f"- `log`: {Interaction.personal_data.label.lower()}"])


def score_scopes() -> str:
    """Return a table of the scopes of the scores."""
    rows = [f"| `{scope}` | {meaning} |" for scope, meaning in SCOPES.items()]
    return "\n".join(["| scope | counts |", "|---|---|", *rows])


def score_steps() -> str:
    """Return a table of the steps from the log to the facts, one row for each file or source."""
    graph = reduction_graph()
    rows: dict[str, str] = {}
    for step in graph.ordered(graph.facts()):
        rows.setdefault(step.file or step.name, _score_step(step))
    head = ["| output | kind | file | inputs | meaning |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows.values()])


def _score_step(step: Step) -> str:
    inputs = ", ".join(f"`{name}`" for name in step.inputs) or "–"
    file = f"`{step.file}`" if step.file else "Python"
    return f"| `{step.name}` | {step.kind} | {file} | {inputs} | {step.meaning} |"


def _load_test_module(name: str) -> ModuleType:
    """Return a module of tests/log: what tests try is what a page says."""
    # Pages are written from this checkout, wherever Python finds the installed package.
    spec = spec_from_file_location(name, ROOT / "tests" / "log" / f"{name}.py")
    if spec is None or spec.loader is None:
        raise SystemExit(f"tests/log/{name}.py is missing")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def unbound_table() -> str:
    """Return the tables and columns that are not compared with the log, and why."""
    bound = _load_test_module("bound_tables")
    lines = ["| not compared with the log | why |", "|---|---|"]
    for reason, names in bound.TABLES.items():
        tables = ", ".join(f"`{name}`" for name in sorted(names.split()))
        lines.append(f"| {tables} | {reason} |")
    for reason, groups in bound.UNBOUND_COLUMNS.items():
        columns = ", ".join(
            f"`{table}.{name}`" for table, names in groups.items() for name in names.split()
        )
        lines.append(f"| {columns} | {reason} |")
    return "\n".join(lines)


def tampering_table() -> str:
    """Return the table of tamperings that the tests try, and what finds each."""
    tried = _load_test_module("tamperings")
    lines = ["| an operator with the database tries to | found by `log verify` |", "|---|---|"]
    found = (*tried.ROWS, *tried.SEALS, *tried.PAGES, *tried.RELEASES, *tried.FACTS)
    lines += [f"| {t.what} | yes |" for t in found]
    lines += [
        f"| {t.what}, and sign the whole log again with the key | with a head kept outside |"
        for t in tried.ROWS
    ]
    return "\n".join(lines)


def settings_table() -> str:
    """Return a table of the settings: meaning, effect and default of each."""
    rows = []
    for spec in fields(Settings):
        meaning, effect = TEXTS[spec.name]
        name = f"`{PREFIX}{spec.name.upper()}`" + (" (secret)" if spec.metadata else "")
        default = f"`{as_text(spec.default)}`" if as_text(spec.default) else "–"
        rows.append(f"| {name} | {meaning} | {effect} | {default} |")
    head = ["| setting | meaning | effect | default |", "|---|---|---|---|"]
    return "\n".join([*head, *rows])


def key_table() -> str:
    """Return a table of what each key protects and what removing the key of its time does."""
    rows = [f"| {p.name} | {p.kind} | {p.protects} | {p.without_key} |" for p in PURPOSES]
    return "\n".join(
        ["| purpose | kind | protects | without the key |", "|---|---|---|---|", *rows]
    )


def column_dictionary() -> str:
    """Return every column of the other files of a release with its meaning in both languages."""
    lines: list[str] = []
    for name, columns in FILES.items():
        lines += [f"### `{name}`", "", "| column | English | Bahasa Indonesia |", "|---|---|---|"]
        for column in columns:
            meanings = (column_meaning(name, column, language) for language in ("en", "id"))
            cells = " | ".join(meaning.replace("|", "\\|") for meaning in meanings)
            lines.append(f"| `{column.name}` | {cells} |")
        lines.append("")
    return "\n".join(lines).strip()


def fact_dictionary() -> str:
    """Return every column of the fact files of a release with its meaning in both languages."""
    lines = []
    for table, meaning in FACTS.items():
        lines += [f"### `facts/{table}.csv`", "", f"{meaning.capitalize()}.", ""]
        lines += ["| column | English | Bahasa Indonesia |", "|---|---|---|"]
        lines += [
            f"| `{column.name}` | {column.meaning} | {fact_meaning(table, column.name, 'id')} |"
            for column in facts_columns(table)
        ]
        lines.append("")
    return "\n".join(lines).strip()


def formula_list() -> str:
    """Return every indicator with its formula in both languages, goalposts and minimums."""
    lines = []
    for one in load_formulas().indicators.values():
        low, high, direction = one.goalpost
        worst, best = (low, high) if direction == "up" else (high, low)
        minimum = ", ".join(f"{least} {name}" for name, least in one.minimum.items())
        lines += [
            f"### {one.id} {one.en} · {one.name_id}",
            "",
            f"- {one.formula}",
            f"- *{one.formula_id}*",
            f"- 0 of 100 at {worst:g}, 100 of 100 at {best:g}; at least {minimum};"
            f" interval: {one.interval}.",
            f"- {one.why_en} *{one.why_id}*",
            "",
        ]
    return "\n".join(lines).strip()


PARTS = {
    "architecture.md": {
        "layers": layer_diagram,
        "imports": import_table,
        "contracts": contract_list,
        "subjects": subject_table,
    },
    "citivoice.md": {"scopes": score_scopes, "steps": score_steps},
    "facts.md": {"columns": column_dictionary, "facts": fact_dictionary},
    "method.md": {"formulas": formula_list},
    "log.md": {"tamperings": tampering_table, "unbound": unbound_table},
    "glossary.md": {"subjects": subject_terms, "kinds": kind_terms},
    "privacy.md": {
        "record": processing_record,
        "retention": retention_list,
        "download": download_list,
        "impact": impact_table,
    },
    "kinds.md": {"kinds": kind_details},
    "notices.md": {"notices": notice_table},
    "settings.md": {"settings": settings_table, "keys": key_table},
}


def pages() -> Iterator[tuple[Path, str]]:
    """Yield each page that has generated parts, with the text that it should have."""
    for name, parts in PARTS.items():
        path = DOCS / name
        text = path.read_text(encoding="utf-8")
        for part, write in parts.items():
            start = f"<!-- generated: {part} -->\n"
            before, found, rest = text.partition(start)
            _, end, after = rest.partition("<!-- end -->")
            if not (found and end):
                raise SystemExit(f"{path.name} has no part {part!r}")
            text = f"{before}{start}\n{write()}\n\n{end}{after}"
        yield path, text


def outdated() -> list[str]:
    """Return the names of the pages that differ from the code."""
    return [path.name for path, text in pages() if path.read_text(encoding="utf-8") != text]


def api_modules() -> list[str]:
    """Return the packages of the API reference and their direct children."""
    names = []
    for package in API:
        folder = ROOT.joinpath(*package.split("."))
        children = {path.stem for path in folder.glob("*.py")} - {"__init__"}
        children |= {path.parent.name for path in folder.glob("*/__init__.py")}
        # A function that the package exports takes the page of a module with the same name.
        children -= set(getattr(import_module(package), "__all__", ()))
        names += [package, *(f"{package}.{child}" for child in sorted(children))]
    return [*names, "deliberate.recording", "deliberate.vocabulary"]


def main(arguments: list[str]) -> int:
    """Run the command that the arguments name."""
    if arguments == ["--modules"]:
        print("\n".join(api_modules()))
        return 0
    if arguments == ["--check"]:
        names = outdated()
        print("\n".join(f"docs/{name} is outdated: run make docs" for name in names))
        return int(bool(names))
    for path, text in pages():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
