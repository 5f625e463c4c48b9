//! Who may ask: the page itself and programs on this machine, and nobody through somebody's browser.
//!
//! * **Host.** A page of another name that was made to point here ("DNS rebinding") says its own name in `Host`: only names of
//!   this machine are answered. An address cannot be made to point elsewhere, so where strangers are allowed any address will do.
//! * **Origin and Sec-Fetch-Site.** A browser says from which page it asks: only our own, or the user by hand.
//! * **Content type and token.** What writes or solves is JSON and brings the secret that stands in the page alone: no form and
//!   no page of another origin can send either.

use std::net::IpAddr;

use super::wire::{Answer, Head};

/// The header in which the page brings its secret.
pub(super) const TOKEN_HEADER: &str = "x-sparenet-token";

/// What a request has to keep to.
#[derive(Debug)]
pub(super) struct Guard {
    /// The name under which it was asked to listen.
    host: String,
    port: u16,
    /// Are others than this machine allowed?
    remote: bool,
    /// The secret that stands in the page.
    pub token: String,
}

impl Guard {
    /// A guard with a new secret.
    ///
    /// # Errors
    /// Where the system gives no random bytes.
    pub fn new(host: &str, port: u16, remote: bool) -> std::io::Result<Self> {
        let mut secret = [0_u8; 16];
        getrandom::fill(&mut secret).map_err(|error| std::io::Error::other(error.to_string()))?;
        let token = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { host: host.to_ascii_lowercase(), port, remote, token })
    }

    /// Refuses what does not come from our own page, the user or a program.
    pub fn check(&self, head: &Head) -> Result<(), Answer> {
        let host = head.header("host").map(str::to_ascii_lowercase);
        let Some(host) = host.filter(|host| self.knows(host)) else {
            return Err(Answer::refusal(421, "this Host is not served here"));
        };
        let own = format!("http://{host}");
        if head.all("origin").any(|origin| !origin.eq_ignore_ascii_case(&own)) {
            return Err(Answer::refusal(403, "requests from other sites are refused"));
        }
        if head.all("sec-fetch-site").any(|site| !["same-origin", "none"].contains(&site)) {
            return Err(Answer::refusal(403, "requests from other sites are refused"));
        }
        if head.method == "POST" {
            let kind = head.header("content-type").unwrap_or_default();
            let kind = kind.split(';').next().unwrap_or_default().trim();
            if !kind.eq_ignore_ascii_case("application/json") {
                return Err(Answer::refusal(415, "a body is application/json"));
            }
            let token = head.header(TOKEN_HEADER).unwrap_or_default();
            if !same(token, &self.token) {
                return Err(Answer::refusal(403, "the token of the page is missing; load the page again"));
            }
        }
        Ok(())
    }

    /// Is that a name of this machine?
    fn knows(&self, host: &str) -> bool {
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, port.parse().ok()),
            _ => (host, Some(80)),
        };
        if port != Some(self.port) {
            return false;
        }
        let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
        match bare.parse::<IpAddr>() {
            Ok(address) => self.remote || address.is_loopback(),
            Err(_) => name == "localhost" || name == self.host,
        }
    }
}

/// Are two secrets the same? It takes as long whichever letter differs.
fn same(left: &str, right: &str) -> bool {
    left.len() == right.len()
        && left.bytes().zip(right.bytes()).fold(0, |seen, (left, right)| seen | (left ^ right)) == 0
}
