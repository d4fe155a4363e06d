//! What Unity Catalog's lists answer. Only the members that matter; the rest is skipped, such as `type_json`, which is most of it.

use rocky_adapter_sdk::json::{self, Int64, Text};
use rocky_adapter_sdk::{Error, Result};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::failure;

/// A page of catalogs.
#[derive(Debug, Deserialize)]
pub struct CatalogsPage<'a> {
    /// The catalogs; missing where there are none.
    #[serde(borrow)]
    pub catalogs: Option<Vec<Named<'a>>>,
    /// Leads to the next page.
    #[serde(borrow)]
    pub next_page_token: Option<Text<'a>>,
}

/// A page of schemas.
#[derive(Debug, Deserialize)]
pub struct SchemasPage<'a> {
    /// The schemas; missing where there are none.
    #[serde(borrow)]
    pub schemas: Option<Vec<Named<'a>>>,
    /// Leads to the next page.
    #[serde(borrow)]
    pub next_page_token: Option<Text<'a>>,
}

/// A catalog or a schema.
#[derive(Debug, Deserialize)]
pub struct Named<'a> {
    /// Its name.
    #[serde(borrow)]
    pub name: Text<'a>,
}

/// Who asks.
#[derive(Debug, Deserialize)]
pub struct Me<'a> {
    /// A person's address, or a service principal's id.
    #[serde(borrow, rename = "userName")]
    pub user_name: Text<'a>,
}

/// A page of tables.
#[derive(Debug)]
pub struct TablesPage<'a> {
    /// The tables.
    pub tables: Vec<TableItem<'a>>,
    /// The names of tables that are not what they should be, and why.
    pub broken: Vec<(Text<'a>, Error)>,
    /// Leads to the next page.
    pub next_page_token: Option<Text<'a>>,
}

/// A table of a page.
#[derive(Debug, Deserialize)]
pub struct TableItem<'a> {
    /// Its name, without catalog and schema.
    #[serde(borrow)]
    pub name: Text<'a>,
    /// `MANAGED`, `EXTERNAL`, `VIEW`, …
    #[serde(borrow)]
    pub table_type: Option<Text<'a>>,
    /// `DELTA`, `PARQUET`, …
    #[serde(borrow)]
    pub data_source_format: Option<Text<'a>>,
    /// What its owner wrote.
    #[serde(borrow)]
    pub comment: Option<Text<'a>>,
    /// Its columns.
    #[serde(borrow)]
    pub columns: Option<Vec<ColumnItem<'a>>>,
    /// Differs after it was dropped and created again.
    #[serde(borrow)]
    pub table_id: Option<Text<'a>>,
    /// The time of its last change, in milliseconds since 1970.
    pub updated_at: Option<Int64>,
}

/// A column of a table.
#[derive(Debug, Deserialize)]
pub struct ColumnItem<'a> {
    /// Its name.
    #[serde(borrow)]
    pub name: Option<Text<'a>>,
    /// Its whole type.
    #[serde(borrow)]
    pub type_text: Option<Text<'a>>,
    /// Whether it may hold NULL; it may where nothing is said.
    pub nullable: Option<bool>,
    /// What its owner wrote.
    #[serde(borrow)]
    pub comment: Option<Text<'a>>,
    /// Its place in the table, from 0.
    pub position: Option<Int64>,
    /// Its place among the columns that the table is partitioned by, from 0.
    pub partition_index: Option<Int64>,
}

impl<'a> CatalogsPage<'a> {
    /// Reads a page.
    pub fn parse(body: &'a [u8]) -> Result<Self> {
        let page: Self = json::decode(body)?;
        if page.catalogs.is_none() && page.next_page_token.is_none() {
            failure::refuse_disguised(body)?;
        }
        Ok(page)
    }
}

impl<'a> SchemasPage<'a> {
    /// Reads a page.
    pub fn parse(body: &'a [u8]) -> Result<Self> {
        let page: Self = json::decode(body)?;
        if page.schemas.is_none() && page.next_page_token.is_none() {
            failure::refuse_disguised(body)?;
        }
        Ok(page)
    }
}

