"""Where work waits, comes back and changes hands, from a log of events."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rapport.science.language import ngettext


class CannotRead(ValueError):
    """This table is no event log; the sentence says what it lacks."""


@dataclass(frozen=True)
class Bottlenecks:
    """What a log says, worst first; times in hours.

    `activities` (by activity): events, cases, waiting and work (mean), waiting_p90, waiting_share (of all waiting),
    rework (share of its cases in which it happened again), repeats (events beyond the first of a case).
    `transitions` (by activity before and after): count, waiting (mean), waiting_p90, waiting_share, handed_over
    (share).
    `cases` (by case): hours from first to last event, waiting, work, events, rework, hand_overs.
    """

    activities: pd.DataFrame
    transitions: pd.DataFrame
    cases: pd.DataFrame

    @property
    def sentence(self) -> str:
        """The worst bottleneck in one sentence."""
        cases = len(self.cases)
        if self.activities["waiting_share"].isna().all():
            return ngettext("Nothing waits in {cases} case.", "Nothing waits in {cases} cases.", cases).format(
                cases=f"{cases:,}"
            )
        (before, after), row = next(iter(self.transitions.iterrows()))
        return ngettext(
            "In {cases} case, {share} of all waiting lies between “{before}” and “{after}”: {hours} hours each time, "
            "{most} at the 90th percentile.",
            "In {cases} cases, {share} of all waiting lies between “{before}” and “{after}”: {hours} hours each time, "
            "{most} at the 90th percentile.",
            cases,
        ).format(
            cases=f"{cases:,}",
            share=f"{row['waiting_share']:.0%}",
            before=before,
            after=after,
            hours=f"{row['waiting']:,.1f}",
            most=f"{row['waiting_p90']:,.1f}",
        )


def bottlenecks(
    log: pd.DataFrame,
    *,
    case: str = "case",
    activity: str = "activity",
    time: str = "time",
    start: str | None = None,
    resource: str | None = None,
) -> Bottlenecks:
    """Read a log with one row an event: whose case, what, when it ended, and if known when it began and who did it.

    Without `start`, an event takes no time, so that work counts as waiting for its end; with it, waiting is from the
    end of all earlier events of the case to the beginning (0 when they overlap). Rows may come in any order; those of
    one moment keep theirs. Hand-overs are changes of `resource` within a case, where both are known.
    Source: van der Aalst (2016), Process Mining, chapters 2 and 9, for the directly-follows relation.
    """
    events = _events(log, case, activity, time, start, resource)
    return Bottlenecks(_activities(events), _transitions(events), _cases(events))


def _events(
    log: pd.DataFrame, case: str, activity: str, time: str, start: str | None, resource: str | None
) -> pd.DataFrame:
    wanted = {"case": case, "activity": activity, "end": time, "start": start or time, "resource": resource}
    absent = sorted({name for name in wanted.values() if name is not None and name not in log.columns})
    if absent:
        raise CannotRead(f"The log has no column {', '.join(absent)}; name its columns of case, activity and time.")
    events = pd.DataFrame({key: log[name].to_numpy() for key, name in wanted.items() if name is not None})
    if "resource" not in events:
        events["resource"] = pd.Series([None] * len(events), dtype=object)
    for moment in ("start", "end"):
        events[moment] = _times(events[moment])
    if events[["case", "activity", "start", "end"]].isna().any().any():
        raise CannotRead("Some events have no case, activity or time; drop them or complete them.")
    if events.empty:
        raise CannotRead("The log holds no event.")
    if (events["start"] > events["end"]).any():
        raise CannotRead("Some events end before they begin.")
    return _measured(events.sort_values(["case", "start", "end"], kind="stable", ignore_index=True))


def _times(values: pd.Series) -> pd.Series:
    unreadable = CannotRead("The times of the log cannot be read; write them as 2025-03-04 09:30.")
    if pd.api.types.is_numeric_dtype(values.dtype):
        raise unreadable
    try:
        return pd.to_datetime(values, utc=True, format="ISO8601")
    except (ValueError, TypeError) as error:
        raise unreadable from error


def _measured(events: pd.DataFrame) -> pd.DataFrame:
    by = events.groupby("case", sort=False)
    # The latest end so far: an event that runs beside a longer one does not end the work.
    busy_until = by["end"].cummax()
    same = events["case"].eq(events["case"].shift())
    events["waiting"] = _hours(events["start"] - busy_until.shift()).clip(lower=0).where(same)
    events["work"] = _hours(events["end"] - events["start"])
    events["before"] = events["activity"].shift().where(same)
    events["again"] = events.duplicated(["case", "activity"])
    other = events["resource"].ne(events["resource"].shift())
    both = events["resource"].notna() & events["resource"].shift().notna()
    events["handed_over"] = other.where(same & both).astype(float)
    return events


def _hours(spans: pd.Series) -> pd.Series:
    return spans.dt.total_seconds() / 3600


def _activities(events: pd.DataFrame) -> pd.DataFrame:
    by = events.groupby("activity", sort=True, observed=True)
    table = pd.DataFrame({"events": by.size(), "cases": by["case"].nunique(), "waiting": by["waiting"].mean()})
    table["work"] = by["work"].mean()
    table["waiting_p90"] = by["waiting"].quantile(0.9)
    table["waiting_share"] = _share(by["waiting"].sum())
    repeated = events[events["again"]].groupby("activity", observed=True)["case"].nunique()
    table["rework"] = repeated.reindex(table.index, fill_value=0) / table["cases"]
    table["repeats"] = by["again"].sum().astype(int)
    return table.sort_values("waiting_share", ascending=False, kind="stable")


def _transitions(events: pd.DataFrame) -> pd.DataFrame:
    follows = events[events["before"].notna()].rename(columns={"activity": "after"})
    by = follows.groupby(["before", "after"], sort=True, observed=True)
    table = pd.DataFrame({"count": by.size(), "waiting": by["waiting"].mean()})
    table["waiting_p90"] = by["waiting"].quantile(0.9)
    table["waiting_share"] = _share(by["waiting"].sum())
    table["handed_over"] = by["handed_over"].mean()
    return table.sort_values("waiting_share", ascending=False, kind="stable")


def _cases(events: pd.DataFrame) -> pd.DataFrame:
    by = events.groupby("case", sort=True)
    table = pd.DataFrame({"hours": _hours(by["end"].max() - by["start"].min()), "waiting": by["waiting"].sum()})
    table["work"] = by["work"].sum()
    table["events"] = by.size()
    table["rework"] = by["again"].sum().astype(int)
    table["hand_overs"] = by["handed_over"].sum().astype(int)
    return table.sort_values("waiting", ascending=False, kind="stable")


def _share(total: pd.Series) -> pd.Series:
    """Shares of the sum; unknown when nothing waits at all."""
    whole = float(total.sum())
    return total / whole if whole > 0 else total * np.nan
