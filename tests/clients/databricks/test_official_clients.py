"""The vendor's own clients against the emulator, unchanged, and against what rocky describes.

`cargo xtask test` starts the emulator and says in the environment where it is:
EMULATOR_URL, EMULATOR_TOKEN, EMULATOR_CLIENT_ID, EMULATOR_CLIENT_SECRET, ROCKY_BIN.
"""

import decimal
import json
import os
import pathlib
import subprocess
import tempfile
import unittest
import urllib.parse
import urllib.request
import uuid

from databricks import sql
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound, PermissionDenied, Unauthenticated
from databricks.sdk.service.sql import Disposition, Format, StatementState

URL = os.environ["EMULATOR_URL"]
TOKEN = os.environ["EMULATOR_TOKEN"]
CLIENT_ID = os.environ["EMULATOR_CLIENT_ID"]
CLIENT_SECRET = os.environ["EMULATOR_CLIENT_SECRET"]
ROCKY = os.environ["ROCKY_BIN"]
WAREHOUSE = "4f2a9c0e77d1b3aa"
SCHEMAS = 2


def control(method, path, body=None):
    """Asks the emulator's control endpoint."""
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{URL}/_emulator{path}", data=data, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def with_token(token=TOKEN):
    return WorkspaceClient(host=URL, token=token, auth_type="pat")


def with_secret(secret=CLIENT_SECRET):
    return WorkspaceClient(host=URL, client_id=CLIENT_ID, client_secret=secret, auth_type="oauth-m2m")


