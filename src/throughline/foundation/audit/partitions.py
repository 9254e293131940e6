"""Keeps the tables that grow by month ahead of time."""

from datetime import datetime

from dateutil.relativedelta import relativedelta
from django.db import connection

MONTHLY = ("audit_entry", "journal_entry")
MONTHS_AHEAD = 13


def keep_months_ahead(*, at: datetime) -> None:
    """Make the partitions of this month and the next thirteen where they are missing.

    Rows of a month without a partition are not lost: the default partition takes them.
    """
    last = (at + relativedelta(months=MONTHS_AHEAD)).date()
    with connection.cursor() as cursor:
        for parent in MONTHLY:
            cursor.execute("select throughline_ensure_months(%s, %s, %s)", [parent, at.date(), last])
