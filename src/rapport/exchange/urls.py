"""The pages of the exchange with other systems; each part of the room has its own."""

from rapport.exchange.exporting.urls import urlpatterns as exporting

urlpatterns = [*exporting]
