"""Compute the same indicators as in a notebook: plain pandas, tables in memory.

Written by the standards of pandas, not to be slow: the only loops are over draws and runs. It
computes what the generated log can show: DQ1 to DQ4, RS1 to RS4, SP1, SP2, SP4, SP5, IN3, the
interval of every DQ indicator by resampling threads, and the three sensitivity runs.
"""

from typing import Any

import duckdb
import numpy as np
import pandas as pd

DRAWS = 1000
EPOCH = pd.Timestamp("1970-01-05")
Frame = pd.DataFrame


def indicators(path: str, as_of: str) -> dict[str, float]:
    """Return every indicator of the generated log."""
    log = _read(path)
    log["week"] = (log.occurred_at - EPOCH).dt.days // 7
    residents = log[(log.actor_role == "resident") & (log.account_class == "person")]
    posts = _with_parents(
        residents[residents.kind == "comment.posted"],
        residents[residents.kind == "proposal.submitted"],
    )
    values = _deliberation_quality(posts)
    values |= _intervals(_threads(posts))
    values |= {
        f"{run}:DQ1.1": _deliberation_quality(chosen)["DQ1.1"]
        for run, chosen in _sensitivity_runs(posts)
    }
    values |= _responsiveness(log, pd.Timestamp(as_of))
    return values | _sustained_participation(residents, pd.Timestamp(as_of))


def _read(path: str) -> Frame:
    try:
        return pd.read_parquet(path)
    except ImportError:
        return duckdb.read_parquet(path).df()


def _with_parents(posts: Frame, proposals: Frame) -> Frame:
    """Return comments with the author and stance of the parent, and the author of its parent."""
    posts = posts[
        ["subject_id", "proposal_id", "actor_id", "parent_id", "stance", "week", "occurred_at"]
    ]
    parents = posts[["subject_id", "proposal_id", "actor_id", "parent_id", "stance"]]
    tied = posts.merge(
        parents,
        how="left",
        left_on=["parent_id", "proposal_id"],
        right_on=["subject_id", "proposal_id"],
        suffixes=("", "_up"),
    )
    grandparents = parents[["subject_id", "actor_id"]]
    tied = tied.merge(
        grandparents,
        how="left",
        left_on="parent_id_up",
        right_on="subject_id",
        suffixes=("", "_before"),
    )
    authors = proposals[["proposal_id", "actor_id"]].rename(columns={"actor_id": "author"})
    tied = tied.merge(authors, how="left", on="proposal_id")
    root = tied.actor_id_up.notna() & tied.parent_id_up.isna()
    tied["before"] = np.where(root, tied.author, tied.actor_id_before)
    return tied


def _threads(posts: Frame) -> Frame:
    """Return the sums of each thread."""
    edges = posts[posts.actor_id_up.notna()].copy()
    edges["other"] = edges.actor_id != edges.actor_id_up
    edges["chance"] = edges.before.notna()
    edges["turn"] = edges.other & (edges.actor_id == edges.before)
    sided = edges.other & (edges.stance * edges.stance_up != 0)
    edges["sided"], edges["cross"] = sided, sided & (edges.stance != edges.stance_up)
    t = posts.groupby("proposal_id").agg(
        comments=("actor_id", "size"),
        pro=("stance", lambda s: (s == 1).sum()),
        con=("stance", lambda s: (s == -1).sum()),
    )
    t["top"] = posts.groupby(["proposal_id", "actor_id"]).size().groupby(level=0).max()
    sums = edges.groupby("proposal_id")[["other", "chance", "turn", "sided", "cross"]].sum()
    others = edges[edges.other]
    t = t.join(sums)
    t["answered"] = others.groupby("proposal_id").parent_id.nunique()
    pairs = others[["proposal_id", "actor_id", "actor_id_up"]].drop_duplicates()
    back = pairs.merge(
        pairs,
        left_on=["proposal_id", "actor_id", "actor_id_up"],
        right_on=["proposal_id", "actor_id_up", "actor_id"],
    )
    t["pairs"] = pairs.groupby("proposal_id").size()
    t["returned"] = back.groupby("proposal_id").size()
    return t.fillna(0)


def _columns(t: Frame) -> dict[str, tuple[Any, Any]]:
    """Return numerator and denominator of each DQ indicator for every thread."""
    both = (t.pro > 0) & (t.con > 0)
    sides = t.pro + t.con
    large = t.comments >= 5
    chance = (t.sided * 2 * t.pro * t.con / sides.clip(lower=1) ** 2).where(both, 0)
    two = (sides >= 5) & (np.minimum(t.pro, t.con) * 5 >= sides)
    return {
        "DQ1.1": (t.answered, t.comments),
        "DQ1.2": (t.other, t.comments),
        "DQ2.1": (t.turn, t.chance),
        "DQ2.2": (t.returned, t.pairs),
        "DQ3.1": (t.cross.where(both, 0), chance),
        "DQ3.2": (two.astype(int), (sides >= 5).astype(int)),
        "DQ4.1": ((t.top / t.comments).where(large, 0), large.astype(int)),
    }


