//! Runs side by side: several at once, their results in the order they were asked for.
//!
//! The threads of the process are shared out among the jobs, so that as many work as without. What a run finds does not depend
//! on how many threads it has, so neither do results on the number of jobs.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// A search may go deep; a thread of its own has as much room as the first thread of a process \[bytes\].
const STACK: usize = 16 << 20;

/// What is done so far.
struct Done<R, T> {
    results: Vec<Option<R>>,
    /// The first item whose result was not told yet.
    next: usize,
    tell: T,
}

impl<R, T: FnMut(usize, &R)> Done<R, T> {
    fn put(&mut self, number: usize, result: R) {
        self.results[number] = Some(result);
        while let Some(Some(result)) = self.results.get(self.next) {
            (self.tell)(self.next, result);
            self.next += 1;
        }
    }
}

/// Works on every item, on up to `jobs` of them at once, until `stop` says that no more shall begin. Results are told and given
/// back in the order of the items; an item that was not begun has none.
pub fn side_by_side<I: Sync, R: Send>(
    items: &[I],
    jobs: usize,
    stop: &(dyn Fn() -> bool + Sync),
    work: impl Fn(usize, &I) -> R + Sync,
    tell: impl FnMut(usize, &R) + Send,
) -> Vec<Option<R>> {
    let jobs = jobs.clamp(1, items.len().max(1));
    let done = Mutex::new(Done { results: items.iter().map(|_| None).collect(), next: 0, tell });
    let begun = AtomicUsize::new(0);
    let worker = || {
        while !stop() {
            let number = begun.fetch_add(1, Ordering::SeqCst);
            let Some(item) = items.get(number) else { break };
            let result = work(number, item);
            done.lock().unwrap_or_else(PoisonError::into_inner).put(number, result);
        }
    };
    if jobs == 1 {
        worker();
    } else {
        let threads = rayon::current_num_threads().div_ceil(jobs);
        thread::scope(|scope| {
            for _ in 0..jobs {
                scope.spawn(|| {
                    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).build();
                    match pool {
                        Ok(pool) => pool.install(worker),
                        // A system that gives no more threads still works on with those there are.
                        Err(_) => worker(),
                    }
                });
            }
        });
    }
    done.into_inner().unwrap_or_else(PoisonError::into_inner).results
}

/// As many jobs as there are threads, at most one an item, unless a number is asked for.
pub fn number_of_jobs(asked: Option<usize>, items: usize) -> usize {
    asked.unwrap_or_else(rayon::current_num_threads).clamp(1, items.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;
    use std::time::Duration;

    #[test]
    fn results_are_told_in_the_order_of_the_items_whoever_is_first() {
        let items: Vec<u64> = (0..20).collect();
        for jobs in [1, 3, 50] {
            let mut told = Vec::new();
            // The early items take longest.
            let work = |_: usize, item: &u64| {
                thread::sleep(Duration::from_millis(20 - item));
                item * item
            };
            let results = side_by_side(&items, jobs, &|| false, work, |number, result| told.push((number, *result)));
            let expected: Vec<(usize, u64)> = (0..20).map(|number| (number, (number * number) as u64)).collect();
            assert_eq!(told, expected);
            assert_eq!(results, expected.iter().map(|(_, square)| Some(*square)).collect::<Vec<_>>());
        }
    }

    #[test]
    fn nothing_begins_once_it_is_stopped() {
        let (stopped, items) = (AtomicBool::new(false), [0, 1, 2, 3, 4, 5]);
        let work = |number: usize, _: &i32| {
            if number == 2 {
                stopped.store(true, Ordering::SeqCst);
            }
            number
        };
        let results = side_by_side(&items, 1, &|| stopped.load(Ordering::SeqCst), work, |_, _| ());
        assert_eq!(results, [Some(0), Some(1), Some(2), None, None, None]);
    }
}
