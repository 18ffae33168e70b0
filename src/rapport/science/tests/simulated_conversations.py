"""Made-up conversations whose outcome follows a known, noisy mechanism. They are synthetic: what a model reaches on
them says that it finds the mechanism, not what it would reach on the conversations of a company.

The chance that one is resolved falls with a slow first answer, with being put off and with asking twice, and rises
with a real answer; the last message of the customer then hints at it, or there is none.
"""

from datetime import UTC, datetime, timedelta

import numpy as np

from rapport.science.quality import Conversation, Turn

_QUESTIONS = {
    "en": ["How do I reset my {x}?", "My {x} does not work, what can I do?", "When will the {x} arrive?",
           "I was charged twice for the {x}, why?", "Can I change the {x} of my order?"],
    "zh": ["请问怎么重置{x}？", "我的{x}打不开怎么办？", "{x}什么时候到？",
           "{x}为什么多扣了钱？", "可以修改订单的{x}吗？"],
}  # fmt: skip
_THINGS = {
    "en": ["password", "lamp", "parcel", "plan", "address", "invoice", "app", "account", "card", "device"],
    "zh": ["密码", "台灯", "快递", "套餐", "地址", "发票", "应用", "账号", "银行卡", "设备"],
}
_ANSWERS = {
    "en": ["You can change the {x} in Settings: click Edit and save.", "It has been fixed, the {x} is now available.",
           "Because of a delay the {x} arrives in 2 days, and 5 euros have been refunded."],
    "zh": ["可以的，打开设置，点击修改{x}就行。", "已经为您处理好了，{x}现在可以使用。",
           "{x}由于天气原因2天后到，已为您退款5元。"],
}  # fmt: skip
_HOLDING = {"en": ["We will look into the {x}.", "Please wait, I am checking."], "zh": ["正在为您核实{x}，请稍等。"]}
_GREETING = {"en": ["Hello Kim,", "Hi,", ""], "zh": ["您好，", "Kim您好，", ""]}
_AGAIN = {
    "en": ["Any news about the {x}?", "I am still waiting for an answer."],
    "zh": ["{x}有消息了吗？", "我还在等回复。"],
}
_GLAD = {
    "en": ["Thanks, that helped.", "Great, it works now!", "ok cheers"],
    "zh": ["谢谢，解决了", "好了，可以了", "嗯嗯多谢"],
}
_CROSS = {
    "en": ["It is still not working.", "That is not what I asked.", "I give up."],
    "zh": ["还是不行", "没解决", "算了吧"],
}
_ENDS = (0.6, 0.1, 0.12, 0.35)  # glad if resolved, cross if resolved, glad if not, cross if not


def conversations(n: int, seed: int = 0) -> tuple[list[Conversation], np.ndarray, np.ndarray]:
    """Conversations, whether each was resolved, and the chance that the mechanism itself would give, all told."""
    random = np.random.default_rng(seed)
    made = [_conversation(random) for _ in range(n)]
    return [one[0] for one in made], np.array([one[1] for one in made]), np.array([one[2] for one in made])


def _conversation(random: np.random.Generator) -> tuple[Conversation, bool, float]:
    language = "zh" if random.random() < 0.4 else "en"
    thing = str(random.choice(_THINGS[language]))
    wait, put_off, twice = float(random.lognormal(3.2, 1.2)), random.random() < 0.35, random.random() < 0.3
    odds = 1.6 - 0.5 * (np.log(wait) - 3.2) - 1.4 * put_off - 0.8 * twice
    chance = 1 / (1 + np.exp(-odds))
    resolved = bool(random.random() < chance)
    glad, cross = (_ENDS[0], _ENDS[1]) if resolved else (_ENDS[2], _ENDS[3])
    end = str(random.choice(["glad", "cross", "none"], p=[glad, cross, 1 - glad - cross]))
    at = datetime(2026, 3, 2, 9, tzinfo=UTC) + timedelta(minutes=float(random.uniform(0, 400)))

    def say(kind: dict[str, list[str]]) -> str:
        return str(random.choice(kind[language])).format(x=thing)

    turns = [Turn("customer", say(_QUESTIONS), at)]
    if twice:
        turns.append(Turn("customer", say(_AGAIN), at + timedelta(minutes=0.6 * wait)))
    reply = f"{say(_GREETING)} {say(_HOLDING if put_off else _ANSWERS)}"
    turns.append(Turn("agent", reply, at + timedelta(minutes=wait)))
    if end != "none":
        turns.append(Turn("customer", say(_GLAD if end == "glad" else _CROSS), at + timedelta(minutes=wait + 9)))
    return Conversation(tuple(turns), customer="Kim"), resolved, _after(chance, end)


def _after(chance: float, end: str) -> float:
    """The chance once the end is known, by Bayes' rule."""
    if_so = {"glad": _ENDS[0], "cross": _ENDS[1], "none": 1 - _ENDS[0] - _ENDS[1]}[end]
    if_not = {"glad": _ENDS[2], "cross": _ENDS[3], "none": 1 - _ENDS[2] - _ENDS[3]}[end]
    return chance * if_so / (chance * if_so + (1 - chance) * if_not)
