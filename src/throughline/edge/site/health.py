"""Says whether the server and its database answer, for load balancers and start-up scripts."""

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path


def health(request: HttpRequest) -> JsonResponse:
    """Return 200 with {"status": "ok"} once the database answers a query."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return JsonResponse({"status": "ok"})


urlpatterns = [path("health/", health, name="health")]
