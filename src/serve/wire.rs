//! HTTP/1.1 as far as a page on one's own machine needs it: one request a connection, and every wait has an end.
//!
//! A client that is slow, says nonsense or goes away costs a thread until its time is over, and nobody else anything.
//! The head is judged before the body is read, so a request that is refused brings nothing in.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use percent_encoding::percent_decode_str;

/// A head is no longer \[bytes\].
const LONGEST_HEAD: usize = 16 * 1024;
/// A body is no longer \[bytes\].
pub(super) const LONGEST_BODY: usize = 1024 * 1024;
/// A head has no more header lines.
const MOST_HEADERS: usize = 64;
/// A request has arrived after so long, or never will.
const READ_WITHIN: Duration = Duration::from_secs(10);
/// An answer has been taken after so long.
const WRITE_WITHIN: Duration = Duration::from_secs(30);
/// How long a refused client may go on talking before it is cut off; else the refusal might be lost with its words.
const LINGER: Duration = Duration::from_millis(500);
/// How often a wait looks whether the server is to end.
const BEAT: Duration = Duration::from_millis(100);

/// The first line of a request and its headers.
#[derive(Debug)]
pub(super) struct Head {
    /// The method.
    pub method: String,
    /// The pieces of the path, decoded.
    pub path: Vec<String>,
    /// What follows the question mark, decoded.
    pub query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
}

impl Head {
    /// A header by its name in small letters, if it is given just once.
    pub fn header<'h>(&'h self, name: &'h str) -> Option<&'h str> {
        let mut given = self.all(name);
        given.next().filter(|_| given.next().is_none())
    }

