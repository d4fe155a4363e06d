//! Cached columns as an Arrow IPC stream: a stream and no file, so that it can be piped and needs the memory of one batch.

use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::builder::{
    ArrayBuilder, BooleanBuilder, MapBuilder, MapFieldNames, StringBuilder,
    TimestampMillisecondBuilder, UInt32Builder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use rocky_cache::{Cached, Timestamp};
use rocky_schema::{Attributes, Column};

/// So many rows are in memory before they are written.
const ROWS: usize = 8192;

type MapOfTexts = MapBuilder<StringBuilder, StringBuilder>;

/// A stream that columns are written to.
pub struct Columns<W: Write> {
    writer: StreamWriter<W>,
    schema: SchemaRef,
    rows: Rows,
}

impl<W: Write> Columns<W> {
    /// Begins a stream; one without rows has its schema still.
    pub fn start(out: W) -> io::Result<Self> {
        let schema = Arc::new(schema());
        let writer = StreamWriter::try_new(out, &schema).map_err(told)?;
        Ok(Self {
            writer,
            schema,
            rows: Rows::new(),
        })
    }

    /// Adds the columns of a table.
    pub fn table(&mut self, adapter: &str, cached: &Cached) -> io::Result<()> {
        for (position, column) in (1_u32..).zip(&cached.table.columns) {
            self.rows.add(adapter, cached, position, column)?;
            if self.rows.position.len() == ROWS {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Ends the stream.
    pub fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        self.writer.finish().map_err(told)?;
        self.writer.get_mut().flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.rows.position.is_empty() {
            return Ok(());
        }
        let batch = RecordBatch::try_new(self.schema.clone(), self.rows.finish());
        let written = batch.and_then(|batch| self.writer.write(&batch));
        written.map_err(told)
    }
}

/// What the output said is kept, which tells a closed pipe from a full disk.
fn told(error: ArrowError) -> io::Error {
    match error {
        ArrowError::IoError(_, error) => error,
        other => io::Error::other(other),
    }
}

/// The types of a row's values. What `--format json` says of a table stands in each row of it.
fn schema() -> Schema {
    let text = |name: &str| Field::new(name, DataType::Utf8, false);
    let comment = |name: &str| Field::new(name, DataType::Utf8, true);
    let utc = || DataType::Timestamp(TimeUnit::Millisecond, Some(UTC.into()));
    let time = |name: &str| Field::new(name, utc(), false);
    let attributes =
        |name: &str| Field::new_map(name, "entries", text("key"), text("value"), false, false);
    Schema::new(vec![
        text("adapter"),
        text("catalog"),
        text("schema"),
        text("table"),
        text("kind"),
        comment("table_comment"),
        attributes("table_attributes"),
        Field::new("position", DataType::UInt32, false),
        text("column"),
        text("data_type"),
        Field::new("nullable", DataType::Boolean, false),
        comment("comment"),
        attributes("attributes"),
        time("described_at"),
        time("first_seen"),
        time("last_changed"),
    ])
}

const UTC: &str = "UTC";

/// Rows that are not written yet, as one builder for each value.
struct Rows {
    adapter: StringBuilder,
    catalog: StringBuilder,
    schema: StringBuilder,
    table: StringBuilder,
    kind: StringBuilder,
    table_comment: StringBuilder,
    table_attributes: MapOfTexts,
    position: UInt32Builder,
    column: StringBuilder,
    data_type: StringBuilder,
    nullable: BooleanBuilder,
    comment: StringBuilder,
    attributes: MapOfTexts,
    described_at: TimestampMillisecondBuilder,
    first_seen: TimestampMillisecondBuilder,
    last_changed: TimestampMillisecondBuilder,
}

impl Rows {
    fn new() -> Self {
        let text = StringBuilder::new;
        let time = || TimestampMillisecondBuilder::new().with_timezone(UTC);
        Self {
            adapter: text(),
            catalog: text(),
            schema: text(),
            table: text(),
            kind: text(),
            table_comment: text(),
            table_attributes: map_of_texts(),
            position: UInt32Builder::new(),
            column: text(),
            data_type: text(),
            nullable: BooleanBuilder::new(),
            comment: text(),
            attributes: map_of_texts(),
            described_at: time(),
            first_seen: time(),
            last_changed: time(),
        }
    }

    fn add(
        &mut self,
        adapter: &str,
        cached: &Cached,
        position: u32,
        column: &Column,
    ) -> io::Result<()> {
        let (name, table) = (&cached.name, &cached.table);
        self.adapter.append_value(adapter);
        self.catalog.append_value(&name.schema.catalog);
        self.schema.append_value(&name.schema.schema);
        self.table.append_value(&name.table);
        self.kind.append_value(&table.kind);
        self.table_comment.append_option(table.comment.as_ref());
        append(&mut self.table_attributes, &table.attributes)?;
        self.position.append_value(position);
        self.column.append_value(&column.name);
        self.data_type.append_value(&column.data_type);
        self.nullable.append_value(column.nullable);
        self.comment.append_option(column.comment.as_ref());
        append(&mut self.attributes, &column.attributes)?;
        self.described_at.append_value(millis(cached.described_at));
        self.first_seen.append_value(millis(cached.first_seen));
        self.last_changed.append_value(millis(cached.last_changed));
        Ok(())
    }

    /// In the order of [`schema`]; leaves no rows.
    fn finish(&mut self) -> Vec<ArrayRef> {
        let builders: [&mut dyn ArrayBuilder; 16] = [
            &mut self.adapter,
            &mut self.catalog,
            &mut self.schema,
            &mut self.table,
            &mut self.kind,
            &mut self.table_comment,
            &mut self.table_attributes,
            &mut self.position,
            &mut self.column,
            &mut self.data_type,
            &mut self.nullable,
            &mut self.comment,
            &mut self.attributes,
            &mut self.described_at,
            &mut self.first_seen,
            &mut self.last_changed,
        ];
        builders.into_iter().map(ArrayBuilder::finish).collect()
    }
}

fn map_of_texts() -> MapOfTexts {
    let names = MapFieldNames {
        entry: "entries".to_owned(),
        key: "key".to_owned(),
        value: "value".to_owned(),
    };
    let values = Field::new("value", DataType::Utf8, false);
    MapBuilder::new(Some(names), StringBuilder::new(), StringBuilder::new())
        .with_values_field(values)
}

fn append(map: &mut MapOfTexts, attributes: &Attributes) -> io::Result<()> {
    for (name, value) in attributes {
        map.keys().append_value(name);
        map.values().append_value(value);
    }
    map.append(true).map_err(told)
}

fn millis(time: Timestamp) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
