//! The contract parses, and every item in it is documented.

use std::path::Path;

use anyhow::{Context, Result};
use wit_parser::{
    Docs, Function, PackageId, Resolve, Span, Type, TypeDef, TypeDefKind, TypeOwner, WorldItem,
};

use super::Violation;

/// Checks the folder `wit`.
pub fn check(root: &Path) -> Result<Vec<Violation>> {
    let mut contract = Resolve::default();
    let (package, _) = contract
        .push_dir(root.join("wit"))
        .context("the contract in wit/ does not parse")?;
    let mut violations = undocumented(&contract, package);
    for violation in &mut violations {
        if let Ok(relative) = Path::new(&violation.path).strip_prefix(root) {
            violation.path = relative.display().to_string();
        }
    }
    Ok(violations)
}

/// Everything in a package that has a name but no documentation.
fn undocumented(contract: &Resolve, package: PackageId) -> Vec<Violation> {
    let mut check = Check {
        contract,
        violations: Vec::new(),
    };
    for (_, world) in contract
        .worlds
        .iter()
        .filter(|(_, it)| it.package == Some(package))
    {
        check.item("world", &world.name, &world.docs, world.span);
        for item in world.imports.values().chain(world.exports.values()) {
            if let WorldItem::Function(function) = item {
                check.function(function);
            }
        }
    }
    let interfaces = contract.interfaces.iter();
    for (_, interface) in interfaces.filter(|(_, it)| it.package == Some(package)) {
        // An interface without a name is part of a world, and documented with it.
        if let Some(name) = &interface.name {
            check.item("interface", name, &interface.docs, interface.span);
        }
        for function in interface.functions.values() {
            check.function(function);
        }
    }
    for (_, definition) in &contract.types {
        if check.package_of(definition.owner) == Some(package) {
            check.definition(definition);
        }
    }
    check.violations
}

/// A check in progress.
struct Check<'a> {
    contract: &'a Resolve,
    violations: Vec<Violation>,
}

impl Check<'_> {
    fn package_of(&self, owner: TypeOwner) -> Option<PackageId> {
        match owner {
            TypeOwner::World(id) => self.contract.worlds[id].package,
            TypeOwner::Interface(id) => self.contract.interfaces[id].package,
            TypeOwner::None => None,
        }
    }

    fn function(&mut self, function: &Function) {
        self.item("function", &function.name, &function.docs, function.span);
    }

    fn definition(&mut self, definition: &TypeDef) {
        let Some(name) = &definition.name else {
            return;
        };
        if self.is_use(definition) {
            return;
        }
        self.item(
            definition.kind.as_str(),
            name,
            &definition.docs,
            definition.span,
        );
        match &definition.kind {
            TypeDefKind::Record(record) => {
                for it in &record.fields {
                    self.part("field", name, &it.name, &it.docs, it.span);
                }
            }
            TypeDefKind::Variant(variant) => {
                for it in &variant.cases {
                    self.part("case", name, &it.name, &it.docs, it.span);
                }
            }
            TypeDefKind::Enum(choices) => {
                for it in &choices.cases {
                    self.part("case", name, &it.name, &it.docs, it.span);
                }
            }
            TypeDefKind::Flags(flags) => {
                for it in &flags.flags {
                    self.part("flag", name, &it.name, &it.docs, it.span);
                }
            }
            _ => {}
        }
    }

    /// Whether it is the name that a `use` brings from where it is documented.
    fn is_use(&self, definition: &TypeDef) -> bool {
        match definition.kind {
            TypeDefKind::Type(Type::Id(id)) => self.contract.types[id].owner != definition.owner,
            _ => false,
        }
    }

    fn part(&mut self, kind: &str, whole: &str, name: &str, docs: &Docs, span: Span) {
        self.item(kind, &format!("{whole}.{name}"), docs, span);
    }

    fn item(&mut self, kind: &str, name: &str, docs: &Docs, span: Span) {
        let text = docs.contents.as_deref().unwrap_or_default();
        if !text.trim().is_empty() {
            return;
        }
        // `path:line:column`
        let location = self.contract.render_location(span);
        let mut parts = location.rsplitn(3, ':');
        let line = parts.nth(1).and_then(|line| line.parse().ok()).unwrap_or(1);
        let path = parts.next().unwrap_or("wit");
        let advice = format!("{kind} `{name}` says nothing: document it with `///`");
        self.violations
            .push(Violation::new(path, line, "contract", advice));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_lines(text: &str, expected: &[&str]) {
        let mut contract = Resolve::default();
        let package = contract.push_source("a.wit", text).expect("it parses");
        let lines: Vec<String> = undocumented(&contract, package)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn an_item_without_documentation_is_named_with_its_line() {
        check_lines(
            "package a:b;\n/// An interface.\ninterface c {\n  d: func();\n}\n",
            &["a.wit:4: contract: function `d` says nothing: document it with `///`"],
        );
    }

    #[test]
    fn parts_of_types_are_items() {
        check_lines(
            "package a:b;\n/// An interface.\ninterface c {\n/// A record.\nrecord d {\ne: u8,\n}\n\
             /// A resource.\nresource f {\ng: func();\n}\n}\n",
            &[
                "a.wit:10: contract: function `[method]f.g` says nothing: document it with `///`",
                "a.wit:6: contract: field `d.e` says nothing: document it with `///`",
            ],
        );
    }

    #[test]
    fn what_is_used_is_documented_where_it_is_from() {
        check_lines(
            "package a:b;\n/// An interface.\ninterface c {\n/// A type.\ntype d = u8;\n}\n\
             /// Another.\ninterface e {\nuse c.{d};\n}\n/// A world.\nworld f {\nexport e;\n}\n",
            &[],
        );
    }
}
