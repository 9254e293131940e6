"""The floor page: a bare Django site with six middlewares, a database session and its user, one keyset query of fifty
rows and a plain template; and a page of one row. What a page of the product costs is judged beside these two.

Run by a web server of its own, with DATABASE_URL naming the floor's own database.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path

ROWS = 100_000
LIST = """<!doctype html><html lang="en"><head><title>Patients</title></head><body>
<nav>{{ request.user.username }}</nav><table>{% for row in rows %}
<tr><td><a href="/patient/{{ row.id }}/">{{ row.family }}, {{ row.given }}</a></td><td>{{ row.born|date:"Y-m-d" }}</td>
<td>{{ row.mrn }}</td><td>{{ row.seen|date:"M j, H:i" }}</td></tr>{% endfor %}</table></body></html>"""
ONE = """<!doctype html><html lang="en"><head><title>{{ row.family }}</title></head><body>
<nav>{{ request.user.username }}</nav><h1>{{ row.family }}, {{ row.given }}</h1>
<p>{{ row.born|date:"Y-m-d" }} {{ row.mrn }}</p></body></html>"""
ASKED = """<form method="post">{% for place in places %}<fieldset><legend>{{ place }} Question {{ place }}</legend>
{% for point in points %}<label><input type="radio" name="q:{{ place }}" value="{{ point }}"> Answer {{ point }}</label>
{% endfor %}<textarea name="w:{{ place }}"></textarea></fieldset>{% endfor %}<p>{{ answered }} of 9</p></form>"""

TEMPLATES = {"list.html": LIST, "one.html": ONE, "asked.html": ASKED}

if not settings.configured:
    from throughline.edge.site.database import database_settings

    settings.configure(
        SECRET_KEY="a floor keeps no secrets, it only carries weight",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "loaders": [
                        (
                            "django.template.loaders.cached.Loader",
                            [("django.template.loaders.locmem.Loader", TEMPLATES)],
                        )
                    ]
                },
            }
        ],
        DATABASES={"default": {**database_settings(), "CONN_MAX_AGE": 600}},
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402  # only once settings are there
from django.db import connection, models, transaction  # noqa: E402  # only once settings are there
from django.shortcuts import render  # noqa: E402  # only once settings are there
from django.views.decorators.csrf import csrf_exempt  # noqa: E402  # only once settings are there


class Person(models.Model):
    """One invented row of the floor."""

    family = models.TextField()
    given = models.TextField()
    born = models.DateField()
    mrn = models.TextField()
    seen = models.DateTimeField()

    class Meta:
        app_label = "floor"
        managed = False
        db_table = "floor_person"


def people(request: HttpRequest) -> HttpResponse:
    """Show fifty rows after a key, or as many as are asked for."""
    after, count = int(request.GET.get("after", "0")), int(request.GET.get("rows", "50"))
    rows = Person.objects.filter(id__gt=after).order_by("id")[:count] if request.user.is_authenticated else []
    return render(request, "list.html", {"rows": rows})


def person(request: HttpRequest, number: int) -> HttpResponse:
    """Show one row."""
    return render(request, "one.html", {"row": Person.objects.get(id=number) if request.user.is_authenticated else {}})


@csrf_exempt
def answer(request: HttpRequest, sitting: str) -> HttpResponse:
    """Keep one answer, durably, audited and with what stood before, in one transaction, and show nine questions."""
    place, who = request.POST["asked"], request.user.get_username()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select patient from floor_sitting where id = %s for update", [sitting])
        patient = (cursor.fetchone() or [None])[0]
        value = json.dumps([request.POST[f"q:{place}"]])
        cursor.execute(
            "insert into floor_answer values (%s, %s, %s, %s, now()) on conflict (sitting, place)"
            " do update set value = excluded.value, by = excluded.by, at = excluded.at",
            [sitting, place, value, who],
        )
        # No act may overwrite what stood before it, and what stood must say who replaced it.
        cursor.execute(
            "insert into floor_sitting_was (told_by, was) select %s, to_jsonb(s) from floor_sitting s where id = %s",
            [who, sitting],
        )
        cursor.execute("update floor_sitting set answered = now(), version = version + 1 where id = %s", [sitting])
        cursor.execute("insert into floor_line values (gen_random_uuid(), %s, now(), 'answer', '{}')", [patient])
        cursor.execute("select count(*) from floor_answer where sitting = %s", [sitting])
        answered = (cursor.fetchone() or [0])[0]
    return render(request, "asked.html", {"places": range(1, 10), "points": range(4), "answered": answered})


urlpatterns = [
    path("people/", people),
    path("patient/<int:number>/", person),
    path("answer/<uuid:sitting>/", answer),
]
application: Any = get_wsgi_application()


def prepare() -> str:
    """Make the tables, their rows and a session, and return the session's key."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "create table if not exists floor_person (id bigint generated always as identity primary key,"
            " family text, given text, born date, mrn text, seen timestamptz)"
        )
        cursor.execute("select count(*) from floor_person")
        if not cursor.fetchone()[0]:
            cursor.execute(
                "insert into floor_person (family, given, born, mrn, seen)"
                " select 'Family' || n %% 5000, 'Given' || n %% 700,"
                " date '1930-01-01' + n %% 30000, 'M' || n, timestamptz '2026-01-01 00:00+00' + n * interval '1 minute'"
                " from generate_series(1, %s) n",
                [ROWS],
            )
            cursor.execute("analyze floor_person")
    user, _ = get_user_model()._default_manager.get_or_create(username="floor")
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


if __name__ == "__main__":
    print(json.dumps({"session": prepare()}))
    sys.exit(0)
