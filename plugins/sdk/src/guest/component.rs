//! An adapter as the component that the host calls.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;

use super::bindings::describe::exports::rocky::adapter::batch_describe as wit;
use super::bindings::metadata::exports::rocky::adapter::metadata;
use super::transport::Wasi;
use crate::{Adapter, Attributes, Client, Cursor, DescribeRequest, Settings};

/// The exports of an adapter.
pub struct Component<A>(PhantomData<A>);

impl<A: Adapter> metadata::Guest for Component<A> {
    fn manifest() -> metadata::AdapterManifest {
        A::manifest().into()
    }
}

impl<A: Adapter> wit::Guest for Component<A> {
    type Connection = Connection<A>;
    type TableCursor = TableCursor<A::Cursor>;
}

/// A configured adapter, as the host holds it.
pub struct Connection<A>(A);

impl<A: Adapter> wit::GuestConnection for Connection<A> {
    fn open(endpoint: String, settings: String) -> Result<wit::Connection, wit::Error> {
        let manifest = A::manifest();
        let agent = format!("rocky-{}/{}", manifest.name, manifest.version);
        let client =
            Client::new(Rc::new(Wasi::default()), &endpoint).with_header("user-agent", &agent);
        let adapter = A::open(client, &Settings::parse(&settings)?)?;
        Ok(wit::Connection::new(Self(adapter)))
    }

    fn list_catalogs(&self) -> Result<Vec<String>, wit::Error> {
        Ok(self.0.list_catalogs()?)
    }

    fn list_schemas(&self, catalog: String) -> Result<Vec<wit::SchemaEntry>, wit::Error> {
        Ok(self
            .0
            .list_schemas(&catalog)?
            .into_iter()
            .map(Into::into)
            .collect())
    }

    fn describe(&self, request: wit::DescribeRequest) -> Result<wit::TableCursor, wit::Error> {
        let cursor = self.0.describe(DescribeRequest {
            catalog: request.catalog,
            schema: request.schema,
            only: request.only,
            known_revision: request.known_revision,
            known: request.known.into_iter().collect(),
            learned: Attributes::from_iter(request.learned),
            options: Attributes::from_iter(request.options),
        })?;
        Ok(wit::TableCursor::new(TableCursor(RefCell::new(cursor))))
    }
}

/// An answer, as the host holds it. Dropping it drops the adapter's cursor.
pub struct TableCursor<C>(RefCell<C>);

impl<C: Cursor> wit::GuestTableCursor for TableCursor<C> {
    fn next(&self) -> Result<wit::Step, wit::Error> {
        Ok(self.0.borrow_mut().next()?.into())
    }
}
