"""Conversations that the word lists were never mended on: they measure the checks, so they must stay unseen.

Whoever betters the lists writes a new set instead of looking at where this one fails.
"""

from rapport.science.tests.quality_cases import F, N, P

HELD_OUT: tuple[tuple[list[str], dict[str, str]], ...] = (
    (
        [
            "c: Hey, my coupon code gets rejected at checkout, what gives?",
            "a: Hey Kim! That code expired last Sunday, but SPRING10 still works. "
            "Happy shopping, and ping us any time.",
        ],
        {"greeting": P, "name": P, "answered": P, "next_step": P, "tone": P},
    ),
    (
        ["c: Which plan includes phone support?", "a: The Business plan."],
        {"greeting": F, "answered": P, "next_step": F},
    ),
    (
        [
            "c: The driver left my package in the rain and everything is soaked.",
            "a: Oh no, Kim, I'm really sorry. I've ordered a fresh one for you, it should be with you by Thursday.",
        ],
        {"apology": P, "tone": P, "name": P, "next_step": P},
    ),
    (
        ["c: The driver left my package in the rain and everything is soaked.", "a: Okay. Send pictures."],
        {"apology": F, "empathy": F, "greeting": F},
    ),
    (
        ["c: Could you tell me your opening hours?", "a: Good afternoon, nine to five on weekdays."],
        {"greeting": P, "answered": P, "apology": N},
    ),
    (
        ["c: Why was my application turned down?", "a: Dear Kim, that is handled by another department. Bye."],
        {"greeting": P, "name": P, "next_step": F},
    ),
    (["c: How do I export my data?", "a: Hi, someone will be with you shortly."], {"answered": F, "greeting": P}),
    (
        [
            "c: How do I export my data?",
            "a: Hi! There is an Export button at the top right of the Reports page.",
        ],
        {"answered": P, "tone": P},
    ),
    (
        [
            "c: I asked for a window seat and got the middle.",
            "a: Maybe learn to use the website before booking.",
        ],
        {"tone": F, "apology": F},
    ),
    (
        [
            "c: This is the worst purchase I ever made.",
            "a: Hello Kim, I can see why you feel that way. Let's fix it.",
        ],
        {"empathy": P, "greeting": P, "name": P},
    ),
    (
        ["c: What's the difference between the two models?", "a: What do you need it for?"],
        {"answered": F, "tone": P},
    ),
    (
        [
            "c: My screen stays black.",
            "a: Welcome to support! Charge it for an hour, then hold the power key.",
            "c: Nope, still black.",
        ],
        {"answered": F, "greeting": P},
    ),
    (
        ["c: Is there parking nearby?", "a: Hello! There's a garage across the street, open around the clock."],
        {"answered": P, "tone": P, "apology": N},
    ),
    (
        ["c: Just wanted to let you know everything arrived fine, cheers!", "a: Hi Kim, great to hear!"],
        {"answered": N, "apology": N, "greeting": P},
    ),
    (
        ["c: 有没有适合小孩的款式", "a: 您好呀，儿童款在首页第二栏，大小都齐全～"],
        {"greeting": P, "answered": P, "tone": P},
    ),
    (
        ["c: 收到的杯子碎成渣了", "a: 真是不好意思，马上给您重发一个新的。"],
        {"apology": P, "greeting": F, "next_step": P},
    ),
    (["c: 收到的杯子碎成渣了", "a: 拍照发来。"], {"apology": F, "empathy": F, "greeting": F}),
    (["c: 退款几天能到账", "a: 一般三到五天。"], {"answered": P, "greeting": F}),
    (
        ["c: 退款几天能到账", "a: 您好，这个我要跟财务确认，晚点答复您。"],
        {"answered": F, "greeting": P, "next_step": P},
    ),
    (["c: 说好的赠品呢，骗子", "a: 页面写得清清楚楚，你不认识字吗"], {"tone": F, "apology": F}),
    (
        ["c: 想问下能不能改成周末送货", "a: 亲亲，周末也可以配送的，我帮您备注上啦。"],
        {"answered": P, "greeting": P},
    ),
    (
        ["c: 客服能不能快点回，都一个小时了", "a: 十分抱歉让您等这么久，我现在就处理。"],
        {"apology": P, "empathy": P, "tone": P},
    ),
    (
        ["c: 东西很好，谢谢店家", "a: 感谢您的支持，祝您生活愉快！"],
        {"answered": N, "apology": N, "next_step": P},
    ),
    (
        ["c: 安装师傅说不包安装费，怎么回事", "a: 您好，安装是免费的，师傅收的材料费另算。"],
        {"answered": P, "greeting": P},
    ),
)
