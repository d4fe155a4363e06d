"""Google's own client against the emulator, unchanged.

Whoever runs this starts the emulator and says in the environment where it is: EMULATOR_URL and
EMULATOR_TOKEN, a bearer token that it accepts; and in ROCKY_BIN where rocky is.
"""

import datetime
import decimal
import json
import os
import pathlib
import subprocess
import tempfile
import unittest
import urllib.request
import uuid

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.api_core.client_options import ClientOptions
from google.api_core.exceptions import BadRequest, Conflict, Forbidden, NotFound, NotModified, Unauthorized
from google.auth.transport.requests import Request
from google.cloud import bigquery
from google.oauth2 import credentials as user_credentials
from google.oauth2 import service_account

URL = os.environ["EMULATOR_URL"]
TOKEN = os.environ["EMULATOR_TOKEN"]
PROJECT = f"acme-{uuid.uuid4().hex[:8]}"

TYPES = [
    {"name": "id", "type_text": "INT64", "nullable": False, "comment": "key"},
    {"name": "ratio", "type_text": "FLOAT64"},
    {"name": "ok", "type_text": "BOOL"},
    {"name": "price", "type_text": "NUMERIC(10, 2)"},
    {"name": "big", "type_text": "BIGNUMERIC"},
    {"name": "code", "type_text": "STRING(12)"},
    {"name": "raw", "type_text": "BYTES"},
    {"name": "day", "type_text": "DATE"},
    {"name": "clock", "type_text": "TIME"},
    {"name": "wall", "type_text": "DATETIME"},
    {"name": "at", "type_text": "TIMESTAMP"},
    {"name": "span", "type_text": "INTERVAL"},
    {"name": "place", "type_text": "GEOGRAPHY"},
    {"name": "doc", "type_text": "JSON"},
    {"name": "valid", "type_text": "RANGE<DATE>"},
    {"name": "tags", "type_text": "ARRAY<STRING>"},
    {
        "name": "lines",
        "type_text": "ARRAY<STRUCT<sku STRING NOT NULL OPTIONS(description='what'), at STRUCT<x INT64, y JSON>>>",
        "comment": "what was bought",
    },
]


def control(method, path, body=None):
    """Asks the emulator's control endpoint."""
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{URL}/_emulator{path}", data=data, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def client_with(credentials):
    options = ClientOptions(api_endpoint=URL)
    return bigquery.Client(project=PROJECT, credentials=credentials, client_options=options)


def with_token(token=TOKEN):
    return client_with(user_credentials.Credentials(token=token))


def setUpModule():
    control(
        "POST",
        "/sql",
        f"""CREATE CATALOG `{PROJECT}`;
        CREATE SCHEMA `{PROJECT}`.shop COMMENT 'what we sell';
        CREATE TABLE `{PROJECT}`.shop.item (id BIGINT NOT NULL COMMENT 'key', name STRING)
          COMMENT 'sellable things';
        INSERT INTO `{PROJECT}`.shop.item SELECT id, concat('n', id) FROM range(25);
        CREATE SCHEMA `{PROJECT}`.far;
        CREATE SCHEMA `{PROJECT}`.vault""",
    )
    tables = [{"name": "Typed", "comment": "every type", "columns": TYPES}]
    control("POST", "/tables", {"catalog": PROJECT, "schema": "shop", "tables": tables})


