"""What `policy check` finds."""

from __future__ import annotations

from datetime import date

import pytest

from connector.policy import checks
from connector.policy.loader import presets
from tests.policy.laid import laid, unchecked

TODAY = date(2026, 4, 1)


@pytest.mark.parametrize("name", presets())
def test_every_preset_passes(name: str) -> None:
    """A preset has no errors; only its definition is unsigned, and nobody has reviewed its points."""
    loaded = unchecked(f'extends = "{name}"')
    assert checks.errors(loaded) == []
    assert {problem.where.rpartition("[")[2] for problem in checks.warnings(loaded, TODAY)} == {
        "definition.version]", "definition.date]", "definition.sales]", "definition.marketing]", "definition.owner]",
        "score.reviewed]",
    }  # fmt: skip


ENTRY = 'extends = "none"\n[status.A]\nmeaning = "x"\nrank = 1\nroles = ["entry"]\n'
RECYCLE = '[status.Z]\nmeaning = "z"\nroles = ["recycle"]\n'


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (ENTRY, "policy.toml:2 [status]", "no status has the role 'recycle'"),
        ('extends = "none"\n' + RECYCLE, "policy.toml:2 [status]", "no status has the role 'entry'"),
        (
            ENTRY + RECYCLE + '[status.B]\nmeaning = "y"\nrank = 2\nroles = ["entry"]',
            "policy.toml:12 [status.B.roles]",
            "'A' and 'B' both have the role 'entry'",
        ),
        (
            ENTRY + RECYCLE + '[status.B]\nmeaning = "y"\nroles = ["boss"]',
            "policy.toml:11 [status.B.roles]",
            "no role 'boss'",
        ),
        (ENTRY + RECYCLE + '[status."a "]\nmeaning = "y"', 'policy.toml:9 [status."a "]', "but for case or spacing"),
        (ENTRY + RECYCLE + '[status.B]\nmeaning = "y"\nrank = 1', "policy.toml:11 [status.B.rank]", "same rank 1"),
        (
            ENTRY + RECYCLE + '[status.B]\nmeaning = "y"\nroles = ["ready"]',
            "policy.toml:9 [status.B.rank]",
            "needs a rank",
        ),
        (
            ENTRY + RECYCLE + '[status.B]\nmeaning = "y"\nroles = ["closed"]\nrank = 4',
            "policy.toml:12 [status.B.rank]",
            "can't have a rank",
        ),
        (
            ENTRY + RECYCLE + '[status.B]\nmeaning = "y"\nwrite = { lead = "a" }',
            "policy.toml:11 [status.B.write.lead]",
            "could not be read back",
        ),
        ('[values.leads]\nx = "LAL"', "policy.toml:1 [values.leads]", "'leads' is not an object"),
        ('[values."any/Partner"]\nx = "LAL"', 'policy.toml:1 [values."any/Partner"]', "is not an object"),
        ('[values.any]\n"inquiry" = "LAL"', "policy.toml:2 [values.any.inquiry]", "is the status 'Inquiry' itself"),
        ('[remap.lead]\n"Inquiry " = "LAL"', 'policy.toml:2 [remap.lead."Inquiry "]', "is the status 'Inquiry' itself"),
        ('[values.any]\nWorking = "LAL"\n"working " = "SAL"', 'policy.toml:3 [values.any."working "]', "policy.toml:2"),
        (
            '[values.any]\nWorking = "LAL"\n[remap.any]\nworking = "SAL"',
            "policy.toml:4 [remap.any.working]",
            "policy.toml:2",
        ),
        (
            '[values.any]\nWorking = "LAL"\n[remap.lead]\nWorking = "SAL"',
            "policy.toml:4 [remap.lead.Working]",
            "is also in",
        ),
        (
            '[values."lead/Partner"]\nWorking = "LAL"\n[values."lead/PARTNER "]\nWorking = "SAL"',
            'policy.toml:4 [values."lead/PARTNER ".Working]',
            "is also in",
        ),
        ('[remap.any]\nx = "SQL"', "policy.toml:2 [remap.any.x]", "'SQL' converts"),
        ('[remap.lead]\nx = "SQL"', "policy.toml:2 [remap.lead.x]", "'SQL' converts"),
        ('[remap.any]\nx = "Customer"', "policy.toml:2 [remap.any.x]", "'Customer' is only for a contact"),
        ('[remap.lead]\nx = "Customer"', "policy.toml:2 [remap.lead.x]", "'Customer' is not a status of a lead"),
        ('[values.lead]\nx = "Customer"', "policy.toml:2 [values.lead.x]", "'Customer' is not a status of a lead"),
        (
            '[dispositions.phrases."Left Vmail"]\n[dispositions.phrases."left-vmail"]',
            "policy.toml:2 [dispositions.phrases.left-vmail]",
            "are the same phrase",
        ),
        ('[dispositions.phrases."M.Q.L."]', 'policy.toml:1 [dispositions.phrases."M.Q.L."]', "is also in"),
        ('[dispositions.phrases."!!"]', 'policy.toml:1 [dispositions.phrases."!!"]', "no letters"),
        (
            '[dispositions.phrases.Hm]\nstatus = "Nope"',
            "policy.toml:2 [dispositions.phrases.Hm.status]",
            "no status 'Nope'",
        ),
        (
            '[[forbidden]]\nfrom = ["Nope"]\nto = "Raw"\ninstead = "LAL"',
            "policy.toml:2 [forbidden.0.from]",
            "no status 'Nope'",
        ),
        (
            '[[forbidden]]\nfrom = ["LAL"]\nto = "Nope"\ninstead = "LAL"',
            "policy.toml:3 [forbidden.0.to]",
            "no status 'Nope'",
        ),
        (
            '[[forbidden]]\nfrom = ["LAL"]\nto = "Raw"\ninstead = "Raw"',
            "policy.toml:4 [forbidden.0.instead]",
            "stands in",
        ),
        ('[scope.lead.where]\nregion = ["EMEA"]', "policy.toml:2 [scope.lead.where.region]", "no field 'region'"),
        ('[scope.lead.leave_out]\nref = ["x"]', "policy.toml:2 [scope.lead.leave_out.ref]", "no field 'ref'"),
        (
            '[sources.Mine]\nvalues = ["x"]\n[sources.Yours]\nvalues = ["X "]',
            "policy.toml:4 [sources.Yours.values]",
            "is in 'Mine' and in 'Yours'",
        ),
    ],
)
def test_an_error_says_where_and_what(text: str, where: str, what: str) -> None:
    """Each kind of contradiction is found, once, with file, line and key, and says what to do."""
    found = [problem for problem in checks.errors(unchecked(text)) if what in problem.what]
    assert [problem.where for problem in found] == [where]
    assert found[0].next


