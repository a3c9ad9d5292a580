"""Settings: which place goes first, what is refused and how, and that no key is shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from factcheck.cli.main import main
from factcheck.errors import UsageError
from factcheck.origins import library_variables, trace_settings
from factcheck.settings import ENV_PREFIX, Settings, find_problems, load_settings, read_layers

KEY = "sk-planted-0123456789"
Write = Callable[..., None]


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty working directory and no variables of ours; what `.env` adds is taken back."""
    import os

    for name in [n for n in os.environ if n.startswith((ENV_PREFIX, "OPENAI_")) or n.endswith("_API_KEY")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr("os.environ", dict(os.environ))
    monkeypatch.setattr("factcheck.settings._FILLED", {})
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def file(name: str, text: str) -> None:
        (tmp_path / name).write_text(text)

    return file


def setenv(name: str, value: str) -> None:
    import os

    os.environ[name] = value


def test_each_place_goes_before_the_ones_below_it(write: Write) -> None:
    assert load_settings().n_passages == 12
    write("factcheck.toml", "n_passages = 1\nthreads = 1\nmodel = 'none'\ntimeout_s = 1\n")
    write(".env", "FACTCHECK_N_PASSAGES=2\nFACTCHECK_THREADS=2\nFACTCHECK_MODEL=local\n")
    setenv("FACTCHECK_N_PASSAGES", "3")
    setenv("FACTCHECK_THREADS", "3")
    settings = load_settings({"n_passages": 4, "model": None})
    assert (settings.n_passages, settings.threads, settings.model, settings.timeout_s) == (4, 3, "local", 1.0)


def test_each_setting_says_where_it_comes_from(write: Write, tmp_path: Path) -> None:
    write("factcheck.toml", "n_passages = 1\nthreads = 1\n")
    write(".env", "FACTCHECK_THREADS=2\n")
    setenv("FACTCHECK_MODEL", "none")
    places = {origin.name: (origin.value, origin.place) for origin in trace_settings({"timeout_s": 9.0})}
    assert places["n_passages"] == (1, str(tmp_path / "factcheck.toml"))
    assert places["threads"] == (2, str(tmp_path / ".env"))
    assert places["model"] == ("none", "the environment")
    assert places["timeout_s"] == (9.0, "the command line")
    assert places["max_source_mb"] == (50.0, "default")
    assert list(places) == list(Settings.model_fields)


def test_the_address_of_a_server_by_its_common_name(write: Write) -> None:
    setenv("OPENAI_BASE_URL", "http://a/v1")
    assert load_settings().base_url == "http://a/v1"
    write("factcheck.toml", 'base_url = "http://toml/v1"\n')
    assert load_settings().base_url == "http://a/v1"  # the environment goes before a file
    setenv("FACTCHECK_BASE_URL", "http://b/v1")
    assert load_settings().base_url == "http://b/v1"
    setenv("FACTCHECK_BASE_URL", "")
    assert load_settings().base_url == "http://a/v1"  # empty counts as not set


def test_dotenv_fills_what_the_libraries_read_and_changes_nothing(write: Write) -> None:
    import os

    write(".env", f"OPENAI_API_KEY={KEY}\nMISTRAL_API_KEY=other-planted-key\n")
    setenv("MISTRAL_API_KEY", "mine-already-here")
    load_settings()
    assert (os.environ["OPENAI_API_KEY"], os.environ["MISTRAL_API_KEY"]) == (KEY, "mine-already-here")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (
            "factcheck.toml",
            "n_passage = 3",
            r"toml: unknown setting 'n_passage'; did you mean 'n_passages'\?",
        ),
        ("factcheck.toml", "colour = 3", "unknown setting 'colour'; known: home, cache, model"),
        ("factcheck.toml", "[factcheck]\nmodel = 1", "unknown setting 'factcheck'"),
        ("factcheck.toml", "n_passages = 0", r"setting n_passages=0: .*greater than or equal to 1"),
        ("factcheck.toml", "n_passages = [1]", r"setting n_passages=\[1\]"),
        ("factcheck.toml", "n_passages = ", "is not valid TOML"),
        (".env", "FACTCHECK_MODLE=none", r"\.env: unknown setting 'modle'; did you mean 'model'\?"),
        (".env", "FACTCHECK_TIMEOUT_S=soon", r"\.env: setting timeout_s='soon': .*valid number"),
        (".env", "FACTCHECK_TIMEOUT_S=nan", "timeout_s"),
        (".env", "FACTCHECK_MAX_COST_USD=-1", "max_cost_usd"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(name: str, text: str, told: str, write: Write) -> None:
    write(name, text)
    with pytest.raises(UsageError, match=told) as raised:
        load_settings()
    assert "\n" not in str(raised.value)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    for name in ("factcheck.toml", ".env"):
        (tmp_path / name).write_bytes(b"\xff\xfe\x00model")
        with pytest.raises(UsageError, match=f"{name}.*Correct or remove it"):
            load_settings()
        (tmp_path / name).unlink()


def test_all_problems_at_once(write: Write) -> None:
    write("factcheck.toml", "modell = 1\nthreads = 0\n")
    setenv("FACTCHECK_N_PASSAGES", "many")
    problems = find_problems(read_layers())
    assert len(problems) == 3
    assert [sum(word in line for line in problems) for word in ("modell", "threads=0", "n_passages='many'")] == [1] * 3


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not (field.description or "").endswith(".")] == []


def test_passwords_in_addresses_are_in_no_saved_form() -> None:
    address = f"http://user:{KEY}@host:8000/v1"
    settings = load_settings({"base_url": address, "chroma": address})
    assert settings.base_url == address
    assert KEY not in settings.model_dump_json()
    assert settings.model_dump(mode="json")["chroma"] == "http://***@host:8000/v1"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    try:
        main(["config", *arguments])
        code = 0
    except SystemExit as stop:
        code = int(stop.code or 0)
    said = capsys.readouterr()
    assert KEY not in said.out + said.err
    return code, said.out, said.err


def test_config_show(write: Write, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    write(".env", f"OPENAI_API_KEY={KEY}\n")
    setenv("ANTHROPIC_API_KEY", KEY)
    setenv("OPENAI_BASE_URL", f"https://me:{KEY}@host/v1")
    code, out, _ = run(capsys, "show")
    assert code == 0
    rows = {line.split()[0]: line for line in out.splitlines()}
    assert set(rows) >= set(Settings.model_fields)
    assert rows["OPENAI_API_KEY"].split() == ["OPENAI_API_KEY", "***", str(tmp_path / ".env")]
    assert rows["ANTHROPIC_API_KEY"].endswith("the environment")
    assert "https://***@host/v1" in rows["base_url"]
    code, out, _ = run(capsys, "show", "--json")
    records = [json.loads(line) for line in out.splitlines()]
    assert {record["schema"] for record in records} == {"factcheck/setting/1"}
    assert next(r for r in records if r["name"] == "threads") == {
        "schema": "factcheck/setting/1", "name": "threads", "value": 2, "place": "default",
    }  # fmt: skip


def test_the_place_of_a_variable_is_where_it_was_first(write: Write, tmp_path: Path) -> None:
    write(".env", f"OPENAI_API_KEY={KEY}\nOPENAI_ORG_ID=org-1\n")
    setenv("OPENAI_ORG_ID", "org-2")
    found = {origin.name: (origin.value, origin.place) for origin in library_variables()}
    assert found["OPENAI_API_KEY"] == ("***", str(tmp_path / ".env"))
    assert found["OPENAI_ORG_ID"] == ("org-2", "the environment")


def test_what_dotenv_put_into_the_environment_is_never_the_environments(write: Write, tmp_path: Path) -> None:
    write(".env", "FACTCHECK_BASE_URL=http://ours:1/v1\nOPENAI_BASE_URL=http://theirs:2/v1\n")
    for _ in range(3):
        assert load_settings().base_url == "http://ours:1/v1"
    traced = {origin.name: (origin.value, origin.place) for origin in trace_settings()}
    assert traced["base_url"] == ("http://ours:1/v1", str(tmp_path / ".env"))
    libraries = {origin.name: (origin.value, origin.place) for origin in library_variables()}
    assert libraries["OPENAI_BASE_URL"] == ("http://theirs:2/v1", str(tmp_path / ".env"))
    setenv("OPENAI_BASE_URL", "http://mine:3/v1")  # set later, by the program that loads the settings
    assert load_settings().base_url == "http://mine:3/v1"


def test_the_dotenv_of_another_folder_takes_the_place_of_the_first(tmp_path: Path) -> None:
    import os

    for name, text in (
        ("a", "OPENAI_BASE_URL=http://a/v1\nOPENAI_ORG_ID=org-a\n"),
        ("b", "OPENAI_BASE_URL=http://b/v1"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / ".env").write_text(text)
    assert load_settings(directory=tmp_path / "a").base_url == "http://a/v1"
    assert load_settings(directory=tmp_path / "b").base_url == "http://b/v1"
    assert os.environ["OPENAI_BASE_URL"] == "http://b/v1"
    assert "OPENAI_ORG_ID" not in os.environ
    assert load_settings(directory=tmp_path).base_url is None


def test_config_check(write: Write, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    setenv("FACTCHECK_CACHE", str(tmp_path))
    setenv("FACTCHECK_MODEL", "none")
    assert run(capsys, "check") == (0, "the settings are fine\n", "")


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("modell = 1\nthreads = 0", ["unknown setting 'modell'", "threads=0"]),
        ("threads = ", ["is not valid TOML"]),
        ("model = 'gpt-4'", ["no model is called 'gpt-4'"]),
        ("model = 'openai:gpt-x'", ["no OPENAI_API_KEY"]),
        ("model = 'openai:x'\nbase_url = 'host:80'", ["'host:80' is no address"]),
        ("model = 'none'\nprices = 'missing.toml'", ["the prices missing.toml cannot be read"]),
        ("model = 'openai:x'\nbase_url = 'http://h/v1'\nmax_cost_usd = 1.0", ["the price of openai:x is not known"]),
        ("model = 'none'\nreplay = 'missing.jsonl'", ["the recording missing.jsonl cannot be read"]),
        ("model = 'none'\nrecord = 'factcheck.toml'", ["exists and is not overwritten"]),
        ("model = 'none'\nhome = 'factcheck.toml'", ["is no folder"]),
    ],
)
def test_config_check_says_all_that_is_wrong(
    toml: str, told: list[str], write: Write, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    setenv("FACTCHECK_CACHE", str(tmp_path))
    write("factcheck.toml", toml)
    code, out, err = run(capsys, "check")
    assert code == 3
    assert len(out.splitlines()) == len(told)
    assert all(part in out for part in told)
    assert err.count("\n") == 1