class Metadata(unittest.TestCase):
    def setUp(self):
        self.client = with_token()

    def test_datasets_and_tables_are_listed(self):
        datasets = [dataset.dataset_id for dataset in self.client.list_datasets()]
        self.assertEqual(datasets, ["far", "shop", "vault"])
        self.assertEqual(self.client.get_dataset("shop").description, "what we sell")
        tables = {table.table_id: table.table_type for table in self.client.list_tables("shop")}
        self.assertEqual(tables, {"item": "TABLE", "Typed": "TABLE"})
        self.assertEqual(list(self.client.list_tables("far")), [])
        self.assertIn(PROJECT, [project.project_id for project in self.client.list_projects()])

    def test_lists_come_in_pages(self):
        pages = self.client.list_datasets(page_size=2).pages
        self.assertEqual([page.num_items for page in pages], [2, 1])

    def test_a_table_tells_every_type_mode_and_description(self):
        table = self.client.get_table("shop.Typed")
        self.assertEqual(table.description, "every type")
        fields = {field.name: field for field in table.schema}
        kinds = {name: (field.field_type, field.mode) for name, field in fields.items()}
        self.assertEqual(kinds["id"], ("INTEGER", "REQUIRED"))
        for name, kind in [
            ("ratio", "FLOAT"), ("ok", "BOOLEAN"), ("price", "NUMERIC"), ("big", "BIGNUMERIC"), ("code", "STRING"),
            ("raw", "BYTES"), ("day", "DATE"), ("clock", "TIME"), ("wall", "DATETIME"), ("at", "TIMESTAMP"),
            ("span", "INTERVAL"), ("place", "GEOGRAPHY"), ("doc", "JSON"), ("valid", "RANGE"),
        ]:  # fmt: skip
            self.assertEqual(fields[name].to_api_repr()["type"], kind, name)
            self.assertEqual(fields[name].mode, "NULLABLE", name)
        self.assertEqual((fields["price"].precision, fields["price"].scale), (10, 2))
        self.assertEqual(fields["code"].max_length, 12)
        self.assertEqual(fields["valid"].range_element_type.element_type, "DATE")
        self.assertEqual((fields["tags"].field_type, fields["tags"].mode), ("STRING", "REPEATED"))
        lines = fields["lines"]
        self.assertEqual((lines.field_type, lines.mode, lines.description), ("RECORD", "REPEATED", "what was bought"))
        sku, at = lines.fields
        self.assertEqual((sku.mode, sku.description), ("REQUIRED", "what"))
        self.assertEqual([(field.name, field.field_type) for field in at.fields], [("x", "INTEGER"), ("y", "JSON")])

    def test_an_etag_saves_the_answer(self):
        table = self.client.get_table("shop.item")
        path = f"/projects/{PROJECT}/datasets/shop/tables/item"
        with self.assertRaises(NotModified):
            self.client._connection.api_request(method="GET", path=path, headers={"If-None-Match": table.etag})
        control("POST", "/sql", f"COMMENT ON TABLE `{PROJECT}`.shop.item IS 'changed'")
        self.assertNotEqual(self.client.get_table("shop.item").etag, table.etag)

    def test_rows_are_read_without_a_query(self):
        rows = self.client.list_rows("shop.item", page_size=10)
        self.assertEqual(sorted(row["id"] for row in rows), list(range(25)))


