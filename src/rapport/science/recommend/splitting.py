"""What is learnt from before a moment, and what is foreseen after it."""

from typing import Any

import numpy as np
import pandas as pd

from rapport.science.recommend.interactions import TIME, USER, CannotRecommend, checked_table, moments


def split_by_time(
    interactions: pd.DataFrame, share: float = 0.2, *, date: Any = None, per_user: bool = False
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The earlier and the later rows of a table with `user`, `item` and `time`.

    Later is from `date` on or, without one, the latest `share` of all rows. With `per_user` later is the latest
    share of each user's own rows (users of one row stay whole in the earlier part): every user has a history then,
    but the earlier rows of some are later than the later rows of others. Rows of one moment are never torn apart, so
    the later part may be a little smaller or greater. Raises CannotRecommend when either part would be empty.
    """
    table = checked_table(interactions)
    if TIME not in table:
        raise CannotRecommend("To hold out later interactions the table needs a column time.")
    if not 0 < share < 1:
        raise ValueError("The share that is held out lies between 0 and 1, such as 0.2.")
    time = moments(table[TIME])
    if date is not None:
        later = time >= _moment(date, table[TIME])
    else:
        later = _latest_of_each(table[USER], time, share) if per_user else time >= _cut(np.sort(time), share)
    if later.all() or not later.any():
        raise CannotRecommend("All interactions lie on one side of that moment: choose another.")
    given = interactions.reset_index(drop=True)
    return given[~later].reset_index(drop=True), given[later].reset_index(drop=True)


def _cut(time: Any, share: float) -> float:
    """The moment from which on about the share is later; not the first, for something has to be learnt."""
    place = len(time) - max(1, round(share * len(time)))
    cut = time[place]
    after = np.searchsorted(time, cut, side="right")
    return float(time[after]) if cut == time[0] and after < len(time) else float(cut)


def _latest_of_each(user: pd.Series, time: Any, share: float) -> Any:
    table = pd.DataFrame({"user": user.to_numpy(), "time": time})
    # Equal moments share the highest rank, so that a session is not torn apart.
    rank = table.groupby("user", sort=False, observed=True)["time"].rank(method="min").to_numpy()
    size = table.groupby("user", sort=False, observed=True)["time"].transform("size").to_numpy()
    return (rank > size - np.maximum(1, np.round(share * size))) & (rank > 1)


def _moment(date: Any, times: pd.Series) -> float:
    if pd.api.types.is_numeric_dtype(times):
        if isinstance(date, bool) or not isinstance(date, int | float | np.number):
            raise ValueError("The column time holds numbers, so the moment of the split is a number too.")
        return float(date)
    return float(moments(pd.Series([date]))[0])
