//! The errors that a service always has: which messages it knows, how often each comes, how unsteady each is.

use super::code::Site;
use super::domain::{Domain, GENERIC, LONG_TAILS, long_head};
use super::failure::Failure;
use super::scenario::{BackgroundSpec, ServiceSpec};
use super::stream::Stream;
use crate::model::Severity;

/// One background error.
#[derive(Clone)]
pub struct Common {
    pub failure: Failure,
    /// Mean per hour over a week.
    pub per_hour: f64,
    pub rhythm: Rhythm,
    /// Squared coefficient of variation of its hourly rate.
    pub dispersion: f64,
    /// Correlation of the rate from hour to hour, in [0, 1).
    pub memory: f64,
    /// Probability of a retry within seconds.
    pub retry: f64,
    /// Rows stand for several records.
    pub grouped: bool,
    /// Request path (area, operation) whose code it comes from.
    pub path: (usize, usize),
}

/// What its rate follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rhythm {
    Traffic,
    /// The clock: health checks, consumers.
    Steady,
    /// Batch jobs between 2 and 5 at night.
    Night,
}

/// The background errors of `spec`: `templates` frequent ones by Zipf's law and `rare_templates` of about one a week.
pub fn catalogue(spec: &ServiceSpec, site: &Site, background: &BackgroundSpec, stream: &mut Stream) -> Vec<Common> {
    let failures = failures(site, spec.templates + spec.rare_templates, stream);
    let weights: Vec<f64> =
        (0..spec.templates).map(|rank| (rank as f64 + 1.0 + stream.unit()).powf(-background.zipf)).collect();
    let total: f64 = weights.iter().sum();
    let rates = weights.iter().map(|weight| spec.errors_per_hour * weight / total);
    let rare: Vec<f64> = (0..spec.rare_templates).map(|_| stream.lognormal(1.0, 0.7) / 168.0).collect();
    let rates: Vec<f64> = rates.chain(rare).collect();
    failures
        .into_iter()
        .zip(rates)
        .map(|((failure, path), rate)| common(failure, path, rate, background, stream))
        .collect()
}

fn common(
    failure: Failure,
    path: (usize, usize),
    per_hour: f64,
    background: &BackgroundSpec,
    stream: &mut Stream,
) -> Common {
    let rhythm = match stream.weighted(&[0.82, 0.10, 0.08]) {
        0 => Rhythm::Traffic,
        1 => Rhythm::Steady,
        _ => Rhythm::Night,
    };
    Common {
        failure,
        per_hour,
        rhythm,
        dispersion: background.dispersion * stream.lognormal(1.0, 0.8),
        memory: if stream.chance(0.35) { stream.between(0.5, 0.9) } else { 0.0 },
        retry: if stream.chance(0.4) { (background.retry * 2.5).min(0.9) } else { 0.0 },
        grouped: stream.chance(0.06),
        path,
    }
}

/// `wanted` distinct errors in a random order, each with its request path.
fn failures(site: &Site, wanted: usize, stream: &mut Stream) -> Vec<(Failure, (usize, usize))> {
    let mut texts: Vec<String> = Vec::new();
    let mut out = Vec::new();
    let mut turn = 0;
    while out.len() < wanted && turn < 100 * wanted {
        let path = (stream.index(2), stream.index(3));
        let text = candidate(site, turn, path, stream);
        turn += 1;
        if !texts.contains(&text) {
            texts.push(text.clone());
            out.push((failure(site, &text, path, stream), path));
        }
    }
    shuffled(out, stream)
}

/// The same in a random order: which message is frequent has nothing to do with where it comes from.
fn shuffled<T>(mut items: Vec<T>, stream: &mut Stream) -> Vec<T> {
    for last in (1..items.len()).rev() {
        items.swap(last, stream.index(last + 1));
    }
    items
}

/// A message line: the domain's own, a generic one, or one that is told apart only beyond 200 characters.
fn candidate(site: &Site, turn: usize, path: (usize, usize), stream: &mut Stream) -> String {
    let own = site.domain.messages;
    if turn < 12 && turn.is_multiple_of(3) {
        let head = long_head(&site.layout.service, site.operation(0, 0).route);
        return specific(site, &format!("E State {head}{}", LONG_TAILS[turn / 3]), path, stream);
    }
    let lines = if stream.chance(0.45) { own } else { GENERIC };
    let line: &&str = stream.pick(lines);
    specific(site, line, path, stream)
}

