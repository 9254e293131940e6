"""The web server: gunicorn with threads, the application loaded once before the workers are forked."""

from __future__ import annotations

import ctypes
import gc
import importlib
import os
import sys
from functools import cache
from typing import Any
from wsgiref.util import setup_testing_defaults

from gunicorn.app.base import BaseApplication

REHEARSALS = 10  # a function is specialised after eight calls

# What a process forked from here would load when it first needs it: a single import writes into five megabytes that
# were shared until then.
FIRST_NEEDED_LATER = (
    "django.conf.locale.en.formats",
    "gunicorn.workers.gthread",
    "phonenumbers.data.region_US",
    "procrastinate.worker",
    "throughline.edge.site.commands.work",
)


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn carries no types
    def __init__(self, settings: dict[str, Any]) -> None:
        self._chosen = settings
        super().__init__()

    def load_config(self) -> None:
        for key, value in self._chosen.items():
            self.cfg.set(key, value)

    def load(self) -> Any:
        return application()


@cache
def application() -> Any:
    """Load the product whole and return it, in memory that processes forked from here go on sharing."""
    _keep_the_heap_small()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "throughline.edge.site.settings")
    from django.conf import settings
    from django.db import connections
    from django.urls import get_resolver

    if not settings.SOCIALACCOUNT_PROVIDERS:  # it loads megabytes of what speaks to other servers
        settings.INSTALLED_APPS.remove("allauth.socialaccount.providers.openid_connect")
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    from throughline.edge.site.wsgi import application as loaded

    get_resolver().url_patterns  # noqa: B018  # loads every page now, once, instead of in each worker
    for module in FIRST_NEEDED_LATER:
        importlib.import_module(module)

    _rehearse(loaded)
    connections.close_all()  # a connection must not be shared by two processes
    gc.collect()
    gc.freeze()  # pages of loaded code stay shared between the workers
    return loaded


def _rehearse(loaded: Any) -> None:
    """Answer the sign-in page before the workers are forked, as often as it takes the interpreter to settle.

    The first answers make what every later one uses: addresses, templates, statements, the interpreter's own shortcuts.
    Made here it is shared; made by each process after the fork it would cost every one of them ten megabytes.
    """
    from django.conf import settings

    host = next((name.lstrip(".") for name in settings.ALLOWED_HOSTS if "*" not in name), "localhost")
    for _ in range(REHEARSALS):
        asked: dict[str, Any] = {"PATH_INFO": settings.LOGOUT_REDIRECT_URL, "HTTP_HOST": host}
        setup_testing_defaults(asked)
        answer = loaded(asked, lambda *_: None)
        b"".join(answer)
        answer.close()


def _keep_the_heap_small() -> None:
    """Let threads share one heap, and give large blocks back at once: the check of a password takes 16 MB (glibc)."""
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(-8, 1)  # M_ARENA_MAX
            mallopt(-3, 131_072)  # M_MMAP_THRESHOLD, which otherwise grows with the largest block ever freed


def prepared(*, host: str, port: int, workers: int, threads: int) -> BaseApplication:
    """Return the server, loaded and settled, for `serve`; what is forked from here shares all of that."""
    settings = {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "workers": workers,
        "threads": threads,
        "worker_class": "gthread",
        "preload_app": True,
        "max_requests": 50_000,  # a slow leak never grows old
        "max_requests_jitter": 5_000,
        "timeout": 60,
        "graceful_timeout": 20,
        "keepalive": 5,
        "accesslog": None,  # addresses name patients; the audit holds who saw what
        "loglevel": "warning",
        "control_socket_disable": True,
    }
    application()
    server = _Server(settings)
    gc.collect()
    gc.freeze()
    return server


def serve(server: BaseApplication) -> None:
    """Serve until the process is told to stop, finishing the requests in hand."""
    master = os.getpid()
    try:
        server.run()
    except SystemExit as end:
        if os.getpid() != master or end.code not in (0, None):
            raise  # a worker ends here too, and must not go on with what its master does after serving
