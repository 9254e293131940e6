"""How much of the machine's memory the embedded server may use.

As PostgreSQL comes it takes 128 MB for a whole database and believes that every page lies on a turning disk: among a
million patients the index of their search words alone is larger, and a list is read from end to end for fear of steps.
"""

import contextlib
import os
from pathlib import Path

MEGABYTE = 1_048_576
LEAST, MOST = 128, 1_024  # megabytes it keeps pages in, whatever the machine has
LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def settings(total: int | None = None) -> tuple[str, ...]:
    """Return the server's settings for a machine with `total` megabytes (this one's by default).

    An eighth of it for pages, taken only as they are read, for there is a web server beside; what the system is
    likely to keep of files is half (https://www.postgresql.org/docs/current/runtime-config-resource.html and
    runtime-config-query.html, where a step is said to cost little more than reading on where the disk is solid).
    """
    there = megabytes() if total is None else total
    pages = min(MOST, max(LEAST, there // 8))
    return (f"shared_buffers={pages}MB", f"effective_cache_size={max(pages, there // 2)}MB", "random_page_cost=1.1")


def megabytes() -> int:
    """Return the memory this process may use: the machine's, or what its container is limited to."""
    found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for limit in LIMITS:
        with contextlib.suppress(OSError, ValueError):  # no such file, or "max"
            found.append(int(limit.read_text()))
    return min(found) // MEGABYTE
