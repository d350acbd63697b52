#!/usr/bin/env python3
"""Verify the public log of a Deliberate installation without trusting the installation.

Needs Python 3.11 and the package `cryptography`; reads files, opens no network connection.

    python verify.py heads heads.jsonl [--kept old-heads.jsonl | saved-mail.eml]
    python verify.py proof proof.json [--receipt receipt.json] [--heads heads.jsonl]
    python verify.py text receipt.json words.txt [--proof proof.json] [--heads heads.jsonl]
    python verify.py files FOLDER [--receipt receipt.json]
    python verify.py release events.jsonl --heads heads.jsonl --leaves FOLDER

heads     every tree head is signed and continues the previous one, so nothing was rewritten
proof     the entry (with a receipt: exactly this act) is in the log of the signed tree head
text      the words are those that the act of the receipt wrote: for a proposal the title, an empty
          line and the text; with a proof also that the act is in the log
files     every file of a release, the codebook included, is that of its manifest; with the receipt
          of the entry release.built also that the manifest is the one in the log
release   every row of the release is an entry of that log; FOLDER has the downloaded leaf files.
          Says for each registered study plan before how much of the data it was registered

The result depends on tree heads stored elsewhere: compare with --kept heads saved earlier or by
others. A mail with a tree head is read as the mail program saved it.

Three answers: `holds` (exit code 0), `does not hold` (1), `cannot be compared` (2): the files are
of different logs, or lack what a comparison needs; this is no sign that anything was changed.
"""

import argparse
import csv
import hashlib
import hmac
import html
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message
from itertools import pairwise
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

JsonObject = dict[str, Any]  # values of many types


class VerificationError(Exception):
    """A published file does not hold; the message names the fault and its place."""


class IncomparableError(Exception):
    """Files cannot be compared, which shows no fault; the message says why and what to do."""


REFUSALS = (VerificationError, IncomparableError)


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split_point(size: int) -> int:
    """Return the largest power of two below a size."""
    return 1 << (size - 1).bit_length() - 1


