"""The make-up of the environment as JSON and XML: tables, columns, options, relationships."""
