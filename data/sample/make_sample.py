"""Write the bundled sample: ``python data/sample/make_sample.py [FOLDER]``.

The same version of pyarrow writes the same bytes; any version the same tables.
"""

import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from segtools.simulate import simulate

MONEY = pa.decimal128(18, 4)


def to_table(frame: pd.DataFrame) -> pa.Table:
    """Give a frame the types of the table contract: money as exact decimals."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    types = {f.name: f.type for f in table.schema}
    types |= {n: pa.string() for n, t in types.items() if pa.types.is_large_string(t)}
    # Simulated money is rounded to cents, which four digits hold exactly.
    types |= {n: MONEY for n in types if n in ("amount", "discount", "coupon_discount")}
    # A plain schema leaves out pandas' own note, which names its version.
    return table.cast(pa.schema(types.items()))


def write_sample(folder: Path) -> list[Path]:
    """Simulate the sample and write its three Parquet files into the folder."""
    shop = simulate(1500, n_segments=4, start="2023-07-01", days=456, seed=0)
    paths = []
    for name in ("order_lines", "customers", "truth"):
        paths.append(folder / f"{name}.parquet")
        table = to_table(getattr(shop, name))
        pq.write_table(table, paths[-1], compression="zstd", compression_level=19)
    return paths


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for path in write_sample(target):
        print(f"{path.name}: {path.stat().st_size:,} bytes")
