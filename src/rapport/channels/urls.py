"""The addresses that providers push to and that readers of a mailing leave it by; the settings have their own."""

from django.urls import include, path

from rapport.channels.inbound import Inbound
from rapport.channels.views import contact, reaching, visitors
from rapport.channels.views.unsubscribing import unsubscribe

urlpatterns = [
    path("in/<slug:kind>/<str:key>/", Inbound.as_view(), name="inbound"),
    # Mailgun pushes whole mails only to addresses that end so.
    path("in/<slug:kind>/<str:key>/mime", Inbound.as_view()),
    path("widget.js", visitors.widget, name="widget"),
    path("chat/files/<str:word>/<str:name>", visitors.file, name="visitor_file"),
    path("chat/<str:key>/config", visitors.config, name="visitor_config"),
    path("chat/<str:key>/session", visitors.session, name="visitor_session"),
    path("chat/<str:key>/messages", visitors.messages, name="visitor_messages"),
    path("chat/<str:key>/history", visitors.history, name="visitor_history"),
    path("chat/<str:key>/here", visitors.here, name="visitor_here"),
    path("chat/<str:key>/rating", visitors.rating, name="visitor_rating"),
    path("chat/<str:key>/mine", visitors.mine, name="visitor_mine"),
    path("chat/<str:key>/prompts", visitors.prompts, name="visitor_prompts"),
    path("forms/embed.js", contact.embed_script, name="form_script"),
    path("forms/<str:key>/", contact.form_page, name="form_page"),
    path("forms/<str:key>/thanks/", contact.form_thanks, name="form_thanks"),
    path("messages/<int:message_id>/address", reaching.address, name="message_address"),
    path("addresses/reachable", reaching.reachable, name="reachable_address"),
    path("unsubscribe/<str:token>/", unsubscribe, name="unsubscribe"),
    path("", include("rapport.channels.settings_urls")),
]
