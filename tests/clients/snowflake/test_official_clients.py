"""Snowflake's own connector and REST client against the emulator, unchanged.

Whoever runs this starts the emulator and says in the environment where it is: EMULATOR_URL and
EMULATOR_TOKEN, a token that it accepts; and in ROCKY_BIN where rocky is.
"""

import datetime
import decimal
import json
import os
import unittest
import urllib.parse
import urllib.request
import uuid
import warnings

import snowflake.connector
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from snowflake.connector import DictCursor
from snowflake.connector.constants import FIELD_ID_TO_NAME, QueryStatus
from snowflake.connector.errors import DatabaseError, ProgrammingError
from snowflake.core import Root
from snowflake.core.exceptions import NotFoundError, UnauthorizedError

URL = os.environ["EMULATOR_URL"]
TOKEN = os.environ["EMULATOR_TOKEN"]
ADDRESS = urllib.parse.urlsplit(URL)
DATABASE = f"D{uuid.uuid4().hex[:8]}".upper()


def control(method, path, body=None):
    """Asks the emulator's control endpoint."""
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{URL}/_emulator{path}", data=data, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def connect(**options):
    credentials = {} if "authenticator" in options else {"password": TOKEN}
    return snowflake.connector.connect(
        account="ACME-DEV",
        host=ADDRESS.hostname,
        port=ADDRESS.port,
        protocol="http",
        **{"user": "LOADER", "database": DATABASE.lower(), "schema": "shop", **credentials, **options},
    )


def setUpModule():
    # The clients announce what will change in them, and use what they have deprecated themselves.
    warnings.simplefilter("ignore")
    control(
        "POST",
        "/sql",
        f"""CREATE CATALOG {DATABASE};
        CREATE SCHEMA {DATABASE}.shop COMMENT 'what we sell';
        CREATE TABLE {DATABASE}.shop.item (
            id BIGINT NOT NULL COMMENT 'key', price DECIMAL(12,2), tags ARRAY<STRING>, day DATE
        ) COMMENT 'sellable things';
        CREATE VIEW {DATABASE}.shop.cheap AS SELECT id, price FROM {DATABASE}.shop.item WHERE id < 2;
        INSERT INTO {DATABASE}.shop.item
            SELECT id, id * 1.5, array('a'), DATE '2026-01-02' FROM range(5)""",
    )


class Test(unittest.TestCase):
    maxDiff = 2000

    def tearDown(self):
        control("DELETE", "/faults")
        control("PATCH", "/settings", {"chunk_rows": 10000, "pending_polls": 0, "token_lifetime_ms": 3600000})


class SignIn(Test):
    def test_a_password_a_token_and_an_oauth_token(self):
        for options in (
            {},
            {"authenticator": "programmatic_access_token", "token": TOKEN},
            {"authenticator": "oauth", "token": TOKEN},
        ):
            with connect(**options) as connection:
                row = connection.cursor().execute("SELECT CURRENT_USER(), CURRENT_ROLE()").fetchone()
                self.assertEqual(row, ("demo@example.com", "PUBLIC"))
                self.assertEqual((connection.database, connection.schema), (DATABASE, "SHOP"))

    def test_a_key_pair(self):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private, public = (
            key.private_bytes(
                serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
            key.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            ),
        )
        with self.assertRaisesRegex(DatabaseError, "JWT"):
            connect(authenticator="SNOWFLAKE_JWT", private_key=private, user="signer")
        user = {"account": "ACME-DEV", "user": "signer", "public_key": public.decode(), "principal": "ute@example.com"}
        control("POST", "/snowflake-users", user)
        with connect(authenticator="SNOWFLAKE_JWT", private_key=private, user="signer") as connection:
            self.assertEqual(connection.cursor().execute("SELECT CURRENT_USER()").fetchone(), ("ute@example.com",))

    def test_what_is_not_believed_says_why(self):
        for options, code in (
            ({"password": "wrong"}, 390100),
            ({"authenticator": "oauth", "token": "wrong"}, 390303),
            ({"authenticator": "programmatic_access_token", "token": "wrong"}, 394400),
        ):
            with self.assertRaises(DatabaseError) as raised:
                connect(**options)
            self.assertEqual(raised.exception.errno, code)

    def test_a_session_that_expires_is_renewed(self):
        control("PATCH", "/settings", {"token_lifetime_ms": 0})
        with connect() as connection:
            control("PATCH", "/settings", {"token_lifetime_ms": 3600000})
            self.assertEqual(connection.cursor().execute("SELECT 1").fetchall(), [(1,)])


