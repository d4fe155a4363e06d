//! Which models read which.

use std::collections::HashMap;

use rocky_schema::TableName;

use crate::resolve::RelationPath;
use crate::{Home, Model};

/// Which names stand for which models.
#[derive(Debug)]
pub(crate) struct Index<'m> {
    /// By adapter and name.
    plain: HashMap<(&'m str, String), Vec<usize>>,
    /// By adapter and where they are materialised.
    placed: HashMap<(&'m str, TableName), usize>,
}

/// A table's name as names match.
fn key(home: &Home, name: &TableName) -> TableName {
    let key = |part: &str| home.rules.tables.key(part).into_owned();
    rocky_schema::SchemaName::new(key(&name.schema.catalog), key(&name.schema.schema))
        .table(key(&name.table))
}

/// A model's name as the warehouse stores it.
pub(crate) fn stored(model: &Model) -> String {
    model.home.rules.stored(&model.name, false).into_owned()
}

impl<'m> Index<'m> {
    /// Of models that are counted in this order.
    pub(crate) fn new(models: impl IntoIterator<Item = &'m Model>) -> Self {
        let mut index = Self {
            plain: HashMap::new(),
            placed: HashMap::new(),
        };
        for (place, model) in models.into_iter().enumerate() {
            let adapter = model.home.adapter.as_str();
            let stored = stored(model);
            if let Some(target) = &model.target {
                let name = key(&model.home, &target.table(stored.as_str()));
                index.placed.entry((adapter, name)).or_insert(place);
            }
            let plain = model.home.rules.tables.key(&stored).into_owned();
            index.plain.entry((adapter, plain)).or_default().push(place);
        }
        index
    }

    /// The model that a name in a query of this home stands for.
    pub(crate) fn find(&self, home: &'m Home, path: &RelationPath) -> Option<usize> {
        let here = || {
            let name = key(home, &path.table(home)?);
            let place = self.placed.get(&(home.adapter.as_str(), name));
            place.copied()
        };
        match self.namesakes(home, path) {
            None => here(),
            Some([only]) => Some(*only),
            // The one is meant that is where the query's own names are.
            Some(several) => here().or(several.first().copied()),
        }
    }

    /// Whether a name stands for several models, of which none is where the query's own names are.
    pub(crate) fn is_ambiguous(&self, home: &'m Home, path: &RelationPath) -> bool {
        let is_here = |name: TableName| {
            let name = key(home, &name);
            self.placed.contains_key(&(home.adapter.as_str(), name))
        };
        self.namesakes(home, path).is_some_and(|it| it.len() > 1)
            && !path.table(home).is_some_and(is_here)
    }

    /// The models of a name that is written without catalog and schema; `None` where it has them, or there is no such model.
    fn namesakes(&self, home: &'m Home, path: &RelationPath) -> Option<&[usize]> {
        let [part] = path.parts.as_slice() else {
            return None;
        };
        let plain = home.rules.tables.key(part).into_owned();
        let models = self.plain.get(&(home.adapter.as_str(), plain))?;
        Some(models)
    }

    /// The models that share their table with others, as far as is known where models are materialised.
    pub(crate) fn of_same_table(&self, models: &[&Model]) -> Vec<Vec<usize>> {
        let mut twins = Vec::new();
        for places in self.plain.values().filter(|places| places.len() > 1) {
            let mut tables: HashMap<Option<TableName>, Vec<usize>> = HashMap::new();
            for place in places {
                let model = models[*place];
                let target = model.target.as_ref();
                let table = target.map(|it| key(&model.home, &it.table(stored(model).as_str())));
                tables.entry(table).or_default().push(*place);
            }
            twins.extend(tables.into_values().filter(|places| places.len() > 1));
        }
        twins
    }
}

/// An order in which every node comes after those that it reads, but for cycles, whose nodes come one after the other.
/// Returns the order, and for each node the number of its cycle, if it is in one.
pub(super) fn order(reads: &[Vec<usize>]) -> (Vec<usize>, Vec<Option<usize>>) {
    let mut walk = Walk {
        reads,
        number: vec![None; reads.len()],
        lowest: vec![0; reads.len()],
        on_stack: vec![false; reads.len()],
        stack: Vec::new(),
        order: Vec::with_capacity(reads.len()),
        cycle: vec![None; reads.len()],
        count: 0,
        cycles: 0,
    };
    for node in 0..reads.len() {
        if walk.number[node].is_none() {
            walk.from(node);
        }
    }
    (walk.order, walk.cycle)
}

/// Tarjan's walk over strongly connected components, with a stack of its own: chains of models may be long.
struct Walk<'r> {
    reads: &'r [Vec<usize>],
    number: Vec<Option<usize>>,
    lowest: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    order: Vec<usize>,
    cycle: Vec<Option<usize>>,
    count: usize,
    cycles: usize,
}