class Sdk(unittest.TestCase):
    """databricks-sdk."""

    @classmethod
    def setUpClass(cls):
        cls.catalog = f"c{uuid.uuid4().hex[:8]}"
        control(
            "POST",
            "/sql",
            f"""CREATE CATALOG {cls.catalog};
            CREATE SCHEMA {cls.catalog}.shop COMMENT 'what we sell';
            CREATE TABLE {cls.catalog}.shop.item (
                id BIGINT NOT NULL COMMENT 'key', price DECIMAL(12,2), tags ARRAY<STRING>,
                day DATE) PARTITIONED BY (day) COMMENT 'sellable things';
            CREATE VIEW {cls.catalog}.shop.dear AS SELECT id FROM {cls.catalog}.shop.item""",
        )
        cls.client = with_token()

    def tearDown(self):
        control("DELETE", "/faults")
        control("PATCH", "/settings", {"page_size": 50, "empty_pages": False, "chunk_rows": 10000, "pending_polls": 0})

    def test_both_ways_to_sign_in(self):
        self.assertEqual(self.client.current_user.me().user_name, "demo@example.com")
        self.assertEqual(with_secret().current_user.me().user_name, "robot@example.com")
        with self.assertRaises(Unauthenticated):
            with_token("wrong").current_user.me()
        with self.assertRaisesRegex(Exception, "invalid_client"):
            with_secret("wrong").current_user.me()

    def test_catalogs_schemas_and_tables_are_listed(self):
        self.assertIn(self.catalog, [it.name for it in self.client.catalogs.list()])
        schemas = {it.name: it.comment for it in self.client.schemas.list(self.catalog)}
        self.assertEqual(schemas["shop"], "what we sell")
        tables = {it.name: it for it in self.client.tables.list(self.catalog, "shop")}
        self.assertEqual(sorted(tables), ["dear", "item"])
        item = tables["item"]
        self.assertEqual((item.table_type.value, item.comment), ("MANAGED", "sellable things"))
        self.assertEqual([it.type_text for it in item.columns], ["bigint", "decimal(12,2)", "array<string>", "date"])
        self.assertEqual([it.nullable for it in item.columns], [False, True, True, True])
        self.assertEqual(item.columns[3].partition_index, 0)
        self.assertEqual(tables["dear"].table_type.value, "VIEW")

    def test_pages_are_followed_even_when_they_are_empty(self):
        control("PATCH", "/settings", {"page_size": 1, "empty_pages": True})
        self.assertEqual(len(list(self.client.tables.list(self.catalog, "shop"))), 2)

    def test_one_table_and_one_that_is_missing(self):
        found = self.client.tables.get(f"{self.catalog}.shop.item")
        self.assertEqual(found.full_name, f"{self.catalog}.shop.item")
        with self.assertRaises(NotFound):
            self.client.tables.get(f"{self.catalog}.shop.nothing")
        with self.assertRaises(NotFound):
            list(self.client.tables.list(self.catalog, "nowhere"))

    def test_what_is_denied_is_refused(self):
        control("POST", "/tokens", {"token": "eve-token", "principal": "eve@example.com"})
        control("POST", "/rules", {"principal": "eve@example.com", "object": self.catalog, "effect": "deny"})
        with self.assertRaises(PermissionDenied):
            list(with_token("eve-token").tables.list(self.catalog, "shop"))

    def test_a_statement_answers_in_chunks(self):
        control("PATCH", "/settings", {"chunk_rows": 2})
        run = self.client.statement_execution.execute_statement("SELECT id FROM range(5)", WAREHOUSE)
        self.assertEqual(run.status.state, StatementState.SUCCEEDED)
        rows, chunk = list(run.result.data_array), run.result
        while chunk.next_chunk_index is not None:
            index = chunk.next_chunk_index
            chunk = self.client.statement_execution.get_statement_result_chunk_n(run.statement_id, index)
            rows += chunk.data_array
        self.assertEqual(rows, [["0"], ["1"], ["2"], ["3"], ["4"]])

    def test_a_cold_warehouse_is_polled_and_a_statement_can_be_cancelled(self):
        control("PATCH", "/settings", {"pending_polls": 2})
        statements = self.client.statement_execution
        run = statements.execute_statement("SELECT 1", WAREHOUSE, wait_timeout="0s")
        states = [run.status.state]
        while states[-1] in (StatementState.PENDING, StatementState.RUNNING):
            states.append(statements.get_statement(run.statement_id).status.state)
        self.assertEqual(states[:3], [StatementState.PENDING] * 3)
        self.assertEqual(states[-1], StatementState.SUCCEEDED)
        run = statements.execute_statement("SELECT 1", WAREHOUSE, wait_timeout="0s")
        statements.cancel_execution(run.statement_id)
        self.assertEqual(statements.get_statement(run.statement_id).status.state, StatementState.CANCELED)

    def test_a_statement_that_fails_says_why(self):
        run = self.client.statement_execution.execute_statement("SELECT * FROM nowhere.at.all", WAREHOUSE)
        self.assertEqual(run.status.state, StatementState.FAILED)
        self.assertIn("[TABLE_OR_VIEW_NOT_FOUND]", run.status.error.message)
        with self.assertRaises(NotFound):
            self.client.statement_execution.execute_statement("SELECT 1", "no-such-warehouse")

    def test_links_lead_to_the_rows(self):
        run = self.client.statement_execution.execute_statement(
            "SELECT id FROM range(3)", WAREHOUSE, disposition=Disposition.EXTERNAL_LINKS, format=Format.JSON_ARRAY
        )
        link = run.result.external_links[0]
        self.assertEqual((link.row_count, link.next_chunk_index), (3, None))
        request = urllib.request.Request(link.external_link, headers=link.http_headers)
        with urllib.request.urlopen(request) as answer:
            self.assertEqual(json.load(answer), [["0"], ["1"], ["2"]])

    def test_what_is_turned_away_is_repeated(self):
        action = {"kind": "status", "status": 429, "headers": {"Retry-After": "0"}}
        control("POST", "/faults", {"match": {"path": "/tables"}, "times": 1, "action": action})
        self.assertEqual(len(list(self.client.tables.list(self.catalog, "shop"))), 2)
        self.assertEqual(control("GET", "/faults")[0]["times"], 0)


