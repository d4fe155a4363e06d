//! Bringing a workspace up to date.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rocky_schema::TableName;
use sqlparser::ast::Ident;

use super::Workspace;
use super::analyse::{self, Known, Reading};
use super::entry::{Entry, Fault};
use super::graph::{self, Index};
use super::guesses::{self, guess};
use super::schedule::in_order;
use super::tables::Tables;
use crate::resolve::{ModelColumns, RelationPath, Resolved};
use crate::{Analysis, Catalog, Home, Model};

/// Below so many changed models, one thread is faster than several.
const FEW: usize = 8;

/// So many models of a circle are named.
const MOST_NAMES: usize = 10;

/// So many trees are kept between reading and analysing.
const MOST_TREES: usize = 256;

/// What a name in a model means, before tables are asked for and models analysed.
#[derive(Clone, Debug)]
enum Link {
    Model(usize),
    Other(Resolved),
}

/// What was read of a text: its tree, if it is kept, and the relations that it names.
type Read = (Option<Reading>, Arc<[RelationPath]>);

/// One model's part in an update.
struct Task<'w> {
    entry: &'w Entry,
    links: Vec<Link>,
    faults: Vec<Fault>,
    /// Its tree, where the text was read in this update.
    reading: Mutex<Option<Reading>>,
    is_changed: bool,
    keeps_places: bool,
    outcome: OnceLock<Outcome>,
}

/// What became of a model.
struct Outcome {
    inputs: Vec<Resolved>,
    analysis: Arc<Analysis>,
    columns: Arc<ModelColumns>,
}

impl Workspace {
    pub(super) fn bring_up_to_date(
        &mut self,
        catalog: &dyn Catalog,
        threads: NonZeroUsize,
    ) -> Vec<String> {
        let readings = self.read_texts(threads);
        let entries: Vec<&Entry> = self.entries.values().collect();
        let index = Index::new(entries.iter().map(|entry| &entry.model));
        let models = links(&entries, &index);
        let reads: Vec<Vec<usize>> = models.iter().map(|links| read(links)).collect();
        let (order, cycle) = graph::order(&reads);
        let twins = twins(&index, &entries);
        let mut tasks = Vec::with_capacity(entries.len());
        for ((place, entry), reading) in entries.iter().enumerate().zip(readings) {
            let paths = entry.paths.as_deref().unwrap_or_default();
            let faults = faults(place, &entries, &models, &reads, &cycle, &twins);
            let links = paths
                .iter()
                .zip(&models[place])
                .map(|(path, model)| match model {
                    Some(model) => {
                        let is_clear = !twins.contains_key(model)
                            && !index.is_ambiguous(&entry.model.home, path);
                        link_to(place, *model, is_clear, &cycle)
                    }
                    None => {
                        let tables = &mut self.tables;
                        Link::Other(outside(tables, catalog, &index, &entry.model.home, path))
                    }
                });
            tasks.push(Task {
                entry,
                links: links.collect(),
                is_changed: reading.is_some() || faults != entry.faults,
                faults,
                reading: Mutex::new(reading.flatten()),
                keeps_places: self.keeps_places,
                outcome: OnceLock::new(),
            });
        }
        let acyclic: Vec<Vec<usize>> = tasks.iter().map(|task| read_links(&task.links)).collect();
        let changed = tasks.iter().filter(|task| task.may_change()).count();
        let threads = match changed < FEW {
            true => NonZeroUsize::MIN,
            false => threads,
        };
        let guessing = guessing(&tasks, &order);
        in_order(threads, &order, &acyclic, &|node| {
            let guesses = guessing.contains(&node).then_some(catalog);
            let outcome = tasks[node].run(&tasks, guesses);
            let _ = tasks[node].outcome.set(outcome);
        });
        let outcomes: Vec<(Option<Outcome>, Vec<Fault>)> = tasks
            .into_iter()
            .map(|task| (task.outcome.into_inner(), task.faults))
            .collect();
        self.keep(outcomes, &order, &acyclic)
    }

