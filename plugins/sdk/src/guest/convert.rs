//! This crate's types as the contract's. Texts and lists move; nothing is copied.

use super::bindings::describe::exports::rocky::adapter::batch_describe as wit;
use super::bindings::describe::rocky::adapter::types;
use super::bindings::metadata::exports::rocky::adapter::metadata;
use crate::{
    Column, ControlShape, Coverage, Endpoint, Entry, Error, ErrorCode, Folding, IdentifierRules,
    Manifest, Matching, Origin, Progress, SchemaEntry, Setting, SettingKind, StatementShape, Step,
    Summary, Table,
};

impl From<ErrorCode> for types::ErrorCode {
    fn from(code: ErrorCode) -> Self {
        match code {
            ErrorCode::InvalidConfig => Self::InvalidConfig,
            ErrorCode::Unauthenticated => Self::Unauthenticated,
            ErrorCode::PermissionDenied => Self::PermissionDenied,
            ErrorCode::NotFound => Self::NotFound,
            ErrorCode::RateLimited => Self::RateLimited,
            ErrorCode::Unavailable => Self::Unavailable,
            ErrorCode::Timeout => Self::Timeout,
            ErrorCode::TooLarge => Self::TooLarge,
            ErrorCode::Unsupported => Self::Unsupported,
            ErrorCode::Protocol => Self::Protocol,
            ErrorCode::Internal => Self::Internal,
            ErrorCode::Other(kind) => Self::Other(kind),
        }
    }
}

impl From<Error> for types::Error {
    fn from(error: Error) -> Self {
        Self {
            code: error.code.into(),
            message: error.message,
            retry_after_ms: error
                .retry_after
                .map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX)),
            attributes: error.attributes.into_vec(),
        }
    }
}

impl From<Column> for types::Column {
    fn from(column: Column) -> Self {
        Self {
            name: column.name,
            data_type: column.data_type,
            nullable: column.nullable,
            comment: column.comment,
            attributes: column.attributes.into_vec(),
        }
    }
}

impl From<Table> for types::Table {
    fn from(table: Table) -> Self {
        Self {
            name: table.name,
            kind: table.kind,
            columns: table.columns.into_iter().map(Into::into).collect(),
            comment: table.comment,
            revision: table.revision,
            attributes: table.attributes.into_vec(),
        }
    }
}

impl From<SchemaEntry> for wit::SchemaEntry {
    fn from(schema: SchemaEntry) -> Self {
        Self {
            name: schema.name,
            revision: schema.revision,
        }
    }
}

impl From<Progress> for wit::Progress {
    fn from(progress: Progress) -> Self {
        Self {
            message: progress.message,
            done: progress.done,
            total: progress.total,
        }
    }
}

impl From<Entry> for wit::Entry {
    fn from(entry: Entry) -> Self {
        match entry {
            Entry::Table(table) => Self::Table(table.into()),
            Entry::Unchanged(name) => Self::Unchanged(name),
            Entry::Failed(name, error) => Self::Failed((name, error.into())),
        }
    }
}

impl From<Summary> for wit::Summary {
    fn from(summary: Summary) -> Self {
        Self {
            coverage: match summary.coverage {
                Coverage::Exhausted => wit::Coverage::Exhausted,
                Coverage::Truncated => wit::Coverage::Truncated,
            },
            principal: summary.principal,
            revision: summary.revision,
            note: summary.note,
            learned: summary.learned.into_vec(),
            attributes: summary.attributes.into_vec(),
        }
    }
}

impl From<Step> for wit::Step {
    fn from(step: Step) -> Self {
        match step {
            Step::Page(entries) => Self::Page(entries.into_iter().map(Into::into).collect()),
            Step::Waiting(progress) => Self::Waiting(progress.into()),
            Step::Unchanged => Self::Unchanged,
            Step::Done(summary) => Self::Done(summary.into()),
        }
    }
}

impl From<Folding> for metadata::Folding {
    fn from(folding: Folding) -> Self {
        match folding {
            Folding::Preserve => Self::Preserve,
            Folding::LowerCase => Self::LowerCase,
            Folding::UpperCase => Self::UpperCase,
        }
    }
}

impl From<Matching> for metadata::Matching {
    fn from(matching: Matching) -> Self {
        match matching {
            Matching::Exact => Self::Exact,
            Matching::IgnoreCase => Self::IgnoreCase,
        }
    }
}

impl From<IdentifierRules> for metadata::IdentifierRules {
    fn from(rules: IdentifierRules) -> Self {
        Self {
            unquoted: rules.unquoted.into(),
            tables: rules.tables.into(),
            columns: rules.columns.into(),
            quote: rules.quote,
        }
    }
}

impl From<Setting> for metadata::Setting {
    fn from(setting: Setting) -> Self {
        Self {
            name: setting.name,
            kind: match setting.kind {
                SettingKind::Text => metadata::SettingKind::Text,
                SettingKind::Integer => metadata::SettingKind::Integer,
                SettingKind::Boolean => metadata::SettingKind::Boolean,
                SettingKind::TextList => metadata::SettingKind::TextList,
            },
            description: setting.description,
            required: setting.required,
            default: setting.default,
            choices: setting.choices,
            identity: setting.identity,
        }
    }
}

impl From<Endpoint> for metadata::Endpoint {
    fn from(endpoint: Endpoint) -> Self {
        match endpoint {
            Endpoint::Setting(name) => Self::Setting(name),
            Endpoint::Template(template) => Self::Template(template),
        }
    }
}

impl From<Origin> for metadata::Origin {
    fn from(origin: Origin) -> Self {
        Self {
            pattern: origin.pattern,
            purpose: origin.purpose,
        }
    }
}

impl From<StatementShape> for metadata::StatementShape {
    fn from(shape: StatementShape) -> Self {
        Self {
            method: shape.method,
            path: shape.path,
            pointer: shape.pointer,
            dialect: shape.dialect,
            members: shape.members,
            fixed: shape.fixed,
            query: shape.query,
        }
    }
}

impl From<ControlShape> for metadata::ControlShape {
    fn from(shape: ControlShape) -> Self {
        Self {
            method: shape.method,
            path: shape.path,
            query: shape.query,
            purpose: shape.purpose,
        }
    }
}

impl From<Manifest> for metadata::AdapterManifest {
    fn from(manifest: Manifest) -> Self {
        Self {
            name: manifest.name,
            version: manifest.version,
            description: manifest.description,
            dialect: manifest.dialect,
            identifiers: manifest.identifiers.into(),
            settings: manifest.settings.into_iter().map(Into::into).collect(),
            endpoints: manifest.endpoints.into_iter().map(Into::into).collect(),
            origins: manifest.origins.into_iter().map(Into::into).collect(),
            statements: manifest.statements.into_iter().map(Into::into).collect(),
            controls: manifest.controls.into_iter().map(Into::into).collect(),
        }
    }
}
