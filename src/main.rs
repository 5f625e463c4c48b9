//! The command line of sparenet.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
