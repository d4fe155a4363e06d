//! Crates use each other as the architecture draws it.

use std::path::Path;

use super::{File, Violation, line_of};
use crate::workspace::{Dependency, DependencyKind, Package, Workspace};

/// Which crates of ours, and which of others, a crate may or may not use.
struct Rule {
    /// The crate's folder; `/*` at its end stands for every folder in it.
    folder: &'static str,
    /// Crates of ours that it is made of.
    made_of: &'static [&'static str],
    /// Crates of ours that, besides those, its tests and benches use.
    tested_with: &'static [&'static str],
    /// Crates of others that it must never know.
    never: &'static [&'static str],
}

/// The engine, by any of its crates.
const WASMTIME: &str = "wasmtime";

const RULES: &[Rule] = &[
    Rule {
        folder: "host/schema",
        made_of: &[],
        tested_with: &[],
        never: &[WASMTIME, "redb", "tokio"],
    },
    Rule {
        folder: "host/guard",
        made_of: &[],
        tested_with: &[],
        never: &[WASMTIME, "redb", "tokio"],
    },
    Rule {
        folder: "host/credentials",
        made_of: &[],
        tested_with: &[],
        never: &[WASMTIME, "redb", "reqwest"],
    },
    Rule {
        folder: "host/cache",
        made_of: &["rocky-schema"],
        tested_with: &[],
        never: &[WASMTIME, "tokio"],
    },
    Rule {
        folder: "host/plugin",
        made_of: &["rocky-schema", "rocky-credentials"],
        tested_with: &["rocky-emulator"],
        never: &["redb"],
    },
    Rule {
        folder: "host/compile",
        made_of: &["rocky-schema"],
        tested_with: &[],
        never: &[WASMTIME, "redb", "tokio"],
    },
    Rule {
        folder: "host/lsp",
        made_of: &["rocky-schema", "rocky-compile"],
        tested_with: &[],
        never: &[WASMTIME, "redb"],
    },
    Rule {
        folder: "host/cli",
        made_of: &[
            "rocky-schema",
            "rocky-guard",
            "rocky-credentials",
            "rocky-cache",
            "rocky-plugin",
            "rocky-compile",
            "rocky-lsp",
        ],
        tested_with: &["rocky-emulator"],
        never: &[],
    },
    Rule {
        folder: "plugins/sdk",
        made_of: &[],
        tested_with: &[],
        never: &[WASMTIME, "redb", "tokio"],
    },
    Rule {
        folder: "plugins/*",
        made_of: &["rocky-adapter-sdk"],
        tested_with: &[],
        never: &[WASMTIME, "redb", "tokio"],
    },
    Rule {
        folder: "tests/components/*",
        made_of: &["rocky-adapter-sdk"],
        tested_with: &[],
        never: &[WASMTIME, "redb", "tokio"],
    },
    // It shares no code with an adapter, and so cannot share a misunderstanding.
    Rule {
        folder: "tests/emulator",
        made_of: &[],
        tested_with: &[],
        never: &[WASMTIME, "redb"],
    },
    // Whole programs are tested as programs; libraries are used to look into what they leave, to hold what one of them takes for granted
    // against what another program says, and to measure the sandbox.
    Rule {
        folder: "tests/e2e",
        made_of: &[
            "rocky-emulator",
            "rocky-schema",
            "rocky-cache",
            "rocky-plugin",
            "rocky-guard",
            "rocky-compile",
            "rocky-databricks",
        ],
        tested_with: &[],
        never: &[],
    },
    Rule {
        folder: "xtask",
        made_of: &[],
        tested_with: &[],
        never: &[WASMTIME, "redb", "tokio"],
    },
];

