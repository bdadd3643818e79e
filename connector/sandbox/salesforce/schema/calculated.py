"""A formula field: what its formula comes to must be of the field's own type."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from connector.sandbox.salesforce.catalogue import FieldType, ObjectType
from connector.sandbox.salesforce.formula.compile import Compiled
from connector.sandbox.salesforce.formula.tree import FormulaError
from connector.sandbox.salesforce.schema.refusal import RefusedError
from connector.sandbox.salesforce.schema.shapes import number

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

_RESULTS = {
    "Checkbox": ("Boolean", "ifnull({}, 0)"),
    "Currency": ("Number", "formula_round({}, {scale})"),
    "Date": ("Date", "{}"),
    "DateTime": ("DateTime", "{}"),
    "Number": ("Number", "formula_round({}, {scale})"),
    "Percent": ("Number", "formula_round({} * 100, {scale})"),
    "Text": ("Text", "nullif({}, '')"),
}
TEXT_LENGTH = 1_300


def calculated(org: "Org", found: ObjectType, kind: str, field: FieldType, metadata: Mapping[str, Any]) -> FieldType:
    """The formula field that the Metadata describes. Raises RefusedError with the platform's words for the formula."""
    blanks = metadata.get("formulaTreatBlanksAs") or "BlankAsZero"
    if blanks not in ("BlankAsZero", "BlankAsBlank"):
        text = f"'{blanks}' is not a TreatBlanksAs"
        raise RefusedError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, ("formulaTreatBlanksAs",))
    if metadata.get("trackHistory") not in (None, False):
        text = f"Can not specify 'trackHistory' for a CustomField of type {kind} with a formula"
        raise RefusedError("FIELD_INTEGRITY_EXCEPTION", text, ("trackHistory",))
    formula = str(metadata["formula"])
    others = found.with_fields(tuple(one for one in found.fields if one.name.lower() != field.name.lower()))
    try:
        compiled = Compiled(field.name, formula, others, org.objects, blank_as_zero=blanks == "BlankAsZero")
    except FormulaError as error:
        raise RefusedError("FIELD_INTEGRITY_EXCEPTION", str(error), ("formula",)) from error
    expected, sql = _RESULTS[kind]
    if compiled.term.kind not in (expected, "Null"):
        text = f"Formula result is data type ({compiled.term.kind}), incompatible with expected data type ({expected})."
        raise RefusedError("FIELD_INTEGRITY_EXCEPTION", text, ("formula",))
    sized = "precision" in metadata and expected == "Number"
    scale = number(metadata, "scale", 0, 18) if expected == "Number" else 0
    return replace(
        field,
        length=TEXT_LENGTH if kind == "Text" else field.length,
        precision=number(metadata, "precision", 1, 18) if sized else 0,
        scale=scale,
        createable=False,
        updateable=False,
        formula=formula,
        formula_fields=tuple(sorted(compiled.fields)),
        blank_as_zero=blanks == "BlankAsZero",
        computed=sql.replace("{scale}", str(scale)).replace("{}", compiled.term.sql),
    )
