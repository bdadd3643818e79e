"""Layers, their origins, and errors that name file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.errors import PolicyError
from connector.policy.layers import Layer, Merged
from connector.policy.loader import load, presets, read
from tests.policy.laid import laid, layer, unchecked

SLOW_MACHINE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
LEAF = st.one_of(st.integers(), st.text(max_size=5), st.lists(st.integers(), max_size=3))
NAMES = st.sampled_from("abc")
TREE = st.recursive(LEAF, lambda below: st.dictionaries(NAMES, below, max_size=3), max_leaves=8)
TABLES = st.dictionaries(NAMES, TREE, max_size=3)


@SLOW_MACHINE
@given(TABLES, TABLES)
def test_tables_merge_by_key_and_arrays_replace(lower: dict, upper: dict) -> None:  # type: ignore[type-arg]
    """Of two layers, each key has the upper's value if it says one, else the lower's; tables are merged key by key."""
    merged = Merged()
    merged.lay(Layer("lower", lower))
    merged.lay(Layer("upper", upper))

    def expected(one: object, other: object) -> object:
        if isinstance(one, dict) and isinstance(other, dict):
            return {key: expected(one[key], other[key]) if key in one and key in other else (one | other)[key]
                    for key in one | other}  # fmt: skip
        return other

    assert merged.data == expected(lower, upper)


@SLOW_MACHINE
@given(TABLES)
def test_a_layer_laid_twice_changes_nothing(tables: dict) -> None:  # type: ignore[type-arg]
    """Laying the same again gives the same."""
    once, twice = Merged(), Merged()
    once.lay(Layer("a", tables))
    twice.lay(Layer("a", tables))
    twice.lay(Layer("b", tables))
    assert once.data == twice.data


def test_layers_in_order(tmp_path: Path) -> None:
    """Preset < policy file < connector.toml < flags, and the origin of each value is known with file and line."""
    path = tmp_path / "policy.toml"
    path.write_text('extends = "simple"\n[limits]\nrule = 1\nrun = 1\nfloor = 1\n')
    loaded = load(
        path,
        tables=layer("[limits]\nrun = 2\nfloor = 2", "connector.toml"),
        flags=Layer("--floor", {"limits": {"floor": 3}}),
    )
    limits = loaded.file.limits
    assert (limits.rule, limits.run, limits.floor, limits.canary) == (1, 2, 3, 3)
    origins = {origin.key: origin.where for origin in loaded.origins()}
    assert origins["limits", "rule"] == f"{path}:3"
    assert origins["limits", "run"] == "connector.toml:2"
    assert origins["limits", "floor"] == "--floor"
    assert origins["limits", "canary"] == "default"
    assert origins["status", "MQL", "rank"].startswith("simple.toml:")
    assert origins["dispositions", "phrases", "Left Vmail", "effect"].startswith("defaults.toml:")


def test_without_a_file_it_is_demand_gen() -> None:
    """The default preset is demand-gen, also under a few tables of connector.toml."""
    assert load().file.name == "demand-gen"
    assert laid("[limits]\nrule = 1").policy.role("scored") == "MAQL"


def test_statuses_of_its_own_stand_alone() -> None:
    """A file that lists statuses and extends nothing is not mixed with a preset."""
    loaded = laid(
        '[status.A]\nmeaning = "x"\nrank = 1\nroles = ["entry"]\n[status.B]\nmeaning = "y"\nroles = ["recycle"]'
    )
    assert list(loaded.file.status) == ["A", "B"]
    assert loaded.file.dispositions.phrases


def test_a_few_statuses_do_not_stand_alone() -> None:
    """A file that only changes or adds statuses starts from the default preset."""
    loaded = laid('[status.LAL]\nmail = false\n[status.Parked]\nmeaning = "Later."')
    assert (loaded.file.status["LAL"].mail, loaded.file.status["LAL"].rank) == (False, 3)
    assert "Parked" in loaded.file.status


def test_a_policy_extends_a_policy(tmp_path: Path) -> None:
    """`extends` may be a path, relative to the file that says it."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "firm.toml").write_text('extends = "services-firm"\n[limits]\nrule = 7\n')
    path = tmp_path / "policy.toml"
    path.write_text('extends = "shared/firm.toml"\n')
    loaded = load(path)
    assert (loaded.file.limits.rule, loaded.policy.role("ready")) == (7, "SRL")


def test_only_one_file_says_what_it_starts_from(tmp_path: Path) -> None:
    """With a policy file, `extends` in connector.toml would be passed over; so it is refused."""
    path = tmp_path / "policy.toml"
    path.write_text('extends = "simple"\n')
    with pytest.raises(PolicyError) as caught:
        load(path, tables=layer('extends = "demand-gen"', "connector.toml"))
    assert caught.value.where == "connector.toml:1 [extends]"


def test_a_circle_is_refused(tmp_path: Path) -> None:
    """Two files that extend each other are an error that names the key."""
    (tmp_path / "a.toml").write_text('extends = "b.toml"\n')
    (tmp_path / "b.toml").write_text('extends = "a.toml"\n')
    with pytest.raises(PolicyError, match="extends itself") as caught:
        load(tmp_path / "a.toml")
    assert caught.value.where == f"{tmp_path / 'b.toml'}:1 [extends]"


