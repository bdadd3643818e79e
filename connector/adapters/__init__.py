"""One folder per CRM. Nothing outside a folder knows its CRM's names, requests or types."""
