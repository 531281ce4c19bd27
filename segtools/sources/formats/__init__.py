"""How files are written: delimited text, Excel, JSON, Parquet; text becomes types."""
