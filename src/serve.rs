//! A page on one's own machine: scenarios listed, edited as overlays, solved with progress, shown and compared.
//!
//! It is another door to the engine of the commands: overlays are the folders that a text editor would make, runs go through
//! [`solved`](crate::run::solved), and the JSON is that of `solve --json` and `compare --json`. This room alone of the library
//! reads a clock, because a network has to be given up in time.

mod guard;
mod overlay;
mod routes;
mod runs;
mod shelf;
mod wire;

use std::io;
use std::net::{TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use guard::Guard;
use overlay::Desk;
use routes::Rooms;
use runs::Runs;
use shelf::Shelf;
use wire::{Answer, Head, Unheard, Wire};

/// More clients at once are turned away.
const MOST_CLIENTS: usize = 256;
/// How often a server with nobody at the door looks whether it is to end.
const BEAT: Duration = Duration::from_millis(15);

/// What is served.
#[derive(Debug, Clone)]
pub struct Served {
    /// The folder of scenario folders.
    pub scenarios: PathBuf,
    /// The folder of plan folders.
    pub plans: PathBuf,
    /// The name or address under which the server was asked to listen.
    pub host: String,
    /// May other machines ask?
    pub remote: bool,
}

/// Answers until `stop` says so; a run that goes on then ends with its best plan before this returns.
///
/// # Errors
/// Where the system gives no listener to ask or no random bytes.
pub fn serve(listener: &TcpListener, served: Served, stop: &(dyn Fn() -> bool + Sync)) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let guard = Guard::new(&served.host, listener.local_addr()?.port(), served.remote)?;
    let shelf = Shelf { scenarios: served.scenarios, plans: served.plans };
    let rooms = Rooms { shelf, desk: Desk::default(), runs: Runs::default(), token: guard.token.clone() };
    let clients = AtomicUsize::new(0);
    thread::scope(|scope| {
        scope.spawn(|| rooms.runs.work());
        while !stop() {
            // Nobody at the door, or a client that left before it was let in, or no handle free just now: wait a little.
            let Ok((stream, _)) = listener.accept() else {
                thread::sleep(BEAT);
                continue;
            };
            if clients.load(Ordering::SeqCst) >= MOST_CLIENTS {
                continue;
            }
            clients.fetch_add(1, Ordering::SeqCst);
            let attend = || {
                // A bug in one answer is no reason to leave the others without.
                let _ = catch_unwind(AssertUnwindSafe(|| client(&stream, &guard, &rooms, stop)));
                drop(stream);
                clients.fetch_sub(1, Ordering::SeqCst);
            };
            if thread::Builder::new().spawn_scoped(scope, attend).is_err() {
                clients.fetch_sub(1, Ordering::SeqCst);
            }
        }
        rooms.runs.close();
    });
    Ok(())
}

/// Hears one request and answers it.
fn client(stream: &TcpStream, guard: &Guard, rooms: &Rooms, stop: &(dyn Fn() -> bool + Sync)) {
    if stream.set_nonblocking(false).is_err() {
        return;
    }
    // An answer is written in one piece; waiting for more would only delay it.
    let _ = stream.set_nodelay(true);
    let mut wire = Wire::new(stream, stop);
    match heard(&mut wire, guard) {
        Ok((head, body)) => {
            let answered = catch_unwind(AssertUnwindSafe(|| rooms.answer(&head, &body)));
            wire.answer(&answered.unwrap_or_else(|_| Answer::refusal(500, "the server has a bug; please report it")));
        }
        Err(Unheard::Refused(answer)) => wire.answer(&answer),
        Err(Unheard::Gone) => {}
    }
}

fn heard(wire: &mut Wire<'_>, guard: &Guard) -> Result<(Head, Vec<u8>), Unheard> {
    let head = wire.head()?;
    guard.check(&head).map_err(Unheard::Refused)?;
    let body = if head.method == "POST" { wire.body(&head)? } else { Vec::new() };
    Ok((head, body))
}