class Statements(Test):
    def setUp(self):
        self.connection = connect()
        self.addCleanup(self.connection.close)
        self.cursor = self.connection.cursor()

    def rows(self, sql, *parameters):
        return self.cursor.execute(sql, *parameters).fetchall()

    def test_every_type_arrives(self):
        naive = datetime.datetime(2024, 1, 1, 2, 0, 0, 500000)
        east = datetime.timezone(datetime.timedelta(hours=2))
        values = [
            ("1", "FIXED", 1),
            ("-1.50", "FIXED", decimal.Decimal("-1.50")),
            ("2.5::FLOAT", "REAL", 2.5),
            ("'x'", "TEXT", "x"),
            ("TRUE", "BOOLEAN", True),
            ("FALSE", "BOOLEAN", False),
            ("NULL::VARCHAR", "TEXT", None),
            ("TO_BINARY('0aFF')", "BINARY", b"\x0a\xff"),
            ("'2026-01-02'::DATE", "DATE", datetime.date(2026, 1, 2)),
            ("'1900-01-01'::DATE", "DATE", datetime.date(1900, 1, 1)),
            ("'12:00:01.5'::TIME(3)", "TIME", datetime.time(12, 0, 1, 500000)),
            ("'2024-01-01 02:00:00.5'::TIMESTAMP_NTZ", "TIMESTAMP_NTZ", naive),
            ("'2024-01-01 02:00:00.5'::TIMESTAMP_NTZ(3)", "TIMESTAMP_NTZ", naive),
            ("'1969-12-31 23:59:58.25'::TIMESTAMP_NTZ", "TIMESTAMP_NTZ", datetime.datetime(1969, 12, 31, 23, 59, 58, 250000)),
            ("'9999-12-31 23:59:59'::TIMESTAMP_NTZ", "TIMESTAMP_NTZ", datetime.datetime(9999, 12, 31, 23, 59, 59)),
            ("'2024-01-01 02:00:00.5'::TIMESTAMP_LTZ", "TIMESTAMP_LTZ", naive.replace(tzinfo=datetime.timezone.utc)),
            ("'2024-01-01 02:00:00.5 +02:00'::TIMESTAMP_TZ", "TIMESTAMP_TZ", naive.replace(tzinfo=east)),
            ("PARSE_JSON('{\"a\": [1]}')", "VARIANT", '{"a":[1]}'),
            ("ARRAY_CONSTRUCT(1, 2)", "ARRAY", "[1,2]"),
            ("OBJECT_CONSTRUCT('a', 1)", "OBJECT", '{"a":1}'),
        ]
        for cursor in (self.cursor, self.connection.cursor()):
            cursor.execute("SELECT " + ", ".join(sql for sql, _, _ in values))
            row = cursor.fetchone()
            for (sql, name, value), got, column in zip(values, row, cursor.description):
                with self.subTest(sql):
                    self.assertEqual(got, value)
                    self.assertEqual(FIELD_ID_TO_NAME[column.type_code], name)

    def test_columns_are_described_without_a_run(self):
        id_, price, *_ = self.cursor.describe("SELECT * FROM item")
        self.assertEqual((id_.name, id_.precision, id_.scale, id_.is_nullable), ("ID", 38, 0, False))
        self.assertEqual((price.name, price.precision, price.scale, price.is_nullable), ("PRICE", 12, 2, True))

    def test_parameters_of_both_styles(self):
        self.assertEqual(self.rows("SELECT id FROM item WHERE id > %s AND 'it''s' = %s", (3, "it's")), [(4,)])
        moment = datetime.datetime(2026, 1, 2, 3, 4, 5)
        values = (1, "it's", 1.5, True, None, moment.date(), moment, moment.time(), decimal.Decimal("1.50"), b"\x01")
        with connect(paramstyle="qmark") as connection:
            row = connection.cursor().execute("SELECT " + ", ".join("?" * len(values)), values).fetchone()
        self.assertEqual(row, values)

    def test_large_results_are_fetched_as_files(self):
        control("PATCH", "/settings", {"chunk_rows": 2})
        self.assertEqual(self.rows("SELECT id FROM item ORDER BY id"), [(0,), (1,), (2,), (3,), (4,)])
        self.assertEqual(self.cursor.rowcount, 5)

    def test_a_session_keeps_its_place(self):
        for sql in (f"CREATE SCHEMA {DATABASE}.other", f"USE SCHEMA {DATABASE}.other", "CREATE TABLE t (a INT, b VARCHAR(4))"):
            self.cursor.execute(sql)
        self.assertEqual(self.connection.schema, "OTHER")
        self.cursor.execute("INSERT INTO t VALUES (1, 'a'), (2, 'b')")
        self.assertEqual(self.cursor.rowcount, 2)
        self.cursor.executemany("INSERT INTO t VALUES (%s, %s)", [(3, "c"), (4, "d")])
        self.assertEqual(self.rows("SELECT COUNT(*), MAX(b) FROM t"), [(4, "d")])
        (shown,) = self.connection.cursor(DictCursor).execute("SHOW TABLES").fetchall()
        self.assertEqual((shown["name"], shown["schema_name"], shown["rows"]), ("T", "OTHER", 4))
        age = datetime.datetime.now(datetime.timezone.utc) - shown["created_on"]
        self.assertLess(abs(age), datetime.timedelta(hours=1))

    def test_several_statements(self):
        self.cursor.execute("SELECT 1; SELECT 'x' AS b", num_statements=2)
        self.assertEqual(self.cursor.fetchall(), [(1,)])
        self.assertTrue(self.cursor.nextset())
        self.assertEqual(self.cursor.fetchall(), [("x",)])
        self.assertIsNone(self.cursor.nextset())

    def test_a_cold_warehouse_is_waited_for(self):
        control("PATCH", "/settings", {"pending_polls": 2})
        self.assertEqual(self.rows("SELECT 7"), [(7,)])

    def test_what_runs_in_the_background_is_watched_and_cancelled(self):
        self.cursor.execute_async("SELECT 8")
        self.cursor.get_results_from_sfqid(self.cursor.sfqid)
        self.assertEqual(self.cursor.fetchall(), [(8,)])
        self.cursor.execute_async("SELECT SYSTEM$WAIT(1, 'DAYS')")
        slow = self.cursor.sfqid
        self.assertEqual(self.connection.get_query_status(slow), QueryStatus.RUNNING)
        self.assertTrue(self.cursor.abort_query(slow))
        with self.assertRaisesRegex(ProgrammingError, "canceled"):
            self.connection.get_query_status_throw_if_error(slow)

    def test_errors_have_a_code_and_a_state(self):
        for sql, code, state in (
            ("SELECT * FROM nope", 2003, "42S02"),
            ("SELECT nope FROM item", 904, "42000"),
            ("SELEC 1", 1003, "42000"),
            ("SELECT 1 / 0", 100051, "22012"),
        ):
            with self.assertRaises(ProgrammingError) as raised:
                self.cursor.execute(sql)
            self.assertEqual((raised.exception.errno, raised.exception.sqlstate), (code, state), sql)


