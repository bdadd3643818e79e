"""Other people's clients, unmodified, against the sandbox: `make conformance`. Needs npm; not part of `make test`.

The clients are installed into `.conformance/`, which git ignores. simple-salesforce is part of the ordinary tests.
"""
