"""What is looked for, in English and in Chinese (simplified, and traditional where it differs).

Each entry is a regular expression by language; English ones match whole words, without regard to case.
"""

import re
from functools import cache

PATTERNS: dict[str, dict[str, str]] = {
    "greeting": {
        "en": (
            r"hi|hello|hey|dear|greetings|welcome|good (?:morning|afternoon|evening|day)|happy (?:mon|tues|"
            r"fri)day|morning|good to hear from you"
        ),
        "zh": (r"[您你]好|早上好|上午好|中午好|下午好|晚上好|早安|哈[喽啰]|尊敬的|亲爱的|親愛的|欢迎|歡迎|嗨|^\s*亲"),
    },
    "complaint": {
        "en": (
            r"complain(?:t|ts|ing)?|disappoint(?:ed|ing|ment)|unacceptable|terrible|awful|horrible|ridiculous|"
            r"worst|useless|furious|angry|annoy(?:ed|ing)|frustrat(?:ed|ing)|fed up|sick of|disgrace(?:ful)?|"
            r"rip-?off|scam|waste of (?:time|money)|broken|damaged|faulty|defective|never (?:arrived|came|"
            r"received)|(?:still|yet|again)[^.!?]{0,30}(?:not|n't|nothing|no (?:answer|reply|refund))|"
            r"charged (?:me )?twice|(?:wrong|missing) (?:item|order|parcel|size|product|part)|(?:third|fourth|"
            r"fifth) time|let(?:ting)? me down|not (?:good|happy|satisfied|acceptable)|unhappy|unsatisfied|"
            r"dissatisfied|poor (?:service|quality)|not impressed|hopeless|incompetent|shambles|joke of|"
            r"waiting (?:for )?(?:a|an|over|more than|two|three|four|\d+) (?:\w+ )?(?:hour|day|week|month)s?|"
            r"snapped|ripped|torn|cracked|leak(?:s|ed|ing)|crash(?:es|ed|ing)|(?:has|have|did)n't (?:come|"
            r"arrived?|received?|got|worked)|nobody (?:answers?|replies|helps)|no one (?:answers?|replies|helps)|"
            r"ignored|overcharged|lost my|ruined|stopped working|keeps? (?:\w+ing)|wrong with"
        ),
        "zh": (
            r"投诉|投訴|失望|不满|不滿|太差|很差|差劲|差勁|糟糕|生气|生氣|气死|愤怒|离谱|離譜|骗人|騙人|坑人|垃圾|"
            r"受不了|无语|無語|坏了|壞了|破损|破損|损坏|质量差|发错|發錯|少发|漏发|没收到|沒收到|未收到|(?:还是|"
            r"還是|一直|仍然|依然|至今|到现在)[^。！？]{0,8}(?:没|沒|不|未)|第[三四五]次|多扣|重复扣|恶心|不满意|"
            r"没人(?:接|理|回|管)|等了(?:半天|好久|很久|[一二三两几\d])|半天(?:没|不|都)|急死|起球|掉色|开线|裂了|"
            r"漏水|断了|卡死|闪退|货不对板|不对(?:啊|呀)|态度(?:差|恶劣)|忽悠|敷衍|太慢|慢死|不能用|用不了|"
            r"质量(?:太|很|有)|虚假"
        ),
    },
    "no_complaint": {
        "en": (
            r"(?:no|not an?|without|isn't an?|not here to|don't want to) (?:complaint|complain)|(?:not|never|"
            r"isn't|wasn't|nothing)(?: at all)? (?:broken|damaged|faulty|disappointed|angry|annoyed|terrible)|"
            r"can(?:'t|not) complain|no complaints?"
        ),
        "zh": (r"(?:不是|没有|没什么|并非|不想|不用)(?:要|来)?(?:投诉|失望|不满|生气)|没(?:有)?坏|不(?:太|算)?差"),
    },
    "sarcasm": {
        "en": (
            r"(?:oh|well|just|yeah|wow),? (?:great|perfect|brilliant|wonderful|fantastic|lovely)|"
            r"thanks (?:a lot )?for nothing|how (?:nice|lovely|kind) of you|great job,? (?:again|really|everyone)|"
            r"(?:slow|hard) clap|what a surprise|as if|sure you (?:do|will|are)|🙄|bravo"
        ),
        "zh": (r"呵呵|真是太?(?:好|棒|厉害|优秀)了呢|可真行|真有你们的|厉害了|不愧是你们|真棒啊|🙃|🙄|好一个"),
    },
    "apology": {
        "en": (
            r"(?:i am|i'm|we are|we're|so|very|truly|really|deeply|terribly) (?:\w+ )?sorry|sorry (?:for|about|"
            r"that|to hear)|apologi[sz](?:e|es|ing)|(?:my|our) (?:\w+ )?apolog(?:y|ies)|forgive us|regret (?:the|"
            r"this|that|any)|^sorry|pardon|my bad|our bad|our mistake"
        ),
        "zh": (r"抱歉|对不起|對不起|不好意思|致歉|道歉|见谅|見諒|深感歉意|歉意"),
    },
    "no_apology": {
        "en": (r"(?:not|n't|no need to|won't|never) (?:be |going to )?(?:sorry|apologi[sz]e)|no apolog(?:y|ies)"),
        "zh": (r"(?:不用|不必|无需|不会|没必要|不需要)(?:说|跟您|向您)?(?:抱歉|对不起|道歉|致歉)"),
    },
    "empathy": {
        "en": (
            r"(?:i|we) (?:completely |fully |totally |can |do )*(?:understand|see|know|appreciate|imagine|"
            r"hear)(?: exactly| just)? (?:how|why|that|your|you|what|this|it)|(?:must|can|would) (?:have been|be|"
            r"feel) (?:\w+ )?(?:frustrating|annoying|upsetting|stressful|disappointing|worrying|difficult|hard)|"
            r"(?:that|this|it)(?:'s| is| sounds| was) (?:\w+ )?(?:frustrating|annoying|upsetting|stressful|"
            r"disappointing)|sorry to hear|in your (?:place|shoes)|you(?:'re| are) right to be|"
            r"that shouldn't (?:happen|have happened)|(?:how|very) (?:frustrating|annoying)|not (?:the experience|"
            r"what you)|you(?:'ve| have) (?:had to wait|waited|been waiting)|i(?:'d|"
            r" would) be (?:\w+ )?(?:annoyed|upset|frustrated|disappointed)"
        ),
        "zh": (
            r"(?:非常|十分|很|完全|特别|能够?|可以|我们|我)?(?:理解|体会|明白|懂)(?:到)?(?:您|你)|感同身受|"
            r"换作是?我|(?:您|你)(?:的)?(?:心情|着急|感受|不便)|(?:让|给|令)(?:您|你)(?:\w{0,4})?(?:久等|失望|"
            r"着急|添麻烦|担心|困扰)|确实(?:很|让人)(?:着急|烦|生气|失望)|久等|给(?:您|你)(?:带来|"
            r"造成)(?:了)?(?:不便|麻烦|困扰)|辛苦(?:您|你)了"
        ),
    },
    "blame": {
        "en": (
            r"(?:this|that|it)(?:'s| is| was) (?:all |entirely |simply )?your (?:own )?(?:fault|mistake|problem)|"
            r"your (?:own )?(?:fault|mistake)|you (?:should|could) have (?:read|checked|known|told|asked|looked|"
            r"listened)|you (?:clearly |obviously )?(?:failed|forgot|neglected|refused) to|(?:as|"
            r"like) i (?:already |just )?(?:said|told you|explained)(?: before| already)?|i(?:'ve|"
            r" have)? already told you|(?:not|n't) (?:my|our) (?:problem|fault|job)|calm down|you(?:'re|"
            r" are) (?:just )?(?:wrong|lying|overreacting|confused)|read the (?:manual|instructions|faq)|"
            r"can't you (?:read|see)|common sense|(?:stupid|idiot|dumb|nonsense|shut up|whatever you say)|"
            r"(?:that's|that is|it's) on you|patience is a virtue|too bad|tough luck|deal with it|you (?:entered|"
            r"typed|chose|picked|gave|ordered|used) the wrong|whose fault|what did you expect|you(?:'ll|"
            r" will) (?:just )?have to wait|not interested|stop (?:asking|complaining|writing)|you people|"
            r"read (?:it|this|that|the \w+)(?: \w+)? (?:again|properly|first)"
        ),
        "zh": (
            r"(?:这|那)?(?:都)?是(?:您|你)(?:自己)?的(?:错|问题|责任|失误)|怪(?:您|你)自己|(?:您|你)自己(?:没|"
            r"不)(?:看|注意|听)|(?:您|你)怎么(?:不|没|就不)(?:看|早|会)|(?:早就|已经)(?:说|告诉|讲)过(?:了|您|你)|"
            r"跟我(?:们)?没关系|(?:不关|不是)我们?(?:的)?(?:事|问题|责任)|爱(?:买|用|信)不|(?:您|你)(?:听不懂|"
            r"看不懂)|冷静(?:点|一点)|有病|神经|废话|闭嘴|随便(?:您|你)|自己去(?:看|查)|怪谁|谁让(?:您|你)|"
            r"自己[^。！？]{0,8}(?:选错|填错|弄错|下错|写错|看错|不会|不看)|活该|关我|爱怎|不服|催什么|"
            r"别(?:催|烦|闹|吵)|没空|懒得"
        ),
    },
    "no_blame": {
        "en": (r"(?:not|n't|never|no,? not)(?: at all)? your (?:own )?(?:fault|mistake|problem)"),
        "zh": (r"(?:不|并不|绝不|不能)(?:是|怪)(?:您|你)(?:自己)?(?:的)?(?:错|问题|责任|失误)?"),
    },
    "polite": {
        "en": (r"please|thank you|thanks|happy to|glad to|you're welcome|appreciate|of course|kindly|with pleasure"),
        "zh": (r"请|請|谢谢|謝謝|感谢|感謝|麻烦|麻煩|很高兴|不客气|不客氣|辛苦|劳烦"),
    },
    "next_step": {
        "en": (
            r"let (?:me|us) know|(?:anything|something) else|(?:any|more|further) (?:other )?questions|(?:i|"
            r"we)(?:'ll| will| shall| am going to|'m going to| are going to) (?:\w+ )?(?:send|check|call|get back|"
            r"keep|follow|update|email|write|contact|look|reply|be in touch|let you|ask|ship|refund|come back|"
            r"forward|pass)|(?:you(?:'ll| will| should)) (?:\w+ )?(?:receive|get|hear|see)|(?:feel free|"
            r"don't hesitate)|(?:reply|write|call|contact|reach)(?: out)?(?: back)?(?: to)? (?:me|us|here|this|"
            r"again|any ?time)|(?:could|can|would) you (?:please )?(?:send|try|tell|confirm|share|check|give|let)|"
            r"please (?:send|try|confirm|share|reply|check|tell|let)|next step|(?:have|enjoy) a (?:\w+ )?(?:day|"
            r"evening|weekend)|take care|(?:shall|should|may|can) i |(?:would you like|do you want) (?:me|us) to|"
            r"give (?:me|us) a (?:shout|call|ring)|(?:shout|ping me|drop (?:me|us))|if (?:it|this|that|"
            r"the \w+) (?:happens|comes|persists|fails|still|does)|(?:leaves|ships|arrives|goes out) (?:today|"
            r"tomorrow|on)|if you need|i(?:'ve| have) (?:booked|scheduled|opened)"
        ),
        "zh": (
            r"还有(?:什么|其他|别的|疑问|问题)|(?:其他|别的)(?:可以|能)?(?:帮|问题|需要)|随时(?:联系|找|告诉|咨询|"
            r"回复|留言)|(?:我|我们|我这边|这边)(?:会|将|马上|稍后|立即|这就)(?:再|尽快|马上|为|给|帮|跟|和|联系|"
            r"通知|回复|安排|反馈|处理|核实)|(?:请|麻烦)(?:您|你)?(?:先|再)?(?:提供|发|回复|试|告诉|确认|稍等|"
            r"查看|留意|注意查收|联系)|祝(?:您|你)|(?:有|如有|若有)(?:任何|其他|什么)?(?:问题|疑问|需要)|(?:您|"
            r"你)(?:会|将)(?:收到|看到)|下一步|再联系|保持联系|叫我|找我|喊我|留意|注意接听|(?:给|为|帮)(?:您|"
            r"你)(?:安排|办理|登记|补发|申请|催)|需要(?:的话|可以|随时)|有需要|回复(?:我|一下)"
        ),
    },
    "holding": {
        "en": (
            r"(?:please )?(?:wait|hold on|bear with|give (?:me|us) a|one moment|just a (?:moment|minute|second))|"
            r"(?:we|i)(?:'ll| will| are| am|'re|'m) (?:look(?:ing)? into|check(?:ing)?|get(?:ting)? back|"
            r"investigat\w+|forward\w*|pass\w* (?:this|it))|(?:received|got) your (?:message|request|mail|email)|"
            r"(?:someone|a colleague) will|as soon as possible|(?:let me|i'll|i will|i need to|"
            r"i have to) (?:just )?(?:ask|check|find out|see|look|take a look|have a look)|(?:i|we)(?:'ve|"
            r" have) (?:asked|escalated|passed)|one sec|hang on"
        ),
        "zh": (
            r"(?:请)?(?:您)?(?:稍等|稍候|耐心等待|等一下|等等)|(?:正在|帮您|为您|给您|我|我们)?(?:核实|查询|"
            r"查一下|看一下|反馈一下)(?:一下|中)?|已(?:经)?(?:收到|记录|反馈|转交)|尽快(?:回复|处理|联系)|"
            r"会有(?:专员|同事|人)|(?:我|这边|帮您|给您)(?:先)?(?:去)?(?:问|确认|了解|看看)(?:一下|下)?|"
            r"我(?:去)?问问|稍后(?:给|回|联)"
        ),
    },
    "answer": {
        "en": (
            r"(?:^|[.!?,]\s*)(?:yes|no|sure|correct|exactly|certainly|unfortunately)\b|you can(?:not|'t)?|"
            r"to (?:do (?:this|that|so)|reset|change|cancel|return|update)|go to|click|tap|select|choose|open|"
            r"press|enter|follow|here(?:'s| is)|because|due to|the reason|it (?:costs|takes|works|is|will|"
            r"arrives)|(?:has|have|had) been|(?:i|we)(?:'ve| have) (?:now |just |already )?(?:\w+ed|sent|made|put|"
            r"set|found|done)|(?:is|are|was|were) (?:now |already )?(?:\w+ed|free|included|available|on its way)|"
            r"https?://|\d|\b(?:done|sorted|fixed|refunded|unlocked|cancelled|updated|sold out|in stock|"
            r"out of stock|tomorrow|today|tonight|(?:mon|tues|wednes|thurs|fri|satur|sun)day|always|never|"
            r"anytime)\b|\bwe (?:do|don't|offer|accept|have|only|can|can't|ship|deliver)\b|\b(?:do|does|is|are|"
            r"was|has|have)n't\b|\b(?:one|two|three|four|five|six|seven|ten|a few) (?:\w+ )?(?:hour|day|week|"
            r"month|year|minute)s?\b|\b(?:use|try|add|remove|turn|hold|unplug|restart|reinstall|install|update|"
            r"download|pick|fill|sign|log)\b"
        ),
        "zh": (
            r"可以|不可以|不能|无法|需要|支持|不支持|是的|不是|没有|点击|打开|进入|选择|输入|登录|设置|因为|由于|"
            r"原因|步骤|首先|然后|已经?(?:为您|帮您|给您)?(?:退款|发货|发出|取消|修改|处理好|更换|补发|重置|开通|"
            r"到账|寄出|更新|解决)|费用|免费|工作日|小时|https?://|\d|有的|有现货|没货|缺货|今天|明天|后天|当天|"
            r"上午|下午|晚上|周[一二三四五六日天]|即可|就行|就好|找到|办理|改好|弄好|搞定|长按|断电|重启|重新|"
            r"下载|更新|扫码|填写|都行|随便|不用|不需要"
        ),
    },
    "asks": {
        "en": (
            r"\?|^(?:how|what|when|where|why|who|which|can|could|do|does|is|are|will|would|should|may)\b|(?:i|"
            r"we) (?:want|need|would like|'d like) (?:to know|help|you)|tell me|please (?:help|send|cancel|refund|"
            r"change|tell|explain)|(?:not|n't) (?:work|load|open|find|log|know|understand|arrive)\w*|\bhelp[!.]|"
            r"any (?:idea|news|update|chance)"
        ),
        "zh": (
            r"？|\?|吗|呢[？?]?$|怎么|怎样|怎麼|如何|什么时候|什麼時候|为什么|為什麼|哪里|哪裡|哪个|多少|多久|"
            r"几天|能不能|可不可以|是否|是不是|有没有|请问|請問|我(?:想|要)(?:问|知道|退|换|取消|查)|帮我|"
            r"麻烦(?:帮|查)|(?:打不开|登不上|用不了)|要求|求助|啥时候|咋|几点|能(?:用|退|换|改)不"
        ),
    },
    "unsolved": {
        "en": (
            r"(?:still|yet|again)[^.!?]{0,30}(?:not|n't|nothing|problem|issue|error|wrong|same|broken|fails?|"
            r"waiting)|(?:not|n't|never) (?:\w+ )?(?:work|help|solve|fix|answer|resolve|what i asked)\w*|"
            r"same (?:problem|issue|error)|no(?:pe)?,? (?:that|it|this) (?:did|does|is)(?:n't| not)|(?:problem|"
            r"issue|error) (?:is )?(?:back|remains|persists)|nobody (?:answers|replies|helps)|i give up|forget it"
        ),
        "zh": (
            r"(?:还是|還是|仍然|依然|又|照样)[^。！？]{0,8}(?:没|沒|不|坏|错|这样|一样|打不开)|没(?:有)?(?:用|"
            r"解决|效果|回答)|沒(?:有)?(?:用|解決)|不(?:行|管用|起作用|对)(?:啊|呀)?|答非所问|没人(?:管|回|理)|"
            r"算了(?:吧)?|不想说了|解决不了"
        ),
    },
    "thanks": {
        "en": (
            r"thanks|thank you|thx|cheers|much appreciated|appreciate (?:it|your|the)|(?:you(?:'ve| have)?|that|"
            r"it) (?:\w+ )?(?:helped|solved|fixed)|(?:it|that|everything)(?:'s| is)? (?:now )?(?:works?(?: now)?|"
            r"working|perfect|great|fine|sorted|solved)|problem solved|brilliant|awesome"
        ),
        "zh": (
            r"谢谢|謝謝|感谢|感謝|多谢|多謝|谢了|太好了|解决了|解決了|搞定|可以了|好了|收到了|没问题了|明白了|"
            r"懂了|辛苦了|赞"
        ),
    },
}


@cache
def pattern(name: str, language: str) -> re.Pattern[str]:
    """The expression of this name in "en" or "zh"."""
    text = PATTERNS[name][language]
    return re.compile(rf"(?<!\w)(?:{text})(?!\w)" if language == "en" and name not in _LOOSE else text, re.I | re.M)


# These hold signs and beginnings of words, so a whole word is no condition.
_LOOSE = frozenset({"answer", "asks", "unsolved", "sarcasm", "complaint"})
