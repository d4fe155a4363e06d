"""Airflow's hook for Snowflake's SQL API against the emulator: the one independent client of that API.

Whoever runs this starts the emulator and says in the environment where it is: EMULATOR_URL and
EMULATOR_TOKEN, a token that it accepts; and in AIRFLOW_HOME where Airflow may write.
"""

import asyncio
import json
import logging
import os
import unittest
import urllib.request
import uuid
import warnings

# Read when Airflow is imported: every answer would be logged.
os.environ["AIRFLOW__LOGGING__LOGGING_LEVEL"] = "CRITICAL"

import snowflake.connector
from airflow.providers.snowflake.hooks.sql_api import SnowflakeSqlApiHook
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from requests.exceptions import HTTPError
from tenacity import wait_none

URL = os.environ["EMULATOR_URL"]
TOKEN = os.environ["EMULATOR_TOKEN"]
DATABASE = f"D{uuid.uuid4().hex[:8]}".upper()


def control(method, path, body=None):
    """Asks the emulator's control endpoint."""
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{URL}/_emulator{path}", data=data, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


class Hook(SnowflakeSqlApiHook):
    """Only knows another address; the rest of it stands behind that, as a path."""

    @property
    def account_identifier(self):
        return f"{URL}/acme-dev"


def hook(password=TOKEN, login="loader", **extra):
    connection = {
        "conn_type": "snowflake",
        "login": login,
        "password": password,
        "schema": "SHOP",
        "extra": {"account": "acme-dev", "database": DATABASE, "warehouse": "WH", "role": "ANALYST", **extra},
    }
    name = f"c{uuid.uuid4().hex[:8]}"
    os.environ[f"AIRFLOW_CONN_{name.upper()}"] = json.dumps(connection)
    return Hook(name, api_retry_args={"wait": wait_none()})


def with_token(**options):
    return hook(authenticator="programmatic_access_token", **options)


def setUpModule():
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    control(
        "POST",
        "/sql",
        f"CREATE CATALOG {DATABASE}; CREATE SCHEMA {DATABASE}.shop;"
        f"CREATE TABLE {DATABASE}.shop.item AS SELECT id, id * 1.5 AS price FROM range(5)",
    )


