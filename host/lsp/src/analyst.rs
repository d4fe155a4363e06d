//! The thread that analyses models as they change.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use rocky_compile::{Analysis, Workspace};
use tower_lsp_server::ls_types::{Diagnostic, Uri};

use crate::diagnostics;
use crate::documents::Document;
use crate::inbox::News;
use crate::session::Session;
use crate::understood::is_understood;
use crate::{ModelState, Problem};

/// The thread that analyses models as they change, and tells the client what is wrong with them.
///
/// While it works, news pile up in the inbox; then it takes the newest text of each. What it found out about a text that has changed
/// meanwhile is not told.
pub struct Analyst {
    session: Arc<Session>,
    workspace: Workspace,
    /// The texts that were analysed instead of files.
    texts: HashMap<String, Document>,
    problems: HashMap<String, Vec<Problem>>,
    cache_version: Option<u64>,
    /// Everything has to be read again before anything is analysed.
    is_lost: bool,
    /// What the client was told, by the path of the file.
    told: HashMap<String, (Uri, Vec<Diagnostic>)>,
}

impl Analyst {
    /// Of a session that was just opened.
    pub fn new(session: Arc<Session>) -> Self {
        Self {
            session,
            workspace: Workspace::new(),
            texts: HashMap::new(),
            problems: HashMap::new(),
            cache_version: None,
            is_lost: false,
            told: HashMap::new(),
        }
    }

    /// Works until the session is closed.
    pub fn work(mut self) {
        let threads = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        loop {
            let news = self.session.inbox.take();
            if news.end {
                return;
            }
            if let Some(touched) = self.take_in(news) {
                let catalog = self.session.project.catalog();
                let update = AssertUnwindSafe(|| self.workspace.update(&*catalog, threads));
                match catch_unwind(update) {
                    Ok(changed) => self.show(&changed, touched),
                    // One text that the compiler stumbles over must not silence it for all texts to come.
                    Err(_) => {
                        tracing::error!(
                            "the analysis panicked; it begins anew with the next change"
                        );
                        self.workspace = Workspace::new();
                        self.is_lost = true;
                    }
                }
            }
        }
    }

    /// Makes the workspace what it is to be. Returns the files of which something may have to be told whatever their analysis says;
    /// `None` if nothing has changed.
    fn take_in(&mut self, news: News) -> Option<BTreeSet<String>> {
        // Asked first: a change while the rest happens is found the next time.
        let cache_version = Some(self.session.project.cache_version());
        let is_new = cache_version != self.cache_version;
        if is_new {
            self.cache_version = cache_version;
            self.workspace.tables_changed();
        }
        if !is_new && !news.files && news.texts.is_empty() {
            return None;
        }
        let mut touched = news.texts;
        if news.files || self.is_lost {
            self.is_lost = false;
            touched.extend(self.read());
        } else {
            for path in &touched {
                self.take_text(path);
            }
        }
        Some(touched)
    }

    /// Reads all files, and the texts that are open instead of some.
    fn read(&mut self) -> BTreeSet<String> {
        let state = self.session.project.read();
        let mut touched: BTreeSet<String> = self.problems.drain().map(|(path, _)| path).collect();
        for problem in state.problems {
            let of_file = self.problems.entry(problem.path.clone()).or_default();
            of_file.push(problem);
        }
        self.texts = self.session.documents().clone();
        let mut models = state.models;
        models.retain(|model| !self.texts.contains_key(&model.path));
        for (path, document) in &self.texts {
            let state = self.session.project.model(path, document.text.clone());
            models.extend(state.model);
            self.problems.insert(path.clone(), state.problems);
        }
        self.workspace.set_models(models);
        touched.extend(self.problems.keys().cloned());
        touched.extend(self.told.keys().cloned());
        touched
    }

    /// Takes the text of one model that is open.
    fn take_text(&mut self, path: &str) {
        let Some(document) = self.session.document(path) else {
            return;
        };
        let ModelState { model, problems } =
            self.session.project.model(path, document.text.clone());
        match model {
            Some(model) => self.workspace.set_model(model),
            None => self.workspace.remove_model(path),
        }
        self.problems.insert(path.to_owned(), problems);
        self.texts.insert(path.to_owned(), document);
    }

    /// Lets requests be answered from the new analysis, and tells the client what is wrong.
    fn show(&mut self, changed: &[String], touched: BTreeSet<String>) {
        let session = self.session.clone();
        let old = session.set_analysed(Arc::new(self.workspace.clone()));
        let now = session.project.now_millis();
        let paths: HashSet<&String> = changed.iter().chain(&touched).collect();
        for path in paths {
            self.tell(path, now);
        }
        for path in self.texts.keys() {
            let model = self.workspace.model(path);
            if let Some((model, analysis)) = model.zip(self.workspace.analysis(path)) {
                session.understood.keep(path, &model.text, analysis);
            }
        }
        session
            .understood
            .retain(|path| self.texts.contains_key(path));
        let looks_different = |path: &String| {
            let outputs = |workspace: &Workspace| {
                let analysis: Option<Arc<Analysis>> = workspace.analysis(path).cloned();
                analysis.map(|it| it.outputs.clone())
            };
            let analysis = self.workspace.analysis(path);
            self.texts.contains_key(path)
                && analysis.is_some_and(|it| is_understood(it))
                && outputs(&self.workspace) != outputs(&old)
        };
        if session.abilities.refresh_hints && changed.iter().any(looks_different) {
            let client = session.client.clone();
            session.runtime.spawn(async move {
                if let Err(error) = client.inlay_hint_refresh().await {
                    tracing::debug!("the client does not refresh inlay hints: {error}");
                }
            });
        }
    }

    /// Tells the client what is wrong with one file, unless it knows, or has changed the text since.
    fn tell(&mut self, path: &str, now: u64) {
        let analysed = self.texts.get(path);
        let open = self.session.document(path);
        let (is_open, version) = match (analysed, &open) {
            (Some(analysed), Some(open)) if analysed.version == open.version => {
                (true, Some(open.version))
            }
            (None, None) => (false, None),
            // It was opened, changed or closed since, and is analysed again.
            _ => return,
        };
        let Some(uri) = self.session.uri(path) else {
            return;
        };
        let problems = self.problems.get(path).map(Vec::as_slice);
        let encoding = self.session.abilities.encoding;
        let found = diagnostics::of_file(
            &self.workspace,
            path,
            problems.unwrap_or_default(),
            encoding,
            now,
        );
        let told = self.told.get(path);
        if let Some((old, _)) = told.filter(|(old, _)| *old != uri) {
            self.send(old.clone(), Vec::new(), None);
        }
        let is_known = match told {
            Some((old, told)) => *old == uri && *told == found,
            None => found.is_empty(),
        };
        // The client moves what it was told as a text changes: it is told again for each version.
        if is_open || !is_known {
            self.send(uri.clone(), found.clone(), version);
        }
        if found.is_empty() {
            self.told.remove(path);
        } else {
            self.told.insert(path.to_owned(), (uri, found));
        }
    }

    fn send(&self, uri: Uri, found: Vec<Diagnostic>, version: Option<i32>) {
        let telling = self.session.client.publish_diagnostics(uri, found, version);
        self.session.runtime.block_on(telling);
    }
}
