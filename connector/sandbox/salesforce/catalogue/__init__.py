"""The objects and fields of an untouched org: `standard_objects()` reads the tables in this folder."""

from connector.sandbox.salesforce.catalogue.tables import standard_objects
from connector.sandbox.salesforce.catalogue.types import FieldType, ObjectType, PicklistValue

__all__ = ["FieldType", "ObjectType", "PicklistValue", "standard_objects"]
