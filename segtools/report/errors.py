"""The error of a stage that failed for no reason of the user's."""

# What DuckDB calls it.
OUT_OF_MEMORY = "OutOfMemoryException"


class StageError(RuntimeError):
    """A stage stopped for a reason that is neither configuration nor data."""


def out_of_memory(where: str, limit: str = "") -> StageError:
    """Word the engine's refusal to take more memory than it may.

    Parameters
    ----------
    where : str
        What did not fit, such as a stage.
    limit : str, optional
        The limit in force.
    """
    held = f"memory_limit ({limit})" if limit else "memory_limit"
    return StageError(
        f"{where} must fit into {held}, but the engine needed more than it could spill "
        "to disk. Raise memory_limit, or shorten window_days and bases."
    )


class InterruptionError(StageError):
    """Somebody pressed Ctrl-C or asked the process to end."""
