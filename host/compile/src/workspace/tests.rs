//! Several models together, and texts that are no queries.

use std::num::NonZeroUsize;
use std::sync::PoisonError;

use proptest::prelude::*;

use super::Workspace;
use crate::Dialect::{self, BigQuery, Databricks, Snowflake};
use crate::fixture::{ONE, Shop, analysis, check_problems, columns, model, problems, workspace};
use crate::{Code, completions, definition, hover};

const ALL: [Dialect; 3] = [Databricks, BigQuery, Snowflake];

fn path(name: &str) -> String {
    format!("models/{name}.sql")
}

#[test]
fn models_read_each_other() {
    let workspace = workspace(
        Databricks,
        &[
            (
                "report",
                "select customer_id, sum(twice) as total from stage group by all",
            ),
            (
                "stage",
                "select customer_id, amount * 2 as twice from orders",
            ),
        ],
    );
    let analysis = workspace
        .analysis(&path("report"))
        .expect("it was analysed");
    assert_eq!(
        columns(Databricks, analysis),
        "customer_id BIGINT!, total DECIMAL(22,2)"
    );
    let order: Vec<&str> = workspace
        .models()
        .map(|model| model.name.as_str())
        .collect();
    assert_eq!(order, ["stage", "report"]);
    let readers: Vec<&str> = workspace
        .dependents(&path("stage"))
        .map(|model| model.name.as_str())
        .collect();
    assert_eq!(readers, ["report"]);
    let read: Vec<&str> = workspace
        .dependencies(&path("report"))
        .map(|model| model.name.as_str())
        .collect();
    assert_eq!(read, ["stage"]);
}

#[test]
fn only_what_depends_on_a_change_is_analysed_again() {
    let shop = Shop::new(Snowflake);
    let mut workspace = workspace(
        Snowflake,
        &[
            ("a", "select id, status from orders"),
            ("b", "select id from a"),
            ("c", "select id from b"),
        ],
    );
    let update = |workspace: &mut Workspace, sql: &str| {
        workspace.set_model(model(Snowflake, "a", sql));
        workspace.update(&shop, ONE)
    };
    assert_eq!(
        update(&mut workspace, "select id, status from orders"),
        Vec::<String>::new()
    );
    // Its columns stay, so nobody else is concerned.
    let filtered = "select id, status from orders where id > 1";
    assert_eq!(update(&mut workspace, filtered), [path("a")]);
    assert_eq!(
        update(&mut workspace, "select '' as id from orders"),
        ["a", "b", "c"].map(path)
    );
    assert_eq!(
        update(&mut workspace, "select 1 as other from orders"),
        ["a", "b", "c"].map(path)
    );
    workspace.remove_model(&path("a"));
    assert_eq!(workspace.update(&shop, ONE), [path("b")]);
}

#[test]
fn tables_are_asked_for_once_until_they_may_have_changed() {
    let mut workspace = Workspace::new();
    workspace.set_models(vec![
        model(
            Databricks,
            "a",
            "select id from orders join customers using (id)",
        ),
        model(Databricks, "b", "select id from main.shop.orders"),
    ]);
    let shop = Shop::new(Databricks);
    let asked =
        || std::mem::take(&mut *shop.asked.lock().unwrap_or_else(PoisonError::into_inner)).len();
    workspace.update(&shop, ONE);
    assert_eq!(asked(), 2);
    workspace.update(&shop, ONE);
    assert_eq!(asked(), 0);
    workspace.tables_changed();
    assert_eq!(workspace.update(&shop, ONE), Vec::<String>::new());
    assert_eq!(asked(), 2);
    let changed = Shop::of(Databricks, "orders: id STRING");
    workspace.tables_changed();
    assert_eq!(workspace.update(&changed, ONE), [path("a"), path("b")]);
}

#[test]
fn circles_and_twins_are_errors_of_all_their_models() {
    let workspace = workspace(
        BigQuery,
        &[
            ("a", "select x from b"),
            ("b", "select x from c"),
            ("c", "select x from a join orders on true"),
            ("d", "select x from a"),
        ],
    );
    for (name, message) in [
        ("a", "a → b → c → a"),
        ("b", "b → c → a → b"),
        ("c", "c → a → b → c"),
    ] {
        let analysis = workspace.analysis(&path(name)).expect("it was analysed");
        let [diagnostic] = analysis.diagnostics.as_slice() else {
            panic!("{name} has other problems: {:?}", analysis.diagnostics);
        };
        assert_eq!(diagnostic.code, Code::Cycle);
        assert!(
            diagnostic.message.ends_with(message),
            "{}",
            diagnostic.message
        );
    }
    assert_eq!(
        workspace
            .analysis(&path("d"))
            .expect("it was analysed")
            .diagnostics,
        []
    );

    let mut twins = Workspace::new();
    let mut other = model(Databricks, "a", "select 2 as x");
    other.path = "models/other/a.sql".to_owned();
    twins.set_models(vec![model(Databricks, "A", "select 1 as x"), other]);
    twins.update(&Shop::new(Databricks), ONE);
    for path in ["models/A.sql", "models/other/a.sql"] {
        let analysis = twins.analysis(path).expect("it was analysed");
        assert_eq!(problems(analysis, "select"), "duplicate-model at `select`");
    }
}

