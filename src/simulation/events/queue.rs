//! What happens next.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Something that happens at a time.
#[derive(Debug, Clone, Copy)]
struct Event<T> {
    time: f64,
    /// Of two events at one time the one with the lesser number comes first.
    number: u64,
    what: T,
}

impl<T> PartialEq for Event<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T> Eq for Event<T> {}

impl<T> PartialOrd for Event<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Event<T> {
    /// The greatest is the soonest: the standard heap gives the greatest first.
    fn cmp(&self, other: &Self) -> Ordering {
        other.time.total_cmp(&self.time).then(other.number.cmp(&self.number))
    }
}

/// Events in order of time, then of their numbers.
#[derive(Debug)]
pub(super) struct Queue<T>(BinaryHeap<Event<T>>);

impl<T: Copy> Queue<T> {
    /// Nothing happens.
    pub fn new() -> Self {
        Self(BinaryHeap::new())
    }

    /// Something will happen.
    pub fn push(&mut self, time: f64, number: u64, what: T) {
        self.0.push(Event { time, number, what });
    }

    /// The soonest, taken out.
    pub fn pop(&mut self) -> Option<(f64, T)> {
        self.0.pop().map(|event| (event.time, event.what))
    }

    /// The soonest, taken out if it happens no later than a time.
    #[inline]
    pub fn pop_until(&mut self, time: f64) -> Option<(f64, T)> {
        if self.0.peek()?.time <= time { self.pop() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::Queue;

    #[test]
    fn the_soonest_comes_first_and_of_two_at_one_time_the_lesser_number() {
        let mut queue = Queue::new();
        for (time, number, what) in [(2.0, 1, 'd'), (1.0, 3, 'b'), (1.0, 2, 'a'), (1.5, 4, 'c')] {
            queue.push(time, number, what);
        }
        assert_eq!(queue.pop_until(0.5), None);
        assert_eq!(queue.pop_until(1.0), Some((1.0, 'a')));
        let rest: Vec<char> = std::iter::from_fn(|| queue.pop()).map(|(_, what)| what).collect();
        assert_eq!(rest, ['b', 'c', 'd']);
    }
}
