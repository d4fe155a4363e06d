//! Everything a rocky adapter written in Rust needs, so that an adapter is little more than
//! the words of its warehouse.
//!
//! An adapter is a WebAssembly component that describes the tables of one kind of warehouse. With this crate it is a
//! type that implements [`Adapter`], its cursor that implements [`Cursor`], and one line, [`export!`]. Everything in it is plain
//! Rust: it builds and tests natively, against a scripted warehouse from the `testing` module, without WebAssembly.
//!
//! | to | see |
//! |---|---|
//! | say what the adapter is | [`Manifest`], [`Setting`] |
//! | read its settings | [`Settings`] |
//! | send requests, several at once | [`Client`], [`Request`], [`Call`], [`Pipeline`] |
//! | follow links to files in storage | [`Link`] |
//! | follow pages to the end | [`Pages`] |
//! | wait for a statement | [`Pacer`] |
//! | read JSON that is not always what it should be | [`json`] |
//! | hand over tables | [`Table`], [`Column`], [`Entry`], [`Outbox`] |
//! | say what went wrong | [`Error`], [`Context`] |
//! | tell what it does | [`log`] |
//!
//! # Waiting
//!
//! A cursor never blocks for long: the host wants to hear from it every few seconds. So whatever may take time returns
//! [`Waited`], and the macro [`ready!`] passes a wait on to the host. The cursor is then asked again and comes back to the
//! same place, because the unfinished work is a field of the cursor:
//!
//! ```
//! use rocky_adapter_sdk::{Cursor, Entry, Pages, Result, Step, Summary, Table, json, ready};
//! use serde::Deserialize;
//!
//! struct Names {
//!     pages: Pages,
//! }
//!
//! #[derive(Deserialize)]
//! struct Page<'a> {
//!     #[serde(borrow)]
//!     names: Vec<json::Text<'a>>,
//!     #[serde(borrow)]
//!     next: Option<json::Text<'a>>,
//! }
//!
//! impl Cursor for Names {
//!     fn next(&mut self) -> Result<Step> {
//!         let Some(response) = ready!(self.pages.next_page()?) else {
//!             return Ok(Step::Done(Summary::exhausted()));
//!         };
//!         let page: Page = response.json()?;
//!         self.pages.follow(page.next.as_deref())?; // The next page is on its way while this one is read.
//!         let tables = page.names.into_iter().map(|name| Entry::Table(Table::new(name, "table")));
//!         Ok(Step::Page(tables.collect()))
//!     }
//! }
//! ```

mod adapter;
mod attributes;
mod error;
mod export;
mod filter;
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub mod guest;
pub mod http;
pub mod json;
pub mod log;
mod manifest;
mod outbox;
mod pacer;
mod pages;
mod settings;
mod table;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
mod waited;

pub use adapter::{Adapter, Coverage, Cursor, DescribeRequest, Entry, SchemaEntry, Step, Summary};
pub use attributes::Attributes;
pub use error::{Context, Error, ErrorCode, Result};
pub use filter::TableFilter;
pub use http::{Call, Client, Link, Pipeline, Reason, Repeat, Request, Response, Retry};
pub use manifest::{
    ControlShape, Endpoint, Folding, IdentifierRules, Manifest, Matching, Origin, Setting,
    SettingKind, StatementShape,
};
pub use outbox::Outbox;
pub use pacer::Pacer;
pub use pages::Pages;
pub use settings::Settings;
pub use table::{Column, Table};
pub use waited::{PATIENCE, Progress, Waited};
