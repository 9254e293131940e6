"""Load: the same work by several processes for a while, and a page asked for again and again."""

from __future__ import annotations

import http.client
import os
import pickle
import threading
import time
from collections.abc import Callable
from contextlib import closing

from throughline.edge.site.bench.harness import NotMeasured

# Prepares in the worker and returns the work of one turn, which is given the turn's number.
Worker = Callable[[int], Callable[[int], None]]


def rate(worker: Worker, *, workers: int, seconds: float, warm: int = 5) -> float:
    """Return how often per second the work is done by that many processes at once, after warming up."""
    start = time.time() + 0.3 + 0.2 * workers  # all begin together, once each is ready
    pipes = [_spawn(worker, number, start, seconds, warm) for number in range(workers)]
    done, late = 0, 0.0
    for read, pid in pipes:
        with os.fdopen(read, "rb") as answer:
            try:
                turns, over = pickle.load(answer)
            except EOFError:
                turns, over = None, 0.0
        os.waitpid(pid, 0)
        if turns is None or isinstance(turns, str):
            raise NotMeasured(f"a worker failed: {turns}")
        done, late = done + turns, max(late, over)
    return done / (seconds + late)


def _spawn(worker: Worker, number: int, start: float, seconds: float, warm: int) -> tuple[int, int]:
    read, write = os.pipe()
    pid = os.fork()
    if pid:
        os.close(write)
        return read, pid
    os.close(read)
    answer: tuple[object, float] = ("died", 0.0)
    try:
        answer = _work(worker(number), start, seconds, warm)
    except BaseException as wrong:  # told to the parent, which says so
        answer = (f"{type(wrong).__name__}: {wrong}", 0.0)
    finally:
        with os.fdopen(write, "wb") as out:
            pickle.dump(answer, out)
        os._exit(0)


def _work(turn: Callable[[int], None], start: float, seconds: float, warm: int) -> tuple[int, float]:
    for number in range(warm):
        turn(-1 - number)
    begin = max(start, time.time())
    time.sleep(max(0.0, begin - time.time()))
    end, turns = begin + seconds, 0
    while time.time() < end:
        turn(turns)
        turns += 1
    return turns, time.time() - end


def timed(turn: Callable[[int], object], *, times: int, warm: int = 3) -> list[float]:
    """Return how long each of the turns took, in milliseconds."""
    for number in range(warm):
        turn(number)
    took = []
    for number in range(times):
        begin = time.perf_counter()
        turn(number)
        took.append((time.perf_counter() - begin) * 1000)
    return took


class Pages:
    """Asks one web server for pages over connections that stay open, with a session's cookie."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self._port = port
        self._headers = {"Cookie": cookie} if cookie else {}

    def get(self, link: http.client.HTTPConnection, path: str) -> int:
        """Return the length of a page; raises NotMeasured when it is anything but the page."""
        link.request("GET", path, headers=self._headers)
        answer = link.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise NotMeasured(f"{path} answered {answer.status}")
        return len(body)

    def latency(self, paths: list[str], *, times: int) -> list[float]:
        """Return the milliseconds of single requests, one after another."""
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)) as link:
            return timed(lambda number: self.get(link, paths[number % len(paths)]), times=times)

    def throughput(self, paths: list[str], *, clients: int, seconds: float) -> float:
        """Return the requests per second answered to that many clients at once."""
        counts, end = [0] * clients, time.monotonic() + seconds

        def ask(number: int) -> None:
            with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)) as link:
                while time.monotonic() < end:
                    self.get(link, paths[counts[number] % len(paths)])
                    counts[number] += 1

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(counts) / seconds
