"""The command line: what it loads, how it refuses, what doctor and migrate say."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from throughline.edge.site import command
from throughline.edge.site.command import COMMANDS, Entry, Needs

SOURCE = Path(__file__).resolve().parents[4]


def _alone(script: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), **more}
    return subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)


def test_help_loads_neither_django_nor_a_driver() -> None:
    done = _alone(
        "import sys\nfrom throughline.edge.site import command\ncommand.main([])\n"
        "loaded = {'django', 'psycopg', 'gunicorn'} & set(sys.modules)\nassert not loaded, loaded"
    )
    assert done.returncode == 0, done.stderr
    assert "serve the product" in done.stdout


@pytest.mark.parametrize("name", ["clock", "score"])
def test_pure_commands_need_no_django_and_no_database(name: str) -> None:
    assert COMMANDS[name].needs is Needs.NOTHING
    if not command.is_installed(COMMANDS[name]):
        pytest.skip(f"{name} is not part of this installation yet")
    done = _alone(
        "import sys\nfrom throughline.edge.site import command\n"
        f"try:\n    command.main([{name!r}, '--help'])\nexcept SystemExit:\n    pass\n"
        "loaded = {'django', 'psycopg'} & set(sys.modules)\nassert not loaded, loaded"
    )
    assert done.returncode == 0, done.stderr


def test_unknown_command_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        command.main(["fly"])
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "'fly'" in said


def test_missing_module_takes_no_other_command_along(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(COMMANDS, "ghost", Entry("throughline.edge.site.commands.ghost", "be absent", Needs.NOTHING))
    assert command.main(["ghost"]) == 2
    assert "not part of this installation" in capsys.readouterr().err
    assert command.main([]) == 0
    listed = capsys.readouterr().out
    assert "be absent" not in listed
    assert "stop the embedded database" in listed


@pytest.mark.parametrize("port", ["0", "65536", "many"])
def test_bad_port_is_refused_before_anything_starts(port: str, tmp_path: Path) -> None:
    done = _alone(
        f"import sys\nfrom throughline.edge.site import command\nsys.exit(command.main(['run', '--port', {port!r}]))",
        THROUGHLINE_HOME=str(tmp_path / "home"),
    )
    assert done.returncode == 2
    assert port in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "home").exists()


def test_unreachable_database_is_one_sentence_without_the_password() -> None:
    done = _alone(
        "import sys\nfrom throughline.edge.site import command\nsys.exit(command.main(['doctor']))",
        DATABASE_URL="postgresql://nurse:hunter2@127.0.0.1:1/throughline",
    )
    assert done.returncode == 2
    assert done.stderr.startswith("throughline: The database that DATABASE_URL names at 127.0.0.1:1 cannot be reached")
    assert len(done.stderr.strip().splitlines()) == 1
    assert "hunter2" not in done.stderr


@pytest.mark.parametrize("url", ["mysql://root:hunter2@h/db", "sqlite:///db", "postgresql://h", "not an address"])
def test_other_databases_are_refused(url: str) -> None:
    done = _alone(
        "import sys\nfrom throughline.edge.site import command\nsys.exit(command.main(['migrate']))", DATABASE_URL=url
    )
    assert done.returncode == 2
    assert "DATABASE_URL" in done.stderr
    assert "hunter2" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_stop_without_a_server_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THROUGHLINE_HOME", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert command.main(["stop"]) == 0
    assert "No database runs" in capsys.readouterr().out


@pytest.mark.django_db
def test_doctor_finds_the_test_server_unfit_and_says_so_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    import argparse

    from throughline.edge.site.commands import doctor

    assert doctor.run(argparse.Namespace(json=True)) == 1
    told = json.loads(capsys.readouterr().out)
    wrong = {one["key"] for one in told["findings"] if one["wrong"]}
    assert told["ok"] is False
    assert {"secret", "tls"} <= wrong
    assert "migrations" not in wrong
    assert doctor.run(argparse.Namespace(json=False)) == 1
    assert "things to mend" in capsys.readouterr().out


@pytest.mark.django_db
def test_doctor_counts_demonstration_accounts() -> None:
    from django.contrib.auth import get_user_model

    from throughline.edge.site.commands import doctor

    before = doctor.gather().demo_users
    assert before is not None
    get_user_model()._default_manager.create(username="demo-doctor-test", is_demo=True)
    assert doctor.gather().demo_users == before + 1


@pytest.mark.django_db
def test_doctor_names_who_holds_power_by_a_password_alone(settings: Any) -> None:
    from datetime import UTC, datetime, timedelta

    from django.apps import apps

    from throughline.edge.site.commands import doctor
    from throughline.foundation.access.models import Grant, Site, User

    now = datetime.now(UTC)
    place = Site.objects.create(key="powerful", name="Powerful")
    for name, role, until in (
        ("chief", "supervisor", None),
        ("strong", "administrator", None),
        ("former", "auditor", now - timedelta(days=1)),
        ("nurse", "case_manager", None),
    ):
        user = User.objects.create(username=name)
        Grant.objects.create(user=user, site=place, role=role, since=now - timedelta(days=9), until=until)
    known = apps.get_model("mfa", "Authenticator").objects
    known.create(user=User.objects.get(username="strong"), type="totp", data={})
    known.create(user=User.objects.get(username="chief"), type="recovery_codes", data={})
    assert doctor.gather().without_second_factor == ("chief",)
    settings.SECOND_FACTOR_REQUIRED = True
    assert doctor.gather().without_second_factor == ()
