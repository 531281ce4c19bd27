"""Lists for other systems: files in their formats, and what to do with them next.

Nothing is sent. A destination is one registered function:

>>> from segtools.destinations import Written, csv_part, destination
>>> @destination("newsletter", fields=("email",), reach=("email",),
...              channels={"email": ("email",)})
... def write(audience, block):
...     lists = audience.members[["email", "segment"]]
...     return Written([csv_part("list.csv", lists)], "Upload list.csv.")
>>> from segtools.destinations.registry import remove_destination
>>> remove_destination("newsletter")
"""

from segtools.config import DestinationBlock
from segtools.destinations.audience import Audience
from segtools.destinations.parts import Limits, Part, csv_part, json_line
from segtools.destinations.registry import Destination, Written, destination

__all__ = [
    "Audience",
    "Destination",
    "DestinationBlock",
    "Limits",
    "Part",
    "Written",
    "csv_part",
    "destination",
    "json_line",
]
