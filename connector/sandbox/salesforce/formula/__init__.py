"""Formula fields: text → tree (`parse`), tree and object → SQL that is worked out with each query (`compile`)."""
