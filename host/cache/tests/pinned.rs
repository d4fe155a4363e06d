//! What is imported: descriptions that were not made here.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use rocky_cache::{Lookup, Pin, Tap};
use rocky_schema::{Matching, Summary};
use support::*;
use tempfile::tempdir;

#[test]
fn a_pinned_schema_is_fresh_until_a_warehouse_answers() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    let connection = connection(Matching::Exact);
    let pin = Pin {
        at: at(50),
        failed: 1,
    };
    let tap = Tap::start(&config);
    let mut schema = tap.schema(&connection, &provenance(), flights());
    schema.page(&[entry("a", &["x"])]);
    schema.pinned(&Summary::exhausted(), cost(1), pin);
    assert_eq!(written(&tap.finish()).tables, 1);
    let info = |config| {
        snapshot(config)
            .schema(ADAPTER, &flights())
            .unwrap()
            .unwrap()
    };
    let pinned = info(&config);
    assert_eq!(
        (pinned.pinned, pinned.failed, pinned.cost),
        (Some(at(50)), 1, cost(1))
    );
    assert!(!pinned.is_complete() && pinned.is_fresh(at(1_000_000), 0));
    let found = snapshot(&config).table(ADAPTER, &flights().table("a"), at(1_000_000), 0);
    let Lookup::Fresh(found) = found.unwrap() else {
        panic!("it is pinned")
    };
    assert_eq!((found.described_at, found.first_seen), (at(1), at(50)));
    let stats = snapshot(&config).stats(at(1_000_000), 0).unwrap();
    assert_eq!((stats.adapters[0].fresh, stats.adapters[0].stale), (1, 0));

    let tap = Tap::start(&config);
    tap.schema(&connection, &provenance(), flights())
        .unchanged(cost(60));
    tap.finish();
    assert_eq!(info(&config).pinned, None);
    refresh(&config, &[entry("a", &["x"])], 70);
    assert_eq!((info(&config).pinned, info(&config).failed), (None, 0));
}
