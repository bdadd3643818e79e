"""The mapping: how a CRM calls the objects and fields of the common model, and what its activities are."""

from connector.mapping.classify import Class, Classifier
from connector.mapping.loader import load
from connector.mapping.mapping import Column, Mapping, Reads, TableMap

__all__ = ["Class", "Classifier", "Column", "Mapping", "Reads", "TableMap", "load"]
