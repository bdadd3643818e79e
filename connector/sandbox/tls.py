"""A certificate authority for the sandbox's https, made afresh on every start."""

import ssl
from pathlib import Path

import trustme


def server_context(ca_file: Path) -> ssl.SSLContext:
    """TLS for localhost, 127.0.0.1 and ::1; writes the authority's certificate to `ca_file` for clients to trust."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(ca_file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1", "::1").configure_cert(context)
    return context
