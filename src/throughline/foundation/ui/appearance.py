"""How a person wants pages to look, kept in a cookie that says nothing of anybody's health."""

from django.http import HttpRequest

COOKIE = "appearance"
CHOICES: dict[str, tuple[str, ...]] = {
    "theme": ("system", "light", "dark"),
    "density": ("comfortable", "compact"),
    "text": ("normal", "large"),
}


def chosen(request: HttpRequest) -> dict[str, str]:
    """Return the choices that differ from the default; anything unknown in the cookie is ignored."""
    picked = {}
    for part in request.COOKIES.get(COOKIE, "").split("."):
        name, _, value = part.partition("-")
        if value in CHOICES.get(name, ())[1:]:
            picked[name] = value
    return picked


def appearance(request: HttpRequest) -> dict[str, dict[str, str]]:
    """Context processor: `appearance` for the html element and the user menu."""
    return {"appearance": chosen(request)}
