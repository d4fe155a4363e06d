"""Asks for every column of the database `GEN`, schema by schema, 8 schemas at a time, each over a connection of its own."""

import os
import threading
import urllib.parse
import warnings
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import snowflake.connector

THREADS = 8
ADDRESS = urllib.parse.urlsplit(os.environ["EMULATOR_URL"])

warnings.simplefilter("ignore")
start = perf_counter()
local = threading.local()


def connection():
    if not hasattr(local, "connection"):
        local.connection = snowflake.connector.connect(
            account="ACME-DEV",
            host=ADDRESS.hostname,
            port=ADDRESS.port,
            protocol="http",
            user="LOADER",
            password=os.environ["EMULATOR_TOKEN"],
            database="GEN",
        )
    return local.connection


def columns(schema: str) -> int:
    cursor = connection().cursor()
    cursor.execute(
        "SELECT TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE,"
        " IS_NULLABLE, COLUMN_DEFAULT, COMMENT FROM GEN.INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = %s ORDER BY 1, 3",
        (schema,),
    )
    return len(cursor.fetchall())


shown = connection().cursor().execute("SHOW SCHEMAS IN DATABASE GEN").fetchall()
schemas = [row[1] for row in shown if row[1] != "INFORMATION_SCHEMA"]
with ThreadPoolExecutor(THREADS) as threads:
    total = sum(threads.map(columns, schemas))
assert total >= 60_000, total
print(perf_counter() - start)
