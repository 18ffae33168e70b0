"""Collects the design's own files only: a test need not wait for those of others."""

from django.contrib.staticfiles.finders import AppDirectoriesFinder


class DesignFinder(AppDirectoriesFinder):
    def __init__(self, app_names=None, *args, **kwargs):
        super().__init__(["rapport.design"], *args, **kwargs)
