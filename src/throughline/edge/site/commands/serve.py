"""`throughline run`: the database, the tables, the demonstration hospital when empty, and the web server.

The database is left as it was found: a server this command started ends with it, unless something else is using
it by then; a server that was running before goes on until `throughline stop`.
"""

from __future__ import annotations

import argparse
import importlib
import os
import socket
import sys
import traceback
from collections.abc import Callable

from throughline.edge.site import background, database
from throughline.edge.site.postgres.refusal import DatabaseUnavailable
from throughline.edge.site.refusal import CommandRefused


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take where to listen, how many workers, and whether to load the demonstration."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default 8000)")
    parser.add_argument("--workers", type=int, default=2, help="web processes (default 2)")
    parser.add_argument("--threads", type=int, default=4, help="threads in each process (default 4)")
    parser.add_argument("--no-seed", action="store_true", help="leave an empty database empty")


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted."""
    if not 0 < args.port < 65536:
        raise CommandRefused(f"{args.port} is not a port: choose one from 1 to 65535.")
    if args.workers < 1 or args.threads < 1:
        raise CommandRefused("At least one worker and one thread are needed.")
    _refuse_taken_port(args.host, args.port)
    master = os.getpid()
    started = database.start_database()
    working = 0
    try:
        if code := _in_a_child(lambda: _prepare(seed=not args.no_seed)):
            return code
        from throughline.edge.site import server

        ready = server.prepared(host=args.host, port=args.port, workers=args.workers, threads=args.threads)
        working = background.start(master)
        print(f"Throughline serves at {_address(args.host, args.port)} (stop with Ctrl-C)", flush=True)
        server.serve(ready)
    finally:
        if os.getpid() == master:  # the web workers pass here too when they end
            background.end(working)
            if started:
                _stop_unless_used()
    return 0


def _in_a_child(work: Callable[[], None]) -> int:
    """Do the work in a process of its own and return its exit code.

    The work sees every site and loads what no page needs; the web server must inherit neither.
    """
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except (CommandRefused, DatabaseUnavailable) as refusal:
            print(f"throughline: {refusal}", file=sys.stderr)
            code = 2
        except KeyboardInterrupt:
            code = 130
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    try:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    except KeyboardInterrupt:
        os.waitpid(child, 0)  # it got the same interrupt, and the database must not be stopped under it
        return 130


def _prepare(*, seed: bool) -> None:
    """Bring the tables up to date and load the demonstration where nobody can sign in yet."""
    from throughline.edge.site.command import Needs, prepare

    prepare(Needs.DATABASE)
    from throughline.edge.site import schema

    if applied := schema.bring_up_to_date():
        print(f"The tables were brought up to date ({len(applied)} steps).", flush=True)
    if seed and _nobody_can_sign_in():
        _seed()


def _nobody_can_sign_in() -> bool:
    from django.contrib.auth import get_user_model

    return not get_user_model()._default_manager.exists()


def _seed() -> None:
    from throughline.edge.site.command import COMMANDS, is_installed

    entry = COMMANDS["seed"]
    if not is_installed(entry):
        return
    print("The database is empty: loading the demonstration hospital …", flush=True)
    seed = importlib.import_module(entry.module)
    parser = argparse.ArgumentParser()
    seed.add_arguments(parser)
    if seed.run(parser.parse_args([])) not in (0, 3):  # 3: a resource was refused, as one of the stories wants
        raise CommandRefused("The demonstration hospital could not be loaded whole, so nothing is served.")


def _stop_unless_used() -> None:
    """Stop the server this command started; leave it when another command has come to use it."""
    import psycopg

    try:
        with psycopg.connect(database.keeper_url(), connect_timeout=5) as link:
            others = link.execute(
                "select count(*) from pg_stat_activity"
                " where backend_type = 'client backend' and pid <> pg_backend_pid()"
            ).fetchone()
    except psycopg.Error:
        others = None
    if others and others[0]:
        print(
            "Something else is using the database, so it goes on: `throughline stop` ends it.",
            file=sys.stderr,
        )
        return
    database.stop_database()


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _refuse_taken_port(host: str, port: int) -> None:
    """Refuse before the database is started and seeded, which may take a while."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as wrong:
        raise CommandRefused(
            f"{_address(host, port)} cannot be listened on ({wrong.strerror}): choose another with --host or --port."
        ) from None
