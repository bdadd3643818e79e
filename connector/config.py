"""connector.toml and the environment → `Config`: which orgs there are, how to log in, where state is kept.

Everything a run may be told from outside goes through here. Errors name file and key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from connector.alertconfig import AlertsConfig
from connector.errors import ConfigError, NotFound
from connector.mistakes import mistake
from connector.retentionconfig import RetentionConfig
from connector.scheduleconfig import ScheduleConfig, ServeConfig
from connector.secrets import Secret
from connector.tomlfile import TomlFile, key_text

LOOPBACK = ("127.0.0.1", "localhost", "::1")
LOGINS = {
    "salesforce": {
        "token": ("token",),
        "jwt": ("client_id", "username", "key"),
        "client_credentials": ("client_id", "client_secret"),
        "refresh_token": ("client_id", "refresh_token"),
    },
    "dynamics": {
        "client_credentials": ("tenant", "client_id", "client_secret"),
        "certificate": ("tenant", "client_id", "key", "certificate"),
        "token": ("token",),
    },
}
"""What each way of logging in needs, by CRM."""
SECRETS = ("token", "key", "certificate", "client_secret", "refresh_token")
ELSEWHERE = {
    "salesforce": ("tenant", "authority", "certificate", "api_daily", "bypass", "bypass_flows"),
    "dynamics": ("username", "audience", "refresh_token", "bulk_above", "api_stop_at"),
}
"""Keys that mean nothing for a CRM."""
EXAMPLES = {"salesforce": "https://acme.my.salesforce.com", "dynamics": "https://acme.crm.dynamics.com"}
API_VERSIONS = {"salesforce": "62.0", "dynamics": "9.2"}


def _nowhere(*key: str) -> str:
    return key_text(key)


class OrgConfig(BaseModel):
    """One CRM org: where it is, how to log in, which policy and mapping apply, where its state is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$", description="short name, used in file names and `--org`")
    crm: Literal["salesforce", "dynamics"] = Field("salesforce", description="which CRM")
    url: str = Field(
        description="the org's own address, e.g. https://acme.my.salesforce.com or https://acme.crm.dynamics.com"
    )
    login: Literal["token", "jwt", "client_credentials", "refresh_token", "certificate"] = Field(
        description="how to log in: see below"
    )
    username: str | None = Field(None, description="jwt: the integration user")
    client_id: str | None = Field(None, description="Salesforce: the app's consumer key; Dynamics: the application id")
    tenant: str | None = Field(None, description="Dynamics: the directory (tenant) id, or its domain")
    authority: str | None = Field(
        None, description="Dynamics: who issues tokens, without the tenant; only for sovereign clouds and sandboxes"
    )
    audience: str | None = Field(None, description="jwt: https://login.salesforce.com or https://test.salesforce.com")
    token: str | None = Field(None, description="an access token, by reference")
    key: str | None = Field(None, description="jwt, certificate: the private key (PEM), by reference")
    certificate: str | None = Field(None, description="certificate: the public certificate (PEM), by reference")
    client_secret: str | None = Field(None, description="the app's secret, by reference")
    refresh_token: str | None = Field(None, description="by reference; `file:` if the org rotates it")
    ca_file: Path | None = Field(None, description="certificate authority to trust besides the system's")
    api_version: str = Field(
        "", pattern=r"^(\d{1,3}\.\d)?$", description="version of the CRM's API; if not given, 62.0 or 9.2"
    )
    policy: Path | None = Field(None, description="the policy file; without it the preset demand-gen")
    mapping: Path | None = Field(None, description="a mapping file laid over the shipped one")
    state: Path = Field(Path("state"), description="folder of ledger and mirror")
    database: str | None = Field(
        None,
        description="a PostgreSQL database for ledger and mirror instead of `state`, by reference: "
        "postgresql://user:password@host:5432/database; above the first `[[org]]` it holds for all",
    )
    bulk_above: int = Field(2_000, ge=1, description="more records than this are written by bulk jobs")
    api_daily: int | None = Field(
        None, ge=1, description="Dynamics: requests a day that the licences allow, which its API does not tell"
    )
    api_share: float = Field(
        0.25, gt=0, le=1, description="share of the daily API calls one night may use, in however many passes"
    )
    api_stop_at: float = Field(0.80, gt=0, le=1, description="use no more once this share of the day's calls is gone")
    timeout: float = Field(120, gt=0, description="seconds to wait for an answer")
    bypass: tuple[Literal["CustomSync", "CustomAsync"], ...] = Field(
        (), description="Dynamics: custom logic that our writes skip; needs the privilege prvBypassCustomBusinessLogic"
    )
    bypass_flows: bool = Field(False, description="Dynamics: our writes start no Power Automate flow")
    schedule: ScheduleConfig = Field(ScheduleConfig(), description="when `connector serve` does what: see below")
    retention: RetentionConfig = Field(RetentionConfig(), description="how long the ledger keeps what: see below")
    alerts: AlertsConfig = Field(AlertsConfig(), description="who is told of alerts: see below")

    base: Path = Field(Path(), exclude=True)
    places: Callable[..., str] = Field(_nowhere, exclude=True)
    database_key: str = Field("", exclude=True)

    @field_validator("url")
    @classmethod
    def _an_address(cls, url: str, info: ValidationInfo) -> str:
        return _https_unless_loopback(url, EXAMPLES[info.data.get("crm", "salesforce")])

    @field_validator("authority")
    @classmethod
    def _an_issuer(cls, url: str | None) -> str | None:
        if url is not None and urlsplit(url).scheme != "https":
            raise ValueError("must be an https:// address; leave it out for https://login.microsoftonline.com")
        return _https_unless_loopback(url, "https://login.microsoftonline.us") if url else None

    @model_validator(mode="after")
    def _fits_the_crm(self) -> Self:
        ways = LOGINS[self.crm]
        if self.login not in ways:
            raise ValueError(
                f"login = {self.login!r} is no login of crm = {self.crm!r}; write one of {', '.join(ways)}"
            )
        for key in ELSEWHERE[self.crm]:
            if key in self.model_fields_set:
                raise ValueError(f"{key} means nothing to crm = {self.crm!r}; leave it out")
        return self

    @model_validator(mode="before")
    @classmethod
    def _version_of_the_crm(cls, given: Any) -> Any:
        if isinstance(given, dict) and not given.get("api_version"):
            return {**given, "api_version": API_VERSIONS.get(str(given.get("crm", "salesforce")), "")}
        return given

    @property
    def is_loopback(self) -> bool:
        """The org is on this machine: a sandbox."""
        return urlsplit(self.url).hostname in LOOPBACK

    def secret(self, name: str) -> Secret:
        """The reference of one of SECRETS. Raises ConfigError if the login needs it and it is not given."""
        reference = getattr(self, name)
        if reference is None:
            raise ConfigError(f"login = {self.login!r} needs {name}", where=self.where(name), next=f"add {name}")
        return Secret(reference, key=self.where(name), base=self.base)

    def where(self, key: str) -> str:
        """File, line and key of one of this org's keys, such as `token` or `alerts.chat.0.url`, as errors name them."""
        return self.places(*key.split("."))

    def secrets(self) -> Iterator[Secret]:
        """Every secret that is named here, the alerts' included."""
        yield from (self.secret(name) for name in SECRETS if getattr(self, name) is not None)
        if (database := self.database_secret()) is not None:
            yield database
        for key, reference in self.alerts.secrets():
            yield Secret(reference, key=self.where(f"alerts.{key}"), base=self.base)

    def database_secret(self) -> Secret | None:
        """The reference of the database's address, if ledger and mirror are in one."""
        return Secret(self.database, key=self.database_key, base=self.base) if self.database is not None else None

    def path(self, path: Path) -> Path:
        """A path of this configuration: relative ones are relative to connector.toml."""
        return path if path.is_absolute() else self.base / path.expanduser()

    def can_log_in(self) -> None:
        """Raises ConfigError if something that the login needs is missing or empty."""
        missing = [need for need in LOGINS[self.crm][self.login] if not getattr(self, need)]
        if missing:
            them = " and ".join(missing)
            are = "which is" if len(missing) == 1 else "which are"
            what = f"login = {self.login!r} needs {them}, {are} missing or empty"
            raise ConfigError(what, where=self.where(missing[0]), next=f"fill in {them}")

    @property
    def ledger_path(self) -> Path:
        """The ledger: the only memory of what was done. Back it up."""
        return self.path(self.state) / "ledger.db"

    @property
    def mirror_path(self) -> Path:
        """The local mirror of this org: may be deleted at any time, sync makes it again."""
        return self.path(self.state) / f"mirror-{self.name}.db"