impl Walk<'_> {
    fn enter(&mut self, node: usize) {
        self.number[node] = Some(self.count);
        self.lowest[node] = self.count;
        self.count += 1;
        self.stack.push(node);
        self.on_stack[node] = true;
    }

    fn from(&mut self, start: usize) {
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        self.enter(start);
        while let Some((node, next)) = path.last_mut() {
            let node = *node;
            if let Some(&read) = self.reads[node].get(*next) {
                *next += 1;
                match self.number[read] {
                    None => {
                        self.enter(read);
                        path.push((read, 0));
                    }
                    Some(number) if self.on_stack[read] => {
                        self.lowest[node] = self.lowest[node].min(number);
                    }
                    Some(_) => {}
                }
                continue;
            }
            path.pop();
            if let Some((reader, _)) = path.last() {
                self.lowest[*reader] = self.lowest[*reader].min(self.lowest[node]);
            }
            if Some(self.lowest[node]) == self.number[node] {
                self.leave(node);
            }
        }
    }

    /// Takes the component that begins with `node` off the stack.
    fn leave(&mut self, node: usize) {
        let begin = self
            .stack
            .iter()
            .rposition(|other| *other == node)
            .unwrap_or(0);
        let component = self.stack.split_off(begin);
        let is_cycle = component.len() > 1;
        for member in component {
            self.on_stack[member] = false;
            self.cycle[member] = is_cycle.then_some(self.cycles);
            self.order.push(member);
        }
        self.cycles += usize::from(is_cycle);
    }
}

/// The shortest way from `start` back to it, through nodes of its cycle.
pub(super) fn round_trip(
    reads: &[Vec<usize>],
    cycle: &[Option<usize>],
    start: usize,
) -> Vec<usize> {
    let mut from: HashMap<usize, usize> = HashMap::new();
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for &read in &reads[node] {
            if cycle[read] != cycle[start] {
                continue;
            }
            if read == start {
                let mut trip = vec![start];
                let mut node = node;
                while node != start {
                    trip.push(node);
                    node = from[&node];
                }
                trip.push(start);
                trip.reverse();
                return trip;
            }
            if let std::collections::hash_map::Entry::Vacant(entry) = from.entry(read) {
                entry.insert(node);
                queue.push_back(read);
            }
        }
    }
    vec![start]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(reads: &[&[usize]], expected: &[usize], cycles: &[Option<usize>]) {
        let reads: Vec<Vec<usize>> = reads.iter().map(|reads| reads.to_vec()).collect();
        let (order, cycle) = order(&reads);
        assert_eq!((order.as_slice(), cycle.as_slice()), (expected, cycles));
    }

    #[test]
    fn what_is_read_comes_first() {
        check(&[&[1, 2], &[2], &[]], &[2, 1, 0], &[None, None, None]);
        check(&[&[], &[0], &[0]], &[0, 1, 2], &[None, None, None]);
    }

    #[test]
    fn cycles_are_found_and_what_reads_them_is_not_in_them() {
        check(&[&[1], &[0], &[0]], &[0, 1, 2], &[Some(0), Some(0), None]);
        let reads = [vec![1], vec![2], vec![0, 1]];
        let (_, cycle) = order(&reads);
        assert_eq!(round_trip(&reads, &cycle, 0), [0, 1, 2, 0]);
        assert_eq!(round_trip(&reads, &cycle, 1), [1, 2, 1]);
    }

    #[test]
    fn a_chain_of_a_hundred_thousand_models_is_ordered() {
        let reads: Vec<Vec<usize>> = (0..100_000)
            .map(|node| vec![node + 1])
            .chain([vec![]])
            .collect();
        assert_eq!(order(&reads).0.first(), Some(&100_000));
    }
}
