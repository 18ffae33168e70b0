"""Conversations written by hand for the automatic checks, in English and Chinese, with what a person says of each.

A case is (turns, expected): a turn is "c: ..." by the customer, "a: ..." by the agent, "b: ..." by a bot; what is
expected names only the checks that the case is about. The word lists were mended on these very cases, so they show
that nothing slips back; they do not measure how often the checks are right on other conversations.
"""

from rapport.science.quality import Conversation, Turn

P, F, N, U = "passed", "failed", "not applicable", "cannot tell"

CASES: tuple[tuple[list[str], dict[str, str]], ...] = (
    (
        ["c: How do I reset my password?", "a: Hi Kim, go to Settings and click Reset password. Anything else?"],
        {"greeting": P, "name": P, "answered": P, "next_step": P, "tone": P, "apology": N, "empathy": N},
    ),
    (["c: How do I reset my password?", "a: Settings, then Reset."], {"greeting": F, "name": F, "next_step": F}),
    (["c: When will my parcel arrive?", "a: Hello! We will look into it and get back to you."], {"answered": F}),
    (["c: When will my parcel arrive?", "a: Hello, it has been shipped and arrives on Friday."], {"answered": P}),
    (["c: When will my parcel arrive?"], {"greeting": N, "answered": N, "tone": N}),
    (
        ["c: Can I pay by invoice?", "a: Good morning Kim, what is your order number?"],
        {"greeting": P, "answered": F},
    ),
    (
        ["c: Can I pay by invoice?", "a: Hi, yes, you can choose invoice at checkout.", "c: Thanks, that helped!"],
        {"answered": P, "apology": N},
    ),
    (
        ["c: Why is the app so slow?", "a: Hi, please reinstall it.", "c: I did, it is still not working."],
        {"answered": F},
    ),
    (
        ["c: My lamp arrived broken!", "a: Dear Kim, I am so sorry about that. I will send a new one today."],
        {"apology": P, "next_step": P, "greeting": P, "tone": P},
    ),
    (["c: My lamp arrived broken!", "a: Hello, please send a photo."], {"apology": F, "empathy": F, "next_step": P}),
    (
        ["c: This is unacceptable, I am very disappointed.", "a: I understand how annoying this is, Kim."],
        {"empathy": P, "apology": F, "greeting": F, "name": P},
    ),
    (["c: The lamp is not broken, I just need the manual.", "a: Hi, here is the manual."], {"apology": N}),
    (["c: I can't complain, lovely lamp. How do I dim it?", "a: Hi, hold the button."], {"apology": N}),
    (["c: No complaint at all, just saying hi.", "a: Hello Kim, thank you!"], {"apology": N, "answered": N}),
    (
        ["c: I was charged twice.", "a: Hi. You should have checked your statement first."],
        {"tone": F, "apology": F},
    ),
    (["c: I was charged twice.", "a: Hi Kim, it is not your fault, we are sorry."], {"tone": P, "apology": P}),
    (["c: Where is it?", "a: I ALREADY TOLD YOU THREE TIMES."], {"tone": F, "greeting": F}),
    (["c: Where is it?", "a: Hi, please see the FAQ page, the USB port is on the left."], {"tone": P}),
    (["c: Where is it?", "a: Hi, wait please!!!"], {"tone": F}),
    (["c: What does the box say?", 'a: Hello, the box says "this is your own fault". It is a joke.'], {"tone": P}),
    (
        ["c: It fails. Why?", "a: > this is your fault\nHello Kim, the update has been rolled back."],
        {"tone": P, "greeting": P, "answered": P},
    ),
    (["c: I lost my card.", "a: Hi. Oh great, another lost card."], {"tone": U}),
    (["c: Oh great, another update.", "a: Hi Kim, it takes two minutes."], {"apology": U, "empathy": U}),
    (["c: Thanks for nothing.", "a: Hello Kim."], {"apology": U}),
    (["c: I am angry about the wait.", "a: There is no need to apologise from our side."], {"apology": F}),
    (
        ["c: My parcel never arrived.", "a: Hi, unfortunately it is lost. We apologise and have sent another."],
        {"apology": P},
    ),
    (["c: Is it free?", "a: Yes."], {"answered": P}),
    (
        [
            "c: Wo ist mein Paket, ich warte schon lange darauf?",
            "a: Ihr Paket wird morgen von uns zugestellt, guten Tag.",
        ],
        {"greeting": U, "tone": U, "answered": U},
    ),
    (["c: Good day. Please cancel my order.", "a: Hi Kim, your order has been cancelled."], {"answered": P}),
    (
        ["c: Does it work with 230 volts?", "b: Yes, from 100 to 240 volts.", "a: Welcome! Let me know if not."],
        {"answered": P, "greeting": P, "next_step": P},
    ),
    (["c: Calm down everybody, just a question: is it blue?", "a: Hi, it is available in blue."], {"tone": P}),
    (
        ["c: 请问怎么重置密码？", "a: Kim您好，打开设置，点击重置密码就可以了。还有其他可以帮您的吗？"],
        {"greeting": P, "name": P, "answered": P, "next_step": P, "tone": P, "apology": N},
    ),
    (["c: 请问怎么重置密码？", "a: 设置里面有。"], {"greeting": F, "next_step": F, "name": F}),
    (["c: 什么时候发货？", "a: 您好，正在为您核实，请稍等。"], {"answered": F, "greeting": P}),
    (["c: 什么时候发货？", "a: 您好，您的订单已经发货，预计3天到。"], {"answered": P}),
    (["c: 灯坏了，太失望了！", "a: 您好，非常抱歉，我马上为您补发一个。"], {"apology": P, "next_step": P, "tone": P}),
    (["c: 灯坏了，太失望了！", "a: 您好，请提供一下照片。"], {"apology": F, "empathy": F, "next_step": P}),
    (["c: 等了三天还是没收到。", "a: 您好，非常理解您的心情，我马上帮您查。"], {"empathy": P, "apology": F}),
    (["c: 灯没坏，我只是想问怎么安装？", "a: 您好，先断电，然后拧上灯泡。"], {"apology": N, "answered": P}),
    (["c: 我不是要投诉，只是问一下。", "a: 您好，请说。"], {"apology": N}),
    (["c: 为什么多扣了钱？", "a: 这是你自己的问题，早就告诉过你了。"], {"tone": F, "apology": F, "greeting": F}),
    (
        ["c: 为什么多扣了钱？", "a: 您好，这不是您的问题，对不起，已为您退款。"],
        {"tone": P, "apology": P, "answered": P},
    ),
    (["c: 盒子上写的什么？", "a: 您好，盒子上写着“都是你的错”，是个玩笑。"], {"tone": P}),
    (["c: 打不开怎么办？", "a: 您好，请重新安装应用。", "c: 还是打不开，没用。"], {"answered": F}),
    (["c: 可以开发票吗？", "a: 您好，可以的，下单时选择发票。", "c: 谢谢，明白了"], {"answered": P}),
    (["c: 呵呵，服务真是太好了呢", "a: 您好。"], {"apology": U, "empathy": U}),
    (["c: 我的快递呢？", "a: 呵呵，急什么。"], {"tone": U}),
    (["c: 服务太差了", "a: 您好，我们不需要道歉。"], {"apology": F}),
    (["c: 服務太差了，請問什麼時候退款？", "a: 您好，真的對不起，3天內退款到帳。"], {"apology": P, "answered": P}),
    (["c: 你们的API怎么收费？", "a: Hi您好，API每月100元，有任何问题随时联系我。"], {"answered": P, "next_step": P}),
    (["c: 你好", "a: 你好，Kim！"], {"answered": N, "greeting": P, "name": P}),
    (["c: 送料はいくらですか、教えてください", "a: 送料は無料です、ありがとうございます"], {"greeting": U, "tone": U}),
)

_AUTHORS = {"c": "customer", "a": "agent", "b": "bot"}


def talk(turns: list[str]) -> Conversation:
    """A case as a conversation with Kim."""
    return Conversation(tuple(Turn(_AUTHORS[turn[0]], turn[3:]) for turn in turns), customer="Kim")