#[test]
fn a_model_may_read_what_it_made_before() {
    let sql = "select id from orders union all select id from m";
    for dialect in ALL {
        check_problems(dialect, sql, "");
    }
}

#[test]
fn several_threads_find_what_one_finds() {
    let models: Vec<_> = (0..200)
        .map(|index| match index {
            0 => model(Snowflake, "m0", "select id, amount from orders"),
            _ => {
                let sql = format!(
                    "select id, amount from m{} union all select * from m{}",
                    index / 2,
                    index / 3
                );
                model(Snowflake, &format!("m{index}"), &sql)
            }
        })
        .collect();
    let shop = Shop::new(Snowflake);
    let analyse = |threads: usize| {
        let mut workspace = Workspace::new();
        workspace.set_models(models.clone());
        workspace.update(&shop, NonZeroUsize::new(threads).expect("it is not zero"));
        let analyses = models
            .iter()
            .map(|model| workspace.analysis(&model.path).cloned());
        analyses.collect::<Vec<_>>()
    };
    assert_eq!(analyse(1), analyse(4));
}

#[test]
fn what_is_missing_before_a_name_is_told() {
    let messages = |models: &[(&str, &str)], catalog: Option<&str>| {
        let bare = |(name, sql): &(&str, &str)| {
            let mut model = model(BigQuery, name, sql);
            let home = std::sync::Arc::make_mut(&mut model.home);
            home.schema = None;
            home.catalog = catalog.map(str::to_owned);
            model
        };
        let mut workspace = Workspace::new();
        workspace.set_models(models.iter().map(bare).collect());
        workspace.update(&Shop::new(BigQuery), ONE);
        let analysis = workspace.analysis(&path("a")).expect("it was analysed");
        let messages = analysis.diagnostics.iter().map(|it| it.message.clone());
        messages.collect::<Vec<_>>()
    };
    assert_eq!(
        messages(&[("a", "select id from x.orders")], None),
        ["in which catalog `x.orders` is cannot be known"]
    );
    assert_eq!(
        messages(&[("a", "select id from orders")], Some("c")),
        ["in which schema `orders` is cannot be known"]
    );
    assert_eq!(
        messages(&[("a", "select * from b"), ("b", "select * from a")], None),
        ["models read each other in a circle: a → b → a"]
    );
}

#[test]
fn what_is_no_query_is_told_apart() {
    for dialect in ALL {
        check_problems(dialect, "  ", "empty at `  `");
        check_problems(dialect, "-- nothing", "empty at `-- nothing`");
        check_problems(
            dialect,
            "select 1 as a; select 2 as b",
            "several-statements at `select`",
        );
        check_problems(dialect, "select 1 as a;", "");
        check_problems(dialect, "create table x (a int)", "not-a-query at `create`");
        check_problems(dialect, "select id from", "syntax at ``");
        check_problems(dialect, "select id form orders", "syntax at `orders`");
        check_problems(dialect, "selct id from orders", "syntax at `selct`");
        check_problems(dialect, "select (id from orders", "syntax at `(`");
        check_problems(
            dialect,
            "select 'a from orders",
            "syntax at `'a from orders`",
        );
    }
}

