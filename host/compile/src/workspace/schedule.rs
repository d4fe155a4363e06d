//! Work that depends on other work, on several threads.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::on_deep_stack;

/// Does `work` for every node, after it was done for all that the node reads. `reads` has no cycles; nodes of which `order` speaks first
/// are begun first.
pub(super) fn in_order(
    threads: NonZeroUsize,
    order: &[usize],
    reads: &[Vec<usize>],
    work: &(dyn Fn(usize) + Sync),
) {
    let threads = threads.get().min(order.len());
    if threads <= 1 {
        order.iter().for_each(|node| work(*node));
        return;
    }
    let mut readers = vec![Vec::new(); reads.len()];
    for (node, reads) in reads.iter().enumerate() {
        reads.iter().for_each(|read| readers[*read].push(node));
    }
    let waits: Vec<usize> = reads.iter().map(Vec::len).collect();
    let ready = order
        .iter()
        .copied()
        .filter(|node| waits[*node] == 0)
        .collect();
    let queue = Queue {
        state: Mutex::new(State {
            ready,
            waits,
            left: order.len(),
        }),
        changed: Condvar::new(),
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| on_deep_stack(|| queue.work(&readers, work)));
        }
        queue.work(&readers, work);
    });
}

struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    ready: VecDeque<usize>,
    /// For how many others each node waits.
    waits: Vec<usize>,
    left: usize,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes nodes until there are none left.
    fn work(&self, readers: &[Vec<usize>], work: &(dyn Fn(usize) + Sync)) {
        let mut state = self.lock();
        loop {
            let Some(node) = state.ready.pop_front() else {
                if state.left == 0 {
                    return;
                }
                state = self
                    .changed
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            drop(state);
            // Even if the work panics, others must not wait for it for ever.
            let done = Done {
                queue: self,
                readers,
                node,
            };
            work(node);
            drop(done);
            state = self.lock();
        }
    }
}

/// Lets those begin that waited for a node, when dropped.
struct Done<'q> {
    queue: &'q Queue,
    readers: &'q [Vec<usize>],
    node: usize,
}

impl Drop for Done<'_> {
    fn drop(&mut self) {
        let mut state = self.queue.lock();
        state.left -= 1;
        for reader in &self.readers[self.node] {
            state.waits[*reader] -= 1;
            if state.waits[*reader] == 0 {
                state.ready.push_back(*reader);
            }
        }
        drop(state);
        self.queue.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_comes_once_and_after_what_it_reads() {
        let reads: Vec<Vec<usize>> = (0..200)
            .map(|node| {
                [node / 2, node / 3]
                    .into_iter()
                    .filter(|read| *read < node)
                    .collect()
            })
            .map(|mut reads: Vec<usize>| {
                reads.dedup();
                reads
            })
            .collect();
        let order: Vec<usize> = (0..200).collect();
        for threads in [1, 4] {
            let done = Mutex::new(Vec::new());
            let threads = NonZeroUsize::new(threads).expect("it is not zero");
            in_order(threads, &order, &reads, &|node| {
                let mut done = done.lock().expect("nobody panics");
                assert!(reads[node].iter().all(|read| done.contains(read)));
                done.push(node);
            });
            let mut done = done.into_inner().expect("nobody panics");
            done.sort_unstable();
            assert_eq!(done, order);
        }
    }
}