class Connector(unittest.TestCase):
    """databricks-sql-connector over REST. It reads the first chunk of an inline result only, and takes that for all."""

    def connect(self, **options):
        address = urllib.parse.urlsplit(URL)
        return sql.connect(
            server_hostname=f"http://{address.hostname}",
            _port=address.port,
            http_path=f"/sql/1.0/warehouses/{WAREHOUSE}",
            use_sea=True,
            use_cloud_fetch=False,
            enable_telemetry=False,
            **options,
        )

    def test_queries_answer_with_types(self):
        query = """SELECT 1 AS i, CAST(9.9 AS DECIMAL(12,2)) AS d, 'x' AS s, true AS b, NULL AS n,
                          CAST('2026-11-21' AS DATE) AS day, X'CAFE' AS bin"""
        with self.connect(access_token=TOKEN) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            row = cursor.fetchone()
            self.assertEqual((row.i, row.d, row.s, row.b, row.n), (1, decimal.Decimal("9.90"), "x", True, None))
            self.assertEqual((row.day.isoformat(), row.bin), ("2026-11-21", bytes.fromhex("CAFE")))
            self.assertEqual([it[0] for it in cursor.description], ["i", "d", "s", "b", "n", "day", "bin"])

    def test_parameters_and_the_session_s_place(self):
        catalog = f"c{uuid.uuid4().hex[:8]}"
        control("POST", "/sql", f"CREATE CATALOG {catalog}; CREATE TABLE {catalog}.default.t AS SELECT id FROM range(9)")
        with self.connect(access_token=TOKEN, catalog=catalog, schema="default") as connection:
            with connection.cursor() as cursor:
                cursor.execute("SELECT id FROM t WHERE id > :least ORDER BY id", {"least": 6})
                self.assertEqual([row.id for row in cursor.fetchall()], [7, 8])

    def test_what_there_is_is_listed(self):
        catalog = f"c{uuid.uuid4().hex[:8]}"
        control("POST", "/sql", f"CREATE CATALOG {catalog}; CREATE TABLE {catalog}.default.t (a INT NOT NULL, b STRING)")
        with self.connect(access_token=TOKEN) as connection, connection.cursor() as cursor:
            self.assertIn((catalog,), [tuple(row) for row in cursor.catalogs().fetchall()])
            self.assertIn("default", [row[0] for row in cursor.schemas(catalog_name=catalog).fetchall()])
            tables = cursor.tables(catalog_name=catalog, schema_name="default", table_types=["MANAGED"]).fetchall()
            self.assertEqual([row.tableName for row in tables], ["t"])
            columns = cursor.columns(catalog_name=catalog, schema_name="default", table_name="t").fetchall()
            self.assertEqual([row.col_name for row in columns], ["a", "b"])

    def test_errors_say_why(self):
        with self.connect(access_token=TOKEN) as connection, connection.cursor() as cursor:
            with self.assertRaisesRegex(sql.exc.ServerOperationError, "TABLE_OR_VIEW_NOT_FOUND"):
                cursor.execute("SELECT * FROM nowhere.at.all")


class Rocky(unittest.TestCase):
    """What rocky describes is what the vendor's client lists."""

    def rocky(self, folder, *arguments):
        done = subprocess.run(
            [ROCKY, *arguments, "--output", "json"], cwd=folder, capture_output=True, text=True, check=False
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def described(self, folder, adapter):
        """Every column as rocky has it in the cache."""
        columns = {}
        for schema in range(1, SCHEMAS + 1):
            name = f"gen.s{schema:04}"
            for table in self.rocky(folder, "schema", "ls", name, "--adapter", adapter)["tables"]:
                full_name = f"{name}.{table['table']}"
                shown = self.rocky(folder, "schema", "show", full_name, "--adapter", adapter)
                columns[full_name] = (
                    shown["kind"],
                    shown.get("comment"),
                    [
                        (it["name"], spelt(it["data_type"]), it["nullable"], it.get("comment"), partition(it))
                        for it in shown["columns"]
                    ],
                )
        return columns

    def listed(self):
        """Every column as the vendor's client lists it."""
        columns = {}
        for schema in range(1, SCHEMAS + 1):
            for table in with_token().tables.list("gen", f"s{schema:04}"):
                kind = table.table_type.value.lower()
                columns[table.full_name] = (
                    "table" if kind == "managed" else kind,
                    table.comment,
                    [
                        (it.name, spelt(it.type_text), it.nullable, it.comment, it.partition_index)
                        for it in sorted(table.columns, key=lambda it: it.position)
                    ],
                )
        return columns

    def test_rest_is_sql_is_the_official_client(self):
        adapters = {"rest": "rest", "sql": "information_schema"}
        config = "".join(
            f"""[adapter.{name}]
plugin = "databricks"
host = "{URL}"
source = "{source}"
warehouse_id = "{WAREHOUSE}"
[adapter.{name}.auth]
type = "oauth-m2m"
client_id = "{CLIENT_ID}"
client_secret = "{CLIENT_SECRET}"
[pipeline.{name}]
source = {{ adapter = "{name}", catalog = "gen", schemas = ["s*"] }}
"""
            for name, source in adapters.items()
        )
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "rocky.toml")
            path.write_text(config)
            path.chmod(0o600)
            self.rocky(folder, "run")
            listed = self.listed()
            self.assertGreater(len(listed), 20)
            heads = {it[1].split("<")[0].split("(")[0] for _, _, columns in listed.values() for it in columns}
            self.assertGreater(len(heads), 15, heads)
            self.maxDiff = 2000
            self.assertEqual(self.described(folder, "rest"), listed)
            self.assertEqual(self.described(folder, "sql"), listed)


def spelt(data_type):
    """Letter case and spaces carry no meaning in a type of the generated catalog."""
    return data_type.lower().replace(" ", "")


def partition(column):
    index = column.get("attributes", {}).get("partition_index")
    return None if index is None else int(index)


if __name__ == "__main__":
    unittest.main()
