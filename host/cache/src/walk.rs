//! All tables of a schema with their columns, a few at a time.

use std::collections::VecDeque;
use std::ops::Bound;

use redb::ReadableTable;
use rocky_schema::{SchemaName, Table};

use crate::answer::Cached;
use crate::codec::{RowKey, unseal};
use crate::content::{apply_facts, decode_layout};
use crate::fault::Fault;
use crate::format::{FACTS, LAYOUTS, TABLES, TableRow};
use crate::lookup::content_in;
use crate::snapshot::Snapshot;
use crate::time::Timestamp;
use crate::{CacheError, Scope};

/// How many tables are in memory at once.
const PAGE: usize = 256;

/// The tables of one schema with their columns, by name: what [`Snapshot::described`] returns.
///
/// It reads ahead a few hundred tables, so memory stays flat however large the schema is. After an error it ends.
pub struct Tables<'s> {
    snapshot: &'s Snapshot,
    /// None when all are read.
    rest: Option<Place>,
    ready: VecDeque<Cached>,
}

/// Where to read on.
struct Place {
    schema: SchemaName,
    id: u32,
    described_at: Timestamp,
    /// The last table that was read.
    after: Option<String>,
}

impl Snapshot {
    /// All tables of one schema with their columns, by name; none when the cache does not hold it.
    pub fn described<'a>(
        &self,
        scope: impl Into<Scope<'a>>,
        name: &SchemaName,
    ) -> Result<Tables<'_>, CacheError> {
        let rest = self.ask(None, || {
            let schema = self.find_schema(scope.into(), name)?;
            Ok(schema.map(|schema| Place {
                id: schema.row.id,
                described_at: schema.row.cost.described_at,
                schema: schema.name,
                after: None,
            }))
        })?;
        Ok(Tables {
            snapshot: self,
            rest,
            ready: VecDeque::new(),
        })
    }

    fn read_on(&self, place: &mut Place) -> Result<VecDeque<Cached>, Fault> {
        let [layouts, facts] = [self.open(LAYOUTS)?, self.open(FACTS)?];
        let start = match &place.after {
            Some(after) => Bound::Excluded((place.id, after.as_str())),
            None => Bound::Included((place.id, "")),
        };
        let end = Bound::Excluded((place.id.saturating_add(1), ""));
        let mut page = VecDeque::with_capacity(PAGE);
        for entry in self.open(TABLES)?.range((start, end))?.take(PAGE) {
            let (key, value) = entry?;
            let (_, name) = key.value();
            let row: TableRow<'_> = unseal("table", &RowKey(place.id, &[name]), value.value())?;
            let mut table = Table::new(name, content_in(&layouts, row.layout, decode_layout)?);
            table.kind = row.kind.into_owned();
            if let Some(hash) = row.facts {
                content_in(&facts, hash, |bytes| apply_facts(bytes, &mut table))?;
            }
            page.push_back(Cached {
                name: place.schema.table(name),
                table,
                described_at: place.described_at,
                first_seen: row.first_seen,
                last_changed: row.last_changed,
            });
        }
        place.after = page.back().map(|last| last.name.table.clone());
        Ok(page)
    }
}

impl Iterator for Tables<'_> {
    type Item = Result<Cached, CacheError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty() {
            let mut place = self.rest.take()?;
            match self
                .snapshot
                .ask(VecDeque::new(), || self.snapshot.read_on(&mut place))
            {
                Ok(page) => {
                    self.rest = (page.len() == PAGE).then_some(place);
                    self.ready = page;
                }
                Err(error) => return Some(Err(error)),
            }
        }
        self.ready.pop_front().map(Ok)
    }
}
