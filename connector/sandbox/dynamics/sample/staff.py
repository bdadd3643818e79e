"""The people who work in the environment, their business units, and the teams that own leads together, as rows."""

from __future__ import annotations

from connector.sandbox.dynamics.base import ADMIN_ID, BUSINESS_UNIT_ID
from connector.sandbox.dynamics.sample.rows import STAMPS, Mint, Put, stamp
from connector.sandbox.sample.names import plain
from connector.sandbox.sample.staff import JOBS, MAIL
from connector.sandbox.sample.times import DAY

UNIT_COLUMNS = ("businessunitid", "name", "isdisabled", "parentbusinessunitid", *STAMPS)
USER_COLUMNS = (
    "systemuserid", "domainname", "firstname", "lastname", "internalemailaddress", "jobtitle", "title", "isdisabled",
    "isintegrationuser", "islicensed", "accessmode", "caltype", "businessunitid", "parentsystemuserid", *STAMPS,
)  # fmt: skip
TEAM_COLUMNS = (
    "teamid", "name", "description", "emailaddress", "teamtype", "isdefault", "administratorid", "businessunitid",
    *STAMPS,
)  # fmt: skip
MEMBER_COLUMNS = ("teammembershipid", "teamid", "systemuserid")


class Firm:
    """Writes users and teams. `units`: the business unit that each of them belongs to, by id."""

    def __init__(self, now: int, mint: Mint, put: Put) -> None:
        self._now = now
        self._mint = mint
        self._put = put
        self._departments: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.units: dict[str, str] = {}
        self.teams: set[str] = set()

    def user(self, name: str, job: str, manager: str | None, *, active: bool = True) -> str:
        """Writes a user with a job of JOBS; answers its id."""
        made = JOBS[job]
        user = self._mint("systemuser")
        first, _, last = name.partition(" ")
        since = stamp(self._now - (900 + len(name) * 7) * DAY)
        address = f"{plain(first)}.{plain(last)}@{MAIL}"
        unit = self._unit(made.department)
        self.names[user], self.units[user] = name, unit
        machine = int(job == "automation")
        self._put(
            "systemuser",
            USER_COLUMNS,
            (
                user, address, first, last, address, made.title, made.title, int(not active), machine, 1 - machine,
                4 * machine, 0, unit, manager, since, ADMIN_ID, since, ADMIN_ID,
            ),
        )  # fmt: skip
        return user

    def queue(self, name: str, by: str, members: tuple[str, ...]) -> str:
        """Writes a team that owns leads until one of its members takes them; answers its id."""
        team = self._mint("team")
        since = stamp(self._now - 800 * DAY)
        unit = self.units[members[0]]
        self.names[team], self.units[team] = name, unit
        self.teams.add(team)
        row = (team, name, None, f"{plain(name)}@{MAIL}", 0, 0, by, unit, since, by, since, by)
        self._put("team", TEAM_COLUMNS, row)
        for member in members:
            self._put("teammembership", MEMBER_COLUMNS, (self._mint("teammembership"), team, member))
        return team

    def owner(self, who: str) -> tuple[str, str, str]:
        """What the three owner columns say of a user or team: id, table, business unit."""
        return who, "team" if who in self.teams else "systemuser", self.units[who]

    def _unit(self, department: str) -> str:
        if department not in self._departments:
            since = stamp(self._now - 900 * DAY)
            unit = self._departments[department] = self._mint("businessunit")
            row = (unit, department, 0, BUSINESS_UNIT_ID, since, ADMIN_ID, since, ADMIN_ID)
            self._put("businessunit", UNIT_COLUMNS, row)
        return self._departments[department]