def _https_unless_loopback(url: str, example: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"not an address: {url!r}; write it like {example}")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError("http:// is only allowed to this machine; write https://")
    return url.rstrip("/")


class Config(BaseModel):
    """All of connector.toml. `policy` holds the policy tables that stand above the policy files."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    org: tuple[OrgConfig, ...] = ()
    database: str | None = None
    policy: dict[str, Any] = Field(default_factory=dict)
    serve: ServeConfig = ServeConfig()
    file: TomlFile = Field(exclude=True)

    def choose(self, name: str | None) -> OrgConfig:
        """The org of that name, or the only one. Raises NotFound naming what there is."""
        if name is None and len(self.org) == 1:
            return self.org[0]
        for org in self.org:
            if org.name == name:
                return org
        known = ", ".join(org.name for org in self.org)
        if name is None:
            todo = "say which: connector --org NAME …"
            raise NotFound(f"it holds several orgs: {known}", where=self.file.name, next=todo)
        what = f"no org {name!r}; there is: {known}"
        raise NotFound(what, where=self.file.name, next="check the name after --org")


def read(path: Path) -> Config:
    """Reads and checks a configuration file. Raises ConfigError naming file, line and key."""
    if not path.exists():
        raise ConfigError(
            "there is no such file",
            where=str(path),
            next="write one with: connector init (or name another with --config FILE)",
        )
    file = TomlFile.read(path)
    orgs = file.data.get("org", [])
    if not isinstance(orgs, list) or not orgs or not all(isinstance(org, dict) for org in orgs):
        raise ConfigError("names no org", where=file.name, next="add an [[org]] table, or run: connector init")
    base = path.resolve().parent
    placed = [_placed(org, number, file, base) for number, org in enumerate(orgs)]
    try:
        config = Config.model_validate({**file.data, "org": placed, "file": file})
    except ValidationError as error:
        raise _explain(error, file) from None
    _check(config)
    return config


def _placed(org: dict[str, Any], number: int, file: TomlFile, base: Path) -> dict[str, Any]:
    """An org's table with where it stands, and the database that holds for all orgs unless it has its own."""
    own = "database" in org
    key = file.where(("org", str(number), "database") if own else ("database",))
    above = {"database": file.data["database"]} if not own and "database" in file.data else {}
    return {**above, **org, "base": base, "places": partial(_where, file, str(number)), "database_key": key}