def test_what_is_inherited_may_be_left_out() -> None:
    """`without` takes a status or a phrase away; a path that is not there is an error."""
    loaded = laid('without = ["status.MAQL", \'dispositions.phrases."Busy"\']')
    assert "MAQL" not in loaded.file.status
    assert "Busy" not in loaded.file.dispositions.phrases
    with pytest.raises(PolicyError, match=r"status\.MAQQ") as caught:
        laid('extends = "demand-gen"\nwithout = ["status.MAQQ"]')
    assert caught.value.where == "policy.toml:2 [without.0]"


def test_a_later_word_about_a_value_replaces_the_earlier() -> None:
    """What a later layer says about a value wins over what a lower one said, in whatever table and spelling."""
    lower = layer('[values.lead]\n"Open - New" = "MQL"\n[remap.any]\nOld = "LAL"', "lower.toml")
    upper = layer('[remap.any]\n"OPEN-NEW" = "Inquiry"\n[values.any]\nold = "SAL"', "upper.toml")
    loaded = load(tables=lower, flags=upper)
    assert loaded.policy.place("lead", "Open - New").name == "Inquiry"
    assert loaded.policy.place("lead", "Old").name == "SAL"


def test_a_raw_source_moves_to_the_group_that_claims_it() -> None:
    """A raw lead source belongs to the group of the latest layer that lists it."""
    policy = laid('[sources.Partners]\nvalues = ["partner", "Web"]').policy
    found = policy.sources.group("Partner")
    assert found is not None
    assert found[0] == "Partners"
    web = policy.sources.group("WEB")
    assert web is not None
    assert web[0] == "Partners"
    search = policy.sources.group("Google")
    assert search is not None
    assert search[0] == "Organic – search"


def test_default_statuses_of_the_crm_fill_gaps_only() -> None:
    """A default status gets the status that has its role, unless the policy speaks of the value or lacks the role."""
    statuses = Layer("crm", {"lead": {"Open": "entry", "New": "entry", "Fitting": "fit", "Odd": "recycle"}})
    simple = load(tables=layer('extends = "simple"\n[values.any]\nodd = "SQL"'), statuses=statuses).policy
    assert simple.place("lead", "Open").name == "MQL"
    assert simple.place("lead", "New").name == "New"
    assert simple.place("lead", "Odd").name == "SQL"
    assert simple.place("lead", "Fitting").name is None


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("[limits\nrule = 1", "policy.toml:1:8", "this is not TOML"),
        ("[limits]\nrule = ", "policy.toml:2:8", "this is not TOML"),
        ("[limits]\nrules = 5", "policy.toml:2 [limits.rules]", "no key 'rules'"),
        ('[limits]\nrule = "many"', "policy.toml:2 [limits.rule]", "'many'"),
        ("[limits]\n\nrule = -1", "policy.toml:3 [limits.rule]", "-1"),
        ('[status."Very New"]\nrank = 3', 'policy.toml:1 [status."Very New".meaning]', "'meaning' is missing"),
        ("[values.any]\nx = 'Nope'", "policy.toml:2 [values.any.x]", "no status 'Nope'"),
        ('[remap.any]\na = "b"\nb = "LAL"', "policy.toml:2 [remap.any.a]", "a chain or a loop"),
        ('[remap.any]\na = "b"\nb = "a"', "policy.toml:2 [remap.any.a]", "a chain or a loop"),
        ('extends = "demandgen"', "policy.toml:1 [extends]", "no preset 'demandgen'"),
        ("extends = 4", "policy.toml:1 [extends]", "as text"),
        ("status = 3", "policy.toml:1 [status]", "3"),
        ("values = []\nremap = 4\nsources = 7\n[dispositions]\nphrases = 1", "policy.toml:1 [values]", ""),
        ("[scope.account]\nowners = []", "policy.toml:1 [scope.account]", "account"),
        ("[[forbidden]]\nfrom = ['LAL']\nto = 'Raw'", "policy.toml:1 [forbidden.0.instead]", "'instead' is missing"),
    ],
)
def test_errors_name_file_line_and_key(text: str, where: str, what: str) -> None:
    """Whatever is wrong, the error says where: file, line, and the key as TOML writes it."""
    with pytest.raises(PolicyError) as caught:
        unchecked(text)
    assert caught.value.where == where
    assert what in caught.value.what
    assert caught.value.next


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    """No file, a folder, and a file that is not UTF-8 are policy errors, not tracebacks."""
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "none.toml", tmp_path, binary):
        with pytest.raises(PolicyError) as caught:
            read(path)
        assert caught.value.where == str(path)


def test_load_refuses_what_does_not_fit_together() -> None:
    """A policy with errors is not handed out, and the error says how many there are."""
    with pytest.raises(PolicyError, match=r"and 1 more"):
        laid('[remap.any]\na = "SQL"\nb = "Customer"')


def test_presets_are_found() -> None:
    """The three presets, and nothing else that lies beside them."""
    assert presets() == ("demand-gen", "one-point", "services-firm", "simple")
