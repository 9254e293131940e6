"""iCalendar (RFC 5545, RFC 5546): appointments as calendars elsewhere read them. Pure mappings, no tables, no clock."""
