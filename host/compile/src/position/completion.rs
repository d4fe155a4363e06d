//! What could stand at a cursor.

use std::collections::HashSet;
use std::ops::Range;

use rocky_schema::SchemaName;
use sqlparser::ast::Ident;
use sqlparser::tokenizer::Token;

use super::cursor::{Clause, Cursor, clause};
use super::visible::{Visible, visible};
use super::{Completion, CompletionKind};
use crate::parse;
use crate::scope::{Column, Names, Relation, Scope};
use crate::suggest;
use crate::workspace::on_deep_stack;
use crate::{Catalog, Model, Type, Workspace};

/// What could stand at `offset`, best first. The text need not be a query yet.
pub fn completions(
    workspace: &Workspace,
    catalog: &dyn Catalog,
    path: &str,
    offset: usize,
) -> Vec<Completion> {
    let Some(model) = workspace.model(path) else {
        return Vec::new();
    };
    let offset = offset.clamp(model.query.start, model.query.end.max(model.query.start));
    on_deep_stack(|| of_model(workspace, catalog, model, offset)).unwrap_or_default()
}

fn of_model(
    workspace: &Workspace,
    catalog: &dyn Catalog,
    model: &Model,
    offset: usize,
) -> Option<Vec<Completion>> {
    let mut tokens = parse::tokens_so_far(model.home.dialect, &model.text, model.query.clone());
    tokens.retain(|token| !matches!(token.token, Token::Whitespace(_)));
    let cursor = Cursor::at(&tokens, &model.text, offset)?;
    let clause = clause(&tokens, cursor.place);
    let mut offer = Offer {
        names: Names::of(&model.home),
        model,
        typed: &cursor.typed,
        like: Ident::new(model.text.get(cursor.typed.clone()).unwrap_or_default()),
        found: Vec::new(),
        seen: HashSet::new(),
    };
    match clause {
        Clause::Nothing => return None,
        Clause::Relation => {
            let visible = visible(workspace, catalog, model, &tokens, cursor.place);
            offer.relations(workspace, catalog, &cursor.qualifiers, &visible);
        }
        Clause::Outputs | Clause::AfterOutputs | Clause::Expression => {
            let visible = visible(workspace, catalog, model, &tokens, cursor.place);
            match cursor.qualifiers.as_slice() {
                [] => offer.expressions(&visible, clause),
                qualifiers => offer.qualified(qualifiers, &visible),
            }
        }
    }
    Some(offer.found)
}

/// Collects completions, each once.
struct Offer<'m> {
    names: Names,
    model: &'m Model,
    typed: &'m Range<usize>,
    /// What is typed already: the rest is written likewise.
    like: Ident,
    found: Vec<Completion>,
    seen: HashSet<(CompletionKind, String)>,
}