def leaf_hash(public: JsonObject, private_hash: str) -> bytes:
    """Return the leaf of an act: SHA-256(0x00 ‖ SHA-256(public half) ‖ SHA-256(private half))."""
    text = json.dumps(public, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    half = hashlib.sha256(text.encode()).digest()
    return hashlib.sha256(b"\x00" + half + bytes.fromhex(private_hash)).digest()


def root_from_inclusion(leaf: bytes, entry: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root that an inclusion proof leads to.

    Raises VerificationError if the proof has the wrong length.
    """
    if not 0 <= entry < size:
        raise VerificationError(f"entry {entry} is not below {size}")
    position, last, root = entry, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise VerificationError("the inclusion proof is too long")
        if position % 2 or position == last:
            root = node_hash(sibling, root)
            while position % 2 == 0 and position:
                position, last = position >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise VerificationError("the inclusion proof is too short")
    return root


def is_consistent(
    first: int, root: bytes, second: int, other: bytes, path: Sequence[bytes]
) -> bool:
    """Return whether a consistency proof shows that one tree is a prefix of another.

    `root` is that of the tree of `first` entries, `other` that of the tree of `second`.
    """
    if first == second:
        return root == other and not path
    if not 0 < first < second or not path:
        return False
    hashes = list(path) if first & (first - 1) else [root, *path]
    position, last = first - 1, second - 1
    while position % 2:
        position, last = position >> 1, last >> 1
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if position % 2 or position == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while position % 2 == 0 and position:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and old == root and new == other


def compute_roots(leaves: Iterable[bytes], sizes: Iterable[int]) -> tuple[bytes, dict[int, bytes]]:
    """Return the root over all leaves, and the roots over the first leaves at some sizes."""
    requested, roots, size = set(sizes), {}, 0
    peaks: list[bytes] = []
    for leaf in leaves:
        size, carry, rest = size + 1, leaf, size + 1
        while rest % 2 == 0:
            carry, rest = node_hash(peaks.pop(), carry), rest // 2
        peaks.append(carry)
        if size in requested:
            roots[size] = _fold(peaks)
    return _fold(peaks), roots


def _fold(peaks: Sequence[bytes]) -> bytes:
    if not peaks:
        return hashlib.sha256(b"").digest()
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def is_signed(head: JsonObject) -> bool:
    """Return whether the signature of a head is valid under the key that it names."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(head["key"]))
        key.verify(bytes.fromhex(head["signature"]), head["body"].encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def read_heads(path: str | Path) -> list[JsonObject]:
    """Return the signed heads of a file: one JSON object per line, or a mail as it was saved.

    Each has its parsed text as `fields`, and `root` and `size`. Raises VerificationError where a
    signature is invalid, IncomparableError where the file has no tree heads.
    """
    heads = []
    for place, head in parse_heads(Path(path)):
        if not is_signed(head):
            raise VerificationError(f"{place}: the signature is invalid")
        heads.append(head)
    if not heads:
        raise IncomparableError(
            f"{path}: no tree heads; the first one is published at the first full hour of a log"
        )
    return heads


def parse_heads(path: Path) -> list[tuple[str, JsonObject]]:
    """Return the heads of a file, each with its place, without a check of the signatures.

    Raises IncomparableError where a line or a mail has no tree head.
    """
    text = _decoded(path.read_bytes(), None)
    if not text.strip():
        return []
    if text.lstrip().startswith("{"):
        lines = text.splitlines()
        return [
            (place, _parse_head(place, line))
            for number, line in enumerate(lines, 1)
            if (place := f"{path}, line {number}") and line.strip()
        ]
    found = list(dict.fromkeys(_heads_in_mail(text)))
    if not found:
        raise IncomparableError(f"{path}: not a tree head, nor a mail with one")
    return [(str(path), _parse_head(str(path), line)) for line in found]


def _parse_head(place: str, line: str) -> JsonObject:
    try:
        head: JsonObject = json.loads(line)
        head["fields"] = json.loads(head["body"])
        head["root"] = bytes.fromhex(head["fields"]["root"])
        head["size"] = int(head["fields"]["size"])
        for name in (head["fields"]["origin"], head["fields"]["t"], head["key"]):
            name.encode()
        bytes.fromhex(head["signature"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IncomparableError(f"{place}: not a tree head") from error
    return head


def _decoded(content: bytes, charset: str | None) -> str:
    """Return bytes as text; a byte that is none is kept as a mark, so that a mail can be read."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        charset = "utf-16"
    try:
        return content.decode(charset or "utf-8-sig", errors="replace")
    except LookupError:
        return content.decode("utf-8", errors="replace")


HEAD_TEXT = r'"key":"[0-9a-f]+","signature":"[0-9a-f]+"'
HEAD_LINE = re.compile(
    r'\{"body":"(?:[^"\\]|\\.)*",' + HEAD_TEXT + r'(?:,"consistency":\[[^\]]*\])?\}'
)
HEAD_OF_FIRST_LETTERS = re.compile(
    r'(\{"(?:next|origin)":[^{}]*\})signature([0-9a-f]+)key([0-9a-f]+?)(?![0-9a-f])'
)
"""How letters of earlier versions contain a head: text, signature and key below each other."""


def _heads_in_mail(text: str) -> Iterator[str]:
    """Yield the tree heads of a mail, whole or as text, as JSON lines."""
    mail = message_from_bytes(text.encode())
    # A mail that was saved as text has no headers, so the whole is searched too.
    for part in (text, *_texts_of(mail)):
        # Programs wrap, quote and indent lines; a head has no white space of its own.
        for plain in (part, html.unescape(re.sub(r"<[^<>]*>", "", part))):
            dense = re.sub(r"\s+", "", re.sub(r"(?m)^[> \t|]+", "", plain))
            yield from HEAD_LINE.findall(dense)
            for body, signature, key in HEAD_OF_FIRST_LETTERS.findall(dense):
                yield json.dumps({"body": body, "key": key, "signature": signature})


def _texts_of(mail: Message) -> Iterator[str]:
    """Yield the decoded parts of a mail, attachments included."""
    for part in mail.walk():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            yield _decoded(content, part.get_content_charset())


def check_heads(heads: Sequence[JsonObject]) -> None:
    """Check that each head continues the previous one, in one log, under the key it names."""
    for previous, head in pairwise(heads):
        where = f"the tree head of {head['fields']['t']} over {head['size']} entries"
        if head["fields"]["origin"] != previous["fields"]["origin"]:
            raise IncomparableError(f"{where} is of another log: {head['fields']['origin']}")
        if head["key"] != previous["fields"].get("next", previous["key"]):
            raise VerificationError(f"{where} was signed by an unexpected key")
        if head["fields"]["t"] < previous["fields"]["t"]:
            raise VerificationError(f"{where} is older than the previous one")
        path = [bytes.fromhex(part) for part in head.get("consistency", ())]
        sizes_and_roots = (previous["size"], previous["root"], head["size"], head["root"])
        if not is_consistent(*sizes_and_roots, path):
            raise VerificationError(f"{where} does not continue the previous one")


def check_kept_head(kept: JsonObject, heads: Sequence[JsonObject], source: str) -> None:
    """Check that a list of published heads has a head that was kept elsewhere.

    Raises VerificationError where the list contradicts it, IncomparableError where the list is of
    another log, older than the kept head, or was never to contain it.
    """
    newest, fields = heads[-1]["fields"], kept["fields"]
    where = f"the kept tree head of {fields['t']} over {kept['size']} entries"
    if fields["origin"] != newest["origin"]:
        raise IncomparableError(
            f"{where} is of another log: {fields['origin']}, not {newest['origin']}"
        )
    same = [head for head in heads if head["size"] == kept["size"]]
    if any(head["body"] == kept["body"] for head in same):
        return
    if same:
        raise VerificationError(f"{where} is another one in {source}")
    if kept["key"] not in {key for head in heads for key in _keys_of(head)}:
        raise VerificationError(f"{where} was signed by a key that no head of {source} names")
    if fields["t"] > newest["t"]:
        raise IncomparableError(
            f"{where} is newer than {source}, which ends at {newest['t']} with {newest['size']}"
            " entries; download that file again. If a newer file ends there too, the log was cut"
        )
    if kept["size"] > newest["size"]:
        raise VerificationError(f"{where} covers more than the whole log of {source}")
    raise IncomparableError(
        f"{where} is not in {source}: either it was never published, or the log was rewritten."
        " Ask for the result of `deliberate log verify --heads` with this head"
    )


def _keys_of(head: JsonObject) -> tuple[str, str]:
    return head["key"], head["fields"].get("next", head["key"])


def check_proof(proof: JsonObject, receipt: JsonObject | None = None) -> JsonObject:
    """Return the fields of a proof's head after checking signature, audit path and receipt."""
    head = proof["head"]
    if not is_signed(head):
        raise VerificationError("the signature of the proof's tree head is invalid")
    fields: JsonObject = json.loads(head["body"])
    leaf = bytes.fromhex(proof["leaf"])
    if receipt is not None and leaf_hash(receipt["public"], receipt["private"]) != leaf:
        raise VerificationError("the receipt is of another act than the proof")
    path = [bytes.fromhex(part) for part in proof["path"]]
    if root_from_inclusion(leaf, proof["entry"], fields["size"], path).hex() != fields["root"]:
        raise VerificationError(f"entry {proof['entry']} is not in the log of the tree head")
    return fields


def check_text(receipt: JsonObject, words: str) -> None:
    """Check that words are those that the act of a receipt wrote.

    The log has their HMAC under a salt, which only the receipt of the author contains.
    """
    content = receipt["public"]["content"]
    if content is None or "salt" not in receipt:
        raise VerificationError("the receipt is of an act without words, or without their salt")
    salt = bytes.fromhex(receipt["salt"])
    if hmac.new(salt, words.strip().encode(), hashlib.sha256).hexdigest() != content:
        raise VerificationError("the words are not those of the receipt")


def public_half(row: JsonObject) -> JsonObject:
    """Return the public half of an act from a row of a release's events."""
    hour, details = str(row["occurred_at"]), row["details"]
    return {
        **{name: row[name] for name in ("account_class", "actor_role", "cause", "content")},
        **{name: row[name] for name in ("kind", "origin", "stance")},
        "details": json.loads(details) if isinstance(details, str) else details,
        "hour": f"{hour[:10]}T{hour[11:13]}:00:00Z",
        "institution": row["institution_id"],
        "parent": row["parent_id"],
        "process": row["process_id"],
        "proposal": row["proposal_id"],
        "subject": [row["subject_type"], row["subject_id"]],
    }


INTEGER_COLUMNS = (
    *("seq", "subject_id", "parent_id", "stance"),
    *("institution_id", "process_id", "proposal_id"),
)


def read_events(path: Path) -> Iterator[JsonObject]:
    """Yield the rows of a release's events from JSON lines or CSV."""
    with path.open(encoding="utf-8", newline="") as file:
        if path.suffix == ".jsonl":
            yield from map(json.loads, file)
            return
        for line in csv.DictReader(file):
            row: JsonObject = {name: value or None for name, value in line.items()}
            yield row | {name: int(row[name]) for name in INTEGER_COLUMNS if row[name]}


def read_leaves(folder: Path) -> list[bytes]:
    """Return the leaves of the downloaded files, which must follow each other without a gap."""
    leaves: list[bytes] = []
    for file in sorted(folder.glob("*-*.txt")):
        if int(file.stem.split("-")[0]) != len(leaves):
            raise VerificationError(f"{folder}: no leaves from entry {len(leaves)} on")
        leaves += [bytes.fromhex(line) for line in file.read_text(encoding="ascii").split()]
    return leaves


DATED_ORIGINS = ("import", "seed")
"""Origins of rows that carry a time of their source; every other row is dated when written."""


def check_hour(public: JsonObject, entry: int, heads: Sequence[JsonObject]) -> None:
    """Check that an act is dated between the tree heads around its entry, unless it is imported.

    A row may be dated up to a minute before the earlier head; the public half has only the hour.
    """
    if public["origin"] in DATED_ORIGINS:
        return
    times = [(head["size"], datetime.fromisoformat(head["fields"]["t"])) for head in heads]
    after = min((time for size, time in times if size > entry), default=None)
    # Heads of the same time are one seal: the rest of a backlog is older than its first head.
    older = (time for size, time in times if size <= entry and time != after)
    before = max(older, default=None)
    hour = public["hour"]
    if before and hour < f"{before - timedelta(minutes=1):%Y-%m-%dT%H}":
        raise VerificationError(
            f"entry {entry} is dated {hour}, but sealed after the tree head of {before}"
        )
    if after and hour > f"{after:%Y-%m-%dT%H:%M:%SZ}":
        raise VerificationError(
            f"entry {entry} is dated {hour}, after the tree head of {after} that covers it"
        )


KINDS_BESIDE_DATA = ("release.built", "study.registered")
"""Kinds of acts about research, no part of the data that a study plan comes before or after."""


@dataclass
class ReleaseCount:
    """Rows of a release, those that carry the time of their source, and entries signed over."""

    rows: int = 0
    dated: int = 0
    covered: int = 0
    plans: list[tuple[JsonObject, int]] = field(default_factory=list)
    """Rows of registered study plans, each with the number of acts of data before it."""
    acts: Counter[object] = field(default_factory=Counter)
    """Acts of data by process."""

    def add(self, row: JsonObject) -> None:
        """Count a row as data, or as a study plan that comes after the data so far."""
        process = row["process_id"]
        if row["kind"] == "study.registered":
            self.plans.append((row, self.acts[process]))
        elif row["kind"] not in KINDS_BESIDE_DATA:
            self.acts[process] += 1

    def sentences(self) -> Iterator[str]:
        """Yield for each study plan before how much of the data it was registered."""
        for row, earlier in self.plans:
            acts, details = self.acts[row["process_id"]], public_half(row)["details"]
            share = f"before {(acts - earlier) * 100 // acts} % of the data"
            name = f"study plan {details['first']}, version {details['version']}"
            yield f"{name}: registered {share if acts else 'before any data'}"


PLANS_FILE = "study_plans.json"
PLAN_FIELDS = ("title", "questions", "hypotheses", "measures", "stopping_rule", "changes")


def check_plans(folder: Path, plans: Iterable[JsonObject]) -> None:
    """Check that the texts of the study plans beside the rows are those that were sealed.

    A release built before study plans existed has no file of them.
    """
    rows = {row["subject_id"]: row["content"] for row in plans}
    path = folder / PLANS_FILE
    written = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    for plan in written:
        texts = {name: plan[name] for name in (*PLAN_FIELDS, "language")}
        text = json.dumps(texts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        mark = hmac.new(bytes.fromhex(plan["salt"]), text.encode(), hashlib.sha256).hexdigest()
        if rows.pop(plan["id"], None) != mark:
            raise VerificationError(f"{PLANS_FILE}: plan {plan['id']} is not the one in the log")
    if path.is_file() and rows:
        raise VerificationError(f"{PLANS_FILE}: plan {min(rows)} is missing")


def check_release(events: Path, heads: Sequence[JsonObject], folder: Path) -> ReleaseCount:
    """Check that each row of a release is a leaf under a signed head, and is dated accordingly."""
    leaves = read_leaves(folder)
    _root, roots = compute_roots(leaves, [head["size"] for head in heads])
    for head in heads:
        if roots.get(head["size"], head["root"]) != head["root"]:
            raise VerificationError(
                f"the leaves do not match the tree head over {head['size']} entries"
            )
    if not roots:
        raise VerificationError("no tree head covers these leaves")
    count = ReleaseCount(covered=max(roots))
    for count.rows, row in enumerate(read_events(events), 1):
        entry, public = row["seq"], public_half(row)
        if entry >= count.covered:
            raise VerificationError(f"row {count.rows}: entry {entry} is newer than the leaf files")
        if leaf_hash(public, row["private_hash"]) != leaves[entry]:
            raise VerificationError(f"row {count.rows}: entry {entry} of the log is another act")
        check_hour(public, entry, heads)
        count.dated += public["origin"] in DATED_ORIGINS
        count.add(row)
    check_plans(events.parent, (row for row, _earlier in count.plans))
    return count


RELEASE_FORMAT = 1
"""Number of the layout of a release."""


def _check_format(manifest: JsonObject) -> None:
    if manifest.get("format", RELEASE_FORMAT) != RELEASE_FORMAT:
        raise IncomparableError(
            f"manifest.json: format {manifest['format']} is of a newer version, this one reads"
            f" {RELEASE_FORMAT}"
        )


def check_files(folder: Path, receipt: JsonObject | None = None) -> int:
    """Check every file of a release against its manifest, and that against the log.

    `receipt` is that of the entry `release.built`. Returns the number of files.
    """
    content = (folder / "manifest.json").read_bytes()
    manifest = json.loads(content)
    _check_format(manifest)
    files = manifest["files"]
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for name in sorted(present - files.keys() - {"manifest.json"}):
        raise VerificationError(f"{name} is not in manifest.json")
    for name, entry in files.items():
        if name not in present:
            raise VerificationError(f"{name} is missing")
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != entry["sha256"]:
            raise VerificationError(f"{name} is not the file of manifest.json")
    if receipt is not None:
        details = receipt["public"]["details"] or {}
        if details.get("manifest") != hashlib.sha256(content).hexdigest():
            raise VerificationError("manifest.json is not the one of the receipt")
    return len(files)


def _files(options: argparse.Namespace) -> str:
    receipt = _read_json(options.receipt) if options.receipt else None
    count = check_files(Path(options.file), receipt)
    return f"{count} files are those of manifest.json" + (", which is in the log" * bool(receipt))


def _heads(options: argparse.Namespace) -> str:
    heads = read_heads(options.file)
    check_heads(heads)
    kept_heads = read_heads(options.kept) if options.kept else []
    _check_kept_heads(kept_heads, heads, options.file)
    newest = heads[-1]["fields"]
    kept = f", {len(kept_heads)} kept elsewhere among them" if kept_heads else ""
    last = f"the newest is of {newest['t']} over {newest['size']} entries"
    return f"{len(heads)} tree heads{kept}; {last}"


def _check_kept_heads(
    kept_heads: Sequence[JsonObject], heads: Sequence[JsonObject], source: str
) -> None:
    """Check all kept heads: a contradiction is stated before one that cannot be compared."""
    incomparable: list[IncomparableError] = []
    for kept in kept_heads:
        try:
            check_kept_head(kept, heads, source)
        except IncomparableError as error:
            incomparable.append(error)
    if incomparable:
        raise incomparable[0]


def _text(options: argparse.Namespace) -> str:
    check_text(_read_json(options.file), Path(options.words).read_text(encoding="utf-8"))
    if not options.proof:
        return "the words are those of the receipt; with --proof also that it is in the log"
    options.file, options.receipt = options.proof, options.file
    return f"the words are those of the receipt, and {_proof(options)}"


def _proof(options: argparse.Namespace) -> str:
    proof = _read_json(options.file)
    receipt = _read_json(options.receipt) if options.receipt else None
    fields = check_proof(proof, receipt)
    heads = [proof["head"] | {"fields": fields, "size": fields["size"]}]
    if options.heads:
        heads = read_heads(options.heads)
        check_kept_head(
            proof["head"] | {"fields": fields, "size": fields["size"]}, heads, options.heads
        )
    if receipt:
        check_hour(receipt["public"], proof["entry"], heads)
    return f"entry {proof['entry']} is in the log of {fields['origin']} as of {fields['t']}"


def _read_json(path: str) -> JsonObject:
    content: JsonObject = json.loads(Path(path).read_text(encoding="utf-8"))
    return content


def _release(options: argparse.Namespace) -> str:
    manifest = Path(options.file).parent / "manifest.json"
    if manifest.is_file():
        _check_format(_read_json(str(manifest)))
    heads = read_heads(options.heads)
    check_heads(heads)
    count = check_release(Path(options.file), heads, Path(options.leaves))
    result = (
        f"all {count.rows} rows are entries of the log as signed over {count.covered} entries;"
        f" {count.dated} carry the time of their source (import or seed)"
    )
    return "\n".join([result, *count.sentences()])


COMMANDS = {
    "heads": (_heads, ("kept",)),
    "proof": (_proof, ("receipt", "heads")),
    "files": (_files, ("receipt",)),
    "text": (_text, ("proof", "heads")),
    "release": (_release, ("heads", "leaves")),
}
"""Each command's function and options; those of `release` are required."""


def main() -> int:
    """Run a command; return 0 if the files hold, 1 if not, 2 if they cannot be compared."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    commands = parser.add_subparsers(required=True, metavar="|".join(COMMANDS))
    for name, (check, option_names) in COMMANDS.items():
        command = commands.add_parser(name)
        command.add_argument("file")
        if name == "text":
            command.add_argument("words")
        for option in option_names:
            command.add_argument(f"--{option}", required=name == "release")
        command.set_defaults(check=check)
    options = parser.parse_args()
    try:
        print("holds:", options.check(options))
    except VerificationError as error:
        print("does not hold:", error)
        return 1
    except IncomparableError as error:
        print("cannot be compared:", error)
        return 2
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"cannot be compared: a file cannot be read: {error}")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
