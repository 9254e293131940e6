"""The entry for a WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "throughline.edge.site.settings")
application = get_wsgi_application()

from throughline.foundation.access import wall  # noqa: E402  # needs Django set up

# The command that serves stood outside the wall to prepare the database; requests never do.
wall.stand_closed()
