"""Lists every table of the catalog `gen` with its columns, 32 schemas at a time."""

from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config

THREADS = 32

start = perf_counter()
# Without room for every thread the client's own connection pool would be what is measured.
client = WorkspaceClient(config=Config(max_connection_pools=THREADS, max_connections_per_pool=THREADS))


def columns(schema: str) -> int:
    tables = client.tables.list(catalog_name="gen", schema_name=schema)
    return sum(len(table.columns or []) for table in tables)


schemas = [schema.name for schema in client.schemas.list(catalog_name="gen")]
with ThreadPoolExecutor(THREADS) as threads:
    total = sum(threads.map(columns, schemas))
assert total >= 200_000, total
print(perf_counter() - start)