/// Checks every member of the workspace.
pub fn check(workspace: &Workspace, files: &[File]) -> Vec<Violation> {
    let ours: Vec<&str> = workspace
        .packages
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    let mut violations = Vec::new();
    for package in &workspace.packages {
        let manifest = package.folder.join("Cargo.toml");
        let manifest = manifest.to_string_lossy();
        let Some(rule) = rule_for(&package.folder) else {
            let advice =
                "no place in the architecture: draw its arrows in xtask/src/tidy/arrows.rs";
            violations.push(Violation::new(&manifest, 1, "dependency", advice));
            continue;
        };
        for (name, advice) in broken(package, rule, &ours) {
            let line = line_of(files, &manifest, name);
            violations.push(Violation::new(&manifest, line, "dependency", advice));
        }
    }
    violations
}

/// The rule for this folder itself, or else for folders beside it.
fn rule_for(folder: &Path) -> Option<&'static Rule> {
    let exact = RULES.iter().find(|rule| Path::new(rule.folder) == folder);
    exact.or_else(|| {
        RULES.iter().find(|rule| {
            let parent = rule.folder.strip_suffix("/*");
            parent.is_some_and(|parent| folder.parent() == Some(Path::new(parent)))
        })
    })
}

/// The dependencies that break a rule, each with what to do.
fn broken<'a>(package: &'a Package, rule: &Rule, ours: &[&str]) -> Vec<(&'a str, String)> {
    let advice = |dependency: &Dependency| {
        let name = dependency.name.as_str();
        if ours.contains(&name) {
            let is_allowed = rule.made_of.contains(&name)
                || (dependency.kind == DependencyKind::Development
                    && rule.tested_with.contains(&name));
            return (!is_allowed).then(|| match rule.made_of {
                [] => format!("on `{name}`, but it uses no crate of ours: remove it"),
                others => format!(
                    "on `{name}`, but it uses {} only: remove it",
                    others.join(", ")
                ),
            });
        }
        rule.never
            .iter()
            .any(|never| name == *never || name.starts_with(&format!("{never}-")))
            .then(|| format!("on `{name}`, which it must not know: remove it"))
    };
    package
        .dependencies
        .iter()
        .filter_map(|dependency| Some((dependency.name.as_str(), advice(dependency)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &[&str] = &["rocky", "rocky-schema", "rocky-cache", "rocky-emulator"];

    /// `dev:` before a name makes it a dependency of tests.
    fn check_broken(folder: &str, dependencies: &[&str], expected: &[&str]) {
        let dependencies = dependencies.iter().map(|text| {
            let (name, kind) = match text.strip_prefix("dev:") {
                Some(name) => (name, DependencyKind::Development),
                None => (*text, DependencyKind::Normal),
            };
            Dependency {
                name: name.to_owned(),
                kind,
            }
        });
        let package = Package {
            name: "a".to_owned(),
            folder: folder.into(),
            targets: Vec::new(),
            dependencies: dependencies.collect(),
        };
        let rule = rule_for(&package.folder).expect("the folder has a rule");
        let found: Vec<&str> = broken(&package, rule, OURS).iter().map(|it| it.0).collect();
        assert_eq!(found, expected, "{folder}");
    }

    #[test]
    fn arrows_point_down() {
        check_broken("host/cache", &["rocky-schema", "redb"], &[]);
        check_broken("host/schema", &["rocky-cache"], &["rocky-cache"]);
        check_broken("plugins/bigquery", &["rocky-schema"], &["rocky-schema"]);
        check_broken("tests/e2e", &["dev:rocky"], &["rocky"]);
    }

    #[test]
    fn tests_may_use_more() {
        check_broken("host/plugin", &["dev:rocky-emulator"], &[]);
        check_broken("host/plugin", &["rocky-emulator"], &["rocky-emulator"]);
    }

    #[test]
    fn engines_stay_apart_in_all_their_crates() {
        check_broken("host/cache", &["wasmtime-wasi"], &["wasmtime-wasi"]);
        check_broken("host/plugin", &["dev:redb"], &["redb"]);
    }
}
