//! What is asked of a search on the command line, whichever command begins it.

use std::path::PathBuf;

use clap::Args;

use super::Settings;

#[derive(Debug, Args)]
pub struct SearchArguments {
    /// The search may end at this (objective − bound) / objective, such as 0.5% or 0.005
    #[arg(long)]
    gap: Option<String>,
    /// A search ends after this time, such as 60s, 5m or 90; the best plan is kept
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    time_limit: Option<f64>,
    /// Threads to use; plans are the same for any number [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// How many scenarios are solved at once; they share the threads, and what is found is the same for any number
    /// [default: as many as there are threads]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Seed of every random choice
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    #[command(flatten)]
    settings: Settings,
}

impl SearchArguments {
    /// Takes as many threads as are asked for.
    pub fn take_threads(&self) {
        if let Some(threads) = self.threads {
            // A pool that exists already keeps its size; the plan is the same for any.
            let _ = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build_global();
        }
    }

    /// The keys of scenario.toml that the command line gives.
    pub fn settings(&self) -> Vec<String> {
        let mut settings = self.settings.set.clone();
        if let Some(gap) = &self.gap {
            let quoted = if gap.ends_with('%') { format!("\"{gap}\"") } else { gap.clone() };
            settings.push(format!("planning.gap={quoted}"));
        }
        if let Some(limit) = self.time_limit {
            settings.push(format!("planning.time_limit_seconds={limit}"));
        }
        if let Some(seed) = self.seed {
            settings.push(format!("planning.seed={seed}"));
        }
        settings
    }

    /// How many of so many runs are made at once.
    pub fn jobs(&self, runs: usize) -> usize {
        sparenet::jobs::number_of_jobs(self.jobs.map(usize::from), runs)
    }
}

/// Reads `60`, `60s`, `1.5m` or `2h` as seconds.
pub(super) fn seconds(text: &str) -> Result<f64, String> {
    let (number, unit) = match text.chars().last() {
        Some('s') => (&text[..text.len() - 1], 1.0),
        Some('m') => (&text[..text.len() - 1], 60.0),
        Some('h') => (&text[..text.len() - 1], 3600.0),
        _ => (text, 1.0),
    };
    let value: f64 = number.trim().parse().map_err(|_| "write a time such as 60s, 5m or 90".to_owned())?;
    if value.is_finite() && value > 0.0 { Ok(value * unit) } else { Err("a time is greater than zero".to_owned()) }
}

/// The folders that patterns such as `scenarios/europe-*` mean where no shell expanded them: those with a scenario (or, with
/// `plans`, a plan). A name without a pattern, or of a folder that is there, stands for itself.
pub fn folders(named: &[PathBuf], plans: bool) -> Result<Vec<PathBuf>, String> {
    let mut folders = Vec::new();
    for name in named {
        let text = name.to_string_lossy();
        if name.exists() || !text.contains(['*', '?', '[']) {
            folders.push(name.clone());
            continue;
        }
        let found = glob::glob(&text).map_err(|error| format!("`{text}` is no pattern: {error}"))?;
        let belongs = |path: &PathBuf| {
            path.join("scenario.toml").is_file()
                || path.is_file() && path.ends_with("scenario.toml")
                || plans && path.join("plan.json").is_file()
        };
        // What cannot be looked into is no folder of ours.
        let found: Vec<PathBuf> = found.filter_map(Result::ok).filter(belongs).collect();
        if found.is_empty() {
            let what = if plans { "scenario and no plan" } else { "scenario" };
            return Err(format!("no {what} matches `{text}`"));
        }
        folders.extend(found);
    }
    Ok(folders)
}
