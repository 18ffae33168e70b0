from django.urls import path

from rapport.surveys.views import feedback, policy, rating

urlpatterns = [
    path("feedback/", feedback.feedback, name="feedback"),
    path("feedback/ratings.csv", feedback.ratings_csv, name="ratings_csv"),
    path("settings/ratings/", policy.settings_ratings, name="settings_ratings"),
    path("rate/<str:token>/", rating.rate, name="rate"),
    path("rate/<str:token>/<int:score>/", rating.rate_score, name="rate_score"),
]