    /// Reads the texts that changed. In the order of the paths: whether each did, and its tree. Where many did, they are read again when
    /// they are analysed, because a tree is a hundred times its text.
    fn read_texts(&mut self, threads: NonZeroUsize) -> Vec<Option<Option<Reading>>> {
        let slots: Vec<OnceLock<Read>> = self.entries.values().map(|_| OnceLock::new()).collect();
        let entries: Vec<&Entry> = self.entries.values().collect();
        let changed: Vec<usize> = (0..entries.len())
            .filter(|place| entries[*place].paths.is_none())
            .collect();
        let threads = match changed.len() < FEW {
            true => NonZeroUsize::MIN,
            false => threads,
        };
        let alone = vec![Vec::new(); entries.len()];
        in_order(threads, &changed, &alone, &|place| {
            let model = &entries[place].model;
            let reading = analyse::read(model);
            let paths = analyse::paths(model, &reading);
            let kept = (changed.len() <= MOST_TREES).then_some(reading);
            let _ = slots[place].set((kept, paths));
        });
        let read = slots.into_iter().map(OnceLock::into_inner);
        let readings = self.entries.values_mut().zip(read).map(|(entry, read)| {
            let (reading, paths) = read?;
            entry.paths = Some(paths);
            Some(reading)
        });
        readings.collect()
    }

    /// Keeps what was found out; the paths whose analysis differs from before.
    fn keep(
        &mut self,
        outcomes: Vec<(Option<Outcome>, Vec<Fault>)>,
        order: &[usize],
        reads: &[Vec<usize>],
    ) -> Vec<String> {
        let mut changed = Vec::new();
        for ((path, entry), (outcome, faults)) in self.entries.iter_mut().zip(outcomes) {
            let Some(outcome) = outcome else {
                continue;
            };
            let is_same = |old: &Arc<Analysis>| {
                Arc::ptr_eq(old, &outcome.analysis) || **old == *outcome.analysis
            };
            if !entry.analysis.as_ref().is_some_and(is_same) {
                changed.push(path.clone());
                entry.analysis = Some(outcome.analysis);
            }
            entry.columns = Some(outcome.columns);
            entry.inputs = outcome.inputs;
            entry.faults = faults;
        }
        let paths: Vec<&String> = self.entries.keys().collect();
        let mut place_of = vec![0; order.len()];
        order
            .iter()
            .enumerate()
            .for_each(|(place, node)| place_of[*node] = place);
        self.order = order.iter().map(|node| paths[*node].clone()).collect();
        self.reads = order
            .iter()
            .map(|node| reads[*node].iter().map(|read| place_of[*read]).collect())
            .collect();
        changed
    }
}

impl Task<'_> {
    /// Whether it has to be analysed even if all models that it reads stay as they are.
    fn may_change(&self) -> bool {
        self.is_changed || self.entry.analysis.is_none()
    }

    /// Does it; `catalog` is given to those that may look through it for what was meant.
    fn run(&self, tasks: &[Task<'_>], catalog: Option<&dyn Catalog>) -> Outcome {
        let entry = self.entry;
        let inputs: Vec<Resolved> = self
            .links
            .iter()
            .map(|link| match link {
                Link::Model(node) => match tasks[*node].outcome.get() {
                    Some(outcome) => Resolved::Model(outcome.columns.clone()),
                    None => Resolved::Unknown,
                },
                Link::Other(resolved) => resolved.clone(),
            })
            .collect();
        let is_same = inputs.len() == entry.inputs.len()
            && inputs
                .iter()
                .zip(&entry.inputs)
                .all(|(one, other)| one.is_same(other));
        if let (true, false, Some(analysis), Some(columns)) =
            (is_same, self.may_change(), &entry.analysis, &entry.columns)
        {
            return Outcome {
                inputs,
                analysis: analysis.clone(),
                columns: columns.clone(),
            };
        }
        let reading = self
            .reading
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let reading = reading.unwrap_or_else(|| analyse::read(&entry.model));
        let paths = entry.paths.as_deref().unwrap_or_default();
        let nearest = |table: &TableName, written: &Ident| {
            let models = tasks.iter().map(|task| &task.entry.model);
            guess(catalog?, &entry.model, models, table, written)
        };
        let known = Known::new(paths.iter().zip(&inputs), &nearest);
        let (mut analysis, shape) = analyse::analyse(&entry.model, reading, &known, &self.faults);
        if !self.keeps_places {
            analysis.symbols = Vec::new();
        }
        let path: Arc<str> = entry.model.path.as_str().into();
        let columns = ModelColumns {
            shape: Arc::new(shape.of_model(&path)),
            path,
        };
        // Who reads it need not be analysed again where its columns are what they were.
        let columns = match &entry.columns {
            Some(old) if **old == columns => old.clone(),
            _ => Arc::new(columns),
        };
        Outcome {
            inputs,
            analysis: Arc::new(analysis),
            columns,
        }
    }
}

