"""The error of a stage that failed for no reason of the user's."""


class StageError(RuntimeError):
    """A stage stopped for a reason that is neither configuration nor data."""


class InterruptionError(StageError):
    """Somebody pressed Ctrl-C or asked the process to end."""
