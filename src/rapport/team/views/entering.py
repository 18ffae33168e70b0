"""Coming in: the sign-in page, the first run, and joining by an invitation."""

from datetime import timedelta

from allauth.account import views as allauth_views
from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from rapport.team import actions, queries
from rapport.team.errors import AlreadySetUp, CannotJoin
from rapport.team.forms import JoinForm, WelcomeForm
from rapport.team.models import Agent

REMEMBERED = timedelta(days=30)


def sign_in(request: HttpRequest) -> HttpResponseBase:
    """allauth's sign-in page; before the first run there is nobody to sign in, so that comes first."""
    if request.method == "GET" and not request.user.is_authenticated and not queries.is_set_up():
        return redirect("welcome")
    answer: HttpResponseBase = allauth_views.login(request)
    return answer


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    """The first run: one page that makes the owner and signs them in. Gone as soon as anybody works here."""
    if queries.is_set_up():
        return redirect("/")
    form = WelcomeForm(request.POST or None, initial={"language": get_language(), "time_zone": settings.TIME_ZONE})
    if form.is_valid():
        try:
            owner = actions.create_owner(**form.cleaned_data)
        except AlreadySetUp:
            return redirect("account_login")
        return _enter(request, owner, then=settings.FIRST_RUN_NEXT)
    return render(request, "team/welcome.html", {"form": form}, status=422 if form.is_bound else 200)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """Take up an invitation."""
    invitation = queries.invitation_for(secret)
    if invitation is None:
        return render(request, "team/invitation_over.html", status=410)
    form = JoinForm(request.POST or None, address=invitation.email)
    if form.is_valid():
        try:
            agent = actions.accept(invitation, **form.cleaned_data, language=get_language() or "")
        except CannotJoin as error:
            form.add_error("email", str(error))
        else:
            return _enter(request, agent, then="/")
    context = {"form": form, "invitation": invitation, "organisation": queries.organisation()}
    return render(request, "team/join.html", context, status=422 if form.is_bound else 200)


def _enter(request: HttpRequest, agent: Agent, *, then: str) -> HttpResponse:
    """Sign in someone who has just chosen their password."""
    login = Login(user=agent, email=agent.email, redirect_url=then)
    answer: HttpResponse = perform_password_login(request, {"email": agent.email}, login)
    request.session.set_expiry(REMEMBERED)
    return answer
