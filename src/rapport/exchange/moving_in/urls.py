"""The pages of moving in."""

from django.urls import path

from rapport.exchange.moving_in import views

urlpatterns = [
    path("settings/move-in/", views.moves, name="move_in"),
    path("settings/move-in/from/<str:name>/", views.new_move, name="new_move_in"),
    path("settings/move-in/<int:pk>/", views.move, name="one_move_in"),
    path("settings/move-in/<int:pk>/progress", views.progress, name="move_in_progress"),
    path("settings/move-in/<int:pk>/step", views.step, name="move_in_step"),
    path("settings/move-in/<int:pk>/problems.csv", views.problems, name="move_in_problems"),
]
