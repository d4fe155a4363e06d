//! Between the words of `wit/` and our own. Everything is moved; nothing is copied.

use rocky_schema::{
    AdapterError, Attributes, Column, Coverage, Entry, ErrorCode, Folding, IdentifierRules,
    Matching, SchemaEntry, Summary, Table,
};

use crate::bindings::exports::rocky::adapter::{batch_describe as wit, metadata};
use crate::bindings::rocky::adapter::types;
use crate::describe::Progress;
use crate::manifest::{
    ControlShape, DeclaredOrigin, EndpointSource, Manifest, ManifestError, Setting, SettingKind,
    StatementShape,
};

/// What people read of one thing is no longer than this.
const TOLD_BYTES: usize = 8 << 10;
/// Facts that go with an error, and the bytes of each.
const FACTS: usize = 64;
const FACT_BYTES: usize = 4 << 10;

/// The beginning of a text that only people read.
pub(crate) fn clipped(mut text: String, most: usize) -> String {
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most));
        text.push('…');
    }
    text
}

fn attributes(pairs: Vec<(String, String)>) -> Attributes {
    pairs.into_iter().collect()
}

pub(crate) fn error(error: types::Error) -> AdapterError {
    let code = match error.code {
        types::ErrorCode::InvalidConfig => ErrorCode::InvalidConfig,
        types::ErrorCode::Unauthenticated => ErrorCode::Unauthenticated,
        types::ErrorCode::PermissionDenied => ErrorCode::PermissionDenied,
        types::ErrorCode::NotFound => ErrorCode::NotFound,
        types::ErrorCode::RateLimited => ErrorCode::RateLimited,
        types::ErrorCode::Unavailable => ErrorCode::Unavailable,
        types::ErrorCode::Timeout => ErrorCode::Timeout,
        types::ErrorCode::TooLarge => ErrorCode::TooLarge,
        types::ErrorCode::Unsupported => ErrorCode::Unsupported,
        types::ErrorCode::Protocol => ErrorCode::Protocol,
        types::ErrorCode::Internal => ErrorCode::Internal,
        types::ErrorCode::Other(code) => ErrorCode::Other(clipped(code, 64)),
    };
    let facts = error.attributes.into_iter().take(FACTS);
    AdapterError {
        code,
        message: clipped(error.message, TOLD_BYTES),
        retry_after_ms: error.retry_after_ms,
        attributes: facts
            .map(|(name, fact)| (clipped(name, 64), clipped(fact, FACT_BYTES)))
            .collect(),
    }
}

pub(crate) fn entry(entry: wit::Entry) -> Entry {
    match entry {
        wit::Entry::Table(found) => Entry::Table(table(found)),
        wit::Entry::Unchanged(name) => Entry::Unchanged(name),
        wit::Entry::Failed((name, cause)) => Entry::Failed(name, error(cause)),
    }
}

fn table(table: types::Table) -> Table {
    Table {
        name: table.name,
        kind: table.kind,
        columns: table.columns.into_iter().map(column).collect(),
        comment: table.comment,
        revision: table.revision,
        attributes: attributes(table.attributes),
    }
}

fn column(column: types::Column) -> Column {
    Column {
        name: column.name,
        data_type: column.data_type,
        nullable: column.nullable,
        comment: column.comment,
        attributes: attributes(column.attributes),
    }
}

pub(crate) fn summary(summary: wit::Summary) -> (Summary, Attributes) {
    let ours = Summary {
        coverage: match summary.coverage {
            wit::Coverage::Exhausted => Coverage::Exhausted,
            wit::Coverage::Truncated => Coverage::Truncated,
        },
        principal: summary.principal,
        revision: summary.revision,
        note: summary.note.map(|note| clipped(note, TOLD_BYTES)),
        attributes: attributes(summary.attributes),
    };
    (ours, attributes(summary.learned))
}

pub(crate) fn progress(progress: wit::Progress) -> Progress {
    Progress {
        message: clipped(progress.message, 1 << 10),
        done: progress.done,
        total: progress.total,
    }
}

pub(crate) fn schema_entry(entry: wit::SchemaEntry) -> SchemaEntry {
    SchemaEntry {
        name: entry.name,
        revision: entry.revision,
    }
}

pub(crate) fn manifest(manifest: metadata::AdapterManifest) -> Result<Manifest, ManifestError> {
    let settings = manifest
        .settings
        .into_iter()
        .map(setting)
        .collect::<Result<_, _>>()?;
    let endpoints = manifest
        .endpoints
        .into_iter()
        .map(|endpoint| match endpoint {
            metadata::Endpoint::Setting(name) => EndpointSource::Setting(name),
            metadata::Endpoint::Template(url) => EndpointSource::Template(url),
        });
    let origins = manifest.origins.into_iter();
    let statements = manifest.statements.into_iter();
    let controls = manifest.controls.into_iter();
    Ok(Manifest {
        name: manifest.name,
        version: manifest.version,
        description: manifest.description,
        dialect: manifest.dialect,
        identifiers: identifiers(manifest.identifiers),
        settings,
        endpoints: endpoints.collect(),
        origins: origins.map(declared_origin).collect::<Result<_, _>>()?,
        statements: statements
            .map(|shape| StatementShape {
                method: shape.method,
                path: shape.path,
                pointer: shape.pointer,
                dialect: shape.dialect,
                members: shape.members,
                fixed: shape.fixed.into_iter().collect(),
                query: shape.query,
            })
            .collect(),
        controls: controls
            .map(|shape| ControlShape {
                method: shape.method,
                path: shape.path,
                query: shape.query,
                purpose: shape.purpose,
            })
            .collect(),
    })
}

fn declared_origin(origin: metadata::Origin) -> Result<DeclaredOrigin, ManifestError> {
    match origin.pattern.parse() {
        Ok(pattern) => Ok(DeclaredOrigin {
            pattern,
            purpose: origin.purpose,
        }),
        Err(source) => Err(ManifestError::Origin {
            pattern: origin.pattern,
            source,
        }),
    }
}

fn setting(setting: metadata::Setting) -> Result<Setting, ManifestError> {
    let kind = match setting.kind {
        metadata::SettingKind::Text => SettingKind::Text,
        metadata::SettingKind::Integer => SettingKind::Integer,
        metadata::SettingKind::Boolean => SettingKind::Boolean,
        metadata::SettingKind::TextList => SettingKind::TextList,
    };
    let default = match setting.default {
        None => None,
        Some(text) => match serde_json::from_str(&text) {
            Ok(value) if kind.admits(&value) => Some(value),
            _ => {
                return Err(ManifestError::Default {
                    setting: setting.name,
                    default: text,
                });
            }
        },
    };
    Ok(Setting {
        name: setting.name,
        kind,
        description: setting.description,
        required: setting.required,
        default,
        choices: setting.choices,
        identity: setting.identity,
    })
}

fn identifiers(rules: metadata::IdentifierRules) -> IdentifierRules {
    let matching = |matching| match matching {
        metadata::Matching::Exact => Matching::Exact,
        metadata::Matching::IgnoreCase => Matching::IgnoreCase,
    };
    IdentifierRules {
        unquoted: match rules.unquoted {
            metadata::Folding::Preserve => Folding::Preserve,
            metadata::Folding::LowerCase => Folding::Lower,
            metadata::Folding::UpperCase => Folding::Upper,
        },
        tables: matching(rules.tables),
        columns: matching(rules.columns),
        quote: rules.quote,
    }
}
