"""How the house keeps its inbox in order: own fields with values, two views for everyone, a few coloured tags."""

from collections.abc import Iterator, Sequence
from random import Random

from rapport.conversations.models import ConversationField, ConversationValue, SavedView, Tag
from rapport.conversations.types import Audience, TagColour
from rapport.customers.models import CustomerField, CustomerValue
from rapport.site.demo.chronicle import Chronicle
from rapport.site.demo.furnishing import House
from rapport.site.demo.scene import Book


def arrange(told: Sequence[Chronicle], house: House) -> None:
    """Deterministic: the number of a conversation and the key of a customer say what they have."""
    of_conversations: list[ConversationValue] = []
    of_customers: list[CustomerValue] = []
    asked = house.scene.says["field"]
    made = {"conversation": 0, "customer": 0}
    for said in asked:
        made[said["of"]] += 1
        details = {
            "key": said["key"],
            "label": said["label"],
            "kind": said["kind"],
            "choices": list(said.get("choices", ())),
            "help": said.get("help", ""),
            "position": made[said["of"]],
        }
        if said["of"] == "customer":
            field = CustomerField.objects.create(**details)
            of_customers += (
                CustomerValue(field=field, owner=house.customers[key], text=text)
                for key, text in _of_customers(said, house)
            )
        else:
            asked_of = ConversationField.objects.create(**details)
            texts = ((one, _about(said, one)) for one in told)
            of_conversations += (
                ConversationValue(field=asked_of, owner=one.conversation, text=text) for one, text in texts if text
            )
    # One conversation after the other, as somebody would have filled them in.
    of_conversations.sort(key=lambda value: (value.owner.number, value.field.position))
    ConversationValue.objects.bulk_create(of_conversations, batch_size=2000)
    CustomerValue.objects.bulk_create(of_customers, batch_size=2000)
    for name, colour in house.scene.says["colours"].items():
        Tag.objects.filter(name=name).update(colour=TagColour(colour))
    _views(house)


def _about(said: Book, one: Chronicle) -> str:
    """What a conversation has in this field: by its number, from its mails, or by its topic."""
    number, about = one.conversation.number, one.story.about
    if "not_each" in said:
        return str(said["choices"][number % len(said["choices"])]) if number % said["not_each"] else ""
    if "word" in said:
        word = about.get(said["word"], "")
        return word if word and any(word in turn.text for turn in one.story.turns) else ""
    return str(said["by_topic"].get(about.get("topic", ""), ""))


def _of_customers(said: Book, house: House) -> Iterator[tuple[int, str]]:
    """Companies may have their own; the others take turns, or as often as the weights say."""
    for key, customer in house.customers.items():
        dice = Random(f"{said['key']} {key}")  # noqa: S311  # a story, no secret
        if customer.company_id and "company" in said:
            yield key, said["company"]
        elif "in_turn" in said:
            yield key, said["in_turn"][key % len(said["in_turn"])]
        elif "between" in said:
            first, last = said["between"]
            yield key, str(dice.randint(first, last))
        elif dice.random() < said.get("share", 1):
            yield key, dice.choices(said["choices"], said["weights"])[0]


def _views(house: House) -> None:
    said = house.scene.says["views"]
    still_open = {"field": "status", "op": "is", "value": ["open"]}
    money = {"field": "tag", "op": "is", "value": list(said["about_money"])}
    late = {"field": "waiting", "op": "longer_than", "value": "4h"}
    views = (("About money", [still_open, money], "newest"), ("Waiting over 4 hours", [late], "waiting"))
    for position, (name, lines, sort) in enumerate(views, start=1):
        SavedView.objects.create(
            name=name,
            audience=Audience.EVERYONE,
            by=house.part("owner"),
            position=position,
            filter={"version": 1, "match": "all", "conditions": lines},
            columns=list(said["columns"]),
            sort=sort,
        )
