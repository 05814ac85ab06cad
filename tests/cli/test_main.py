"""Help, usage, exit codes, and what happens when stdout is not there to be written to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from dcode import errors
from dcode.cli.exit_codes import OF_ERROR, ExitCode, of_error
from dcode.cli.lazy import LazyGroup
from dcode.cli.main import COMMANDS, root
from tests.cli.fake_daemon import DONE_JOB, ROOT, Refusal, job_event

HEAVY = ("numpy", "pydantic", "asyncio", "serial", "subprocess")


def leaves(group: LazyGroup, path: tuple[str, ...] = ()):
    """Every command that is not a group of others, by its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, LazyGroup):
            yield (*path, name), command
            yield from leaves(command, (*path, name))
        else:
            yield (*path, name), command


EVERY_COMMAND = {" ".join(words): command for words, command in leaves(root)}


def imported_by(arguments: str) -> set[str]:
    """The modules that a run of dcode has imported at its end."""
    script = "import sys; from dcode.cli.main import run; run(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script, *arguments.split()], capture_output=True, text=True, cwd=ROOT)
    return set(done.stderr.splitlines()[-1].split())


def test_help_names_every_command_and_imports_none():
    modules = imported_by("--help")
    assert not [name for name in modules if name.startswith("dcode.cli.commands.")]
    assert not modules & set(HEAVY)


def test_help_is_on_stdout(dcode):
    ended = dcode("--help")
    assert (ended.code, ended.err) == (0, "")
    for entries in COMMANDS.values():
        for name, entry in entries.items():
            assert f"  {name}" in ended.out and entry.about in ended.out


def test_without_a_command_there_is_help(dcode):
    assert dcode().out == dcode("--help").out


def test_status_asks_the_daemon_and_imports_nothing_heavy(daemon):
    daemon()
    assert not imported_by("status") & set(HEAVY)


def test_the_version_is_said(dcode):
    ended = dcode("--version")
    assert (ended.code, ended.out) == (0, "dcode 0.1.0\n")


@pytest.mark.parametrize("words", EVERY_COMMAND)
def test_every_command_has_help_and_the_common_options(dcode, words: str):
    ended = dcode(*words.split(), "--help")
    assert (ended.code, ended.err) == (0, "")
    for option in ("--json", "--state-dir", "--debug", "-h, --help"):
        assert option in ended.out


def test_the_tables_say_what_the_commands_themselves_say():
    for command in (root, *EVERY_COMMAND.values()):
        for name, entry in command.entries if isinstance(command, LazyGroup) else ():
            member = command.get_command(click.Context(command), name)
            assert (member.name, member.help.split("\n\n")[0]) == (name, entry.about)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["plto"], "There is no command 'plto'. Did you mean plot?"),
        (["xyzzy"], "There is no command 'xyzzy'."),
        (["jobs", "shwo", "1"], "There is no command 'shwo'. Did you mean show?"),
        (["plot"], "Missing argument"),
        (["plot", "--frobnicate", "x"], "--frobnicate"),
        (["plot", "a.gcode", "b.gcode"], "extra argument"),
        (["check", "--fit", "--clip", "-"], "--fit and --clip exclude each other."),
        (["plot", "--fit", "--clip", "-"], "--fit and --clip exclude each other."),
        (["plot", "--ink", "x.svg", "--detach", "-"], "--ink waits for the end"),
        (["pen", "sideways"], "neither up nor down"),
        (["pen", "181"], "0 to 180"),
        (["jog"], "Either DX and DY"),
        (["jog", "1"], "Either DX and DY"),
        (["jog", "1", "2", "--to", "3", "4"], "Either DX and DY"),
        (["cancel", "0"], "0"),
        (["completion", "tcsh"], "tcsh"),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_code_2(dcode, arguments: list[str], sentence: str):
    ended = dcode(*arguments)
    assert (ended.code, ended.out) == (2, "")
    first, *more = ended.err.splitlines()
    assert first.startswith("dcode: ") and sentence in first
    assert [line for line in more if "--help" in line] == more and len(more) == 1


def test_wrong_usage_under_json_is_an_object_as_well(dcode):
    ended = dcode("plot", "--json")
    assert ended.json["error"]["kind"] == "UsageError"


