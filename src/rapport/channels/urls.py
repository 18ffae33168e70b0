"""The address that providers push to; the settings of channels have their own."""

from django.urls import include, path

from rapport.channels.inbound import Inbound

urlpatterns = [
    path("in/<slug:kind>/<str:key>/", Inbound.as_view(), name="inbound"),
    path("", include("rapport.channels.settings_urls")),
]