#[test]
fn hostile_nesting_ends_soon_and_overflows_nothing() {
    let started = std::time::Instant::now();
    for dialect in ALL {
        for (open, middle, close) in [
            ("(", "1", ")"),
            ("cast(", "1", " as int)"),
            ("case when ", "1", " then 1 end"),
            ("not ", "true", ""),
            ("- ", "1", ""),
            ("(select ", "1", ")"),
            ("f(", "", ""),
            ("array<", "", ""),
            ("[", "1", "]"),
            ("1 + ", "1", ""),
            ("1 union all select ", "1", ""),
            ("interval ", "1", " day"),
            ("position(", "1", " in 1)"),
        ] {
            for depth in [60, 119, 2_000, 20_000] {
                let sql = format!(
                    "select {}{middle}{}",
                    open.repeat(depth),
                    close.repeat(depth)
                );
                workspace(dialect, &[("m", &sql)]);
                let sql = format!("select 1 from {}x{}", "(".repeat(depth), ")".repeat(depth));
                workspace(dialect, &[("m", &sql)]);
                let sql = format!(
                    "select 1 from {}x{}",
                    "(select * from ".repeat(depth),
                    ")".repeat(depth)
                );
                workspace(dialect, &[("m", &sql)]);
            }
        }
        let joins = format!("select 1 from a {}", "join b ".repeat(3_000));
        workspace(dialect, &[("m", &joins)]);
    }
    assert!(
        started.elapsed().as_secs() < 60,
        "it took {:?}",
        started.elapsed()
    );
}

#[test]
fn a_megabyte_is_read() {
    let list: Vec<String> = (0..150_000).map(|number| number.to_string()).collect();
    let sql = format!("select id from orders where id in ({})", list.join(", "));
    check_problems(Databricks, &sql, "");
}

const QUERIES: [&str; 6] = [
    "with a as (select o.id, c.name as n, count(*) over (partition by o.id order by o.amount) as k from orders o left join customers c on c.id = o.customer_id where o.status in ('x', 'y')) select n, sum(k) as s from a group by n having sum(k) > 1 order by s desc limit 3",
    "select case when amount > 1.5 then 'a' else status end as x, cast(id as string) as y, (select max(id) from customers) as m from orders union all select 'b', 'c', null",
    "select t.*, x from (select id, tags from orders) as t cross join unnest(t.tags) as x",
    "select id, items[0].sku as sku, raw:a.b::int as b from orders lateral view explode(tags) v as tag",
    "select * from orders pivot (sum(amount) for status in ('a', 'b')) as p join lateral flatten(input => p.raw) f on true qualify row_number() over (order by 1) = 1",
    "from orders |> where amount > 1 |> aggregate sum(amount) as total group by customer_id |> select total",
];

/// Asks everything about a text.
fn ask(dialect: Dialect, sql: &str) {
    let workspace = workspace(dialect, &[("m", sql)]);
    let analysis = workspace.analysis("models/m.sql").expect("it was analysed");
    for diagnostic in &analysis.diagnostics {
        assert!(
            sql.get(diagnostic.span.clone()).is_some(),
            "{diagnostic:?} in {sql:?}"
        );
    }
    let shop = Shop::new(dialect);
    let offsets = (0..=sql.len()).filter(|offset| sql.is_char_boundary(*offset));
    for offset in offsets.step_by(7) {
        hover(&workspace, "models/m.sql", offset);
        definition(&workspace, "models/m.sql", offset);
        completions(&workspace, &shop, "models/m.sql", offset);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_is_too_strange(text in "\\PC{0,60}", dialect in 0_usize..3) {
        ask(ALL[dialect], &text);
    }

    #[test]
    fn no_broken_query_is_too_strange(query in 0_usize..6, dialect in 0_usize..3, removed in prop::collection::vec(0_usize..80, 0..6), swapped in 0_usize..80) {
        let mut words: Vec<&str> = QUERIES[query].split_inclusive([' ', '(', ')', ',', '.']).collect();
        for place in removed {
            if !words.is_empty() {
                words.remove(place % words.len());
            }
        }
        if words.len() > 1 {
            let place = swapped % (words.len() - 1);
            words.swap(place, place + 1);
        }
        ask(ALL[dialect], &words.concat());
    }
}

#[test]
fn a_missing_column_names_the_table_whose_columns_are_passed_on() {
    for dialect in ALL {
        let check = |sql: &str, expected: Option<&str>| {
            let analysis = analysis(dialect, sql);
            let [wrong] = analysis.diagnostics.as_slice() else {
                panic!("{sql}: {:?}", analysis.diagnostics);
            };
            let table = wrong.described.as_ref().map(|(table, _)| &table.table);
            let table = table.map(|table| table.to_lowercase());
            assert_eq!(table.as_deref(), expected, "{sql}");
        };
        check("select wrong from orders", Some("orders"));
        check(
            "with source as (select * from orders) select s.wrong from source s",
            Some("orders"),
        );
        check(
            "select wrong from (select id, amount * 2 as twice from orders) o",
            None,
        );
        check(
            "with both as (select o.id, c.email from orders o, customers c) select wrong from both",
            None,
        );
    }
}
