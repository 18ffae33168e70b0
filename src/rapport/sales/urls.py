"""The pages of sales, and the address that shops push to."""

from django.urls import path

from rapport.sales.deals.urls import urlpatterns as deals
from rapport.sales.orders import views as orders
from rapport.sales.products import views as products
from rapport.sales.shops import views as shops
from rapport.sales.shops.inbound import inbound
from rapport.sales.subscriptions import views as subscriptions

urlpatterns = [
    *deals,
    path("in/shops/<slug:kind>/<str:key>/", inbound, name="shop_inbound"),
    path("orders/", orders.orders, name="orders"),
    path("orders/<int:pk>/", orders.order, name="order"),
    path("products/", products.products, name="products"),
    path("subscriptions/", subscriptions.subscriptions, name="subscriptions"),
    path("settings/shops/", shops.shops, name="settings_shops"),
    path("settings/shops/new/<slug:kind_name>/", shops.new_shop, name="new_shop"),
    path("settings/shops/<int:pk>/", shops.shop, name="settings_shop"),
    path("settings/shops/<int:pk>/removal", shops.removal, name="shop_removal"),
    path("settings/shops/<int:pk>/deliveries/<int:delivery_id>/", shops.delivery, name="shop_delivery"),
    path("settings/shops/<int:pk>/deliveries/<int:delivery_id>/reading", shops.reading, name="shop_reading"),
]
