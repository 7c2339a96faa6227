"""Settings, from environment variables (``KB_*``) and ``kb.toml``; read only by CLI and web app.

Everything below takes what it needs as an argument, so that a test never has to set an
environment variable to see what a function does.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from kb.config_mistakes import (
    CONFIG_FILE,
    DELIMITER,
    PREFIX,
    Variables,
    not_read,
    not_utf8,
    told,
)
from kb.contact_settings import Contact
from kb.errors import ConfigError
from kb.git_settings import Git
from kb.widget_settings import Widget

COLOUR = r"^#[0-9a-fA-F]{6}$"
LANGUAGE = r"^[a-z]{2}(-[a-z]{2,4})?$"


class Site(BaseModel):
    """What customers see of the company: ``[site]`` in kb.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = "Help centre"
    tagline: str = "How can we help?"
    logo: Path | None = None
    colour: Annotated[str, Field(pattern=COLOUR)] = "#3d5afe"
    colour_dark: Annotated[str, Field(pattern=COLOUR)] | None = None
    base_url: str = ""
    home_url: str = ""
    contact_url: str = ""
    language: Annotated[str, Field(pattern=LANGUAGE)] = "en"
    languages: tuple[Annotated[str, Field(pattern=LANGUAGE)], ...] = ()
    trusted_proxies: Annotated[int, Field(ge=0, le=8)] = 0

    @field_validator("base_url", "home_url", "contact_url")
    @classmethod
    def _web_address(cls, value: str, about: ValidationInfo) -> str:
        if value and not re.match(r"^(https?://[^/\s]+|mailto:\S+|/)", value):
            starts = "https:// or mailto:" if about.field_name == "contact_url" else "https://"
            raise ValueError(f"an address that starts with {starts} expected")
        return value.rstrip("/")

    @property
    def prefix(self) -> str:
        """Path under which the portal lives: ``/help`` for ``https://example.com/help``."""
        return re.sub(r"^https?://[^/]+", "", self.base_url)

    @property
    def all_languages(self) -> frozenset[str]:
        """The site's language and its others."""
        return frozenset({self.language, *self.languages})


class Limits(BaseModel):
    """What one article may cost: ``[limits]`` in kb.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    render_seconds: Annotated[float, Field(gt=0)] = 10.0
    article_bytes: Annotated[int, Field(gt=0)] = 2_000_000
    asset_bytes: Annotated[int, Field(gt=0)] = 20_000_000


class Feedback(BaseModel):
    """How outcomes are measured and learned from: ``[feedback]`` in kb.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    holdout: Annotated[float, Field(ge=0, le=0.5)] = 0.1
    """Share of cases that are shown no suggestions on the contact form."""
    without_memory: Annotated[float, Field(ge=0, le=0.5)] = 0.1
    """Share of cases whose searches are ranked without memory."""
    keep_days: Annotated[int, Field(ge=3)] = 400
    """Days after which a case is deleted."""
    memory: bool = True
    """Whether past cases may reorder results."""
    learn_hours: Annotated[float, Field(ge=1)] = 24
    """Hours between two runs of ``kb learn`` inside ``kb serve``."""
    votes_per_hour: Annotated[int, Field(ge=1)] = 30
    """Votes that count from one address in an hour."""


class Config(BaseSettings):
    """All settings; an environment variable wins over kb.toml, which wins over the default."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter=DELIMITER, frozen=True, extra="forbid"
    )

    data: Path = Path(".kb")
    articles: Path = Path("articles")
    model: str = ""
    keep_snapshots: Annotated[int, Field(ge=1)] = 5
    site: Site = Site()
    database_url: str = ""
    secret_key: str = ""
    feedback: Feedback = Feedback()
    contact: Contact = Contact()
    git: Git = Git()
    widget: Widget = Widget()
    limits: Limits = Limits()

    @property
    def database(self) -> str:
        """Where events are kept: SQLite in ``data`` unless ``database_url`` says otherwise."""
        return self.database_url or f"sqlite:///{(self.data / 'kb.db').resolve()}"

    @property
    def has_database(self) -> bool:
        """Whether there may be something in it: an SQLite file is made at the first event."""
        return bool(self.database_url) or (self.data / "kb.db").is_file()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic passes it by name
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before kb.toml; no .env files and no secrets folder."""
        file = TomlConfigSettingsSource(settings_cls, CONFIG_FILE)
        return (init_settings, Variables(settings_cls), file)


def load_config() -> Config:
    """Read the settings; ConfigError names the setting, its value and the remedy."""
    try:
        return Config()
    except ValidationError as error:
        said = told(error)
    except SettingsError as error:  # of pydantic-settings, about a variable of the environment
        said = str(error.__cause__)
    except tomllib.TOMLDecodeError as error:
        said = f"{CONFIG_FILE}: {error} (mend the TOML)"
    except UnicodeDecodeError as error:
        said = not_utf8(error)
    except OSError as error:
        said = not_read(error)
    raise ConfigError(said)
