"""Configuration: arguments win over the environment, the environment over the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from ledger.config import Settings
from ledger.errors import BadInput


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STATE", "URL", "NETWORK", "CONFIG", "PASSPHRASE", "PASSPHRASE_FILE", "LANGUAGE"):
        monkeypatch.delenv(f"GREENLEDGER_{name}", raising=False)


def test_with_nothing_configured_it_is_the_embedded_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    settings = Settings()
    assert (settings.url, settings.network, settings.finality_depth) == (None, "embedded", 0)
    assert settings.state == Path.home() / ".local" / "share" / "greenledger"
    assert settings.database_url("embedded").endswith("greenledger/index-embedded.sqlite")


def test_who_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "greenledger.toml"
    file.write_text('network = "file"\nurl = "http://file"\nfinality_depth = 3\n')
    monkeypatch.setenv("GREENLEDGER_CONFIG", str(file))
    monkeypatch.setenv("GREENLEDGER_URL", "http://environment")
    settings = Settings(network="argument")
    assert (settings.network, settings.url, settings.finality_depth) == ("argument", "http://environment", 3)


@pytest.mark.spec("KEY-1")
def test_the_passphrase_is_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENLEDGER_PASSPHRASE", "correct horse")
    assert "correct" not in repr(Settings()) + str(Settings().model_dump())
    assert Settings().known_passphrase() == "correct horse"
    monkeypatch.delenv("GREENLEDGER_PASSPHRASE")
    (tmp_path / "secret").write_text("battery staple\n")
    assert Settings(passphrase_file=tmp_path / "secret").known_passphrase() == "battery staple"
    assert Settings().known_passphrase() is None
    with pytest.raises(BadInput):
        Settings(passphrase_file=tmp_path / "missing").known_passphrase()


def test_the_passphrase_is_asked_for_only_when_that_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.config.getpass", lambda _: "typed")
    assert Settings().known_passphrase() is None
    assert Settings(ask_passphrase=True).known_passphrase() == "typed"
    monkeypatch.setenv("GREENLEDGER_PASSPHRASE", "given")
    assert Settings(ask_passphrase=True).known_passphrase() == "given"


@pytest.mark.parametrize(
    ("named", "language"),
    [("zh_CN.UTF-8", "zh"), ("en_GB.UTF-8", "en"), ("de_DE.UTF-8", "en"), ("C.UTF-8", "en")],
)
def test_the_language_is_the_readers(named: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", named)
    assert Settings().language == language


def test_what_cannot_be_configured() -> None:
    for wrong in ({"finality_depth": -1}, {"language": "fr"}):
        with pytest.raises(ValidationError):
            Settings(**wrong)  # type: ignore[arg-type]
