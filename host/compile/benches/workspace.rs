//! What checking a thousand models costs, and what a keystroke costs among them, each with its ratio to the target for the whole program.
//! Asserts no time.
#![allow(clippy::unwrap_used, missing_docs)]

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rocky_compile::{
    Catalog, Described, Dialect, Found, Home, Model, Relation, Workspace, completions,
};
use rocky_schema::{Column, SchemaName, TableName};

const MODELS: usize = 1_000;
/// For `rocky compile`, which also reads files and the cache.
const PROJECT_TARGET: Duration = Duration::from_secs(1);
/// For an editor's keystroke to its diagnostics, of which this is a part.
const KEYSTROKE_TARGET: Duration = Duration::from_millis(20);
/// For an editor's completion.
const COMPLETION_TARGET: Duration = Duration::from_millis(10);
const ROUNDS: usize = 9;

/// Knows tables of forty columns by any name.
struct Wide;

impl Catalog for Wide {
    fn table(&self, _: &str, name: &TableName) -> Found {
        let types = [
            "BIGINT",
            "STRING",
            "DECIMAL(10,2)",
            "TIMESTAMP",
            "STRUCT<a: INT, b: ARRAY<STRING>>",
        ];
        let column = |index: usize| Column::new(format!("c{index}"), types[index % types.len()]);
        Found::Known(Arc::new(Relation {
            name: name.clone(),
            kind: "table".to_owned(),
            columns: (0..40).map(column).collect(),
            comment: None,
            described: Described {
                plugin: "databricks".to_owned(),
                principal: None,
                at_millis: 0,
                fresh: true,
                pinned: false,
                complete: true,
            },
        }))
    }

    fn catalogs(&self, _: &str) -> Vec<String> {
        vec!["main".to_owned()]
    }

    fn schemas(&self, _: &str, _: &str) -> Vec<String> {
        vec!["raw".to_owned()]
    }

    fn tables(&self, _: &str, _: &SchemaName) -> Vec<(String, String)> {
        Vec::new()
    }
}

/// A model of thirty lines that reads two tables and the model before it.
fn sql(index: usize) -> String {
    let before = index.checked_sub(1 + index % 7);
    let before = before.map_or("main.raw.seed".to_owned(), |before| {
        format!("model_{before}")
    });
    format!(
        "with orders as (
  select c0 as order_id, c5 as customer_id, c2 as amount, c3 as ordered_at, c1 as status, c4 as details
  from main.raw.orders_{table}
  where c1 in ('placed', 'paid', 'shipped') and c2 > 0
),
customers as (
  select c0 as customer_id, c1 as name, c6 as country, c3 as created_at
  from main.raw.customers_{table}
),
totals as (
  select
    o.customer_id,
    count(*) as orders,
    sum(o.amount) as revenue,
    max(o.ordered_at) as last_ordered_at,
    sum(case when o.status = 'shipped' then o.amount else 0 end) as shipped
  from orders o
  group by o.customer_id
),
ranked as (
  select t.*, row_number() over (partition by c.country order by t.revenue desc) as place, c.name, c.country
  from totals t
  left join customers c on c.customer_id = t.customer_id
)
select
  r.customer_id as c0, upper(r.name) as c1, r.revenue as c2, coalesce(r.last_ordered_at, b.c3) as c3,
  r.country as c4, r.shipped / nullif(r.revenue, 0) as c5, cast(r.orders as string) as c6, r.place as c7,
  datediff(current_date(), cast(r.last_ordered_at as date)) as c8
from ranked r
left join {before} b on b.c0 = r.customer_id
where r.place <= 100 and (r.revenue > 10 or b.c1 is not null)
",
        table = index % 50
    )
}

fn model(home: &Arc<Home>, index: usize, sql: String) -> Model {
    Model {
        name: format!("model_{index}"),
        path: format!("models/model_{index}.sql"),
        query: 0..sql.len(),
        text: sql.into(),
        home: home.clone(),
        target: None,
        description: None,
        check: true,
    }
}

/// The median of several rounds.
fn median(mut round: impl FnMut(usize) -> Duration) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS).map(&mut round).collect();
    times.sort();
    times[ROUNDS / 2]
}

fn report(what: &str, time: Duration, target: Duration) {
    let ratio = time.div_duration_f64(target);
    println!("{what}: {time:.1?}, target {target:.1?}, ratio {ratio:.2}");
}

fn main() {
    let home = Arc::new(Home {
        adapter: "lake".to_owned(),
        dialect: Dialect::Databricks,
        rules: Dialect::Databricks.identifier_rules(),
        catalog: Some("main".to_owned()),
        schema: Some("raw".to_owned()),
    });
    let models: Vec<Model> = (0..MODELS)
        .map(|index| model(&home, index, sql(index)))
        .collect();
    let whole = |threads: usize| {
        let threads = NonZeroUsize::new(threads).unwrap();
        median(|_| {
            let mut workspace = Workspace::new();
            workspace.set_models(models.clone());
            let start = Instant::now();
            workspace.update(&Wide, threads);
            start.elapsed()
        })
    };
    report("a thousand models, 1 thread", whole(1), PROJECT_TARGET);
    report("a thousand models, 2 threads", whole(2), PROJECT_TARGET);

    let mut workspace = Workspace::new();
    workspace.set_models(models.clone());
    workspace.update(&Wide, NonZeroUsize::MIN);
    let wrong = models
        .iter()
        .map(|model| workspace.analysis(&model.path).unwrap().diagnostics.len());
    assert_eq!(wrong.sum::<usize>(), 0, "the models are sound");
    let keystroke = median(|round| {
        let text = format!("{}-- {round}", sql(500));
        workspace.set_model(model(&home, 500, text));
        let start = Instant::now();
        workspace.update(&Wide, NonZeroUsize::MIN);
        start.elapsed()
    });
    let what = "a keystroke that concerns nobody else";
    report(what, keystroke, KEYSTROKE_TARGET);
    let keystroke = median(|round| {
        let text = sql(500).replace("as c8", &format!("as c8, {round} as round_{round}"));
        workspace.set_model(model(&home, 500, text));
        let start = Instant::now();
        workspace.update(&Wide, NonZeroUsize::MIN);
        start.elapsed()
    });
    let what = "a keystroke that changes its columns";
    report(what, keystroke, KEYSTROKE_TARGET);
    let offset = sql(500).find("b.c1 is not").unwrap() + 2;
    let completion = median(|_| {
        let start = Instant::now();
        assert!(!completions(&workspace, &Wide, "models/model_500.sql", offset).is_empty());
        start.elapsed()
    });
    report("completion after an alias", completion, COMPLETION_TARGET);
}
