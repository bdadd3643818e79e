"""Alembic's entry: runs the migrations on the connection, and in the transaction, that `upgrade` has opened."""

from alembic import context

from connector.store.ledger.tables import LedgerTable

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=LedgerTable.metadata,
    transactional_ddl=False,
)
context.run_migrations()
