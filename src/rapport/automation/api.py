"""Macros, rules and webhooks over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ninja import Query, Router, Status

from rapport.automation import queries, steps
from rapport.automation.actions import macros as macro_actions
from rapport.automation.actions import posting
from rapport.automation.actions import rules as rule_actions
from rapport.automation.actions import webhooks as webhook_actions
from rapport.automation.errors import Mistaken
from rapport.automation.models import Macro, Parcel, Rule, Webhook
from rapport.automation.shapes import (
    FittingShape,
    MacroBody,
    MacroShape,
    ParcelShape,
    RuleBody,
    RuleRunShape,
    RuleShape,
    TrialShape,
    WebhookBody,
    WebhookShape,
    WebhookWithSecret,
    macro_shape,
    parcel_shape,
    rule_shape,
    run_shape,
    subject_of,
    webhook_facts,
)
from rapport.automation.trying import dry_run
from rapport.kit.rest.paging import Page, Paging, page
from rapport.kit.rest.problems import Forbidden, Invalid, NotFound
from rapport.kit.rest.shapes import Id, Shape
from rapport.team.api import ApiRequest, agent_of
from rapport.team.models import Agent, Team
from rapport.team.types import Permission

router = Router(tags=["Automation"])


@router.get("/macros", response=Page[MacroShape], summary="List macros you may use or set up")
def list_macros(request: ApiRequest, paging: Query[Paging]) -> dict[str, Any]:
    agent = agent_of(request, Permission.REPLY)
    return page(queries.macros_to_set_up(agent).select_related("team"), paging, shape=macro_shape)


@router.post("/macros", response={201: MacroShape}, summary="Make a macro")
def create_macro(request: ApiRequest, body: MacroBody) -> Status[MacroShape]:
    agent = agent_of(request, Permission.REPLY)
    said = {"sharing": "private"} | _said_of_macro(body)
    with mistaken():
        return Status(201, macro_shape(macro_actions.save_macro(None, by=agent, **said)))


@router.patch("/macros/{macro_id}", response=MacroShape, summary="Change a macro")
def change_macro(request: ApiRequest, macro_id: Id, body: MacroBody) -> MacroShape:
    """Fields that are left out stay as they are."""
    agent = agent_of(request, Permission.REPLY)
    with mistaken():
        return macro_shape(macro_actions.save_macro(_macro(agent, macro_id), by=agent, **_said_of_macro(body)))


@router.delete("/macros/{macro_id}", response={204: None}, summary="Delete a macro")
def delete_macro(request: ApiRequest, macro_id: Id) -> Status[None]:
    agent = agent_of(request, Permission.REPLY)
    with mistaken():
        macro_actions.delete_macro(_macro(agent, macro_id), by=agent)
    return Status(204, None)


@router.get("/rules", response=Page[RuleShape], summary="List rules in the order in which they look")
def list_rules(request: ApiRequest, paging: Query[Paging]) -> dict[str, Any]:
    agent_of(request, Permission.MANAGE_AUTOMATION)
    return page(queries.rules(), paging, shape=rule_shape, order=("position", "id"))


@router.post("/rules", response={201: RuleShape}, summary="Make a rule")
def create_rule(request: ApiRequest, body: RuleBody) -> Status[RuleShape]:
    """It comes last in the order, and is off unless `is_on` says otherwise."""
    agent = agent_of(request, Permission.MANAGE_AUTOMATION)
    with mistaken():
        return Status(201, rule_shape(rule_actions.save_rule(None, by=agent, **_said(body))))


@router.post("/rules/dry-run", response=TrialShape, summary="See what a rule would have done")
def try_rule(request: ApiRequest, body: RuleBody) -> TrialShape:
    """Over the last 30 days, in the conversations you may see. Nothing is kept and nothing is changed."""
    agent = agent_of(request, Permission.MANAGE_AUTOMATION)
    with mistaken():
        draft = rule_actions.checked_rule(None, by=agent, **{"name": "?"} | _said(body))
        trial = dry_run(draft, by=agent)
    names = steps.names_in(draft.actions)
    return TrialShape(
        looked=trial.looked,
        count=trial.count,
        is_whole=trial.is_whole,
        fitting=[FittingShape(conversation=subject_of(each.conversation), at=each.at) for each in trial.fitting],
        steps=[steps.said(step, names) for step in draft.actions],
    )


@router.patch("/rules/{rule_id}", response=RuleShape, summary="Change a rule, or switch it on or off")
def change_rule(request: ApiRequest, rule_id: Id, body: RuleBody) -> RuleShape:
    """Fields that are left out stay as they are."""
    agent = agent_of(request, Permission.MANAGE_AUTOMATION)
    with mistaken():
        return rule_shape(rule_actions.save_rule(_rule(rule_id), by=agent, **_said(body)))


@router.delete("/rules/{rule_id}", response={204: None}, summary="Delete a rule")
def delete_rule(request: ApiRequest, rule_id: Id) -> Status[None]:
    agent_of(request, Permission.MANAGE_AUTOMATION)
    rule_actions.delete_rule(_rule(rule_id))
    return Status(204, None)


@router.get("/rules/{rule_id}/runs", response=Page[RuleRunShape], summary="What a rule did, newest first")
def list_runs(request: ApiRequest, rule_id: Id, paging: Query[Paging]) -> dict[str, Any]:
    """Kept for 90 days. Only in conversations you may see."""
    agent = agent_of(request, Permission.MANAGE_AUTOMATION)
    return page(queries.runs_of(_rule(rule_id), by=agent), paging, shape=run_shape)


@router.get("/webhooks", response=Page[WebhookShape], summary="List webhooks")
def list_webhooks(request: ApiRequest, paging: Query[Paging]) -> dict[str, Any]:
    agent_of(request, Permission.MANAGE_AUTOMATION)
    return page(queries.webhooks(), paging, shape=lambda webhook: WebhookShape(**webhook_facts(webhook)))


@router.post("/webhooks", response={201: WebhookWithSecret}, summary="Make a webhook")
def create_webhook(request: ApiRequest, body: WebhookBody) -> Status[WebhookWithSecret]:
    """The answer holds the secret that its calls are signed with."""
    agent = agent_of(request, Permission.MANAGE_AUTOMATION)
    with mistaken():
        webhook = webhook_actions.save_webhook(None, by=agent, **_said(body))
    return Status(201, WebhookWithSecret(**webhook_facts(webhook), secret=webhook.secret["current"]))


@router.patch("/webhooks/{webhook_id}", response=WebhookShape, summary="Change a webhook, or switch it on or off")
def change_webhook(request: ApiRequest, webhook_id: Id, body: WebhookBody) -> WebhookShape:
    """Fields that are left out stay as they are."""
    agent = agent_of(request, Permission.MANAGE_AUTOMATION)
    with mistaken():
        return WebhookShape(
            **webhook_facts(webhook_actions.save_webhook(_webhook(webhook_id), by=agent, **_said(body)))
        )


@router.delete("/webhooks/{webhook_id}", response={204: None}, summary="Delete a webhook")
def delete_webhook(request: ApiRequest, webhook_id: Id) -> Status[None]:
    agent_of(request, Permission.MANAGE_AUTOMATION)
    webhook_actions.delete_webhook(_webhook(webhook_id))
    return Status(204, None)


@router.post("/webhooks/{webhook_id}/secret", response=WebhookWithSecret, summary="Give a webhook another secret")
def change_secret(request: ApiRequest, webhook_id: Id) -> WebhookWithSecret:
    """Calls are signed with the former one as well for a day."""
    agent_of(request, Permission.MANAGE_AUTOMATION)
    webhook = _webhook(webhook_id)
    return WebhookWithSecret(secret=webhook_actions.rotate_secret(webhook), **webhook_facts(webhook))


@router.get(
    "/webhooks/{webhook_id}/messages", response=Page[ParcelShape], summary="What a webhook was sent, newest first"
)
def list_parcels(request: ApiRequest, webhook_id: Id, paging: Query[Paging]) -> dict[str, Any]:
    agent_of(request, Permission.MANAGE_AUTOMATION)
    parcels = Parcel.objects.filter(webhook=_webhook(webhook_id)).prefetch_related("attempts")
    return page(parcels, paging, shape=parcel_shape)


@router.post(
    "/webhooks/{webhook_id}/messages/{message_id}/retry", response={202: None}, summary="Send a message once more"
)
def send_parcel_again(request: ApiRequest, webhook_id: Id, message_id: Id) -> Status[None]:
    agent_of(request, Permission.MANAGE_AUTOMATION)
    parcel = Parcel.objects.filter(webhook=_webhook(webhook_id), pk=message_id).first()
    if parcel is None:
        raise NotFound("There is no such message.")
    posting.send_again(parcel)
    return Status(202, None)


@contextmanager
def mistaken() -> Iterator[None]:
    """Tell the caller what cannot be kept, and where."""
    try:
        yield
    except Mistaken as error:
        raise Invalid.at(f"body.{error.field}" if error.field else "body", str(error)) from error
    except PermissionError:
        raise Forbidden("It is shared by others. A team lead may change it.") from None


def _said(body: Shape) -> dict[str, Any]:
    """What the body names; a null is as if it were left out."""
    return {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}


def _said_of_macro(body: MacroBody) -> dict[str, Any]:
    said = _said(body)
    if "team" in said:
        said["team"] = Team.objects.filter(pk=said["team"]).first()
    return said


def _macro(agent: Agent, pk: int) -> Macro:
    found = queries.macros_to_set_up(agent).select_related("team").filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such macro.")
    return found


def _rule(pk: int) -> Rule:
    found = queries.rules().filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such rule.")
    return found


def _webhook(pk: int) -> Webhook:
    found = queries.webhooks().filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such webhook.")
    return found
