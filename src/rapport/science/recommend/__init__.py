"""What a customer may want next: popularity, item-item neighbours and ALS, compared on held-out time."""

from rapport.science.recommend.choosing import Choice, choose
from rapport.science.recommend.evaluation import Ranking, evaluate
from rapport.science.recommend.factors import ALS
from rapport.science.recommend.interactions import CannotRecommend
from rapport.science.recommend.neighbours import ItemKNN
from rapport.science.recommend.popularity import Popularity
from rapport.science.recommend.ranking import ranking_metrics
from rapport.science.recommend.splitting import split_by_time

__all__ = [
    "ALS",
    "CannotRecommend",
    "Choice",
    "ItemKNN",
    "Popularity",
    "Ranking",
    "choose",
    "evaluate",
    "ranking_metrics",
    "split_by_time",
]
