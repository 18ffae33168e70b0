"""The pages of the exchange with other systems; each part of the room has its own."""

from rapport.exchange.exporting.urls import urlpatterns as exporting
from rapport.exchange.importing.urls import urlpatterns as importing
from rapport.exchange.moving_in.urls import urlpatterns as moving_in
from rapport.exchange.syncing.urls import urlpatterns as syncing

urlpatterns = [*moving_in, *importing, *exporting, *syncing]
