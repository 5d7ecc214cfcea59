"""Configuration: environment variables GREENLEDGER_*, a `.env`-like file of the same names, or a TOML file.

Everything has a default: with nothing configured, the embedded chain and SQLite under the state folder are
used.
"""

from __future__ import annotations

import locale
import os
from getpass import getpass
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from ledger.errors import BadInput

Language = Literal["zh", "en"]
EMBEDDED = "embedded"


def _state_folder() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "greenledger"


def _language() -> Language:
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    spoken = named or locale.getlocale()[0] or ""
    return "zh" if spoken.lower().startswith(("zh", "chinese")) else "en"


class Settings(BaseSettings):
    """All that can be configured.

    Attributes:
        state: folder of the embedded chain, keystore, documents and read model.
        url: JSON-RPC address of a network; None means the embedded chain.
        network: name of the network's folder of deployment records; `chain-<id>` where none is given.
        deployments: folder of deployment records; by default inside the state folder for the embedded
            chain, and `ledger/chain/deployments/<network>` for any other.
        database: SQLAlchemy URL of the read model; None means SQLite in the state folder.
        finality_depth: blocks after which the network takes none back; 0 where finality is instant.
        passphrase, passphrase_file: of the keystore. On the embedded chain alone a missing one is made
            and kept in the state folder.
        ask_passphrase: ask for it at the terminal when neither is given.
        language: zh or en; from the locale by default.
    """

    model_config = SettingsConfigDict(env_prefix="GREENLEDGER_", extra="ignore", hide_input_in_errors=True)

    state: Path = Field(default_factory=_state_folder)
    url: str | None = None
    network: str = EMBEDDED
    deployments: Path | None = None
    database: str | None = None
    finality_depth: int = Field(default=0, ge=0)
    passphrase: SecretStr | None = None
    passphrase_file: Path | None = None
    ask_passphrase: bool = False
    language: Language = Field(default_factory=_language)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over the environment, the environment over the TOML file in $GREENLEDGER_CONFIG."""
        file = os.environ.get("GREENLEDGER_CONFIG")
        toml = (TomlConfigSettingsSource(settings_cls, Path(file)),) if file else ()
        return (init_settings, env_settings, *toml)

    def known_passphrase(self) -> str | None:
        """The passphrase, from the setting, its file or the terminal; None when none is configured."""
        if self.passphrase is not None:
            return self.passphrase.get_secret_value()
        if self.passphrase_file is None:
            return getpass("Passphrase of the keystore: ") if self.ask_passphrase else None
        try:
            return self.passphrase_file.read_text().rstrip("\n")
        except OSError as failure:
            raise BadInput("the passphrase file cannot be read", who=str(self.passphrase_file)) from failure

    def requests_url(self, network: str) -> str:
        """Where requests for quotes are kept: in a file of their own, or beside the read model's."""
        return self.database or f"sqlite:///{self.state / f'requests-{network}.sqlite'}"

    def database_url(self, network: str) -> str:
        """Where the read model of one network is kept."""
        return self.database or f"sqlite:///{self.state / f'index-{network}.sqlite'}"