def test_every_error_has_an_exit_code():
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.DcodeError)]
    assert len(kinds) > 15
    assert OF_ERROR.keys() <= {kind.__name__ for kind in kinds}
    codes = {kind.__name__: of_error(errors.revived(kind.__name__, "no", {})) for kind in kinds}
    assert codes["PortGone"] is codes["Alarm"] is codes["MachineNotReady"] is ExitCode.NOT_READY
    assert codes["UnsafeProgram"] is codes["ConfigError"] is ExitCode.USAGE


@pytest.mark.parametrize(
    ("kind", "code"),
    [("MachineNotReady", 4), ("Alarm", 4), ("PortGone", 4), ("LimitError", 2), ("JobError", 2), ("Refused", 1)],
)
def test_an_error_of_the_daemon_is_a_sentence_and_its_exit_code(dcode, daemon, kind: str, code: int):
    daemon(answers={"plotter.resume": Refusal(kind, "It cannot be done.", reason="because")})
    ended = dcode("resume")
    assert (ended.code, ended.out) == (code, "")
    assert ended.err.splitlines()[0] == "dcode: It cannot be done."


def test_an_error_under_json_is_an_object_as_well(dcode, daemon):
    daemon(answers={"status": Refusal("Alarm", "ALARM:1", code=1)})
    ended = dcode("status", "--json")
    assert ended.json == {"error": {"kind": "Alarm", "message": "ALARM:1", "fields": {"code": 1}}}


@pytest.mark.parametrize("words", ["status", "watch", "jobs", "pause", "resume", "cancel", "stop", "daemon status"])
def test_without_a_daemon_these_start_none(dcode, words: str, tmp_path: Path):
    ended = dcode(*words.split())
    assert (ended.code, ended.out) == (3, "")
    assert ended.err.startswith("dcode: No daemon is running.\n")
    assert not (tmp_path / "state").exists()


def test_a_defect_is_a_sentence_and_a_traceback_only_when_asked_for(dcode, daemon):
    daemon(answers={"status": {"state": "idle"}})  # most of it is missing
    ended = dcode("status")
    assert (ended.code, "Traceback" in ended.err) == (1, False)
    assert ended.err.startswith("dcode: An error inside dcode: KeyError")
    assert "Traceback" in dcode("status", "--debug").err
    assert "Traceback" in dcode("--debug", "status").err


def test_the_state_directory_can_be_said_before_and_after_the_command(dcode, daemon, tmp_path: Path, monkeypatch):
    daemon()
    monkeypatch.setenv("DCODE_STATE_DIR", str(tmp_path / "elsewhere"))
    state = tmp_path / "state"
    assert dcode("status").code == 3
    assert dcode("--state-dir", state, "status").code == 0
    assert dcode("status", "--state-dir", state).code == 0
    assert dcode("jobs", "list", "--state-dir", state).code == 0
    assert dcode("jobs", "--state-dir", state, "list").code == 0


def test_a_reader_that_has_enough_is_no_error(process):
    read, write = os.pipe()
    os.close(read)
    with process("--help", stdout=write) as ended:
        os.close(write)
        _, err = ended.communicate()
    assert (ended.returncode, err) == (0, "")


def test_a_plot_goes_on_when_nobody_reads_its_progress(daemon, process, horse: Path):
    daemon(events=[job_event(DONE_JOB)])
    read, write = os.pipe()
    os.close(read)
    with process("plot", horse, stderr=write) as plot:
        os.close(write)
        out, _ = plot.communicate()
    assert (plot.returncode, out) == (0, "horse.gcode is plotted: 7 lines in 0:01:01.\n")


def test_closed_streams_are_no_error(daemon):
    daemon()
    script = f"{sys.executable} -c 'from dcode.cli.main import main; main()' status >&- 2>&-"
    assert subprocess.run(script, shell=True, cwd=ROOT).returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_under_stdout_is_a_sentence(process):
    with open("/dev/full", "w") as full, process("config", "path", stdout=full) as ended:
        _, err = ended.communicate()
    assert ended.returncode == 1
    assert err.startswith("dcode: stdout cannot be written: ")
    assert "Traceback" not in err and "Exception" not in err
