"""Changing the org's make-up while it runs: custom fields, standard value sets, tracking, conversion mapping."""