class Rest(Test):
    """snowflake.core, with the session of a connection."""

    def setUp(self):
        connection = connect()
        self.addCleanup(connection.close)
        self.database = Root(connection).databases[DATABASE]
        self.root = Root(connection)
        self.schema = self.database.schemas["SHOP"]

    def test_databases_and_schemas(self):
        self.assertIn(DATABASE, [it.name for it in self.root.databases.iter()])
        self.assertEqual(self.database.fetch().name, DATABASE)
        (schema,) = self.database.schemas.iter(like="sh%")
        self.assertEqual((schema.name, schema.comment, schema.database_name), ("SHOP", "what we sell", DATABASE))

    def test_tables_with_all_their_columns(self):
        (deep,) = self.schema.tables.iter(deep=True, limit=100)
        self.assertEqual((deep.name, deep.kind, deep.table_type, deep.rows), ("ITEM", "PERMANENT", "NORMAL", 5))
        columns = [(it.name, it.datatype, it.nullable, it.comment) for it in deep.columns]
        expected = [
            ("ID", "NUMBER(38,0)", False, "key"),
            ("PRICE", "NUMBER(12,2)", True, None),
            ("TAGS", "ARRAY(VARCHAR(16777216))", True, None),
            ("DAY", "DATE", True, None),
        ]
        self.assertEqual(columns, expected)
        fetched = self.schema.tables["item"].fetch()
        self.assertEqual([it.name for it in fetched.columns], ["ID", "PRICE", "TAGS", "DAY"])
        self.assertEqual([it.name for it in self.schema.tables.iter(starts_with="X")], [])
        self.assertEqual([it.name for it in self.schema.tables.iter(limit=1, from_name="A")], ["ITEM"])

    def test_views(self):
        (view,) = self.schema.views.iter(deep=True)
        self.assertEqual((view.name, view.kind, [it.name for it in view.columns]), ("CHEAP", "PERMANENT", ["ID", "PRICE"]))
        self.assertIn("SELECT id, price", self.schema.views["CHEAP"].fetch().query)

    def test_names_in_quotes(self):
        columns = [{"name": "Id", "type_text": "VECTOR(FLOAT, 3)"}]
        tables = [{"name": "Orders", "columns": columns}, {"name": "ORDERS", "columns": columns}]
        control("POST", "/tables", {"catalog": DATABASE, "schema": "Mixed Case", "tables": tables})
        tables = self.database.schemas['"Mixed Case"'].tables
        self.assertEqual(len(list(tables.iter())), 2)
        self.assertEqual(tables["orders"].fetch().name, "ORDERS")
        self.assertEqual(tables['"Orders"'].fetch().columns[0].datatype, "VECTOR(FLOAT, 3)")

    def test_what_is_missing_and_who_is_unknown(self):
        with self.assertRaises(NotFoundError):
            self.schema.tables["NOPE"].fetch()
        with self.assertRaises(NotFoundError):
            list(self.database.schemas["NOPE"].tables.iter())
        action = {"kind": "status", "status": 401}
        control("POST", "/faults", {"match": {"path": "/tables"}, "times": "forever", "action": action})
        with self.assertRaises(UnauthorizedError):
            list(self.schema.tables.iter())


if __name__ == "__main__":
    unittest.main()
