"""A mirror of the public log of an installation: heads, leaf hashes and public acts in files.

Only what was verified is written, so a mirror that is interrupted goes on where it stopped. It
proves three things. Every act is an entry of the log that the heads sign. The log was never
rewritten between heads. No public act of a process is missing up to its newest release: the release
is an act itself, which binds the number of rows. Between that release and the newest head an
installation could still keep an act back; the next release or another mirror shows it.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deliberate.sealing.leaf_hashes import PUBLIC_KINDS
from deliberate.sealing.verifier import (
    VerificationError,
    check_heads,
    check_hour,
    compute_roots,
    is_signed,
    leaf_hash,
)
from deliberate.vocabulary.events.releases import ReleaseBuilt

JsonObject = dict[str, Any]  # values of many types
Fetch = Callable[[str], bytes]
"""Returns the content at a path of the installation. Raises OSError."""
API = "/api/v1"
HEX_DIGITS = 64
_HEAD_IS_GONE = "the installation no longer shows a head that it signed"


@dataclass(frozen=True)
class MirrorReport:
    """What a verified mirror holds."""

    entries: int
    acts: int
    heads: int
    releases: int
    """Releases whose number of rows is that of the mirrored acts."""
    complete_below: dict[str, int]
    """By number of a process, the entries below which no public act of it is missing."""


class Mirror:
    """The files of a mirror in one folder; all are only ever appended to."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.heads_path, self.acts_path = folder / "heads.jsonl", folder / "acts.jsonl"
        self.leaves_path = folder / "leaves.txt"
        for path in (self.heads_path, self.acts_path, self.leaves_path):
            _drop_unfinished_line(path)

    def update(self, fetch: Fetch, everywhere: Sequence[str]) -> MirrorReport:
        """Add what is new, verify everything, and return what there is.

        `everywhere` are the kinds of acts that the releases of every process contain. Raises
        VerificationError, OSError, or ValueError for an answer that cannot be read.
        """
        heads = self._update_heads(fetch)
        size = heads[-1]["size"]
        leaves = self._update_leaves(fetch, heads)
        acts = self._update_acts(fetch, heads, leaves)
        try:
            bound = _compare_releases(fetch, acts, everywhere)
        except VerificationError:
            self.acts_path.unlink()  # they are read again: which of them is missing is unknown
            raise
        return MirrorReport(size, len(acts), len(heads), len(bound), _newest(bound))

    def _update_heads(self, fetch: Fetch) -> list[JsonObject]:
        """Append the new heads, after the newest known one was seen again unchanged."""
        heads = [_parse_head(line) for line in _lines(self.heads_path)]
        check_heads(heads)
        known = heads[-1] if heads else None
        first = known["size"] - 1 if known else 0
        while page := _fetch_json(fetch, f"{API}/heads?after={first}")["heads"]:
            new = [_parse_head(json.dumps(head)) for head in page]
            if known is not None:
                _check_known_head(new.pop(0), known)
                known = None
            check_heads([*heads[-1:], *new])
            _append(self.heads_path, [json.dumps(head["line"]) for head in new])
            heads += new
            first = heads[-1]["size"]
        if known is not None:
            raise VerificationError(_HEAD_IS_GONE)
        if not heads:
            raise VerificationError("the installation has published no tree head yet")
        return heads

    def _update_leaves(self, fetch: Fetch, heads: Sequence[JsonObject]) -> list[bytes]:
        """Append the new leaf hashes, and check all against every head."""
        size = heads[-1]["size"]
        count = sum(1 for _line in _lines(self.leaves_path))
        while count < size:
            new = _fetch_json(fetch, f"{API}/leaves?first={count}")["leaves"][: size - count]
            if not new or any(len(leaf) != HEX_DIGITS for leaf in new):
                raise VerificationError(f"the installation gives no leaf hash of entry {count}")
            [bytes.fromhex(leaf) for leaf in new]
            _append(self.leaves_path, new)
            count += len(new)
        leaves = [bytes.fromhex(line) for line in _lines(self.leaves_path)]
        _root, roots = compute_roots(leaves[:size], [head["size"] for head in heads])
        for head in heads:
            if roots.get(head["size"]) != head["root"]:
                self.leaves_path.unlink()  # it is read again: which of them is wrong is unknown
                raise VerificationError(
                    f"the leaf hashes are not those of the head over {head['size']} entries"
                )
        return leaves

    def _update_acts(
        self, fetch: Fetch, heads: Sequence[JsonObject], leaves: Sequence[bytes]
    ) -> list[JsonObject]:
        """Append the new acts, each checked against its leaf and the times of the heads."""
        acts = [json.loads(line) for line in _lines(self.acts_path)]
        last = -1
        for act in acts:
            last = _check_act(act, last, heads, leaves)
        size = heads[-1]["size"]
        while True:
            page = _fetch_json(fetch, f"{API}/acts?after={last}" if last >= 0 else f"{API}/acts")
            new = [act for act in page["acts"] if act["position"] < size]
            for act in new:
                last = _check_act(act, last, heads, leaves)
            _append(self.acts_path, [json.dumps(act, ensure_ascii=False) for act in new])
            acts += new
            if not new:
                return acts


