"""SOQL: text → tree (`parse`), tree and catalogue → SQLite (`select`), rows → the shapes of the wire (`shape`)."""
