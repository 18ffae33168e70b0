"""Whether somebody only says thank you. Such an answer joins a closed conversation without opening it again."""

import re

# An answer longer than this says more than thank you.
_LONGEST = 160
_MOST_WORDS = 14

_THANKS = frozenset(
    "thanks thank thankyou thx thnx tx ty tysm cheers ta appreciated appreciate grateful "
    "danke dankeschön merci gracias obrigado obrigada grazie bedankt dank tack takk tak dziękuję спасибо kiitos "
    "ありがとう ありがとうございます ありがとうございました".split()
)
# What people say around it, and that it worked.
_AROUND = frozenset(
    "hi hello hey dear all team everyone you so very much again a an lot lots million bunch for your the quick fast "
    "prompt great good nice excellent amazing awesome wonderful perfect brilliant super fantastic lovely kind help "
    "helping reply response answer support service assistance info information update it that this now works "
    "worked working solved fixed resolved sorted all and best regards kind kindest warm many have day weekend one "
    "really truly guys ok okay got understood noted received cool yes yep sure fine "
    "vielen herzlichen schön sehr für die ihre eure deine schnelle hilfe antwort gruß grüße liebe viele mit "
    "freundlichen jetzt geht funktioniert es super alles klar beaucoup pour votre aide réponse rapide bien "
    "cordialement muchas mil por su tu ayuda respuesta rápida saludos muito muita pela pelo ajuda resposta mille "
    "tante per il vostro aiuto molto saluti hartelijk heel erg veel voor je uw jullie hulp groeten met vriendelijke "
    "groet dank".split()
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_CHINESE = re.compile(
    r"(?:谢谢|謝謝|感谢|感謝|多谢|多謝|非常|十分|万分|再次|太|好的|好滴|好|收到|明白|知道|了解|了|啦|您|你们|你|的|帮助|帮忙|幫助|幫忙|"
    r"回复|回覆|支持|耐心|问题|問題|已经|已經|已|解决|解決|可以|没问题|沒問題|辛苦|麻烦|麻煩|费心|客服|大家|们|嗯|哦|哈|呢|呀|啊|很|"
    r"满意|滿意|完美|棒|赞|ok|现在|現在|能用|正常)+"
)
_CHINESE_THANKS = re.compile(r"谢|謝|感激|辛苦|麻烦|麻煩|费心")
_PICTOGRAMS = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f\u200d]+")


def only_thanks(text: str, *, names: tuple[str, ...] = ()) -> bool:
    """Whether a text, without quotes and signature, is gratitude and nothing else; `names` may stand in it."""
    if len(text) > _LONGEST or "?" in text or "？" in text:
        return False
    bare = _PICTOGRAMS.sub(" ", text).strip().lower()
    for part in sorted({part for name in names for part in name.lower().split() if len(part) > 1}, key=len)[::-1]:
        bare = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", " ", bare) if part.isascii() else bare.replace(part, " ")
    chinese = re.sub(r"[\s，。！!,.~～、;；:：]+", "", bare)
    if _CHINESE.fullmatch(chinese):
        return bool(_CHINESE_THANKS.search(chinese))
    said = _WORD.findall(bare)
    if not said or len(said) > _MOST_WORDS or re.search(r"\d", bare):
        return False
    return any(word in _THANKS for word in said) and all(word in _THANKS or word in _AROUND for word in said)
