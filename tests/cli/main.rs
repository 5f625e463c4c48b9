//! The program as its users meet it: the binary is run, its exit code, its words and its files are read.
//!
//! Every test works in a temporary directory of its own.

mod choices;
mod classes;
mod compared;
mod conditions;
mod contacts;
mod direct;
mod evaluated;
mod exits;
mod explained;
mod exported;
mod faulty;
mod formats;
mod frontiers;
mod guarantees;
mod history;
mod impossible;
mod mended;
mod offered;
mod overlays;
mod published;
mod regrets;
mod relaxed;
mod repairs;
mod reported;
mod rolled;
mod room;
mod same;
mod satisfied;
mod seasons;
mod served;
mod setup;
mod several;
mod simulated;
mod small;
mod spilled;
mod supply;
mod swept;
mod theory;
mod together;
mod verified;
mod ways;
mod workbooks;