class Queries(unittest.TestCase):
    def setUp(self):
        self.client = with_token()

    def one(self, sql, *parameters):
        config = bigquery.QueryJobConfig(query_parameters=parameters)
        (row,) = self.client.query_and_wait(sql, job_config=config)
        return tuple(row.values())

    def test_both_paths_give_every_type(self):
        sql = """SELECT 7 AS i, 2.5 AS f, TRUE AS b, NUMERIC '1.25' AS n, BIGNUMERIC '2.5' AS bn, 'ü' AS s,
          b'a\\x00' AS y, DATE '2026-01-02' AS d, TIME '03:04:05.5' AS t, DATETIME '2026-01-02 03:04:05' AS dt,
          TIMESTAMP '2026-01-02 03:04:05.000001+00' AS ts, JSON '{"a": [1]}' AS j, ST_GEOGPOINT(1, 2) AS g,
          RANGE<DATE> '[2026-01-01, UNBOUNDED)' AS r, INTERVAL 3 DAY AS iv,
          [STRUCT(1 AS a, ['x', 'y'] AS b), STRUCT(2, CAST([] AS ARRAY<STRING>))] AS nested, CAST(NULL AS STRING) AS nothing"""
        utc = datetime.timezone.utc
        expected = {
            "i": 7, "f": 2.5, "b": True, "n": decimal.Decimal("1.25"), "bn": decimal.Decimal("2.5"), "s": "ü",
            "y": b"a\x00", "d": datetime.date(2026, 1, 2), "t": datetime.time(3, 4, 5, 500000),
            "dt": datetime.datetime(2026, 1, 2, 3, 4, 5),
            "ts": datetime.datetime(2026, 1, 2, 3, 4, 5, 1, tzinfo=utc), "j": {"a": [1]}, "g": "POINT(1 2)",
            "r": {"start": datetime.date(2026, 1, 1), "end": None},
            "nested": [{"a": 1, "b": ["x", "y"]}, {"a": 2, "b": []}], "nothing": None,
        }  # fmt: skip
        for rows in (self.client.query_and_wait(sql), self.client.query(sql).result()):
            (row,) = rows
            values = dict(row.items())
            self.assertEqual(values.pop("iv").days, 3)
            self.assertEqual(values, expected)
            kinds = {field.name: field.field_type for field in rows.schema}
            self.assertEqual([kinds[name] for name in ("j", "g", "r", "bn", "iv")],
                             ["JSON", "GEOGRAPHY", "RANGE", "BIGNUMERIC", "INTERVAL"])  # fmt: skip

    def test_results_come_in_pages(self):
        sql = "SELECT id FROM shop.item ORDER BY id"
        rows = self.client.query(sql).result(page_size=10)
        self.assertEqual([page.num_items for page in rows.pages], [10, 10, 5])
        rows = self.client.query_and_wait(sql, page_size=10)
        self.assertEqual([row["id"] for row in rows], list(range(25)))
        self.assertEqual(rows.total_rows, 25)

    def test_a_dry_run_tells_the_columns(self):
        config = bigquery.QueryJobConfig(dry_run=True)
        job = self.client.query("SELECT id, name AS label FROM shop.item", job_config=config)
        self.assertEqual([(field.name, field.field_type) for field in job.schema],
                         [("id", "INTEGER"), ("label", "STRING")])  # fmt: skip
        self.assertGreater(job.total_bytes_processed, 0)

    def test_parameters_are_named_or_positional(self):
        scalar, array, struct = (
            bigquery.ScalarQueryParameter, bigquery.ArrayQueryParameter, bigquery.StructQueryParameter,
        )  # fmt: skip
        self.assertEqual(
            self.one("SELECT @a + 1, @s || '!', @n IS NULL", scalar("a", "INT64", 1), scalar("s", "STRING", "x"),
                     scalar("n", "DATE", None)),
            (2, "x!", True),
        )  # fmt: skip
        self.assertEqual(self.one("SELECT ?, ?", scalar(None, "BYTES", b"z"), scalar(None, "BOOL", False)), (b"z", False))
        many = array("ids", "INT64", [1, 2, 3])
        self.assertEqual(self.one("SELECT COUNT(*) FROM shop.item WHERE id IN UNNEST(@ids)", many), (3,))
        self.assertEqual(
            self.one("SELECT @p.x, @p.y", struct("p", scalar("x", "INT64", 5), scalar("y", "STRING", "q"))), (5, "q")
        )

    def test_the_information_schema_tells_of_nested_fields(self):
        sql = """SELECT c.column_name, c.data_type, p.field_path, p.description
          FROM shop.INFORMATION_SCHEMA.COLUMNS AS c
          JOIN shop.INFORMATION_SCHEMA.COLUMN_FIELD_PATHS AS p USING (table_name, column_name)
          WHERE c.table_name = 'Typed' AND column_name = 'lines' ORDER BY p.field_path"""
        rows = list(self.client.query_and_wait(sql))
        self.assertEqual(rows[0]["data_type"], "ARRAY<STRUCT<sku STRING, at STRUCT<x INT64, y JSON>>>")
        self.assertEqual([row["field_path"] for row in rows],
                         ["lines", "lines.at", "lines.at.x", "lines.at.y", "lines.sku"])  # fmt: skip
        self.assertEqual(rows[-1]["description"], "what")
        sql = f"SELECT table_id, row_count FROM `{PROJECT}.shop.__TABLES__` WHERE table_id = 'item'"
        self.assertEqual([tuple(row) for row in self.client.query_and_wait(sql)], [("item", 25)])

    def test_a_slow_job_is_waited_for(self):
        control("PATCH", "/settings", {"pending_polls": 2})
        self.addCleanup(control, "PATCH", "/settings", {"pending_polls": 0})
        self.assertEqual(list(self.client.query_and_wait("SELECT 1"))[0][0], 1)
        job = self.client.query("SELECT 2")
        self.assertEqual(list(job.result())[0][0], 2)
        self.assertEqual(job.state, "DONE")

    def test_a_job_is_cancelled(self):
        control("PATCH", "/settings", {"pending_polls": 1000})
        self.addCleanup(control, "PATCH", "/settings", {"pending_polls": 0})
        job = self.client.query("SELECT 1")
        job.cancel()
        job.reload()
        self.assertEqual((job.state, job.error_result["reason"]), ("DONE", "stopped"))

    def test_ddl_and_inserts(self):
        name = f"shop.made_{uuid.uuid4().hex[:8]}"
        self.client.query_and_wait(f"CREATE TABLE {name} (id INT64 NOT NULL, tags ARRAY<STRING>)")
        job = self.client.query(f"INSERT INTO {name} (id, tags) VALUES (1, ['a']), (2, [])")
        job.result()
        self.assertEqual(job.num_dml_affected_rows, 2)
        rows = self.client.query_and_wait(f"SELECT id, tags FROM {name} ORDER BY id")
        self.assertEqual([tuple(row) for row in rows], [(1, ["a"]), (2, [])])
        self.assertEqual([field.mode for field in self.client.get_table(name).schema], ["REQUIRED", "REPEATED"])
        self.client.query_and_wait(f"DROP TABLE {name}")


