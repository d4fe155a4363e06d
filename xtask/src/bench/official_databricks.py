"""Lists every table of the catalog `gen` with its columns, 32 schemas at a time."""

import os
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config

THREADS = 32

start = perf_counter()
# Without room for every thread the client's own connection pool would be what is measured.
config = Config(
    host=os.environ["EMULATOR_URL"],
    token=os.environ["EMULATOR_TOKEN"],
    auth_type="pat",
    max_connection_pools=THREADS,
    max_connections_per_pool=THREADS,
)
client = WorkspaceClient(config=config)


def columns(schema: str) -> int:
    tables = client.tables.list(catalog_name="gen", schema_name=schema)
    return sum(len(table.columns or []) for table in tables)


schemas = [schema.name for schema in client.schemas.list(catalog_name="gen")]
with ThreadPoolExecutor(THREADS) as threads:
    total = sum(threads.map(columns, schemas))
assert total >= 200_000, total
print(perf_counter() - start)
