"""The addresses that providers push to and that readers of a mailing leave it by; the settings have their own."""

from django.urls import include, path

from rapport.channels.inbound import Inbound
from rapport.channels.views import reaching
from rapport.channels.views.unsubscribing import unsubscribe

urlpatterns = [
    path("in/<slug:kind>/<str:key>/", Inbound.as_view(), name="inbound"),
    # Mailgun pushes whole mails only to addresses that end so.
    path("in/<slug:kind>/<str:key>/mime", Inbound.as_view()),
    path("messages/<int:message_id>/address", reaching.address, name="message_address"),
    path("addresses/reachable", reaching.reachable, name="reachable_address"),
    path("unsubscribe/<str:token>/", unsubscribe, name="unsubscribe"),
    path("", include("rapport.channels.settings_urls")),
]