    /// Every header of that name.
    pub fn all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h str> {
        self.headers.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// A value of the query.
    pub fn asked(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// What is answered.
#[derive(Debug)]
pub(super) struct Answer {
    /// The status code.
    pub status: u16,
    /// The media type.
    pub kind: &'static str,
    /// The policy that the browser keeps for what is answered.
    pub policy: &'static str,
    /// The body.
    pub body: Vec<u8>,
}

/// What data may do in a browser: nothing.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

impl Answer {
    /// A JSON value.
    pub fn json(status: u16, value: &serde_json::Value) -> Self {
        let body = format!("{value:#}\n").into_bytes();
        Self { status, kind: "application/json; charset=utf-8", policy: NOTHING, body }
    }

    /// Why not.
    pub fn refusal(status: u16, why: &str) -> Self {
        Self::json(status, &serde_json::json!({"error": why}))
    }
}

/// Why there is no request.
#[derive(Debug)]
pub(super) enum Unheard {
    /// The client has gone, or was too slow.
    Gone,
    /// It is told why.
    Refused(Answer),
}

impl Unheard {
    fn refused(status: u16, why: &str) -> Self {
        Self::Refused(Answer::refusal(status, why))
    }
}

/// A connection with a client.
pub(super) struct Wire<'w> {
    stream: &'w TcpStream,
    stop: &'w (dyn Fn() -> bool + Sync),
    deadline: Instant,
    /// What has arrived behind the head.
    rest: Vec<u8>,
}

impl<'w> Wire<'w> {
    /// A wire over a connection; `stop` tells that the server is to end.
    pub fn new(stream: &'w TcpStream, stop: &'w (dyn Fn() -> bool + Sync)) -> Self {
        Self { stream, stop, deadline: Instant::now() + READ_WITHIN, rest: Vec::new() }
    }

    /// Reads the head of a request.
    pub fn head(&mut self) -> Result<Head, Unheard> {
        let mut text = Vec::new();
        loop {
            let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
            let mut request = httparse::Request::new(&mut headers);
            match request.parse(&text) {
                Ok(httparse::Status::Complete(end)) => {
                    let head = head(&request);
                    self.rest = text[end..].to_vec();
                    return head;
                }
                Ok(httparse::Status::Partial) if text.len() < LONGEST_HEAD => {}
                Ok(httparse::Status::Partial) | Err(httparse::Error::TooManyHeaders) => {
                    return Err(Unheard::refused(431, "the head of the request is too long"));
                }
                Err(_) => return Err(Unheard::refused(400, "this is no HTTP request")),
            }
            self.more(&mut text)?;
        }
    }

    /// Reads the body that a head announces.
    pub fn body(&mut self, head: &Head) -> Result<Vec<u8>, Unheard> {
        if head.all("transfer-encoding").next().is_some() {
            return Err(Unheard::refused(411, "say how long the body is (Content-Length)"));
        }
        let length = match (head.header("content-length"), head.all("content-length").count()) {
            (_, 0) => return Err(Unheard::refused(411, "say how long the body is (Content-Length)")),
            (Some(length), _) => {
                length.parse::<usize>().ok().filter(|_| length.bytes().all(|byte| byte.is_ascii_digit()))
            }
            (None, _) => None,
        };
        let Some(length) = length else { return Err(Unheard::refused(400, "Content-Length is no length")) };
        if length > LONGEST_BODY {
            return Err(Unheard::refused(413, &format!("a body is no longer than {LONGEST_BODY} bytes")));
        }
        if head.header("expect").is_some_and(|expect| expect.eq_ignore_ascii_case("100-continue")) {
            self.write(b"HTTP/1.1 100 Continue\r\n\r\n");
        }
        let mut body = std::mem::take(&mut self.rest);
        while body.len() < length {
            self.more(&mut body)?;
        }
        body.truncate(length);
        Ok(body)
    }

    /// Sends an answer and ends the connection.
    pub fn answer(mut self, answer: &Answer) {
        let Answer { status, kind, policy, body } = answer;
        let head = format!(
            "HTTP/1.1 {status} {}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nContent-Security-Policy: {policy}\r\n\
             X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nCross-Origin-Resource-Policy: same-origin\r\n\
             Cross-Origin-Opener-Policy: same-origin\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n",
            phrase(*status),
            body.len()
        );
        let mut whole = head.into_bytes();
        whole.extend_from_slice(body);
        self.write(&whole);
        // A connection that is closed over unread words is reset, and the answer may be lost with it.
        let _ = self.stream.shutdown(Shutdown::Write);
        self.deadline = Instant::now() + LINGER;
        let mut unread = Vec::new();
        while self.more(&mut unread).is_ok() {
            unread.clear();
        }
    }

    /// Reads what has arrived; it ends where nothing comes in time.
    fn more(&mut self, into: &mut Vec<u8>) -> Result<(), Unheard> {
        let mut piece = [0; 8 * 1024];
        loop {
            let left = self.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || (self.stop)() || self.stream.set_read_timeout(Some(left.min(BEAT))).is_err() {
                return Err(Unheard::Gone);
            }
            match self.stream.read(&mut piece) {
                Ok(0) => return Err(Unheard::Gone),
                Ok(read) => {
                    into.extend_from_slice(&piece[..read]);
                    return Ok(());
                }
                Err(error) if waits(error.kind()) => {}
                Err(_) => return Err(Unheard::Gone),
            }
        }
    }

    /// Writes as much as the client takes in time; one that has gone away is no error.
    fn write(&mut self, mut text: &[u8]) {
        let deadline = Instant::now() + WRITE_WITHIN;
        while !text.is_empty() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || (self.stop)() || self.stream.set_write_timeout(Some(left.min(BEAT))).is_err() {
                return;
            }
            match self.stream.write(text) {
                Ok(0) => return,
                Ok(written) => text = &text[written..],
                Err(error) if waits(error.kind()) => {}
                Err(_) => return,
            }
        }
    }
}

/// Is nothing wrong but the wait?
fn waits(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

fn head(request: &httparse::Request<'_, '_>) -> Result<Head, Unheard> {
    let target = request.path.unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let foreign = || Unheard::refused(400, "the path is no text");
    let decoded = |text: &str| percent_decode_str(text).decode_utf8().ok().map(|text| text.into_owned());
    let Some(path) = path.strip_prefix('/') else { return Err(Unheard::refused(400, "a path begins with `/`")) };
    let path = path.split('/').map(decoded).collect::<Option<Vec<String>>>().ok_or_else(foreign)?;
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((decoded(&name.replace('+', " "))?, decoded(&value.replace('+', " "))?))
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let query = pairs.map(pair).collect::<Option<Vec<_>>>().ok_or_else(foreign)?;
    let header = |header: &httparse::Header<'_>| {
        let value = std::str::from_utf8(header.value).ok()?;
        Some((header.name.to_ascii_lowercase(), value.trim().to_owned()))
    };
    let headers = request.headers.iter().map(header).collect::<Option<Vec<_>>>();
    let headers = headers.ok_or_else(|| Unheard::refused(400, "a header is no text"))?;
    Ok(Head { method: request.method.unwrap_or_default().to_owned(), path, query, headers })
}

/// The words of a status code.
fn phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        411 => "Length Required",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        421 => "Misdirected Request",
        422 => "Unprocessable Content",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}
