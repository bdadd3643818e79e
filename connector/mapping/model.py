"""What a mapping file may say. Unknown keys are errors."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

FieldReads = Literal["value", "present", "not"]


class Section(BaseModel):
    """A table of the mapping: frozen, and a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FieldFile(Section):
    """Where one field of ours stands in the CRM."""

    api: str = Field(min_length=1, description="the CRM's name of the field; a dot goes through a parent: Owner.Name")
    otherwise: tuple[str, ...] = Field((), description="fields that are asked in this order when it is blank")
    among: tuple[str, ...] = Field(
        (), description="instead of `reads`: a flag, whether it is one of these values (of a state: in no language)"
    )
    reads: FieldReads = Field(
        "value", description="value: as it is; present: whether it is filled; not: the opposite of a flag"
    )


class ActivityRule(Section):
    """One line of the classification: with `kind` it says what a row is, with `of` it adds to rows of that kind."""

    when: dict[str, str | tuple[str, ...]] = Field(
        default_factory=dict,
        description="field of the CRM → values, any of them, without case; * is a wildcard, {demo|quote} either of "
        "these, the empty text is a blank",
    )
    of: str | None = Field(None, description="instead of `kind`: speaks of rows that have got this kind")
    kind: str | None = Field(None, description="what it is: call, mail, meeting, form, list_mail, auto_reply …")
    direction: Literal["in", "out", ""] | None = Field(None, description="who took the step")
    outcome: str | None = Field(None, description="what came of it: connected, voicemail, held, done, open …")
    about: str | None = Field(None, description="what it was about: contact form, demo, quote, case study, webinar …")
    skip: bool = Field(False, description="it is no activity of anybody's; it is not read any further")


class TableFile(Section):
    """One object of the CRM."""

    api: str = Field(min_length=1, description="the CRM's name of the object")
    optional: bool = Field(False, description="an org that lacks it, or hides it, is read without it")
    fields: dict[str, str | FieldFile] = Field(default_factory=dict, description="our name → the CRM's")
    facts: dict[str, str | FieldFile] = Field(
        default_factory=dict, description="further fields that a policy may name: our name → the CRM's"
    )
    shown: dict[Literal["age_in_stage"], str] = Field(
        default_factory=dict, description="fields for people to look at, neither read nor written: ours → the CRM's"
    )
    ours: tuple[ActivityRule, ...] = Field(
        (), description="how tasks that connector itself made are known; asked before everything else"
    )
    own: tuple[ActivityRule, ...] = Field((), description="classification of your own, asked before the shipped one")
    activity: tuple[ActivityRule, ...] = Field((), description="what its rows are; the first that fits answers")


class MappingFile(Section):
    """A mapping, all layers merged. A table's name is that of the mirror, or one of `mapping.QUEUE` and its like."""

    name: str = Field(description="which CRM")
    without: tuple[str, ...] = Field((), description="inherited tables or keys to leave out, e.g. `mail`")
    tables: dict[str, TableFile] = Field(default_factory=dict, description="the objects that are read")
    writable: dict[Literal["lead", "contact"], tuple[str, ...]] = Field(
        default_factory=dict, description="the only fields that are ever written, by our names"
    )
    statuses: dict[Literal["lead", "contact"], dict[str, str]] = Field(
        default_factory=dict, description="the CRM's default status values and the role each has"
    )
