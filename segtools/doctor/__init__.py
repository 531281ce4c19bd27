"""Look at the machine: what a run needs, what is missing, and what mends it."""

from segtools.doctor.examination import CHECKS, Examination, examine
from segtools.doctor.finding import Finding, Mend

__all__ = ["CHECKS", "Examination", "Finding", "Mend", "examine"]
