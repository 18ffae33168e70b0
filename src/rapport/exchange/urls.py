"""The pages of this room."""

from rapport.exchange.moving_in.urls import urlpatterns as moving_in

urlpatterns = [*moving_in]
