"""Refusals of the engine. Bad texts are answered, never refused; only a wrong configuration or id is an error."""


class EngineError(Exception):
    """Base of everything the engine raises on purpose."""


class ConfigError(EngineError, ValueError):
    """A weight or bound outside its range."""


class UnknownExpertError(EngineError, KeyError):
    """The corpus does not hold this expert."""
