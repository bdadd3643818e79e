"""Connector makes a firm's lead management true in its CRM."""

__version__ = "0.1.0"
