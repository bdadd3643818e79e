"""What the sandbox knows of a table and of a column: the facts that metadata, queries and writes are answered from."""

import msgspec

LOOKUPS = frozenset({"Lookup", "Customer", "Owner"})
"""Types that point at a row of another table."""
CHOICES = frozenset({"Picklist", "State", "Status"})
"""Types stored as the number of an option."""
WHOLE = frozenset({"Integer", "BigInt"})
FRACTIONS = frozenset({"Decimal", "Double", "Money"})
TEXTS = frozenset({"String", "Memo", "EntityName"})


class Option(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One option of a choice. A status option says which `state` it belongs to and, where the table enforces
    transitions, to which statuses one may go from it (`None`: anywhere); a state option its `default_status` and its
    `invariant` name, such as Open.
    """

    value: int
    label: str
    state: int | None = None
    default_status: int | None = None
    invariant: str | None = None
    transitions: tuple[int, ...] | None = None
    managed: bool = True
    color: str | None = None
    description: str = ""


class Navigation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One many-to-one relationship of a lookup column: to table `target`, bound by the single-valued navigation
    property `single` (`<single>@odata.bind`, `$expand=<single>`; case matters), seen from the target as the
    collection-valued navigation property `collection` ("" if there is none). `schema_name` names the relationship.
    """

    target: str
    single: str
    collection: str
    schema_name: str


class Attribute(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One column. `name` is the logical name, always lower case. `type` is the AttributeType of metadata: String, Memo,
    Integer, BigInt, Decimal, Double, Money, Boolean, DateTime, Picklist, State, Status, MultiSelectPicklist, Lookup,
    Customer, Owner, Uniqueidentifier, EntityName or Virtual.

    `required` is None, Recommended, ApplicationRequired or SystemRequired. `attribute_of` names the column that a
    virtual `…name` column belongs to: such a column is in the metadata, but can neither be selected nor written.
    `behavior` is the DateTimeBehavior: a DateOnly one is an Edm.Date. `default` is the default of a choice or Boolean.
    `sql` is how a calculated column follows from others. `number` is the ColumnNumber that audit masks use, and `id`
    the MetadataId. `secured` columns are null to whoever has no field permission. `audited` is the column's switch.
    """

    name: str
    schema_name: str
    label: str
    type: str
    number: int = 0
    id: str = ""
    max_length: int = 0
    min: float | None = None
    max: float | None = None
    precision: int = 0
    format: str = ""
    behavior: str = ""
    required: str = "None"
    createable: bool = True
    updateable: bool = True
    readable: bool = True
    attribute_of: str | None = None
    targets: tuple[str, ...] = ()
    navigations: tuple[Navigation, ...] = ()
    options: tuple[Option, ...] = ()
    option_set: str = ""
    global_options: bool = False
    default: int | None = None
    sql: str | None = None
    audited: bool = True
    secured: bool = False
    custom: bool = False
    description: str = ""

    @property
    def is_lookup(self) -> bool:
        """Whether it points at a row."""
        return self.type in LOOKUPS

    @property
    def polymorphic(self) -> bool:
        """Whether it may point at rows of more than one table."""
        return self.is_lookup and len(self.targets) > 1

    @property
    def type_column(self) -> str | None:
        """The stored column with the logical name of the table that a polymorphic lookup points at, else None."""
        return f"{self.name}__type" if self.polymorphic else None

    @property
    def date_only(self) -> bool:
        """Whether its values are dates without a time (Edm.Date)."""
        return self.type == "DateTime" and self.behavior == "DateOnly"

    @property
    def stored(self) -> bool:
        """Whether the table has a plain column for it."""
        return self.attribute_of is None and self.sql is None and self.type != "Virtual"

    @property
    def selectable(self) -> bool:
        """Whether rows show it: `_<name>_value` for a lookup, else its name."""
        return self.readable and self.attribute_of is None and self.type != "Virtual"

    @property
    def property_name(self) -> str:
        """The name under which a row shows its value."""
        return f"_{self.name}_value" if self.is_lookup else self.name

    def option(self, value: object) -> Option | None:
        """The option of that number, or None."""
        return next((one for one in self.options if one.value == value), None)

    def navigation(self, target: str) -> Navigation | None:
        """The relationship to that table, or None."""
        return next((one for one in self.navigations if one.target == target), None)


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """An alternate key: rows can be addressed by the values of its `attributes` once it is `Active`."""

    name: str
    schema_name: str
    label: str
    attributes: tuple[str, ...]
    id: str
    status: str = "Active"


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """One table with its columns by logical name, in column order.

    `ownership` is UserOwned, OrganizationOwned, BusinessOwned or None. `code` is the ObjectTypeCode. `activity` tables
    share the columns of activitypointer. `concurrency` says whether If-Match with an etag is possible, `tracking`
    whether changes can be tracked, `audited` the table's audit switch, `transitions` whether status transitions are
    enforced. `writable` is off for tables that the platform alone writes. A `view` is a table that is made of others
    (activitypointer).
    """

    name: str
    set_name: str
    schema_name: str
    label: str
    plural: str
    code: int
    id: str
    primary_id: str
    primary_name: str
    ownership: str
    attributes: tuple[Attribute, ...]
    keys: tuple[Key, ...] = ()
    activity: bool = False
    concurrency: bool = False
    tracking: bool = False
    audited: bool = False
    transitions: bool = False
    writable: bool = True
    view: bool = False
    custom: bool = False
    by_name: dict[str, Attribute] = {}
    by_property: dict[str, Attribute] = {}
    by_navigation: dict[str, tuple[Attribute, Navigation]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.by_name

    def attribute(self, name: str) -> Attribute | None:
        """The column of that logical name, or None."""
        return self.by_name.get(name)

    def property(self, name: str) -> Attribute | None:
        """The column that rows show under that name (`statuscode`, `_ownerid_value`), or None."""
        return self.by_property.get(name)

    def navigation(self, name: str) -> tuple[Attribute, Navigation] | None:
        """The lookup column and relationship of a single-valued navigation property; letter case matters."""
        return self.by_navigation.get(name)

    def changed(self, **fields: object) -> "Entity":
        """The same table with other facts; its indexes by name follow."""
        made = msgspec.structs.replace(self, **fields)
        return made.indexed() if "attributes" in fields or not made.by_name else made

    def indexed(self) -> "Entity":
        """The same table with its columns findable by name, property and navigation property."""
        return msgspec.structs.replace(
            self,
            by_name={one.name: one for one in self.attributes},
            by_property={one.property_name: one for one in self.attributes if one.selectable},
            by_navigation={way.single: (one, way) for one in self.attributes for way in one.navigations},
        )

    def with_attribute(self, attribute: Attribute) -> "Entity":
        """The same table with this column added, or put in the place of the one of that name."""
        if attribute.name in self.by_name:
            kept = tuple(attribute if one.name == attribute.name else one for one in self.attributes)
        else:
            kept = (*self.attributes, attribute)
        return self.changed(attributes=kept)