/// The first models that name tables which are not there.
fn guessing(tasks: &[Task<'_>], order: &[usize]) -> HashSet<usize> {
    let misses = |link: &Link| {
        matches!(
            link,
            Link::Other(Resolved::NotVisible(..) | Resolved::NotCached(_))
        )
    };
    let wrong = order
        .iter()
        .filter(|node| tasks[**node].links.iter().any(misses));
    wrong.take(guesses::MOST).copied().collect()
}

/// For each name in each model, the model that it stands for. A model's own name is that of the table which it makes.
fn links(entries: &[&Entry], index: &Index<'_>) -> Vec<Vec<Option<usize>>> {
    let of = |(place, entry): (usize, &&Entry)| -> Vec<Option<usize>> {
        let paths = entry.paths.as_deref().unwrap_or_default();
        let find =
            |path: &RelationPath| find(index, &entry.model, path).filter(|found| *found != place);
        paths.iter().map(find).collect()
    };
    entries.iter().enumerate().map(of).collect()
}

fn find<'m>(index: &Index<'m>, model: &Model, path: &RelationPath) -> Option<usize> {
    index.find(&model.home, path)
}

/// What the name of a model means in the one at `place`, before either is analysed. It may be one of several, or both read each other.
fn link_to(place: usize, model: usize, is_clear: bool, cycle: &[Option<usize>]) -> Link {
    match cycle[place].is_some() && cycle[model] == cycle[place] {
        true => Link::Other(Resolved::Circular),
        false if is_clear => Link::Model(model),
        false => Link::Other(Resolved::Unknown),
    }
}

/// What a name means that stands for no other model.
fn outside<'m>(
    tables: &mut Tables,
    catalog: &dyn Catalog,
    index: &Index<'m>,
    home: &'m Arc<Home>,
    path: &RelationPath,
) -> Resolved {
    let name = path.table(home);
    match name.map(|name| tables.get(catalog, home, &name)) {
        // What a model makes is not there before it ran.
        Some(Resolved::NotVisible(..) | Resolved::NotCached(_))
            if index.find(home, path).is_some() =>
        {
            Resolved::Unknown
        }
        found => found.unwrap_or(Resolved::Unknown),
    }
}

/// The models among what names stand for, each once.
fn read(links: &[Option<usize>]) -> Vec<usize> {
    let mut reads: Vec<usize> = links.iter().flatten().copied().collect();
    reads.sort_unstable();
    reads.dedup();
    reads
}

fn read_links(links: &[Link]) -> Vec<usize> {
    let models = links.iter().map(|link| match link {
        Link::Model(node) => Some(*node),
        Link::Other(_) => None,
    });
    read(&models.collect::<Vec<_>>())
}

/// What is wrong with a model because of others.
fn faults(
    place: usize,
    entries: &[&Entry],
    links: &[Vec<Option<usize>>],
    reads: &[Vec<usize>],
    cycle: &[Option<usize>],
    twins: &HashMap<usize, usize>,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    if cycle[place].is_some() {
        let trip = graph::round_trip(reads, cycle, place);
        let next = trip
            .get(1)
            .and_then(|next| links[place].iter().position(|link| link == &Some(*next)));
        let paths = entries[place].paths.as_deref().unwrap_or_default();
        if let Some(next) = next.and_then(|next| paths.get(next)) {
            let name = |node: &usize| entries[*node].model.name.clone();
            let mut names: Vec<String> = trip.iter().take(MOST_NAMES).map(name).collect();
            if let (true, Some(last)) = (trip.len() > MOST_NAMES, trip.last()) {
                names.push(format!("({} more)", trip.len() - MOST_NAMES - 1));
                names.push(name(last));
            }
            faults.push(Fault::Cycle {
                names,
                next: next.clone(),
            });
        }
    }
    let twin = twins.get(&place);
    faults.extend(twin.map(|twin| Fault::SameName(entries[*twin].model.path.clone())));
    faults
}

/// For each model whose name is not its own alone, another one of that name.
fn twins(index: &Index<'_>, entries: &[&Entry]) -> HashMap<usize, usize> {
    let models: Vec<&Model> = entries.iter().map(|entry| &entry.model).collect();
    let mut twins = HashMap::new();
    for places in index.of_same_table(&models) {
        let others = places.iter().cycle().skip(1);
        twins.extend(places.iter().copied().zip(others.copied()));
    }
    twins
}
