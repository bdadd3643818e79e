"""Definitions as requests hold them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connector.sandbox.dynamics.org import Org
from connector.sandbox.server import Sandbox
from tests.sandbox.dynamics.webapi import Api

CRM = "Microsoft.Dynamics.CRM"


def label(text: str) -> dict[str, Any]:
    """A Label in English."""
    return {"LocalizedLabels": [{"Label": text, "LanguageCode": 1033}]}


def column(kind: str, name: str, **more: Any) -> dict[str, Any]:
    """The definition of a column."""
    return {"@odata.type": f"{CRM}.{kind}AttributeMetadata", "SchemaName": name, "DisplayName": label(name), **more}


@pytest.fixture
def fresh() -> Iterator[Api]:
    """An environment of the test's own, with a publisher (prefix ctso, 72700) and a solution called connector."""
    org = Org()
    with Sandbox(org) as running:
        api = Api(running)
        publisher = api.create(
            "publishers", friendlyname="Contoso", uniquename="contoso", customizationprefix="ctso",
            customizationoptionvalueprefix=72700,
        )  # fmt: skip
        bind = {"publisherid@odata.bind": f"publishers{publisher[publisher.rindex('(') :]}"}
        api.create("solutions", friendlyname="Connector", uniquename="connector", version="1.0.0.0", **bind)
        yield api
    org.close()


def reasons(api: Api, **headers: str) -> dict[int, tuple[str, int]]:
    """The status reasons of leads as metadata shows them: number → label and state."""
    path = f"EntityDefinitions(LogicalName='lead')/Attributes(LogicalName='statuscode')/{CRM}.StatusAttributeMetadata"
    found = api.call("GET", f"{path}?$select=LogicalName&$expand=OptionSet($select=Options)", headers=headers).json()
    options = found["OptionSet"]["Options"]
    return {one["Value"]: (one["Label"]["UserLocalizedLabel"]["Label"], one["State"]) for one in options}


Attributes = Callable[[str], dict[str, Any]]
