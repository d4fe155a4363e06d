"""Lists every dataset of the project `gen`, and gets each table of each with 8 threads."""

import os
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

from google.api_core.client_options import ClientOptions
from google.cloud import bigquery
from google.oauth2.credentials import Credentials

THREADS = 8

start = perf_counter()
client = bigquery.Client(
    project="gen",
    credentials=Credentials(token=os.environ["EMULATOR_TOKEN"]),
    client_options=ClientOptions(api_endpoint=os.environ["EMULATOR_URL"]),
)
datasets = list(client.list_datasets())
with ThreadPoolExecutor(THREADS) as threads:
    listed = threads.map(lambda dataset: list(client.list_tables(dataset.reference)), datasets)
    tables = [table for tables in listed for table in tables]
    total = sum(threads.map(lambda table: len(client.get_table(table.reference).schema), tables))
assert total >= 200_000, total
print(perf_counter() - start)
