"""Queries: OData options and FetchXML → SQLite statements, and rows → the JSON of the Web API."""