class SqlApi(unittest.TestCase):
    def setUp(self):
        self.hook = with_token()

    def tearDown(self):
        control("DELETE", "/faults")
        control("PATCH", "/settings", {"chunk_rows": 10000, "pending_polls": 0})

    def answers(self, sql, count=1, hook=None, **options):
        """What each of the statements answers."""
        hook = hook or self.hook
        handles = hook.execute_query(sql, count, **options)
        ends = [hook.wait_for_query(handle, raise_error=True, poll_interval=0) for handle in handles]
        self.assertEqual([it["status"] for it in ends], ["success"] * len(handles))
        return [hook.get_result_from_successful_sql_api_query(handle) for handle in handles]

    def test_rows_come_with_the_names_of_their_columns(self):
        (rows,) = self.answers("SELECT id, price AS \"Price\" FROM item WHERE id < 2 ORDER BY id")
        self.assertEqual(rows, [{"ID": "0", "Price": "0.0"}, {"ID": "1", "Price": "1.5"}])
        (rows,) = self.answers("SELECT CURRENT_DATABASE() d, CURRENT_WAREHOUSE() w, CURRENT_ROLE() r")
        self.assertEqual(rows, [{"D": DATABASE, "W": "WH", "R": "ANALYST"}])

    def test_partitions_are_followed(self):
        control("PATCH", "/settings", {"chunk_rows": 2})
        (rows,) = self.answers("SELECT id FROM item ORDER BY id")
        self.assertEqual([row["ID"] for row in rows], ["0", "1", "2", "3", "4"])

    def test_bindings_and_several_statements(self):
        bindings = {"1": {"type": "FIXED", "value": "3"}, "2": {"type": "TEXT", "value": "it's"}}
        (rows,) = self.answers("SELECT id, ? AS t FROM item WHERE id > ?", bindings={"1": bindings["2"], "2": bindings["1"]})
        self.assertEqual(rows, [{"ID": "4", "T": "it's"}])
        control("PATCH", "/settings", {"pending_polls": 1})
        self.assertEqual(self.answers("SELECT 1 AS a; SELECT 'x' AS b", 0), [[{"A": "1"}], [{"B": "x"}]])

    def test_a_cold_warehouse_is_polled(self):
        control("PATCH", "/settings", {"pending_polls": 2})
        (handle,) = self.hook.execute_query("SELECT 1", 1)
        states = [self.hook.get_sql_api_query_status(handle)["status"] for _ in range(3)]
        self.assertEqual(states, ["running", "running", "success"])

    def test_a_status_is_asked_for_without_blocking(self):
        (handle,) = self.hook.execute_query("SELECT 1", 1)
        self.hook.wait_for_query(handle, poll_interval=0)
        status = asyncio.run(self.hook.get_sql_api_query_status_async(handle))
        self.assertEqual((status["status"], status["statement_handles"]), ("success", [handle]))

    def test_what_runs_is_cancelled(self):
        control("PATCH", "/settings", {"pending_polls": 1000})
        (handle,) = self.hook.execute_query("SELECT SYSTEM$WAIT(1, 'DAYS')", 1)
        self.assertEqual(self.hook.get_sql_api_query_status(handle)["status"], "running")
        self.hook.cancel_queries([handle])
        status = self.hook.get_sql_api_query_status(handle)
        self.assertEqual(status["status"], "error")
        self.assertIn("Code: 000604, SQL State: 57014", status["message"])

    def test_what_takes_too_long_is_cancelled(self):
        (handle,) = self.hook.execute_query("SELECT SYSTEM$WAIT(1, 'DAYS')", 1, timeout=1)
        with self.assertRaisesRegex(HTTPError, "408"):
            self.hook.wait_for_query(handle, poll_interval=0)

    def test_a_failure_says_why(self):
        (handle,) = self.hook.execute_query("SELECT * FROM nope", 1)
        with self.assertRaisesRegex(RuntimeError, r"'.*NOPE' does not exist[\s\S]*Code: 002003, SQL State: 42S02"):
            self.hook.wait_for_query(handle, raise_error=True, poll_interval=0)

    def test_what_is_turned_away_is_repeated(self):
        for status in (429, 503):
            fault = {"match": {"path": "/statements"}, "times": 2, "action": {"kind": "status", "status": status}}
            control("POST", "/faults", fault)
            self.assertEqual(self.answers("SELECT 1 AS a"), [[{"A": "1"}]])

    def test_a_key_pair_signs_in(self):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        login = f"u{uuid.uuid4().hex[:8]}"
        signer = hook(password=None, login=login, private_key_content=private.decode())
        with self.assertRaisesRegex(HTTPError, "401"):
            signer.execute_query("SELECT 1", 1)
        user = {"account": "acme-dev", "user": login, "public_key": public.decode(), "principal": "ute@example.com"}
        control("POST", "/snowflake-users", user)
        self.assertEqual(self.answers("SELECT CURRENT_USER() AS u", hook=signer), [[{"U": "ute@example.com"}]])

    def test_a_refresh_token_is_exchanged(self):
        identity = {
            "kind": "authorized_user",
            "client_id": "c",
            "client_secret": "s",
            "refresh_token": "r",
            "principal": "ida@example.com",
        }
        control("POST", "/google-identities", identity)
        oauth = hook(
            login="c",
            password="s",
            authenticator="oauth",
            refresh_token="r",
            token_endpoint=f"{URL}/oauth/token-request",
        )
        self.assertEqual(self.answers("SELECT CURRENT_USER() AS u", hook=oauth), [[{"U": "ida@example.com"}]])

    def test_who_is_unknown_is_refused(self):
        with self.assertRaisesRegex(HTTPError, "401"):
            with_token(password="wrong").execute_query("SELECT 1", 1)


class Connector(unittest.TestCase):
    """The connector that Airflow brings along, an older one, which speaks the drivers' protocol another way."""

    def test_statements_and_what_runs_in_the_background(self):
        host, port = URL.removeprefix("http://").split(":")
        options = {"host": host, "port": int(port), "protocol": "http", "database": DATABASE, "schema": "SHOP"}
        connection = snowflake.connector.connect(account="acme-dev", user="loader", password=TOKEN, **options)
        with connection, connection.cursor() as cursor:
            self.assertEqual(cursor.execute("SELECT MAX(id) FROM item").fetchall(), [(4,)])
            cursor.execute_async("SELECT MIN(id) FROM item")
            cursor.get_results_from_sfqid(cursor.sfqid)
            self.assertEqual(cursor.fetchall(), [(0,)])


if __name__ == "__main__":
    unittest.main()
