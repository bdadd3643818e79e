"""Bulk jobs: queries exported to CSV files, and CSV files taken in through the org's one engine for writes."""
