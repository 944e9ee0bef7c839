"""Documents: rows in, bytes out. No queries, no requests."""
