//! What a mask leaves behind: its placeholder, or what its `keep` says.

use super::{MaskKind, PathKeep, UrlKeep};

/// Stands for a part of a path that looks like an id.
const ID: &str = "<id>";

impl MaskKind {
    /// Appends what stands for `part`. `placeholder` is this mask's.
    pub fn replace(&self, part: &str, placeholder: &str, out: &mut String) {
        match self {
            Self::Url { keep: UrlKeep::Nothing } | Self::Path { keep: PathKeep::Nothing } => out.push_str(placeholder),
            Self::Url { keep } => url(part, *keep, placeholder, out),
            Self::Path { keep } => path(part, *keep, placeholder, out),
            _ => out.push_str(placeholder),
        }
    }
}

/// `scheme://user@host:port/path?query#fragment` (RFC 3986 §3).
fn url(url: &str, keep: UrlKeep, placeholder: &str, out: &mut String) {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    out.push_str(scheme);
    out.push_str("://");
    if keep == UrlKeep::Scheme {
        out.push_str(placeholder);
        return;
    }
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    if !host.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        // An address in brackets, or no host at all.
        out.push_str(placeholder);
        return;
    }
    out.push_str(host);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if keep == UrlKeep::Path {
        parts(path, out);
    } else {
        out.push('/');
        out.push_str(placeholder);
    }
}

fn path(path: &str, keep: PathKeep, placeholder: &str, out: &mut String) {
    let last = path.rfind(['/', '\\']).map_or(0, |at| at + 1);
    match keep {
        PathKeep::Nothing => out.push_str(placeholder),
        PathKeep::Extension => {
            out.push_str(placeholder);
            out.push_str(split_extension(&path[last..]).1);
        }
        PathKeep::Last => {
            out.push_str(placeholder);
            out.push_str(&path[last.saturating_sub(1)..last]);
            parts(&path[last..], out);
        }
        PathKeep::Shape => parts(path, out),
    }
}

/// The path with its ids masked, separators kept.
fn parts(path: &str, out: &mut String) {
    for piece in path.split_inclusive(['/', '\\']) {
        let (part, separator) = piece.split_at(piece.trim_end_matches(['/', '\\']).len());
        let (stem, extension) = split_extension(part);
        if is_id(stem) {
            out.push_str(ID);
            out.push_str(extension);
        } else {
            out.push_str(part);
        }
        out.push_str(separator);
    }
}

/// `("server", ".log")`: an extension is a letter and up to seven letters and digits after the last dot.
fn split_extension(name: &str) -> (&str, &str) {
    let at = name.rfind('.').unwrap_or(name.len());
    let extension = &name.as_bytes()[at..];
    let known = (2..=9).contains(&extension.len())
        && extension[1].is_ascii_alphabetic()
        && extension[1..].iter().all(u8::is_ascii_alphanumeric);
    if known && at > 0 { name.split_at(at) } else { (name, "") }
}

/// Whether a part of a path names one thing rather than a kind of things: a third of it is digits, or four digits stand in a row, or
/// it is long and has digits. `v2` and `oauth2` name kinds.
fn is_id(part: &str) -> bool {
    let is_version = part.strip_prefix('v').is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    let (mut run, mut longest) = (0, 0);
    for byte in part.bytes() {
        run = if byte.is_ascii_digit() { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    digits > 0 && !is_version && (digits * 3 >= part.len() || longest >= 4 || part.len() >= 16)
}
