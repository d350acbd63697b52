"""Scores as stored and shown: one JSON document, and one record per indicator."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from deliberate.citivoice.framework.catalogue import Formulas, load_framework
from deliberate.citivoice.indicators.context_figures import COUNT, context_figures
from deliberate.citivoice.indicators.statistics import Finding
from deliberate.citivoice.inputs.process import local_label
from deliberate.citivoice.reduction.facts import SCHEMA, Facts, Table, column_types
from deliberate.citivoice.scoring.aggregation import DimensionTotal, dimension_score
from deliberate.citivoice.scoring.judged_scores import Judged, evidence_grade, judgement_differs

CODE_VERSION = "1"
VALUES, INTERVALS = 4, 3
RECLASSIFIED = "reclassified"
RECLASSIFIED_FOR = {"support_account", "automated", "duplicate", "organisation", "mistake"}
"""Reasons for which accounts are reclassified; which of them it was is not published."""
LEAST_ACCOUNTS = 10
"""Smallest number of accounts whose comments are published."""


@dataclass(frozen=True)
class Scores:
    """The scores of one process under one version of the formulas."""

    facts: Facts
    formulas: Formulas
    findings: Mapping[str, Finding]
    criteria: Mapping[str, float | None]
    totals: Mapping[str, DimensionTotal]
    descriptives: Mapping[str, Mapping[str, Any]]
    headline: Mapping[str, str]
    judged: Mapping[str, Judged]

    def to_dict(self) -> dict[str, Any]:
        """Return the document of scores, rounded: the same everywhere for the same log and seed."""
        one = self.facts.one
        return {
            "process": one("window_facts", "process"),
            "formulas": self.formulas.version,
            "log_head": {"size": self._whole("log_size"), "root": one("window_facts", "log_root")},
            "sealing": {name: self._whole(name) for name in ("sealed_late", "source_dated")},
            "window": self._window(),
            "excluded_accounts": self._excluded(),
            "descriptives": {scope: rounded(b) for scope, b in self.descriptives.items()},
            "indicators": {name: _indicator(f) for name, f in self.findings.items()},
            "criteria": self._criteria(),
            "dimensions": {name: _dimension(total) for name, total in self.totals.items()},
            "headline": dict(self.headline),
        } | self._grounds_of_marks()

    def to_json(self, comparison: Mapping[str, Any] | None = None) -> str:
        """Return the document as JSON text, with the result of `compare` if one is given."""
        document = self.to_dict()
        if comparison is not None:
            document["comparison"] = rounded(comparison)
        return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"

    def records(self, computed_at: datetime) -> list[dict[str, Any]]:
        """Return one storable record per indicator: value, source rows and formula."""
        digest = self.inputs_hash()
        common = {
            "version": self.formulas.version,
            "scope": "counted",
            "window": self._window(),
            "seed": self.formulas.seed,
            "code_version": CODE_VERSION,
            "computed_at": computed_at.isoformat(),
            "inputs_hash": digest,
        }
        return [{"id": name} | common | _record(f) for name, f in self.findings.items()]

    def inputs_hash(self) -> str:
        """Return the SHA-256 of the judged facts, independent of the order of their rows."""
        digest = hashlib.sha256()
        for name in SCHEMA:
            columns = [map(repr, self.facts[name][c].tolist()) for c in column_types(name)]
            lines = sorted("\t".join(row) for row in zip(*columns, strict=True))
            digest.update("\n".join([name, *lines, ""]).encode())
        return digest.hexdigest()

    def _grounds_of_marks(self) -> dict[str, Any]:
        """Return who is known to be verified, with their share of comments, and the copied texts.

        Texts are null where they were not compared.
        """
        if "named_marks" not in self.formulas.rules:
            return {}
        names = ("accounts", "people", "verified_people", "comments", "verified_comments")
        counts = {n: int(self.facts.one("verification_facts", n) or 0) for n in names}
        written = counts["comments"]
        share = counts["verified_comments"] / written if written else None
        texts = {"compared": self._whole("texts"), "repeated": self._whole("repeated_texts")}
        return {"verification": counts | {"share": rounded(share)}, "texts": texts}

    def _whole(self, column: str) -> int | None:
        value = self.facts.one("window_facts", column)
        return None if value is None else int(value)

    def _window(self) -> dict[str, Any]:
        one = self.facts.one
        zone = ZoneInfo(one("window_facts", "timezone"))
        start, as_of = (datetime.fromisoformat(one("window_facts", c)) for c in ("start", "as_of"))
        return {
            "start": start.astimezone(zone).date().isoformat(),
            "as_of": local_label(as_of, zone),
            "timezone": zone.key,
        }

    def _excluded(self) -> list[dict[str, Any]]:
        """Return the excluded accounts by role, reclassified ones together.

        Comments of a few accounts point at these, and the total less all others reveals them: where
        one row is small, no row has its comments.
        """
        rows = excluded_by_role(self.facts["excluded_facts"])
        if has_few_accounts(rows):
            return [{"reason": reason, "accounts": rows[reason][0]} for reason in sorted(rows)]
        return [
            {"reason": reason, "accounts": rows[reason][0], "comments": rows[reason][1]}
            for reason in sorted(rows)
        ]

    def _criteria(self) -> dict[str, dict[str, Any]]:
        logged: dict[str, dict[str, Any]] = {
            name: {"score": rounded(score)} for name, score in self.criteria.items()
        }
        return logged | {
            name: self._side_by_side(name, rating) for name, rating in self.judged.items()
        }

    def _dimensions(self) -> dict[str, float | None]:
        """Return the score of every dimension, including those shown as profiles only."""
        normalised = {name: finding.normalised for name, finding in self.findings.items()}
        return {
            name: self.totals[name].score
            if name in self.totals
            else dimension_score(self.formulas, dimension, normalised, self.facts.carries)
            for name, dimension in self.formulas.dimensions.items()
        }

    def _side_by_side(self, name: str, rating: Judged) -> dict[str, Any]:
        """Return planned, judged and logged values side by side, never averaged."""
        figures, named = context_figures(self.facts), load_framework()["criteria"][name]["logged"]
        scores = dict(self.criteria) | self._dimensions()
        scores |= {one: figure["value"] for one, figure in figures.items()}
        known = [s for c in named if (s := scores.get(c)) is not None]
        counts = {
            c: figures[c]["numerator"]
            for c in named
            if c in figures and figures[c]["state"] == COUNT
        }
        logged = sum(known) / len(known) if known else None
        return {
            "planned": rounded(rating.planned),
            "judged": rounded(rating.judged),
            "logged": rounded(logged),
            "disagrees": judgement_differs(rating.judged, logged),
            "grade": evidence_grade(rating.judged, logged, rating.assessors),
        } | ({"counts": counts} if counts else {})


def excluded_by_role(table: Table) -> dict[str, tuple[int, int]]:
    """Return accounts and comments of the excluded by role, those of all reclassified together."""
    rows: dict[str, tuple[int, int]] = {}
    for reason, *counts in zip(table["reason"], table["accounts"], table["comments"], strict=True):
        role = RECLASSIFIED if reason in RECLASSIFIED_FOR else str(reason)
        accounts, comments = rows.get(role, (0, 0))
        rows[role] = (accounts + int(counts[0]), comments + int(counts[1]))
    return rows


def has_few_accounts(rows: Mapping[str, tuple[int, int]]) -> bool:
    """Return whether a role has so few accounts that no role may be published with comments."""
    return any(accounts < LEAST_ACCOUNTS for accounts, _comments in rows.values())


def rounded(value: Any, digits: int = VALUES) -> Any:
    """Return a structure with real numbers rounded; integers stay, pairs become lists."""
    if isinstance(value, Mapping):
        return {
            key: rounded(inner, INTERVALS if str(key).endswith("ci") else digits)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [rounded(inner, digits) for inner in value]
    # Adding 0.0 turns a rounded -0.0 into 0.0.
    return round(float(value), digits) + 0.0 if isinstance(value, float) else value


def _whole(value: float) -> float | int:
    close = round(float(value), VALUES)
    return int(close) if close == int(close) else close


def _indicator(f: Finding) -> dict[str, Any]:
    shown: dict[str, Any] = {"value": rounded(f.value), "state": f.state}
    if f.reason is not None:
        shown["reason"] = f.reason
    if f.opportunities:
        shown["opportunities"] = dict(f.opportunities)
    shown |= {
        "n": f.n,
        "numerator": _whole(f.numerator),
        "denominator": _whole(f.denominator),
        "ci": None if f.ci is None else rounded(list(f.ci), INTERVALS),
        "goalpost": [_whole(f.goalpost[0]), _whole(f.goalpost[1]), f.goalpost[2]],
        "normalised": rounded(f.normalised),
    }
    return shown | ({"parts": rounded(f.parts)} if f.parts else {})


def _record(f: Finding) -> dict[str, Any]:
    shown = _indicator(f)
    shown.pop("opportunities", None)
    low, high = shown.pop("ci") or (None, None)
    return shown | {"parts": shown.get("parts", {}), "ci_low": low, "ci_high": high}


def _dimension(total: DimensionTotal) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "score": rounded(total.score),
        "ci": None if total.ci is None else rounded(list(total.ci), INTERVALS),
        "weights_band": None
        if total.weights_band is None
        else rounded(list(total.weights_band), INTERVALS),
        "state": total.state,
    }
    if total.reason is not None:
        shown["reason"] = total.reason
    if total.variant is not None:
        shown["without"] = total.variant
    return shown | {
        "criteria_used": list(total.criteria_used),
        "criteria_missing": list(total.criteria_missing),
        "marks": list(total.marks),
        "leave_one_out": rounded(total.leave_one_out),
        "sensitivity": rounded(total.sensitivity),
    }
