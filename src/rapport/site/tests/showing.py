"""Run inside an installation: one of everything that a team sets up, so that no page of the settings is empty."""


def one_of_everything(people: dict[str, int]) -> None:
    """Of the cast by first names; what is switched off looks different, so that some of it is."""
    from rapport.channels.actions import block
    from rapport.conversations import actions
    from rapport.conversations.models import Conversation, ConversationField
    from rapport.conversations.types import Audience, TagColour
    from rapport.team.actions import create_role, create_team
    from rapport.team.models import Agent
    from rapport.team.types import Permission, Visibility
    from rapport.workspace.tests.writing import arrive

    noor, ada = Agent.objects.get(pk=people["noor"]), Agent.objects.get(pk=people["ada"])
    create_team(name="Billing", members=[ada], by=noor)
    create_role(name="Helper", permissions=[Permission.READ], visibility=Visibility.OWN, by=noor)
    lamp = Conversation.objects.get(pk=arrive("The lamp flickers")["id"])
    actions.tag(lamp, name="Lamp", by=ada)
    actions.describe_tag(lamp.tags.get(), name="Lamp", colour=TagColour.VIOLET, description="What hangs", by=noor)
    actions.tag(lamp, name="Refund", by=ada)
    actions.assign(lamp, to=ada, by=noor)
    actions.junk(Conversation.objects.get(pk=arrive("Buy followers", name="Bright Deals")["id"]), by=ada)
    block("@bright-deals.example", by=noor, note="Sells followers")
    ConversationField.objects.create(key="product", label="Product", kind="choice", choices=["Lamp"], position=1)
    lines = [{"field": "status", "op": "is", "value": ["open"]}]
    filter = {"version": 1, "match": "all", "conditions": lines}
    actions.save_view(None, by=noor, name="Open ones", filter=filter, audience=Audience.EVERYONE)
    _route(noor, ada)
    _automate(noor, lamp)


def _route(noor, ada):
    from rapport.routing.actions import make_policy, make_scheme, save_skill
    from rapport.routing.models import Skill

    make_scheme(name="Support", seen_within=None)
    make_scheme(name="Tried once", is_on=False)
    save_skill(Skill(), name="German", language="de", levels={ada.pk: 3}, by=noor)
    make_policy(name="Everyone", targets={"first_answer": {"minutes": 60}})
    make_policy(name="Nobody", is_on=False, targets={"first_answer": {"minutes": 60}})


def _automate(noor, lamp):
    from rapport.automation.models import Macro, Rule, Run, Webhook
    from rapport.automation.types import Sharing, Trigger
    from rapport.kit import clock
    from rapport.kit.standard_webhooks import new_secret

    steps = [{"do": "tag", "value": "Lamp"}]
    said = {"version": 1, "match": "any", "conditions": [{"field": "text", "op": "has", "value": "lamp"}]}
    now = clock.now()
    rule = Rule.objects.create(
        name="Lamps", trigger=Trigger.CREATED, conditions=said, steps=steps, owner=noor, on_since=now, looked_until=now
    )
    Rule.objects.create(name="Off", trigger=Trigger.CREATED, conditions={}, steps=steps, owner=noor)
    Run.objects.create(rule=rule, conversation=lamp, did=steps)
    Macro.objects.create(
        name="Reset", shortcut="reset", html="<p>Reset it.</p>", steps=steps, owner=noor, sharing=Sharing.EVERYONE
    )
    Webhook.objects.create(
        name="Warehouse", url="https://warehouse.example/", events=["conversation.created"], owner=noor, is_on=False,
        secret={"current": new_secret()},
    )  # fmt: skip
