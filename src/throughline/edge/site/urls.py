"""The root of all addresses: each package brings its own, in the order a nurse meets them."""

import importlib.util

from django.urls import include, path

# (prefix, module); a capability that is not built yet has no module and no addresses.
_PARTS = [
    ("", "throughline.foundation.ui.web.urls"),
    ("", "throughline.foundation.access.web.urls"),
    ("", "throughline.foundation.drafts.web.urls"),
    ("", "throughline.record.people.web.urls"),
    ("", "throughline.record.chart.web.urls"),
    ("", "throughline.record.cases.web.urls"),
    ("", "throughline.record.contacts.web.urls"),
    ("", "throughline.record.tasks.web.urls"),
    ("", "throughline.record.documents.web.urls"),
    ("", "throughline.record.clocks.web.urls"),
    ("", "throughline.practice.caseload.web.urls"),
    ("", "throughline.practice.intake.web.urls"),
    ("", "throughline.practice.assessment.web.urls"),
    ("", "throughline.practice.careplan.web.urls"),
    ("", "throughline.practice.coordination.web.urls"),
    ("", "throughline.practice.review.web.urls"),
    ("", "throughline.edge.interop.web.urls"),
    ("", "throughline.edge.desk.web.urls"),
    ("", "throughline.edge.site.health"),
]


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


urlpatterns = [path(prefix, include(module)) for prefix, module in _PARTS if _is_there(module)]