/// `line` with its fixed words filled in.
fn specific(site: &Site, line: &str, (area, op): (usize, usize), stream: &mut Stream) -> String {
    let names = site.area(area);
    let (peer, _) = site.peer(area, op);
    line.replace("$op", names.operations[op].name)
        .replace("$entity", names.entity)
        .replace("$table", names.name)
        .replace("$field", names.fields[stream.index(4)])
        .replace("$host", site.domain.hosts[stream.index(2)])
        .replace("$peer", peer)
        .replace("$route", names.operations[op].route)
        .replace("$path", names.operations[op].route.split_once(' ').map_or("/", |(_, path)| path))
}

fn failure(site: &Site, line: &str, path: (usize, usize), stream: &mut Stream) -> Failure {
    let mut parts = line.splitn(3, ' ');
    let (level, kind, text) =
        (parts.next().unwrap_or("E"), parts.next().unwrap_or("-"), parts.next().unwrap_or_default());
    let severity = match level {
        "W" => Severity::Warn,
        "I" => Severity::Info,
        "F" => Severity::Fatal,
        _ => Severity::Error,
    };
    if kind == "-" || !stream.chance(0.4) {
        return Failure::plain(severity, text);
    }
    let frames = if stream.chance(0.8) { frames(site, kind, path) } else { Vec::new() };
    Failure { severity, ..Failure::thrown(site.language(), kind, text, frames) }
}

fn frames(site: &Site, kind: &str, (area, op): (usize, usize)) -> Vec<super::failure::Frame> {
    let names = site.area(area);
    match kind {
        "Timeout" | "Io" => {
            let (peer, _) = site.peer(area, op);
            site.frames(area, op, vec![site.client_frame(peer)], &site.ask(area, op))
        }
        "Db" | "NotFound" | "Conflict" => site.frames(area, op, vec![site.store_frame(names)], &Site::load(names)),
        "Null" | "Key" => site.frames(area, op, vec![], &Site::using(names)),
        _ => site.frames(area, op, vec![], &Site::clean(names)),
    }
}

/// Errors of a service that names a failing outside `host`: what its clients log, with their weights.
pub fn outage(site: &Site, host: &str, stream: &mut Stream) -> Vec<(Failure, f64)> {
    let (area, op) = (stream.index(2), stream.index(3));
    let name = site.operation(area, op).name;
    let language = site.language();
    let peer = site.peers.iter().find(|(_, of)| of == host).map_or(&site.peers[0].0, |(peer, _)| peer);
    let frames = || site.frames(area, op, vec![site.client_frame(peer)], &site.ask(area, op));
    vec![
        (
            Failure::thrown(language, "Timeout", &format!("{name}: no answer from {host} within {{n3}}0 ms"), frames()),
            0.5,
        ),
        (Failure::plain(Severity::Error, &format!("{host} answered 503 Service Unavailable, request {{hex16}}")), 0.3),
        (
            Failure::thrown(
                language,
                "Io",
                &format!("connect to {host}:443 failed: connection refused ({{ip}})"),
                frames(),
            ),
            0.15,
        ),
        (Failure::plain(Severity::Error, &format!("Circuit breaker \"{host}\" opened after {{n2}} failures")), 0.05),
    ]
}

/// Errors of a service whose shared database fails.
pub fn database_down(site: &Site, stream: &mut Stream) -> Vec<(Failure, f64)> {
    let names = site.area(stream.index(2));
    let area = usize::from(names.name == site.domain.areas[1].name);
    let frames = || site.frames(area, 0, vec![site.store_frame(names)], &Site::load(names));
    let table = names.name;
    let db = |text: &str| Failure::thrown(site.language(), "Db", text, frames());
    let entity = names.entity;
    let mut all = vec![
        (db("connection to server at \"quaydb-primary.internal\" ({ip}), port 5432 failed: timeout expired"), 0.4),
        (db(&format!("remaining connection slots are reserved; pool {table} has 20 in use, {{n2}} waiting")), 0.25),
        (
            Failure::plain(Severity::Error, &format!("health check of {{host}} failed: database {table} unreachable")),
            0.05,
        ),
    ];
    for (area, op) in Domain::operations() {
        let name = site.operation(area, op).name;
        all.push((
            Failure::plain(Severity::Error, &format!("{name} failed for {entity} {{id}}: database unavailable")),
            0.05,
        ));
    }
    all
}

