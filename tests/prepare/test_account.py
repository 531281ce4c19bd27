"""The account is the same however its rows are counted."""

from decimal import Decimal

import ibis
import pandas as pd
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal

from segtools.prepare.account import count_rows

JUDGED = pd.DataFrame(
    {
        "reason": [None, None, "guest", "set_aside", "set_aside"],
        "raw_amount": [Decimal(5), Decimal(7), None, Decimal(1), Decimal(2)],
        "amount": [Decimal(-5), Decimal(7), None, Decimal(1), Decimal(2)],
        "turned": [True, False, False, False, True],
        "place": [0, 1, 2, 3, 4],
    }
)


@pytest.mark.parametrize(
    "rows", [JUDGED, JUDGED[:2], JUDGED[2:]], ids=["some kept", "all kept", "none kept"]
)
def test_rows_that_lie_in_the_engine_are_counted_like_any_others(rows):
    types = {"reason": "string", "raw_amount": "decimal(18, 4)"}
    types |= {"amount": "decimal(18, 4)", "turned": "boolean", "place": "int64"}
    arrow = pa.Table.from_pandas(rows.astype(object), preserve_index=False)
    judged = ibis.memtable(arrow).cast(types)
    by_difference, by_reason = count_rows(judged), count_rows(judged.drop("place"))
    assert_frame_equal(by_difference, by_reason)
    assert by_difference["rows"].sum() == len(rows)
