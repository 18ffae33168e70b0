"""The pages of deals, their forecast and their settings."""

from django.urls import path

from rapport.sales.deals.views import board, deal, forecast, settings

urlpatterns = [
    path("deals/", board.deals, name="deals"),
    path("deals/list/", board.deals_list, name="deals_list"),
    path("deals/new/", board.new_deal, name="new_deal"),
    path("deals/customers", board.deal_customers, name="deal_customers"),
    path("deals/forecast/", forecast.deals_forecast, name="deals_forecast"),
    path("deals/<int:pk>/", deal.deal, name="deal"),
    path("deals/<int:pk>/moves", deal.deal_moves, name="deal_moves"),
    path("deals/<int:pk>/moves/<int:move_id>/undo", deal.deal_move_undo, name="deal_move_undo"),
    path("deals/<int:pk>/lines", deal.deal_lines, name="deal_lines"),
    path("deals/<int:pk>/activities", deal.deal_activities, name="deal_activities"),
    path("deals/<int:pk>/activities/<int:activity_id>/done", deal.deal_activity_done, name="deal_activity_done"),
    path("deals/<int:pk>/quotes", deal.deal_quotes, name="deal_quotes"),
    path("deals/<int:pk>/quotes/<int:quote_id>.pdf", deal.deal_quote, name="deal_quote"),
    path("settings/sales/", settings.settings_sales, name="settings_sales"),
    path("settings/sales/pipelines/new/", settings.sales_pipeline, name="new_sales_pipeline"),
    path("settings/sales/pipelines/<int:pk>/", settings.sales_pipeline, name="sales_pipeline"),
    path(
        "settings/sales/pipelines/<int:pk>/deletion", settings.sales_pipeline_deletion, name="sales_pipeline_deletion"
    ),
    path("settings/sales/reasons", settings.sales_reasons, name="sales_reasons"),
    path("settings/sales/reasons/<int:pk>", settings.sales_reason, name="sales_reason"),
]
