//! The adapter as a whole, against a script.

use rocky_adapter_sdk::testing::{Answer, Reply, Script, drain};
use rocky_adapter_sdk::{
    Adapter, Column, DescribeRequest, Entry, ErrorCode, Result, Settings, Table,
};

use crate::Databricks;

mod auto;
mod hive;
mod links;
mod lists;
mod rest;
mod sql;
mod statement;
mod sweep;

fn open(script: &Script, settings: &str) -> Databricks {
    Databricks::open(script.client(), &Settings::parse(settings).unwrap()).unwrap()
}

/// The answer for schema `c`.`s`.
fn describe(
    script: &Script,
    settings: &str,
    change: impl FnOnce(&mut DescribeRequest),
) -> Result<Answer> {
    let mut request = DescribeRequest::new("c", "s");
    change(&mut request);
    drain(&mut open(script, settings).describe(request)?)
}

fn tables<'a>(answer: &'a Answer) -> Vec<&'a Table> {
    let table = |entry: &'a Entry| match entry {
        Entry::Table(table) => Some(table),
        _ => None,
    };
    answer.entries.iter().filter_map(table).collect()
}

fn names(answer: &Answer) -> Vec<&str> {
    answer.entries.iter().map(Entry::name).collect()
}

fn failure<'a>(answer: &'a Answer, name: &str) -> &'a str {
    let failed = answer.entries.iter().find_map(|entry| match entry {
        Entry::Failed(failed, error) if failed == name => Some(error.message.as_str()),
        _ => None,
    });
    failed.unwrap()
}
