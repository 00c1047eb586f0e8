"""Tables in files: CSV, Excel, Parquet and NDJSON, in a folder or a cloud store."""