impl Offer<'_> {
    fn add(
        &mut self,
        kind: CompletionKind,
        stored: &str,
        detail: Option<String>,
        documentation: Option<String>,
    ) {
        if stored.is_empty() || !self.seen.insert((kind, stored.to_owned())) {
            return;
        }
        self.found.push(Completion {
            label: stored.to_owned(),
            kind,
            detail,
            documentation,
            span: self.typed.clone(),
            text: suggest::written(&self.names, stored, &self.like),
        });
    }

    fn column(&mut self, column: &Column, relation: Option<&Relation>) {
        if column.made_up {
            return;
        }
        let data_type = column.typed.data_type.text(self.model.home.dialect);
        let detail = match (data_type, relation) {
            (Some(data_type), Some(relation)) => Some(format!("{data_type} · {}", relation.text)),
            (None, Some(relation)) => Some(relation.text.to_string()),
            (data_type, None) => data_type,
        };
        let comment = column.comment.as_deref().map(str::to_owned);
        self.add(CompletionKind::Column, &column.name, detail, comment);
    }

    /// What an expression may begin with.
    fn expressions(&mut self, visible: &Visible, clause: Clause) {
        if clause == Clause::AfterOutputs {
            for alias in &visible.aliases {
                let span = self.typed.clone();
                self.found.push(Completion {
                    label: alias.clone(),
                    kind: CompletionKind::Column,
                    detail: Some("output".to_owned()),
                    documentation: None,
                    span,
                    text: alias.clone(),
                });
            }
        }
        for relation in &visible.relations {
            for column in &relation.shape.columns {
                self.column(column, Some(relation));
            }
        }
        for relation in visible
            .relations
            .iter()
            .filter(|relation| relation.key.is_some())
        {
            let text = relation.text.to_string();
            if self.seen.insert((CompletionKind::Alias, text.clone())) {
                self.found.push(Completion {
                    label: text.clone(),
                    kind: CompletionKind::Alias,
                    detail: None,
                    documentation: None,
                    span: self.typed.clone(),
                    text,
                });
            }
        }
    }

    /// What follows a period: a relation's columns, or a struct's fields.
    fn qualified(&mut self, qualifiers: &[Ident], visible: &Visible) {
        let keys: Vec<String> = qualifiers
            .iter()
            .map(|part| self.names.alias_key(part))
            .collect();
        let scope = Scope {
            relations: visible.relations.clone(),
            ..Scope::default()
        };
        if let Some(relation) = scope.relation(&keys) {
            for column in &relation.shape.columns {
                self.column(column, None);
            }
            return;
        }
        // A struct, with or without its relation.
        let (relation, path) = match scope.relation(&keys[..1]) {
            Some(relation) => (Some(relation), &qualifiers[1..]),
            None => (None, qualifiers),
        };
        let Some((first, rest)) = path.split_first() else {
            return;
        };
        let key = self.names.column_key(first);
        let hit = match relation {
            Some(relation) => relation.column(&key),
            None => scope
                .relations
                .iter()
                .find_map(|relation| relation.column(&key)),
        };
        let mut data_type = hit.map_or(Type::Unknown, |hit| hit.typed.data_type);
        for field in rest {
            data_type = self.field(data_type, field);
        }
        if let Type::Array(element) = data_type {
            data_type = *element;
        }
        if let Type::Struct(fields) = data_type {
            for field in fields {
                let detail = field.data_type.text(self.model.home.dialect);
                self.add(CompletionKind::Column, &field.name, detail, None);
            }
        }
    }

    fn field(&self, data_type: Type, field: &Ident) -> Type {
        match data_type {
            Type::Struct(fields) => {
                let found = fields
                    .into_iter()
                    .find(|it| self.names.is_field(&it.name, &field.value));
                found.map_or(Type::Unknown, |field| field.data_type)
            }
            _ => Type::Unknown,
        }
    }

    /// What may be read.
    fn relations(
        &mut self,
        workspace: &Workspace,
        catalog: &dyn Catalog,
        qualifiers: &[Ident],
        visible: &Visible,
    ) {
        let home = &self.model.home;
        let parts: Vec<String> = qualifiers
            .iter()
            .map(|part| self.names.stored(part).into_owned())
            .collect();
        match parts.as_slice() {
            [] => self.unqualified(workspace, catalog, visible),
            [one] => {
                self.schemas(catalog, one);
                if let Some(name) = &home.catalog {
                    self.tables(catalog, &SchemaName::new(name, one));
                }
                let array = visible.relations.iter().find(|it| {
                    it.key.as_ref()
                        == qualifiers
                            .first()
                            .map(|it| self.names.alias_key(it))
                            .as_ref()
                });
                for column in array.iter().flat_map(|relation| &relation.shape.columns) {
                    if matches!(column.typed.data_type, Type::Array(_)) {
                        self.column(column, None);
                    }
                }
            }
            [one, two] => self.tables(catalog, &SchemaName::new(one, two)),
            _ => {}
        }
    }

    /// What may be read without saying where it is.
    fn unqualified(&mut self, workspace: &Workspace, catalog: &dyn Catalog, visible: &Visible) {
        let home = &self.model.home;
        let adapter = home.adapter.as_str();
        for cte in &visible.ctes {
            self.add(
                CompletionKind::Cte,
                &self.names.rules.stored(&cte.name, false),
                None,
                None,
            );
        }
        // BigQuery reads arrays of what stands before.
        for relation in visible.relations.iter().filter(|it| it.key.is_some()) {
            if home.dialect == crate::Dialect::BigQuery {
                self.add(CompletionKind::Alias, &relation.text, None, None);
            }
        }
        let models = workspace
            .models()
            .filter(|other| other.home.adapter == adapter && other.path != self.model.path);
        for other in models {
            self.add(
                CompletionKind::Model,
                &other.name,
                Some(other.path.clone()),
                other.description.clone(),
            );
        }
        if let (Some(catalog_name), Some(schema)) = (&home.catalog, &home.schema) {
            self.tables(catalog, &SchemaName::new(catalog_name, schema));
        }
        if let Some(name) = &home.catalog {
            self.schemas(catalog, name);
        }
        for name in catalog.catalogs(adapter) {
            self.add(CompletionKind::Catalog, &name, None, None);
        }
    }

    fn schemas(&mut self, catalog: &dyn Catalog, name: &str) {
        for schema in catalog.schemas(&self.model.home.adapter, name) {
            self.add(CompletionKind::Schema, &schema, None, None);
        }
    }

    fn tables(&mut self, catalog: &dyn Catalog, schema: &SchemaName) {
        for (name, kind) in catalog.tables(&self.model.home.adapter, schema) {
            self.add(CompletionKind::Table, &name, Some(kind), None);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Dialect::{self, BigQuery, Databricks, Snowflake};
    use crate::fixture::{Shop, workspace};

    /// `|` is the cursor; what is expected are the texts that would be inserted.
    fn check(dialect: Dialect, marked: &str, expected: &str) {
        let offset = marked.find('|').expect("a cursor is marked");
        let sql = marked.replacen('|', "", 1);
        let workspace = workspace(
            dialect,
            &[("m", &sql), ("stage", "select id, amount from orders")],
        );
        let found = super::completions(&workspace, &Shop::new(dialect), "models/m.sql", offset);
        let texts: Vec<&str> = found.iter().map(|found| found.text.as_str()).collect();
        assert_eq!(texts.join(" "), expected, "{marked}");
    }

    const CUSTOMER: &str = "id name email created_at address";

    #[test]
    fn columns_follow_an_alias() {
        for dialect in [Databricks, BigQuery, Snowflake] {
            check(dialect, "select c.| from customers c", CUSTOMER);
            check(
                dialect,
                "select c.em| from customers as c where c.id = 1",
                CUSTOMER,
            );
            check(
                dialect,
                "select 1 from orders o join customers c on c.|",
                CUSTOMER,
            );
            check(
                dialect,
                "select 1 from orders o join customers c on o.id = c.| where o.id > 1",
                CUSTOMER,
            );
            check(
                dialect,
                "with x as (select id as a from orders) select x.| from x",
                "a",
            );
            check(
                dialect,
                "with x as (select c.| from customers c) select 1 from x",
                CUSTOMER,
            );
            check(
                dialect,
                "select 1 from customers c where exists (select 1 from orders o where c.|)",
                CUSTOMER,
            );
            check(dialect, "select s.| from stage s", "id amount");
            check(
                dialect,
                "select s.| from (select id as b from orders) s",
                "b",
            );
            check(
                dialect,
                "select 1 from orders union all select c.| from customers c",
                CUSTOMER,
            );
            check(dialect, "select customers.| from customers", CUSTOMER);
        }
    }

    #[test]
    fn fields_follow_a_struct() {
        check(
            Databricks,
            "select c.address.| from customers c",
            "street city",
        );
        check(
            Databricks,
            "select i.| from orders lateral view explode(items) t as i",
            "sku quantity",
        );
        check(
            BigQuery,
            "select i.| from orders o, unnest(o.items) i",
            "sku quantity",
        );
    }

    #[test]
    fn names_without_a_qualifier_are_of_all_relations() {
        check(Databricks, "select | from stage s", "id amount s");
        check(Databricks, "select id, | from stage s", "id amount s");
        check(Databricks, "select count(|) from stage s", "id amount s");
        check(
            Databricks,
            "select id as n from stage order by |",
            "n id amount stage",
        );
        check(
            Databricks,
            "select 1 as a from stage where am|",
            "id amount stage",
        );
    }

    #[test]
    fn relations_follow_from() {
        check(
            Databricks,
            "select * from |",
            "stage customers orders shop main",
        );
        check(
            Databricks,
            "select * from stage join |",
            "stage customers orders shop main",
        );
        check(
            Databricks,
            "with x as (select 1 as a) select * from |",
            "x stage customers orders shop main",
        );
        check(Databricks, "select * from main.|", "shop");
        check(Databricks, "select * from main.shop.|", "customers orders");
        check(Databricks, "select * from shop.cu|", "customers orders");
        check(Snowflake, "select * from main.shop.|", "customers orders");
        check(Snowflake, "select * from MAIN.SHOP.C|", "CUSTOMERS ORDERS");
    }

    #[test]
    fn nothing_is_offered_in_quotations_comments_and_where_names_are_given() {
        check(Databricks, "select 'a|' from stage", "");
        check(Databricks, "select 1 -- a|\nfrom stage", "");
        check(Databricks, "select id as | from stage", "");
        check(Databricks, "select id from stage s|", "");
    }
}