@pytest.mark.parametrize(
    "text",
    [
        '[values.any]\nInquiry = "Inquiry"',
        '[values.any]\nWorking = "LAL"\n[values.lead]\nWorking = "SAL"',
        '[values.lead]\nWorking = "LAL"\n[remap.contact]\nWorking = "SAL"',
        '[remap.contact]\nx = "SQL"\ny = "Customer"',
        '[values.lead]\n"Closed - Converted" = "SQL"',
        'facts = ["region"]\n[scope.lead.where]\nregion = ["EMEA"]\ncountry = ["DE"]\naccount_type = ["*"]',
        '[values.any]\n"Left Vmail" = "LAL"',
        '[status.Busy]\nmeaning = "On the phone all day."\nrank = 12',
    ],
)
def test_what_fits_together_is_no_error(text: str) -> None:
    """What only looks like a contradiction is accepted."""
    assert checks.errors(unchecked(text)) == []


SIGNED = """\
score.reviewed = 2026-04-01
[definition]
version = "3"
date = 2026-01-01
sales = "A"
marketing = "B"
owner = "C"
"""


def test_a_signed_definition_has_no_warnings() -> None:
    """Version, date, two signatures and an owner: nothing to say."""
    assert checks.warnings(laid(SIGNED), TODAY) == []


def test_a_definition_grows_stale() -> None:
    """After the days the policy allows it must be agreed anew; on the last of them it still holds."""
    loaded = laid(SIGNED + "stale_after_days = 90")
    assert checks.warnings(loaded, date(2026, 4, 1)) == []
    (stale,) = checks.warnings(loaded, date(2026, 4, 2))
    assert "older than 90 days" in stale.what
    assert stale.where == "policy.toml:4 [definition.date]"


def test_a_missing_signature_is_named() -> None:
    """One sign-off taken away: the warning names which."""
    (problem,) = checks.warnings(laid(SIGNED.replace('"B"', '""')), TODAY)
    assert problem.where == "policy.toml:6 [definition.marketing]"


def test_complete_evidence_wants_a_name() -> None:
    """Who vouches for complete evidence must be named."""
    (problem,) = checks.warnings(laid(SIGNED + "[evidence]\ncomplete = true"), TODAY)
    assert problem.where == "policy.toml:9 [evidence.complete]"


def test_a_team_nobody_is_in() -> None:
    """A status of a team that is not described is a warning."""
    (problem,) = checks.warnings(laid(SIGNED + '[status.SAL]\nteam = "partners"'), TODAY)
    assert "no team 'partners'" in problem.what
