"""What every CRM behind HTTP needs alike: safe requests, errors by what follows from them, retries, rows from JSON."""
