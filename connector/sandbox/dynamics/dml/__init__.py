"""The one engine through which every write goes: single rows, batches and bulk actions alike."""