def _check_act(
    act: JsonObject, last: int, heads: Sequence[JsonObject], leaves: Sequence[bytes]
) -> int:
    """Check an act and return its position."""
    position: int = act["position"]
    public = act["public"]
    if not last < position < len(leaves):
        raise VerificationError(f"entry {position} does not follow entry {last}")
    if public["kind"] not in PUBLIC_KINDS:
        raise VerificationError(f"entry {position} is of a kind that is not public")
    if leaf_hash(public, act["private"]) != leaves[position]:
        raise VerificationError(f"entry {position} of the log is another act")
    if act["leaf"] != leaves[position].hex():
        raise VerificationError(f"the leaf hash beside entry {position} is another")
    check_hour(public, position, heads)
    return position


def _check_known_head(shown: JsonObject, known: JsonObject) -> None:
    """Check that the first head that an installation shows is the one known from before."""
    if shown["size"] != known["size"]:
        raise VerificationError(_HEAD_IS_GONE)
    if shown["body"] != known["body"]:
        raise VerificationError("the installation shows another log than before")


def _compare_releases(
    fetch: Fetch, acts: Sequence[JsonObject], everywhere: Sequence[str]
) -> list[tuple[int, int]]:
    """Compare the number of acts with each release that an act binds; return process and size."""
    stated = [act["public"] for act in acts if act["public"]["kind"] == ReleaseBuilt.KIND]
    listed = _list_releases(fetch) if stated else {}
    bound = []
    for public in stated:
        number = public["subject"][1]
        if number not in listed:
            raise VerificationError(f"release {number} is in the log, but not in the list")
        if listed[number]["removed_at"]:
            continue
        manifest = _fetch_manifest(fetch, listed[number], public)
        size, process = manifest["log_head"]["size"], public["process"]
        count = _count_acts(acts, process, size, everywhere)
        if count != (rows := manifest["files"]["events.csv"]["rows"]):
            raise VerificationError(
                f"release {number} has {rows} public acts of process {process} below entry"
                f" {size}, the feed {count}"
            )
        bound.append((process, size))
    return bound


def _fetch_manifest(fetch: Fetch, release: JsonObject, public: JsonObject) -> JsonObject:
    """Return the manifest of a release, which must be the one that the log names."""
    path = "/data/" + str(release["manifest_url"]).partition("/data/")[2]
    content = fetch(path)
    if hashlib.sha256(content).hexdigest() != public["details"].get("manifest"):
        raise VerificationError(f"the manifest of release {release['id']} is not that of the log")
    manifest: JsonObject = json.loads(content)
    return manifest


def _list_releases(fetch: Fetch) -> dict[int, JsonObject]:
    """Return the releases of the installation by number."""
    found: dict[int, JsonObject] = {}
    last = 0
    while rows := _fetch_json(fetch, f"{API}/releases?limit=100&after={last}")["data"]:
        found |= {row["id"]: row for row in rows}
        if rows[-1]["id"] <= last:  # else it would never end
            raise VerificationError("the list of releases does not go on by number")
        last = rows[-1]["id"]
    return found


def _count_acts(
    acts: Sequence[JsonObject], process: int, size: int, everywhere: Sequence[str]
) -> int:
    return sum(
        act["position"] < size
        and (act["public"]["process"] == process or act["public"]["kind"] in everywhere)
        for act in acts
    )


def _newest(bound: Sequence[tuple[int, int]]) -> dict[str, int]:
    sizes: Counter[str] = Counter()
    for process, size in bound:
        sizes[str(process)] = max(sizes[str(process)], size)
    return dict(sizes)


def _parse_head(line: str) -> JsonObject:
    """Return a head with its parsed text, after checking its signature."""
    head: JsonObject = json.loads(line)
    if not is_signed(head):
        raise VerificationError("the signature of a tree head is invalid")
    fields = json.loads(head["body"])
    root, size = bytes.fromhex(fields["root"]), int(fields["size"])
    stored = {name: head[name] for name in ("body", "key", "signature", "consistency")}
    return {**stored, "fields": fields, "root": root, "size": size, "line": stored}


def _fetch_json(fetch: Fetch, path: str) -> JsonObject:
    content: JsonObject = json.loads(fetch(path))
    return content


def _lines(path: Path) -> Iterator[str]:
    if path.exists():
        with path.open(encoding="utf-8") as file:
            yield from (line.rstrip("\n") for line in file)


def _append(path: Path, lines: Sequence[str]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)


def _drop_unfinished_line(path: Path) -> None:
    """Cut off what follows the last line end: the program ended while it wrote."""
    if path.exists():
        content = path.read_bytes()
        path.write_bytes(content[: content.rfind(b"\n") + 1])
