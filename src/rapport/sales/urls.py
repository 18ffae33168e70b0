"""The pages of sales."""

from rapport.sales.deals.urls import urlpatterns as deals

urlpatterns = [*deals]
