"""Topics this app answers to."""
