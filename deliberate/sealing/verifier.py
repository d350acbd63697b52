#!/usr/bin/env python3
"""Check what a Deliberate installation gave out, without it and without trusting it.

Needs Python 3.11 and the package `cryptography`; reads files, opens no network connection.

    python verify.py heads heads.jsonl [--kept old-heads.jsonl]
    python verify.py proof proof.json [--receipt receipt.json] [--heads heads.jsonl]
    python verify.py release events.jsonl --heads heads.jsonl --leaves FOLDER

heads     every head is signed, and each continues the one before it, so nothing was rewritten
proof     the entry (with a receipt: exactly this act) lies in the log the head was signed over
release   every row of the release is an entry of that log; FOLDER holds the downloaded leaf files

The promise rests on heads kept by others: compare with --kept heads saved earlier or elsewhere.
"""

import argparse
import csv
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Said = dict[str, Any]


class Wrong(Exception):
    """What was given out does not hold; the message says what and where."""


def node(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split_point(size: int) -> int:
    """The largest power of two below a size."""
    return 1 << (size - 1).bit_length() - 1


def leaf_of(public: Said, private_hash: str) -> bytes:
    """The leaf of an act: SHA-256(0x00 ‖ SHA-256(public half) ‖ SHA-256(private half))."""
    text = json.dumps(public, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    half = hashlib.sha256(text.encode()).digest()
    return hashlib.sha256(b"\x00" + half + bytes.fromhex(private_hash)).digest()


def root_by_inclusion(leaf: bytes, number: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root an inclusion proof leads to; raises Wrong if it has the wrong length."""
    if not 0 <= number < size:
        raise Wrong(f"entry {number} is not below {size}")
    place, last, root = number, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise Wrong("the inclusion proof is too long")
        if place % 2 or place == last:
            root = node(sibling, root)
            while place % 2 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            root = node(root, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise Wrong("the inclusion proof is too short")
    return root


def is_consistent(
    first: int, root: bytes, second: int, other: bytes, path: Sequence[bytes]
) -> bool:
    """Whether a consistency proof shows that a tree of `first` entries begins one of `second`."""
    if first == second:
        return root == other and not path
    if not 0 < first < second or not path:
        return False
    hashes = list(path) if first & (first - 1) else [root, *path]
    place, last = first - 1, second - 1
    while place % 2:
        place, last = place >> 1, last >> 1
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if place % 2 or place == last:
            old, new = node(sibling, old), node(sibling, new)
            while place % 2 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node(new, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and old == root and new == other


def roots_over(leaves: Iterable[bytes], sizes: Iterable[int]) -> tuple[bytes, dict[int, bytes]]:
    """The root over all leaves, and those over the first ones at some sizes."""
    wanted, found, size = set(sizes), {}, 0
    peaks: list[bytes] = []
    for leaf in leaves:
        size, carry, rest = size + 1, leaf, size + 1
        while rest % 2 == 0:
            carry, rest = node(peaks.pop(), carry), rest // 2
        peaks.append(carry)
        if size in wanted:
            found[size] = _fold(peaks)
    return _fold(peaks), found


def _fold(peaks: Sequence[bytes]) -> bytes:
    if not peaks:
        return hashlib.sha256(b"").digest()
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node(peak, root)
    return root


def is_signed(head: Said) -> bool:
    """Whether the key a head names signed its text."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(head["key"]))
        key.verify(bytes.fromhex(head["signature"]), head["body"].encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def read_heads(path: str | Path) -> list[Said]:
    """The heads of a file, one JSON object a line, each checked to be signed."""
    heads = []
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        try:
            head = json.loads(line)
            head["said"] = json.loads(head["body"])
            head["root"] = bytes.fromhex(head["said"]["root"])
            head["size"] = int(head["said"]["size"])
        except (ValueError, KeyError, TypeError) as error:
            raise Wrong(f"{path}, line {number}: no head of a log") from error
        if not is_signed(head):
            raise Wrong(f"{path}, line {number}: the signature does not hold")
        heads.append(head)
    if not heads:
        raise Wrong(f"{path}: no heads")
    return heads


def check_heads(heads: Sequence[Said]) -> None:
    """Each head continues the one before it, in one log, under keys handed over by signature."""
    for before, head in pairwise(heads):
        where = f"the head of {head['said']['t']} over {head['size']} entries"
        if head["said"]["origin"] != before["said"]["origin"]:
            raise Wrong(f"{where} is of another log: {head['said']['origin']}")
        if head["key"] != before["said"].get("next", before["key"]):
            raise Wrong(f"{where} is signed by a key nobody handed over to")
        path = [bytes.fromhex(part) for part in head.get("consistency", ())]
        if not is_consistent(before["size"], before["root"], head["size"], head["root"], path):
            raise Wrong(f"{where} does not continue the one before it")


# --- proofs and releases -------------------------------------------------------------------------


def check_proof(proof: Said, receipt: Said | None = None) -> Said:
    """What a proof's head says, after its signature, the path to its root, and the receipt held."""
    head = proof["head"]
    if not is_signed(head):
        raise Wrong("the signature of the proof's head does not hold")
    said: Said = json.loads(head["body"])
    leaf = bytes.fromhex(proof["leaf"])
    if receipt is not None and leaf_of(receipt["public"], receipt["private"]) != leaf:
        raise Wrong("the receipt is of another act than the proof")
    path = [bytes.fromhex(part) for part in proof["path"]]
    if root_by_inclusion(leaf, proof["entry"], said["size"], path).hex() != said["root"]:
        raise Wrong(f"entry {proof['entry']} is not in the log that the head was signed over")
    return said


def public_half(row: Said) -> Said:
    """The public half of an act, from a row of a release's events."""
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


NUMBERS = ("seq", "subject_id", "parent_id", "stance")
PLACES = ("institution_id", "process_id", "proposal_id")


def read_events(path: Path) -> Iterator[Said]:
    """The rows of a release's events, from JSON lines or CSV."""
    with path.open(encoding="utf-8", newline="") as file:
        if path.suffix == ".jsonl":
            yield from map(json.loads, file)
            return
        for line in csv.DictReader(file):
            row: Said = {name: value or None for name, value in line.items()}
            yield row | {name: int(row[name]) for name in NUMBERS + PLACES if row[name]}


def read_leaves(folder: Path) -> list[bytes]:
    """The leaves of the downloaded files, which follow each other without a gap."""
    leaves: list[bytes] = []
    for file in sorted(folder.glob("*-*.txt")):
        if int(file.stem.split("-")[0]) != len(leaves):
            raise Wrong(f"{folder}: the leaves from entry {len(leaves)} on are missing")
        leaves += [bytes.fromhex(line) for line in file.read_text(encoding="ascii").split()]
    return leaves


def check_release(events: Path, heads: Sequence[Said], folder: Path) -> tuple[int, int]:
    """Numbers of the rows proven and of the entries signed over; raises Wrong at the first fault.

    The leaves hash to the root of a signed head, and each row's leaf stands at its number.
    """
    leaves = read_leaves(folder)
    _root, found = roots_over(leaves, [head["size"] for head in heads])
    for head in heads:
        if found.get(head["size"], head["root"]) != head["root"]:
            raise Wrong(f"the leaves are not those of the head over {head['size']} entries")
    if not found:
        raise Wrong("no head speaks of these leaves")
    covered, rows = max(found), 0
    for rows, row in enumerate(read_events(events), 1):
        number = row["seq"]
        if number >= covered:
            raise Wrong(f"row {rows}: entry {number} is younger than the newest leaf file")
        if leaf_of(public_half(row), row["private_hash"]) != leaves[number]:
            raise Wrong(f"row {rows}: entry {number} of the log is another act")
    return rows, covered


def _heads(given: argparse.Namespace) -> str:
    heads = read_heads(given.file)
    check_heads(heads)
    for kept in read_heads(given.kept) if given.kept else ():
        same = [head for head in heads if head["size"] == kept["size"]]
        if kept["body"] not in {head["body"] for head in same}:
            raise Wrong(f"the head kept over {kept['size']} entries is not among those given out")
    newest = heads[-1]["said"]
    return f"{len(heads)} heads hold; the newest is of {newest['t']} over {newest['size']} entries"


def _proof(given: argparse.Namespace) -> str:
    proof = json.loads(Path(given.file).read_text(encoding="utf-8"))
    receipt = json.loads(Path(given.receipt).read_text(encoding="utf-8")) if given.receipt else None
    said = check_proof(proof, receipt)
    if given.heads and proof["head"]["body"] not in {h["body"] for h in read_heads(given.heads)}:
        raise Wrong("the proof's head is not among the heads kept")
    return f"entry {proof['entry']} lies in the log of {said['origin']} as of {said['t']}"


def _release(given: argparse.Namespace) -> str:
    heads = read_heads(given.heads)
    check_heads(heads)
    rows, covered = check_release(Path(given.file), heads, Path(given.leaves))
    return f"all {rows} rows are entries of the log as signed over {covered} entries"


def main() -> int:
    """Run one check; 0 if it holds, 1 if not, 2 if a file cannot be read."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    checks = parser.add_subparsers(required=True, metavar="heads|proof|release")
    words = {"heads": (_heads, "kept"), "proof": (_proof, "receipt heads")}
    for name, (check, options) in (words | {"release": (_release, "heads leaves")}).items():
        one = checks.add_parser(name)
        one.add_argument("file")
        for option in options.split():
            one.add_argument(f"--{option}", required=name == "release")
        one.set_defaults(check=check)
    given = parser.parse_args()
    try:
        print("holds:", given.check(given))
    except Wrong as error:
        print("does not hold:", error)
        return 1
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"cannot be read: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
