"""What connector keeps on its own disk: the mirror of the CRM (disposable) and the ledger (the only memory)."""
