"""BANKING77 and Chinese reviews: intents, "don't know", search, topics, sentiment and near-duplicates beside rivals.

Vectors are kept in build/vectors, so that only the first run encodes the 13,083 questions.
"""

import time
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import normalized_mutual_info_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold
from snownlp.sentiment import Sentiment as Bayes

from rapport.science.text import Encoder, IntentClassifier, Retriever, Sentiment, Topics, near_duplicates
from tools.science.figure import Figure

VECTORS = Path(__file__).resolve().parents[2] / "build" / "vectors"
DRAWS, UNKNOWN_DRAWS = range(5), range(3)


def figures(datasets: Path) -> list[Figure]:
    """Each rival is run here on the same texts; published figures are those of the data set's literature."""
    learnt, asked = (pd.read_csv(datasets / "banking77" / f"{part}.csv") for part in ("train", "test"))
    encoder = Encoder(directory=VECTORS)
    return [
        *_intents(learnt, asked, encoder),
        *_unknown(learnt, asked, encoder),
        *_search(learnt, asked, encoder),
        _topics(asked, encoder),
        *_sentiment(),
        *_duplicates(learnt),
    ]


def _intents(learnt: pd.DataFrame, asked: pd.DataFrame, encoder: Encoder) -> list[Figure]:
    """Accuracy of the best label, refused or not, and of what is answered with a refusal counted as wrong."""
    few = [_accuracy(_drawn(learnt, 10, seed), asked, encoder)[0] for seed in DRAWS]
    best, answered = _accuracy(learnt, asked, encoder)
    name = "BANKING77, 10 examples an intent"
    return [
        Figure(f"{name}, {len(few)} draws: accuracy, mean", float(np.mean(few)), 0.814, "", True),
        Figure(f"{name}, {len(few)} draws: accuracy, least", min(few), 0.794, "", True),
        Figure("BANKING77, all examples: accuracy", best, 0.93, "", True),
        Figure("BANKING77, all examples: accuracy, a refusal counted as wrong", answered, 0.909, "", True),
    ]


def _accuracy(learnt: pd.DataFrame, asked: pd.DataFrame, encoder: Encoder) -> tuple[float, float]:
    model = IntentClassifier(encoder=encoder).fit(learnt["text"], learnt["category"])
    decisions = model.decision(asked["text"])
    right = np.array([decision.label for decision in decisions], dtype=object) == asked["category"].to_numpy(object)
    sure = np.array([decision.confidence for decision in decisions])
    return float(right.mean()), float((right & (sure >= model.threshold)).mean())


def _drawn(table: pd.DataFrame, each: int, seed: int) -> pd.DataFrame:
    return table.groupby("category").sample(each, random_state=seed)


def _unknown(learnt: pd.DataFrame, asked: pd.DataFrame, encoder: Encoder) -> list[Figure]:
    """A quarter of the intents is never learnt, and one question in ten asks for one of them.

    The rival is logistic regression on the same vectors that refuses below a highest probability of one half.
    """
    ours, naive, honest, known = [], [], [], []
    for seed in UNKNOWN_DRAWS:
        random = np.random.default_rng(seed)
        kept = random.permutation(np.unique(learnt["category"]))[19:]
        examples = _drawn(learnt[learnt["category"].isin(kept)], 20, seed)
        inside = asked["category"].isin(kept)
        strange = asked[~inside].sample(int(inside.sum() / 9), random_state=seed)
        mixed = pd.concat([asked[inside], strange])
        found = _sureness(examples, mixed, encoder)
        rival = _naive(examples, mixed, encoder)
        answered = rival["sure"] >= 0.5
        naive.append(rival.loc[answered, "right"].mean())
        ours.append(found.nlargest(int(answered.sum()), "sure")["right"].mean())
        honest.append(abs(found["sure"].mean() - found["right"].mean()))
        known.append(roc_auc_score(mixed["category"].isin(kept), found["sure"]))
        known[-1] -= roc_auc_score(mixed["category"].isin(kept), rival["sure"])
    name = "BANKING77, 20 examples of 58 intents, 10 % unknown"
    return [
        Figure(f"{name}: precision at the rival's coverage", float(np.mean(ours)), float(np.mean(naive)), "", True),
        Figure(f"{name}: gain in AUC of known against unknown", float(np.mean(known)), 0.0, "", True),
        Figure(f"{name}: mean confidence less share right", float(np.mean(honest)), 0.05, "", False),
    ]