impl<'a> TablesPage<'a> {
    /// Reads a page. One broken table does not break the others: only if the page as a whole does not fit, which is rare, are its tables
    /// read one by one.
    pub fn parse(body: &'a [u8]) -> Result<Self> {
        #[derive(Deserialize)]
        struct Page<'a> {
            #[serde(borrow)]
            tables: Option<Vec<TableItem<'a>>>,
            #[serde(borrow)]
            next_page_token: Option<Text<'a>>,
        }
        match json::decode::<Page>(body) {
            Ok(page) if page.tables.is_none() && page.next_page_token.is_none() => {
                failure::refuse_disguised(body)?;
                Ok(Self {
                    tables: Vec::new(),
                    broken: Vec::new(),
                    next_page_token: None,
                })
            }
            Ok(page) => Ok(Self {
                tables: page.tables.unwrap_or_default(),
                broken: Vec::new(),
                next_page_token: page.next_page_token,
            }),
            Err(_) => Self::parse_one_by_one(body),
        }
    }

    fn parse_one_by_one(body: &'a [u8]) -> Result<Self> {
        #[derive(Deserialize)]
        struct Page<'a> {
            #[serde(borrow)]
            tables: Option<Vec<&'a RawValue>>,
            #[serde(borrow)]
            next_page_token: Option<Text<'a>>,
        }
        let page: Page = json::decode(body)?;
        let mut tables = Vec::new();
        let mut broken = Vec::new();
        for item in page.tables.unwrap_or_default() {
            let item = item.get().as_bytes();
            match json::decode::<TableItem>(item) {
                Ok(table) => tables.push(table),
                // A table without even a name is nobody's failure but the page's.
                Err(error) => broken.push((json::decode::<Named>(item)?.name, error)),
            }
        }
        Ok(Self {
            tables,
            broken,
            next_page_token: page.next_page_token,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rocky_adapter_sdk::ErrorCode;

    #[test]
    fn a_page_may_have_no_tables_and_still_a_successor() {
        for body in [
            r#"{"next_page_token":"t"}"#,
            r#"{"tables":null,"next_page_token":"t"}"#,
            r#"{"tables":[],"next_page_token":"t"}"#,
        ] {
            let page = TablesPage::parse(body.as_bytes()).unwrap();
            assert_eq!(
                (page.tables.len(), page.next_page_token.as_deref()),
                (0, Some("t"))
            );
        }
    }

    #[test]
    fn an_error_in_the_place_of_a_list_is_not_an_empty_list() {
        let error = TablesPage::parse(br#"{"error_code":"PERMISSION_DENIED","message":"no"}"#);
        assert_eq!(error.unwrap_err().code, ErrorCode::PermissionDenied);
        let error = SchemasPage::parse(br#"{"message":"the gateway is busy"}"#).unwrap_err();
        assert_eq!(error.code, ErrorCode::Protocol);
        assert!(error.message.contains("the gateway is busy"));
        assert!(CatalogsPage::parse(b"{}").is_ok());
    }

    #[test]
    fn a_broken_table_leaves_the_others_whole() {
        let body = r#"{"tables":[{"name":"a","columns":[]},{"name":"b","columns":{}},{"name":"c","updated_at":"x"}]}"#;
        let page = TablesPage::parse(body.as_bytes()).unwrap();
        assert_eq!(page.tables.len(), 1);
        let names: Vec<&str> = page.broken.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["b", "c"]);
        assert!(
            page.broken[0]
                .1
                .message
                .contains("invalid type: map, expected a sequence"),
            "{:?}",
            page.broken[0]
        );
    }

    #[test]
    fn a_page_that_is_no_page_is_an_error() {
        for body in [
            "[]",
            r#"{"tables":7}"#,
            r#"{"tables":[{"columns":[]}]}"#,
            r#"{"tables":[{"name":"a""#,
            "",
        ] {
            assert_eq!(
                TablesPage::parse(body.as_bytes()).unwrap_err().code,
                ErrorCode::Protocol,
                "{body}"
            );
        }
    }
}
