"""Fills an environment from somebody's own CSV files: `load_directory(org, path)`."""

from connector.sandbox.dynamics.csvload.directory import Loaded, load_directory

__all__ = ["Loaded", "load_directory"]
