"""What the sandbox knows of an object and of a field: the facts that describe, SOQL and DML are answered from."""

import msgspec

TEXT_TYPES = frozenset(
    {"string", "picklist", "multipicklist", "textarea", "phone", "email", "url", "combobox", "encryptedstring"}
)
"""Types stored as text with a length in characters."""
NUMBER_TYPES = frozenset({"double", "currency", "percent"})
COMPOUND_TYPES = frozenset({"address", "location"})
"""Types that are put together from other fields and stored nowhere."""


class PicklistValue(msgspec.Struct, frozen=True):
    """One picklist value: `value` is what the API writes and reads, `label` what people see."""

    value: str
    label: str
    active: bool = True
    default: bool = False


class FieldType(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One field. `length` counts characters; `precision`, `scale` and `digits` are those of describe.

    `picklist_set` names the value table (LeadStatus, TaskStatus, ...) that the values of a standard status field
    come from; `picklist` then stays empty here and is filled in by the org. `hidden` fields get no field access when
    the org is set up. `compound` names the field that this one is a part of. `sql` is how a generated column's value is
    worked out from the row. `formula` marks a calculated field: `computed` is its SQL, worked out with each query (see
    `formula.compile`), `formula_fields` what it names, as `Object.Field`.
    """

    name: str
    label: str
    type: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    digits: int = 0
    nillable: bool = True
    createable: bool = True
    updateable: bool = True
    filterable: bool = True
    restricted: bool = False
    id_lookup: bool = False
    defaulted: bool = False
    permissionable: bool = False
    name_field: bool = False
    prefilterable: bool = False
    sortable: bool = True
    aggregatable: bool = True
    reference_to: tuple[str, ...] = ()
    relationship: str | None = None
    child_relationship: str | None = None
    cascade_delete: bool = False
    restrict_delete: bool = False
    compound: str | None = None
    extra: str | None = None
    picklist: tuple[PicklistValue, ...] = ()
    picklist_set: str | None = None
    default: str | bool | float | None = None
    custom: bool = False
    external_id: bool = False
    unique: bool = False
    case_sensitive: bool = False
    tracked: bool = False
    hidden: bool = False
    formula: str | None = None
    formula_fields: tuple[str, ...] = ()
    blank_as_zero: bool = False
    computed: str | None = None
    sql: str | None = None
    description: str | None = None
    help_text: str | None = None

    @property
    def groupable(self) -> bool:
        """Whether SOQL may GROUP BY it."""
        if self.type in NUMBER_TYPES or self.type in COMPOUND_TYPES or self.formula is not None:
            return False
        return self.type not in ("datetime", "combobox", "multipicklist", "anyType", "time") and not self.long_text

    @property
    def long_text(self) -> bool:
        """Whether it is a text area over 255 characters, which can be neither filtered nor sorted."""
        return self.type == "textarea" and self.length > 255

    @property
    def stored(self) -> bool:
        """Whether the table has a plain column for it."""
        return self.type not in COMPOUND_TYPES and self.sql is None and self.computed is None

    @property
    def polymorphic(self) -> bool:
        """Whether it may point at more than one kind of object."""
        return len(self.reference_to) > 1


class ObjectType(msgspec.Struct, frozen=True, kw_only=True):
    """One object with its fields in describe order. `layoutable` and the like are the flags of describe."""

    name: str
    prefix: str
    label: str
    plural: str
    fields: tuple[FieldType, ...]
    custom: bool = False
    createable: bool = True
    updateable: bool = True
    deletable: bool = True
    undeletable: bool = True
    mergeable: bool = False
    queryable: bool = True
    replicateable: bool = True
    searchable: bool = True
    layoutable: bool = True
    feed: bool = False
    mru: bool = True
    by_name: dict[str, FieldType] = {}

    def field(self, name: str) -> FieldType | None:
        """The field of that API name, in any case, or None."""
        return self.by_name.get(name.lower())

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.by_name

    @property
    def soft_delete(self) -> bool:
        """Whether a deleted row goes to the recycle bin (has IsDeleted) rather than vanishing."""
        return "isdeleted" in self.by_name

    def with_fields(self, fields: tuple[FieldType, ...]) -> "ObjectType":
        """The same object with these fields instead."""
        return msgspec.structs.replace(self, fields=fields, by_name={field.name.lower(): field for field in fields})