class Errors(unittest.TestCase):
    def setUp(self):
        self.client = with_token()
        self.addCleanup(control, "DELETE", "/faults")

    def reason(self, kind, call):
        with self.assertRaises(kind) as caught:
            call()
        return caught.exception.errors[0]["reason"]

    def test_errors_become_exceptions(self):
        query = self.client.query_and_wait
        self.assertEqual(self.reason(NotFound, lambda: self.client.get_table("shop.nope")), "notFound")
        self.assertEqual(self.reason(NotFound, lambda: self.client.get_table("shop.ITEM")), "notFound")
        self.assertEqual(self.reason(NotFound, lambda: list(self.client.list_tables("nope"))), "notFound")
        self.assertEqual(self.reason(NotFound, lambda: query("SELECT * FROM shop.nope")), "notFound")
        for wrong in ("SELEC 1", "SELECT nope FROM shop.item", "SELECT NOPE(1)", "SELECT 1 / 0"):
            self.assertEqual(self.reason(BadRequest, lambda: query(wrong)), "invalidQuery", wrong)
        self.assertEqual(self.reason(BadRequest, lambda: self.client.query("SELECT x").result()), "invalidQuery")

    def test_what_a_rule_denies_is_forbidden(self):
        token = f"t-{uuid.uuid4().hex}"
        control("POST", "/tokens", {"token": token, "principal": "eve@example.com"})
        rule = {"principal": "eve@example.com", "object": f"{PROJECT}.vault", "effect": "deny"}
        control("POST", "/rules", rule)
        eve = with_token(token)
        self.assertEqual(self.reason(Forbidden, lambda: eve.get_dataset("vault")), "accessDenied")
        self.assertEqual(self.reason(Forbidden, lambda: eve.query_and_wait("SELECT * FROM vault.t")), "accessDenied")
        self.assertEqual([dataset.dataset_id for dataset in eve.list_datasets()], ["far", "shop"])

    def test_a_job_is_made_once_and_found_where_it_runs(self):
        job = self.client.query("SELECT 1", job_id=f"mine-{uuid.uuid4().hex}")
        job.result()
        self.assertEqual(self.client.get_job(job.job_id).state, "DONE")
        with self.assertRaises(NotFound):
            self.client.get_job(job.job_id, location="europe-west1")
        with self.assertRaises(Conflict):
            body = {"jobReference": {"jobId": job.job_id},
                    "configuration": {"query": {"query": "SELECT 1", "useLegacySql": False}}}  # fmt: skip
            self.client._connection.api_request(method="POST", path=f"/projects/{PROJECT}/jobs", data=body)

    def test_what_passes_is_tried_again(self):
        limit = {"error": {"code": 403, "message": "slow down",
                           "errors": [{"reason": "rateLimitExceeded", "message": "slow down", "domain": "global"}]}}  # fmt: skip
        for action in (
            {"kind": "status", "status": 503},
            {"kind": "status", "status": 429},
            {"kind": "status", "status": 403, "body": json.dumps(limit)},
        ):
            control("POST", "/faults", {"match": {"path": "/tables/item"}, "action": action})
            self.assertEqual(self.client.get_table("shop.item").table_id, "item")

    def test_an_unknown_token_is_refused(self):
        with self.assertRaises(Unauthorized):
            self.client_of_nobody().get_dataset("shop")

    def client_of_nobody(self):
        class Fixed(user_credentials.Credentials):
            def refresh(self, request):
                """Nothing to refresh with."""

        return client_with(Fixed(token="nobody"))


