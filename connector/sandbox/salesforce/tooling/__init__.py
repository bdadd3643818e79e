"""What the Tooling API can query: the org's own make-up, worked out anew from the org whenever it is asked for."""
