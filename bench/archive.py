"""A desk that has answered for years: messages of words as common and as rare as people's, in English and Chinese."""

import random
from datetime import timedelta

from django.db import transaction

COMMON = "the lamp order please thank refund broken delivery invoice battery charger update shade light switch".split()
HAN = [
    "退货",
    "退款",
    "台灯",
    "订单",
    "发票",
    "电池",
    "充电器",
    "保修",
    "物流",
    "开关",
    "灯罩",
    "破损",
    "请问",
    "什么时候",
    "发货",
]
SYLLABLES = "ba ce di fo gu ha ki lo mu ne pa qui ro se ta vo wi xe yo zu bran cle dro fli gri".split()
TAGS = ["refund", "delivery", "invoice", "question", "vip"]
BATCH = 3_000
MESSAGES_EACH = 3


class Talk:
    """Texts of about sixty words: a few words are in every third of them, most in hardly any."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        words = COMMON + ["".join(dice.choices(SYLLABLES, k=dice.randint(2, 4))) for _ in range(20_000)]
        weights = [1 / (rank + 3) for rank in range(len(words))]
        chosen = iter(dice.choices(words, weights, k=15 * 30_000))
        self.sentences = [" ".join(next(chosen) for _ in range(15)) for _ in range(30_000)]
        self.chinese = ["，".join(dice.choices(HAN, k=4)) for _ in range(5_000)]

    def text(self, number: int) -> str:
        said = self.dice.choices(self.sentences, k=4)
        if number % 4 == 0:
            said += self.dice.choices(self.chinese, k=3)
        return f"{'. '.join(said)}. ORD-{number:07d}"


def fill(messages: int, *, seed: int = 5) -> None:
    """Add so many messages to an empty database, three to a conversation, with tags, files and a search index."""
    from django.core.files.base import ContentFile

    from rapport.backbone import files
    from rapport.conversations.models import Inbox, Tag
    from rapport.team.models import Agent

    dice = random.Random(seed)
    talk = Talk(dice)
    inbox, _ = Inbox.objects.get_or_create(name="Support")
    agents = list(Agent.objects.all())
    tags = [Tag.objects.create(name=name) for name in TAGS]
    people = _people(max(50, messages // 12), dice)
    file = files.keep(ContentFile(b"an invoice"))
    conversations = messages // MESSAGES_EACH
    for start in range(0, conversations, BATCH):
        with transaction.atomic():
            numbers = range(start, min(conversations, start + BATCH))
            _Batch(numbers, conversations, dice, talk).write(inbox, agents, tags, people, file)


def _people(count: int, dice: random.Random) -> list:
    from rapport.customers.models import Customer, Identity

    firsts = ["".join(dice.choices(SYLLABLES, k=2)).title() for _ in range(400)]
    lasts = ["".join(dice.choices(SYLLABLES, k=3)).title() for _ in range(5_000)]
    made = [
        Customer(name=f"{dice.choice(firsts)} {dice.choice(lasts)}", email=f"person{number}@customers.example")
        for number in range(count)
    ]
    people = Customer.objects.bulk_create(made, batch_size=BATCH)
    identities = [Identity(customer=person, kind="email", value=person.email) for person in people]
    Identity.objects.bulk_create(identities, batch_size=BATCH)
    return people


class _Batch:
    """Some conversations with everything that belongs to them, older ones first."""

    def __init__(self, numbers: range, of: int, dice: random.Random, talk: Talk) -> None:
        self.numbers, self.of, self.dice, self.talk = numbers, of, dice, talk

    def write(self, inbox, agents, tags, people, file) -> None:
        from rapport.backbone import search
        from rapport.conversations.models import Attachment, Conversation, Message, Tagging
        from rapport.conversations.searching import entries_for
        from rapport.kit import clock

        dice, now = self.dice, clock.now()
        made = Conversation.objects.bulk_create(
            Conversation(
                number=number + 1,
                subject=" ".join(dice.choice(self.talk.sentences).split()[:5]),
                customer=dice.choice(people),
                inbox=inbox,
                # What is young is open more often.
                status="open" if dice.random() < 0.02 + 0.3 * (number / self.of) ** 8 else "closed",
                priority=dice.choices([2, 3, 4], [90, 9, 1])[0],
                assignee=dice.choice([*agents, None]),
                created_at=now - timedelta(minutes=3 * (self.of - number)),
                last_at=now - timedelta(minutes=3 * (self.of - number)),
                message_count=MESSAGES_EACH,
            )
            for number in self.numbers
        )
        messages = Message.objects.bulk_create(
            Message(
                conversation=each,
                direction=("in", "out", "note")[turn],
                author_kind="agent" if turn else "customer",
                author_name="Mia" if turn else each.customer.name,
                author_address="" if turn else each.customer.email,
                to=["support@lampwright.example"] if turn == 0 else [each.customer.email],
                text=self.talk.text(each.number * MESSAGES_EACH + turn),
                subject=each.subject,
                created_at=each.last_at,
            )
            for each in made
            for turn in range(MESSAGES_EACH)
        )
        Attachment.objects.bulk_create(
            Attachment(message=each, file=file, name=f"invoice-{each.pk}.pdf", content_type="application/pdf", size=10)
            for each in messages
            if each.pk % 20 == 0
        )
        chances = [(tag, 0.2 / 4**place) for place, tag in enumerate(tags)]
        Tagging.objects.bulk_create(
            Tagging(conversation=each, tag=tag) for each in made for tag, chance in chances if dice.random() < chance
        )
        search.index(entries_for(messages, {each.pk: each for each in made}))
