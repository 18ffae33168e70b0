"""The front door: settings, root urls, ASGI, the `rapport` command. The one place that knows every room."""
