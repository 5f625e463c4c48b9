//! The command line of sparenet.

fn main() {}
