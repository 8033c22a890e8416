"""The console as a WSGI application, for gunicorn."""

from __future__ import annotations

from django.core.handlers.wsgi import WSGIHandler

from casework.site import boot

boot()
application = WSGIHandler()