class SignIn(unittest.TestCase):
    def test_a_service_account_signs_in_with_its_key(self):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        encoding = serialization.Encoding.PEM
        private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        public = key.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
        email = f"svc@{PROJECT}.iam.gserviceaccount.com"
        control("POST", "/google-identities",
                {"kind": "service_account", "email": email, "public_key": public.decode()})  # fmt: skip
        info = {"type": "service_account", "client_email": email, "private_key": private.decode(),
                "private_key_id": "k1", "token_uri": f"{URL}/token", "project_id": PROJECT}  # fmt: skip
        scopes = ["https://www.googleapis.com/auth/bigquery"]
        credentials = service_account.Credentials.from_service_account_info(info, scopes=scopes)
        client = client_with(credentials)
        self.assertEqual(client.query("SELECT SESSION_USER()").result().total_rows, 1)
        self.assertEqual(list(client.query_and_wait("SELECT SESSION_USER()"))[0][0], email)
        self.assertTrue(credentials.token and credentials.expiry)

    def test_a_user_signs_in_with_a_refresh_token(self):
        identity = {"kind": "authorized_user", "client_id": "cid", "client_secret": "cs",
                    "refresh_token": uuid.uuid4().hex, "principal": "ute@example.com"}  # fmt: skip
        control("POST", "/google-identities", identity)
        credentials = user_credentials.Credentials(
            token=None, refresh_token=identity["refresh_token"], client_id="cid", client_secret="cs",
            token_uri=f"{URL}/token",
        )  # fmt: skip
        credentials.refresh(Request())
        client = client_with(credentials)
        self.assertEqual(list(client.query_and_wait("SELECT SESSION_USER()"))[0][0], "ute@example.com")


class Rocky(unittest.TestCase):
    """What rocky describes is what Google's client tells."""

    def rocky(self, folder, *arguments):
        command = [os.environ["ROCKY_BIN"], *arguments, "--output", "json"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def described(self, source):
        config = f"""[adapter.lake]
plugin = "bigquery"
api_endpoint = "{URL}"
source = "{source}"
[adapter.lake.auth]
type = "bearer"
token = "{TOKEN}"
[pipeline.p]
source = {{ adapter = "lake", catalog = "{PROJECT}", schemas = ["shop"] }}
"""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "rocky.toml")
            path.write_text(config)
            path.chmod(0o600)
            self.rocky(folder, "run")
            found = {}
            for table in self.rocky(folder, "schema", "ls", f'"{PROJECT}".shop')["tables"]:
                shown = self.rocky(folder, "schema", "show", f'"{PROJECT}".shop.{table["table"]}')
                columns = [(it["name"], it["data_type"], it["nullable"], it.get("comment")) for it in shown["columns"]]
                found[table["table"]] = (shown["kind"], shown.get("comment"), columns)
            return found

    def test_rest_is_sql_is_the_official_client(self):
        expected = {}
        client = with_token()
        for item in client.list_tables("shop"):
            table = client.get_table(item.reference)
            columns = [(it.name, text_of(it), it.mode == "NULLABLE", it.description) for it in table.schema]
            expected[table.table_id] = (table.table_type.lower(), table.description, columns)
        self.assertGreater(len(expected["Typed"][2]), 15)
        self.maxDiff = 2000
        self.assertEqual(self.described("rest"), expected)
        self.assertEqual(self.described("information_schema"), expected)


NAMES = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL", "RECORD": "STRUCT"}


def text_of(field):
    """The whole type of a field, in the words of GoogleSQL."""
    name = field.to_api_repr()["type"]
    text = NAMES.get(name, name)
    if text == "STRUCT":
        text = f"STRUCT<{', '.join(f'{inner.name} {text_of(inner)}' for inner in field.fields)}>"
    elif text == "RANGE":
        text = f"RANGE<{field.range_element_type.element_type}>"
    elif field.max_length is not None:
        text = f"{text}({field.max_length})"
    elif field.precision is not None:
        text = f"{text}({field.precision}, {field.scale})"
    return f"ARRAY<{text}>" if field.mode == "REPEATED" else text


if __name__ == "__main__":
    unittest.main()
