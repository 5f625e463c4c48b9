//! `serve`: a page on one's own machine.

use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::path::PathBuf;

use clap::Args;
use sparenet::serve::{Served, serve as answer};

use super::progress::{catch_interrupts, interrupted};
use super::{Exit, note, say};

#[derive(Debug, Args)]
pub struct ServeArguments {
    /// The folder of scenario folders
    #[arg(value_name = "FOLDER", default_value = "scenarios")]
    pub folder: PathBuf,
    /// The port; 0: any that is free
    #[arg(long, value_name = "N", default_value_t = 8173)]
    pub port: u16,
    /// The name or address to listen at; others than this machine's own need --allow-remote
    #[arg(long, value_name = "HOST", default_value = "127.0.0.1")]
    pub host: String,
    /// Listen at an address that other machines reach: whoever reaches it may read, edit and solve
    #[arg(long)]
    pub allow_remote: bool,
    /// Where plans are written and looked for
    #[arg(long, value_name = "DIR", default_value = "plans")]
    pub plans: PathBuf,
}

pub fn serve(arguments: &ServeArguments) -> Exit {
    let host = arguments.host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let addresses: Vec<SocketAddr> = match (host.as_str(), arguments.port).to_socket_addrs() {
        Ok(addresses) => addresses.collect(),
        Err(error) => {
            note(&format!("error: `{host}` is no host: {error}\n"));
            return Exit::Usage;
        }
    };
    if !arguments.allow_remote && !addresses.iter().all(|address| address.ip().is_loopback()) {
        note(&format!(
            "error: other machines reach `{host}`: whoever does could read, edit and solve\n\
             hint: leave --host out, or say --allow-remote if that is what you want\n"
        ));
        return Exit::Usage;
    }
    if !arguments.folder.is_dir() {
        note(&format!("error: there is no folder `{}`\n", arguments.folder.display()));
        return Exit::FileSystem;
    }
    let listening = TcpListener::bind(addresses.as_slice()).and_then(|listener| Ok((listener.local_addr()?, listener)));
    let (address, listener) = match listening {
        Ok(listening) => listening,
        Err(error) => {
            note(&format!("error: cannot listen at {host} port {}: {error}\n", arguments.port));
            return Exit::FileSystem;
        }
    };
    catch_interrupts();
    say(&format!("http://{address}/\n"));
    note("Ctrl-C ends it; a search that goes on then keeps its best plan\n");
    let served = Served {
        scenarios: arguments.folder.clone(),
        plans: arguments.plans.clone(),
        host,
        remote: arguments.allow_remote,
    };
    match answer(&listener, served, &interrupted) {
        Ok(()) => Exit::Interrupted,
        Err(error) => {
            note(&format!("error: cannot serve: {error}\n"));
            Exit::FileSystem
        }
    }
}