/// Errors of a service that lost a node.
pub fn node_down(site: &Site) -> Vec<(Failure, f64)> {
    let service = &site.layout.service;
    vec![
        (Failure::plain(Severity::Error, &format!("upstream {service} at {{ip}}:8080: connection refused")), 0.5),
        (Failure::plain(Severity::Error, &format!("{service} pod {{host}} evicted: node not ready")), 0.1),
        (Failure::plain(Severity::Error, "lost heartbeat of {host} for {n2} s; last at {time}"), 0.1),
        (Failure::plain(Severity::Error, "request {uuid} aborted: worker {host} went away"), 0.25),
        (
            Failure::plain(Severity::Fatal, &format!("{service} cannot start on {{host}}: volume already attached")),
            0.05,
        ),
    ]
}

/// Errors after a bad configuration push.
pub fn bad_push(site: &Site, stream: &mut Stream) -> Vec<(Failure, f64)> {
    let (area, op) = (stream.index(2), stream.index(3));
    let name = site.operation(area, op).name;
    let flag = *stream.pick(super::words::FIELDS);
    let frames = site.frames(area, op, vec![], &Site::using(site.area(area)));
    let text = format!("{name}: flag \"{flag}\" has unknown variant \"treatment-b\" for user {{user}}");
    vec![
        (Failure::thrown(site.language(), "State", &text, frames), 0.8),
        (Failure::plain(Severity::Error, &format!("flag store: cannot evaluate \"{flag}\" revision {{id5}}")), 0.2),
    ]
}

/// Errors from a partner's unreadable data.
pub fn bad_data(site: &Site, partner: &str, stream: &mut Stream) -> Vec<(Failure, f64)> {
    let op = stream.index(3);
    let names = site.area(1);
    let frames = site.frames(1, op, vec![], &Site::clean(names));
    let field = names.fields[1];
    let row = format!("record {{id}} of {partner}: {field} \"{{amount}} fathom\" has unknown unit");
    vec![
        (Failure::thrown(site.language(), "Invalid", &row, frames), 0.7),
        (Failure::plain(Severity::Error, &format!("{partner}: {{n3}} of {{n3}} records rejected in {{path}}")), 0.3),
    ]
}

/// Errors that nobody can explain.
pub fn mystery(site: &Site, stream: &mut Stream) -> Vec<(Failure, f64)> {
    let name = site.operation(stream.index(2), stream.index(3)).name;
    let code = stream.whole(100, 999);
    vec![
        (Failure::plain(Severity::Error, &format!("{name}: internal error {code}, reference {{hex16}}")), 0.8),
        (Failure::plain(Severity::Error, &format!("{name}: response of {{host}} truncated after {{id5}} bytes")), 0.2),
    ]
}

/// What a caller logs when `guilty` fails under it.
pub fn caller_errors(site: &Site, guilty: &str, route: &str) -> Vec<(Failure, f64)> {
    let peer = site.peers.iter().find(|(peer, _)| peer == guilty).map_or(&site.peers[0].0, |(peer, _)| peer);
    let path = Domain::operations().find(|(area, op)| &site.peer(*area, *op).0 == peer).unwrap_or((0, 0));
    let frames = site.frames(path.0, path.1, vec![site.client_frame(peer)], &site.ask(path.0, path.1));
    let text = format!("http://{guilty}.internal:8080{route} answered 500 for {{uuid}}");
    vec![
        (Failure::thrown(site.language(), "Io", &text, frames), 0.8),
        (
            Failure::plain(
                Severity::Error,
                &format!("{guilty} rejected call of {}: no result", site.operation(path.0, path.1).name),
            ),
            0.2,
        ),
    ]
}

/// Whether it comes often enough that people know it: an error at least four times a day.
pub fn is_frequent(common: &Common) -> bool {
    common.failure.severity >= Severity::Error && common.per_hour > 1.0 / 6.0
}
