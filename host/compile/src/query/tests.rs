//! Whole queries: their columns, and what is wrong with them.

use crate::Dialect::{self, BigQuery, Databricks, Snowflake};
use crate::fixture::{check_columns, check_problems};

const ALL: [Dialect; 3] = [Databricks, BigQuery, Snowflake];

#[test]
fn nothing_is_wrong_with_common_queries() {
    for dialect in ALL {
        for sql in [
            "select o.id, c.name from orders o join customers c on c.id = o.customer_id where o.amount > 10",
            "with x as (select id, amount * 2 as twice from orders) select x.id, sum(twice) as total from x group by 1 order by total desc",
            "select customer_id, count(*) as n from orders group by customer_id having count(*) > 1",
            "select id, row_number() over (partition by customer_id order by ordered_on desc) as rn from orders qualify rn = 1",
            "select * from orders o where exists (select 1 from customers c where c.id = o.customer_id and o.status = 'x')",
            "select case when status = 'a' then 1 else 0 end as f, coalesce(amount, 0) as amount from orders union all select 1, 2",
            "select o.*, c.email from orders o left join customers c on o.customer_id = c.id",
            "select (select max(amount) from orders where customer_id = c.id) as most from customers as c",
            "select id from orders where customer_id in (select id from customers) order by ordered_on limit 10",
            "select current_date as today, current_timestamp() as now from orders",
        ] {
            check_problems(dialect, sql, "");
        }
    }
}

#[test]
fn unknown_names_are_found() {
    for dialect in ALL {
        check_problems(
            dialect,
            "select custmer_id from orders",
            "unknown-column at `custmer_id`",
        );
        check_problems(
            dialect,
            "select o.nam from orders o",
            "unknown-column at `nam`",
        );
        check_problems(
            dialect,
            "select x.id from orders o",
            "unknown-qualifier at `x`",
        );
        check_problems(
            dialect,
            "select id from orders o join customers c on o.customer_id = c.id",
            "ambiguous-column at `id`",
        );
        check_problems(
            dialect,
            "select id from orders union all select id, name from customers",
            "set-operation-arity at `select id, name from customers`",
        );
        check_problems(
            dialect,
            "select id from nowhere",
            "table-not-visible at `nowhere`",
        );
        check_problems(
            dialect,
            "select id from other.place.t",
            "table-not-cached at `other.place.t`",
        );
        check_problems(
            dialect,
            "with a as (select 1 as x), a as (select 2 as y) select 1 as z from a",
            "duplicate-cte at `a`",
        );
        check_problems(
            dialect,
            "select id from orders where sum(amount) > 1",
            "misplaced-aggregate at `sum`",
        );
    }
}

#[test]
fn types_pass_through() {
    check_columns(
        Databricks,
        "select o.id, c.name, o.amount, c.address.city, o.tags[0] as tag from orders o left join customers c on c.id = o.customer_id",
        "id BIGINT!, name STRING, amount DECIMAL(10,2), city STRING, tag STRING",
    );
    check_columns(
        Snowflake,
        "select id, raw:a.b::string as b, tags[0] as t from orders",
        "ID NUMBER(38,0)!, B VARCHAR(16777216), T VARIANT",
    );
}
