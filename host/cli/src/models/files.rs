//! The files of models: `models/**/*.sql`, and what stands beside them.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rocky_compile::Model;
use rocky_schema::IdentifierRules;

use crate::config::Project;
use crate::error::CommandError;
use crate::models::about::{About, front_matter};
use crate::models::{Homes, Models, Problem};
use crate::reading::{Reading, Unreadable};

/// Reads the models of a project.
#[derive(Debug)]
pub struct Files {
    root: PathBuf,
    directory: PathBuf,
    reading: Reading,
    homes: Homes,
}

impl Files {
    /// The models of this project, which live where `homes` says.
    pub fn new(project: &Project, homes: Homes) -> Self {
        Self {
            root: project.directory().to_owned(),
            directory: project.models(),
            reading: project.reading(),
            homes,
        }
    }

    /// Whether there is a directory of models at all.
    pub fn exist(&self) -> bool {
        self.directory.is_dir()
    }

    /// The directory in which they are.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Reads all of them, in the order of their paths.
    ///
    /// # Errors
    /// When the directory of models cannot be listed. A directory below it or a file that cannot be read is a problem of its own.
    pub fn read(&self) -> Result<Models, CommandError> {
        let mut found = Found::default();
        list(&self.directory, &mut found).map_err(|error| {
            let attempt = format!("cannot list the models in {}", self.directory.display());
            anyhow::Error::new(error).context(attempt)
        })?;
        let mut paths = found.files;
        paths.sort();
        let unlisted = found.unlisted.iter().map(|(path, error)| {
            let message = format!("the directory cannot be listed: {error}");
            Problem::new(&self.shown(path), &"".into(), 0..0, message)
        });
        let mut models = Models {
            models: Vec::new(),
            problems: unlisted.collect(),
        };
        for path in paths {
            match self
                .text(&path)
                .and_then(|text| self.model(&path, text.into()))
            {
                Ok(model) => models.models.push(model),
                Err(problem) => models.problems.push(*problem),
            }
        }
        Ok(models)
    }

    /// The model whose file has this text, which may be that of an editor.
    pub fn model(&self, path: &Path, text: Arc<str>) -> Result<Model, Box<Problem>> {
        let shown = self.shown(path);
        let (place, start) = front_matter(&text).map_err(|opening| {
            let problem = Problem::new(&shown, &text, opening, "the front matter has no end");
            problem.help("it ends with `---*/`")
        })?;
        let said = match place {
            Some(place) => About::read(&shown, &text, place)?,
            None => About::default(),
        };
        let about = said.or(self.beside(path)?);
        let Some(stem) = path.file_stem().and_then(|it| it.to_str()) else {
            let message = "the name of the file is not text in UTF-8";
            let problem = Problem::new(&shown, &"".into(), 0..0, message);
            return Err(Box::new(problem));
        };
        let (home, target) = self.homes.of(&about).map_err(|no_home| {
            let problem = Problem::new(&shown, &text, 0..0, no_home.message);
            match no_home.help {
                Some(help) => problem.help(help),
                None => problem,
            }
        })?;
        Ok(Model {
            name: about.name.unwrap_or_else(|| stem.to_owned()),
            path: shown,
            query: start..text.len(),
            text,
            home,
            target,
            description: about.description,
            check: about.check.unwrap_or(true),
        })
    }

    /// A path as it stands in messages: relative to the project, with slashes.
    pub fn shown(&self, path: &Path) -> String {
        shown(&self.root, path)
    }

    /// The path of the model that a file is, or would be: an SQL file below the directory of models.
    pub fn path_of(&self, file: &Path) -> Option<String> {
        path_below(&self.root, &self.directory, file)
    }

    /// How an adapter's warehouse matches names, where that is known.
    pub fn rules(&self, adapter: &str) -> Option<IdentifierRules> {
        self.homes.rules(adapter)
    }

    /// The file that a message's path stands for.
    pub fn path(&self, shown: &str) -> PathBuf {
        self.root.join(shown)
    }

    /// What the file beside a model says about it.
    fn beside(&self, path: &Path) -> Result<About, Box<Problem>> {
        let path = path.with_extension("toml");
        if path.metadata().is_ok_and(|found| !found.is_file()) {
            let message = "what stands beside the model is no file";
            let problem = Problem::new(&self.shown(&path), &"".into(), 0..0, message);
            return Err(Box::new(problem));
        }
        match self.reading.read(&path) {
            Ok(text) => {
                let place = 0..text.len();
                Ok(About::read(&self.shown(&path), &text.into(), place)?)
            }
            Err(unreadable) if unreadable.is_absent() => Ok(About::default()),
            Err(unreadable) => Err(self.unreadable(&path, unreadable)),
        }
    }

    fn text(&self, path: &Path) -> Result<String, Box<Problem>> {
        let read = self.reading.read(path);
        read.map_err(|unreadable| self.unreadable(path, unreadable))
    }

    fn unreadable(&self, path: &Path, why: Unreadable) -> Box<Problem> {
        let why = match why {
            Unreadable::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
                "it is not text in UTF-8".to_owned()
            }
            Unreadable::Io(error) => error.to_string(),
            Unreadable::Untrusted(why) => why,
        };
        let message = format!("the file cannot be read: {why}");
        Box::new(Problem::new(&self.shown(path), &"".into(), 0..0, message))
    }
}

/// The path of an SQL file below the directory of models of the project in `root`.
pub fn path_below(root: &Path, directory: &Path, file: &Path) -> Option<String> {
    let is_sql = file
        .extension()
        .is_some_and(|it| it.eq_ignore_ascii_case("sql"));
    let below = file.strip_prefix(directory).ok()?;
    let hidden = below
        .iter()
        .any(|part| part.as_encoded_bytes().starts_with(b"."));
    (is_sql && !hidden).then(|| shown(root, file))
}

fn shown(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    match path.is_absolute() {
        true => path.display().to_string(),
        false => parts.join("/"),
    }
}

/// What lies below a directory.
#[derive(Debug, Default)]
struct Found {
    files: Vec<PathBuf>,
    /// Directories that cannot be listed.
    unlisted: Vec<(PathBuf, io::Error)>,
}

/// All SQL files below a directory. What begins with a dot is left out, and links to directories are not followed.
fn list(directory: &Path, found: &mut Found) -> io::Result<()> {
    for entry in directory.read_dir()? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if entry.file_type()?.is_dir() {
            if let Err(error) = list(&path, found) {
                found.unlisted.push((path, error));
            }
        } else if path
            .extension()
            .is_some_and(|it| it.eq_ignore_ascii_case("sql"))
            && path.is_file()
        {
            found.files.push(path);
        }
    }
    Ok(())
}
