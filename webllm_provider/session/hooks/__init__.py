"""The hook modules of a session: approval, logging, redaction, metrics."""
