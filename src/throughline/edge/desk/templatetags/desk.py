"""Template words of the desk: the row of Today, the lines of a story, what is due; their markup is made in Python."""

from django import template
from django.utils.safestring import SafeString

from throughline.edge.desk.web import lines
from throughline.edge.desk.web.pages import Line
from throughline.edge.desk.web.rows import head

register = template.Library()
register.simple_tag(lines.story, name="story_lines")
register.simple_tag(lines.due, name="due_lines")
register.simple_tag(lines.owners, name="owner_options")


@register.simple_tag
def row_head(line: Line, opened: str = "", moved: bool = False) -> SafeString:
    """Return a row up to where its opened part follows; the template closes the `tbody`."""
    return head(line, opened=bool(opened), focus=bool(opened or moved))