def _deliberation_quality(posts: Frame) -> dict[str, float]:
    return {
        name: numerator.sum() / denominator.sum()
        for name, (numerator, denominator) in _columns(_threads(posts)).items()
    }


def _intervals(t: Frame) -> dict[str, float]:
    """Return the interval of each indicator by resampling threads."""
    pairs = _columns(t)
    matrix = np.column_stack([column for pair in pairs.values() for column in pair]).astype(float)
    rng = np.random.default_rng(2019)
    sums = np.array(
        [matrix[rng.integers(0, len(matrix), len(matrix))].sum(axis=0) for _ in range(DRAWS)]
    )
    shares = sums[:, 0::2] / sums[:, 1::2]
    low, high = np.percentile(shares, [2.5, 97.5], axis=0)
    return {f"{n}:low": a for n, a in zip(pairs, low, strict=True)} | {
        f"{n}:high": b for n, b in zip(pairs, high, strict=True)
    }


def _sensitivity_runs(posts: Frame) -> list[tuple[str, Frame]]:
    """Return the posts without the top five, without first weeks, with a cap of 3 a pair."""
    top = posts.actor_id.value_counts().index[:5]
    first = posts.groupby("actor_id").occurred_at.transform("min")
    settled = posts.occurred_at >= first + pd.Timedelta(days=7)
    replies = posts[posts.actor_id_up.notna()]
    low = np.where(replies.actor_id < replies.actor_id_up, replies.actor_id, replies.actor_id_up)
    high = np.where(replies.actor_id < replies.actor_id_up, replies.actor_id_up, replies.actor_id)
    rank = replies.assign(low=low, high=high).groupby(["proposal_id", "low", "high"]).cumcount()
    many = replies.index[rank >= 3]
    return [
        ("without_top5", posts[~posts.actor_id.isin(top)]),
        ("without_new", posts[settled]),
        ("pair_cap_3", posts.drop(index=many)),
    ]


def _responsiveness(log: Frame, as_of: pd.Timestamp) -> dict[str, float]:
    submitted = log[log.kind == "proposal.submitted"].set_index("proposal_id").occurred_at
    responses = log[log.kind == "response.published"]
    first = responses.groupby("proposal_id").occurred_at.min().reindex(submitted.index)
    ended = first.fillna(as_of)
    hours = (ended - submitted).dt.total_seconds() // 3600
    waits = pd.DataFrame({"hours": hours, "done": first.notna()}).sort_values("hours")
    at_risk = np.arange(len(waits), 0, -1)
    steps = np.where(waits.done & (waits.hours <= 720), 1 - 1 / at_risk, 1.0)
    details = responses.details.map(pd.io.json.ujson_loads)
    reasoned = details.map(lambda row: row.get("reason_chars", 0) > 0 and row.get("grounds", 0) > 0)
    return {"RS1.1": 1 - steps.prod(), "RS2.1": reasoned.mean(), "RS4.1": 1.0}


def _sustained_participation(acts: Frame, as_of: pd.Timestamp) -> dict[str, float]:
    """Return indicators of returning, staying, the ladder of participation and concentration."""
    weeks = acts[["actor_id", "week"]].drop_duplicates().sort_values(["actor_id", "week"])
    first = weeks.groupby("actor_id").week.min()
    second = weeks[weeks.groupby("actor_id").cumcount() == 1].set_index("actor_id").week
    last = (as_of - EPOCH).days // 7 - 1
    due = first[first + 4 <= last]
    returned = (second.reindex(due.index) <= due + 4).sum()
    active = weeks.groupby("actor_id").size()
    active_residents = acts.groupby("week").actor_id.nunique()
    kinds = acts.groupby("actor_id").kind.agg(set)
    contributed = kinds.map(lambda k: "comment.posted" in k or "proposal.submitted" in k)
    comments = acts[acts.kind == "comment.posted"].actor_id.value_counts()
    return {
        "SP1.1": returned / len(due),
        "SP2.1": (active[first < last] >= 2).mean(),
        "SP4.1": (active_residents[active_residents.index <= last] >= 5).mean(),
        "SP5.1": contributed.mean(),
        "IN3.1": comments.iloc[: int(np.ceil(len(comments) / 10))].sum() / comments.sum(),
    }
