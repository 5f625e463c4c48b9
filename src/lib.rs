//! sparenet plans spare-parts supply and repair-outlet networks: where to open, who serves whom, how many of which part
//! to keep where, so that every promise is kept at least cost, with a bound that says how close to the best it is.

pub mod compare;
pub mod conditions;
pub mod cost;
pub mod customs;
pub mod demand;
pub mod diagnosis;
pub mod exchange;
pub mod explain;
pub mod export;
pub mod frontier;
pub mod jobs;
pub mod load;
pub mod location;
pub mod mip;
pub mod network;
pub mod optimise;
pub mod plan;
pub mod regret;
pub mod report;
pub mod resolve;
pub mod run;
pub mod scenario;
pub mod serve;
pub mod service;
pub mod simulation;
pub mod stocking;
pub mod sweep;
pub mod units;
pub mod verify;
pub mod watch;