def _sureness(examples: pd.DataFrame, asked: pd.DataFrame, encoder: Encoder) -> pd.DataFrame:
    model = IntentClassifier(encoder=encoder, unknown_share=0.1).fit(examples["text"], examples["category"])
    decisions = model.decision(asked["text"])
    table = pd.DataFrame(decisions, columns=["label", "sure"])
    return table.assign(right=table["label"].to_numpy(object) == asked["category"].to_numpy(object))


def _naive(examples: pd.DataFrame, asked: pd.DataFrame, encoder: Encoder) -> pd.DataFrame:
    model = LogisticRegression(C=10, max_iter=1_000).fit(encoder.encode(examples["text"]), examples["category"])
    chances = model.predict_proba(encoder.encode(asked["text"]))
    right = model.classes_[chances.argmax(axis=1)] == asked["category"].to_numpy(object)
    return pd.DataFrame({"sure": chances.max(axis=1), "right": right})


def _search(learnt: pd.DataFrame, asked: pd.DataFrame, encoder: Encoder) -> list[Figure]:
    """Questions of the same intent among 10,003, found by both, by words alone and by vectors alone."""
    intents = learnt["category"].to_numpy(object)
    truth = asked["category"].to_numpy(object)

    def ranks(**settings: float | bool) -> float:
        search = Retriever(encoder=encoder, **settings).fit(learnt["text"])
        first = []
        for hits, intent in zip(search.search_many(list(asked["text"]), 20), truth, strict=True):
            places = [place for place, hit in enumerate(hits, 1) if intents[hit.index] == intent]
            first.append(1 / places[0] if places else 0.0)
        return float(np.mean(first))

    both, words, vectors = ranks(), ranks(vectors=False), ranks(meaning_weight=1.0)
    return [
        Figure("BANKING77, search: mean reciprocal rank of both, beside BM25", both, words, "", True),
        Figure("BANKING77, search: mean reciprocal rank of both, beside vectors", both, vectors, "", True),
        _quickness(learnt),
    ]


def _quickness(learnt: pd.DataFrame) -> Figure:
    search = Retriever(vectors=False).fit(_many(learnt))
    started = time.perf_counter()
    for query in learnt["text"][:100]:
        search.search(query)
    return Figure("100,000 documents: search by words", 10 * (time.perf_counter() - started), 50.0, "ms", False)


def _many(learnt: pd.DataFrame) -> list[str]:
    """100,000 texts of two questions each, the last 5,000 with a letter changed in one of the first."""
    random, texts = np.random.default_rng(0), learnt["text"].to_numpy(object)
    pairs = random.integers(len(texts), size=(95_000, 2))
    many = [f"{texts[first]} {texts[second][:40]}" for first, second in pairs]
    return many + [text.replace("a", "e", 1) for text in many[:5_000]]


def _topics(asked: pd.DataFrame, encoder: Encoder) -> Figure:
    ours = normalized_mutual_info_score(asked["category"], Topics(77, encoder=encoder).fit(asked["text"]).labels_)
    weights = TfidfVectorizer(stop_words="english").fit_transform(asked["text"])
    groups = KMeans(77, n_init=4, random_state=0).fit_predict(weights)
    rival = normalized_mutual_info_score(asked["category"], groups)
    return Figure("BANKING77, 77 topics: mutual information, beside k-means on TF-IDF", ours, rival, "", True)


def _sentiment() -> list[Figure]:
    """Distinct reviews, each said once and with one label: texts that repeat would be learnt by heart."""
    texts, good = _reviews()
    folds = list(StratifiedKFold(3, shuffle=True, random_state=0).split(texts, good))
    found = {"ours": [], "rival": []}
    for learnt, held in folds:
        model = Sentiment().fit(texts[learnt], good[learnt])
        found["ours"].append(_scores(good[held], model.predict_proba(texts[held])[:, 1]))
        found["rival"].append(_scores(good[held], _baseline(texts[learnt], good[learnt], texts[held])))
    (accuracy, auc), (rival_accuracy, rival_auc) = (np.mean(found[name], axis=0) for name in ("ours", "rival"))
    name = f"{len(texts)} distinct Chinese reviews, 3 folds"
    rival = "1-2-gram TF-IDF + logistic"
    return [
        Figure(f"{name}: accuracy, beside {rival}", accuracy, rival_accuracy, "", True),
        Figure(f"{name}: AUC, beside {rival}", auc, rival_auc, "", True),
        *_beside_bayes(texts, good),
        Figure(f"{name[:-9]}, untrained: AUC", roc_auc_score(good, Sentiment().polarity(texts)), 0.8, "", True),
    ]