def _where(file: TomlFile, number: str, *key: str) -> str:
    return file.where(("org", number, *key))


def _check(config: Config) -> None:
    names, addresses = [org.name for org in config.org], [_address(org.url) for org in config.org]
    for number, org in enumerate(config.org):
        if names.count(org.name) > 1:
            where = config.file.where(("org", str(number), "name"))
            raise ConfigError(f"two orgs are called {org.name!r}", where=where, next="give each its own name")
        first = config.org[addresses.index(_address(org.url))]
        if first is not org:
            raise ConfigError(
                f"the orgs {first.name!r} and {org.name!r} have the same address: each would take what the other "
                "writes for somebody else's, and neither its limits nor its undo would know of it",
                where=config.file.where(("org", str(number), "url")),
                next="keep one of them; another login for the same CRM goes into a file of its own: connector --config",
            )
        for _ in org.secrets():  # each is refused if it is written out
            pass


def _address(url: str) -> tuple[str | None, int | None]:
    """What two spellings of the address of one CRM have in common."""
    parts = urlsplit(url)
    return parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _explain(error: ValidationError, file: TomlFile) -> ConfigError:
    first = mistake(error, Config, file.data, hidden=(*SECRETS, "database", "smtp", "url"))
    more = f" (and {first.others} more)" if first.others else ""
    return ConfigError(first.what + more, where=file.where(first.key), next="docs/configuration.md lists every key")
