//! Which parts have to be lived together: those that share the servers of a repair shop, directly or through others.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::load::Task;
use crate::scenario::{PartId, RegionId, SiteId};

use super::block::Block;
use super::scene::Scene;

/// A part with its jobs.
pub(super) type Tasks = (Option<PartId>, Vec<(RegionId, Task)>);

/// The blocks of parts, in groups that share no servers, in order of their first part.
pub(super) fn clusters(scene: &Scene, tasks: &[Tasks]) -> Vec<Vec<Block>> {
    let blocks: Vec<Block> = tasks.par_iter().map(|(part, tasks)| Block::of(scene, *part, tasks)).collect();
    let mut leader: Vec<usize> = (0..blocks.len()).collect();
    let mut first_at: BTreeMap<SiteId, usize> = BTreeMap::new();
    for (number, block) in blocks.iter().enumerate() {
        for item in block.items.iter().filter(|item| item.in_shop) {
            let first = *first_at.entry(item.site).or_insert(number);
            let (left, right) = (root(&mut leader, first), root(&mut leader, number));
            leader[left.max(right)] = left.min(right);
        }
    }
    let mut groups: BTreeMap<usize, Vec<Block>> = BTreeMap::new();
    for (number, block) in blocks.into_iter().enumerate() {
        groups.entry(root(&mut leader, number)).or_default().push(block);
    }
    groups.into_values().collect()
}

/// The least part of a group; on the way everyone is told of it.
fn root(leader: &mut [usize], number: usize) -> usize {
    let mut root = number;
    while leader[root] != root {
        root = leader[root];
    }
    let mut next = number;
    while next != root {
        next = std::mem::replace(&mut leader[next], root);
    }
    root
}