def _beside_bayes(texts: NDArray[np.object_], good: NDArray[np.bool_]) -> list[Figure]:
    """Snownlp's naive Bayes, taught the same 3,000 reviews; it segments too slowly for all of them."""
    learnt, held = slice(0, 3_000), slice(3_000, 4_000)
    bayes = Bayes()
    bayes.classifier = type(bayes.classifier)()
    bayes.train(texts[learnt][~good[learnt]], texts[learnt][good[learnt]])
    rival = _scores(good[held], np.array([bayes.classify(text) for text in texts[held]]))
    ours = _scores(good[held], Sentiment().fit(texts[learnt], good[learnt]).predict_proba(texts[held])[:, 1])
    return [
        Figure(f"3,000 Chinese reviews: {name}, beside snownlp's Bayes", one, other, "", True)
        for name, one, other in zip(("accuracy", "AUC"), ours, rival, strict=True)
    ]


def _baseline(learnt: NDArray[np.object_], good: NDArray[np.bool_], held: NDArray[np.object_]) -> NDArray[np.float64]:
    weights = TfidfVectorizer(analyzer="char", ngram_range=(1, 2))
    model = LogisticRegression(max_iter=1_000).fit(weights.fit_transform(learnt), good)
    return model.predict_proba(weights.transform(held))[:, 1]


def _scores(good: NDArray[np.bool_], chance: NDArray[np.float64]) -> tuple[float, float]:
    return float(((chance >= 0.5) == good).mean()), float(roc_auc_score(good, chance))


def _reviews() -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    labels: dict[str, set[bool]] = {}
    for name in ("pos", "neg"):
        for line in files("snownlp.sentiment").joinpath(f"{name}.txt").read_text(encoding="utf-8").splitlines():
            labels.setdefault(line.strip(), set()).add(name == "pos")
    clear = [(text, next(iter(said))) for text, said in labels.items() if text and len(said) == 1]
    order = np.random.default_rng(0).permutation(len(clear))
    return np.array([clear[i][0] for i in order], dtype=object), np.array([clear[i][1] for i in order])


def _duplicates(learnt: pd.DataFrame) -> list[Figure]:
    some = learnt["text"].iloc[:4_000].tolist()
    pairs = near_duplicates(some, 0.6).pairs
    found = set(zip(pairs["first"], pairs["second"], strict=True))
    expected = _by_comparing_all(some, 0.6)
    many = _many(learnt)
    started = time.perf_counter()
    near_duplicates(many, 0.8)
    seconds = time.perf_counter() - started
    return [
        Figure("BANKING77: near-duplicates found, of all", len(found & expected) / len(expected), 0.99, "", True),
        Figure("100,000 texts: near-duplicates", seconds, 60.0, "s", False),
    ]  # fmt: skip


def _by_comparing_all(texts: list[str], threshold: float) -> set[tuple[int, int]]:
    """Pairs by scikit-learn's counts of three characters in a row and a full matrix; equal texts stand once."""
    cleaned = [f" {' '.join(text.split()).lower()} " for text in texts]
    counts = TfidfVectorizer(analyzer="char", ngram_range=(3, 3), binary=True, use_idf=False, norm=None)
    pieces = sparse.csr_array(counts.fit_transform(cleaned))
    sizes = np.asarray(pieces.sum(axis=1)).ravel()
    both = (pieces @ pieces.T).toarray()
    alike = both / (sizes[:, None] + sizes - both) >= threshold
    first = pd.Series(cleaned).drop_duplicates().index.to_numpy()
    distinct = np.zeros(len(texts), dtype=bool)
    distinct[first] = True
    left, right = np.nonzero(np.triu(alike & distinct[:, None] & distinct, 1))
    return set(zip(left.tolist(), right.tolist(), strict=True))
