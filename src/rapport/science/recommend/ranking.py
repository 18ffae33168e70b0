"""How good a ranked list is, user by user."""

import numpy as np

from rapport.science.recommend.interactions import Vector

PER_USER = ("precision", "recall", "map", "ndcg", "hit_rate")


def ranking_metrics(hits: Vector, relevant: Vector) -> dict[str, Vector]:
    """Each metric of each user, from 0 to 1; `hits` is users x k (1 where that place holds a relevant item).

    `relevant` is how many relevant items each user has. Precision divides by k; average precision and NDCG by what
    the best possible list of k would reach.
    Source: Manning, Raghavan and Schütze (2008), Introduction to Information Retrieval, chapter 8; Järvelin and
    Kekäläinen (2002), Cumulated gain-based evaluation of IR techniques, ACM TOIS 20(4).
    """
    k = hits.shape[1]
    place = np.arange(1, k + 1)
    possible = np.minimum(relevant, k)
    discount = 1 / np.log2(place + 1)
    ideal = np.concatenate([[0.0], np.cumsum(discount)])[possible.astype(int)]
    found = hits.sum(axis=1)
    average = (hits * np.cumsum(hits, axis=1) / place).sum(axis=1)
    values = (found / k, found / relevant, average / possible, hits @ discount / ideal, (found > 0).astype(float))
    return dict(zip(PER_USER, values, strict=True))
