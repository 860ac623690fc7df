//! Ordinary changes: what most deploys bring, and what harms nobody.

use super::code::{Content, Function, Module, Site, Statement, Tree, lock_line, pascal, test};
use super::happening::Harmless;
use super::stream::Stream;
use super::words::{FIELDS, LIBRARIES, VERBS};

/// Kinds of ordinary changes with their relative frequency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Feature,
    Refactor,
    Config,
    Dependency,
    Docs,
    Tests,
    Ci,
    Logging,
    Migration,
    Fix,
}

const FREQUENCY: [(Change, f64); 10] = [
    (Change::Feature, 30.0),
    (Change::Refactor, 14.0),
    (Change::Config, 10.0),
    (Change::Dependency, 10.0),
    (Change::Docs, 5.0),
    (Change::Tests, 5.0),
    (Change::Ci, 4.0),
    (Change::Logging, 6.0),
    (Change::Migration, 5.0),
    (Change::Fix, 11.0),
];

impl From<Harmless> for Change {
    fn from(harmless: Harmless) -> Self {
        match harmless {
            Harmless::Docs => Self::Docs,
            Harmless::Tests => Self::Tests,
            Harmless::Ci => Self::Ci,
        }
    }
}

impl Change {
    /// A kind drawn by frequency.
    pub fn draw(stream: &mut Stream) -> Self {
        let weights = FREQUENCY.map(|(_, weight)| weight);
        FREQUENCY[stream.weighted(&weights)].0
    }

    /// Makes the change in `tree`; at least one file differs afterwards.
    pub fn apply(self, site: &Site, tree: &mut Tree, stream: &mut Stream) {
        let before = tree.clone();
        let (area, op) = (stream.index(2), stream.index(3));
        match self {
            Self::Feature => feature(site, tree, stream, area, op),
            Self::Refactor => refactor(site, tree, stream, area, op),
            Self::Config => config(site, tree, stream),
            Self::Dependency => dependency(site, tree, stream),
            Self::Docs => docs(site, tree, stream),
            Self::Tests => tests(site, tree, stream, area, op),
            Self::Ci => workflow(site, tree, stream),
            Self::Logging => logging(site, tree, stream, area, op),
            Self::Migration => migration(site, tree, stream, area),
            Self::Fix => fix(site, tree, stream, area, op),
        }
        if tree.changed_from(&before).is_empty() {
            docs(site, tree, stream);
        }
    }
}

/// Changes the operation's function in its domain module.
pub fn edit_operation(site: &Site, tree: &mut Tree, area: usize, op: usize, edit: impl FnOnce(&mut Vec<Statement>)) {
    let name = site.operation(area, op).name;
    tree.edit_code(&site.domain_path(area), |module| {
        if let Some(function) = module.function(name) {
            edit(&mut function.body);
        }
    });
}

/// Puts `statement` before the statement that stores the result.
pub fn insert_late(body: &mut Vec<Statement>, statement: Statement) {
    let at = body.iter().position(|s| matches!(s, Statement::Do(call) if call.starts_with("store.save")));
    body.insert(at.unwrap_or(body.len()), statement);
}

fn feature(site: &Site, tree: &mut Tree, stream: &mut Stream, area: usize, op: usize) {
    let names = site.area(area);
    let field = *stream.pick(FIELDS);
    let function = format!("{}_{field}", stream.pick(VERBS));
    let limit = stream.whole(2, 60);
    let entity = names.entity;
    let body = vec![
        Statement::bind(field, format!("{entity}.{field}")),
        Statement::when(format!("{field} == null"), vec![Statement::Give(format!("defaults.{field}"))]),
        Statement::when(
            format!("size_of({entity}.parts) > {limit}"),
            vec![Statement::Log("info", format!("{field} of a large {entity}")), Statement::Give(field.to_owned())],
        ),
        Statement::Give(format!("support.label_of({field})")),
    ];
    let new = Function {
        name: function.clone(),
        params: vec![(entity.to_owned(), pascal(entity))],
        gives: "Value".to_owned(),
        doc: format!("{} of the {entity}.", pascal(field)),
        body,
    };
    tree.edit_code(&site.domain_path(area), |module| add(module, new));
    edit_operation(site, tree, area, op, |body| {
        insert_late(body, Statement::bind(field, format!("{function}({entity})")));
    });
    if stream.chance(0.6) {
        tests(site, tree, stream, area, op);
    }
    if stream.chance(0.25) {
        config(site, tree, stream);
    }
}

fn add(module: &mut Module, function: Function) {
    if module.function(&function.name).is_none() {
        module.functions.push(function);
    }
}

fn refactor(site: &Site, tree: &mut Tree, stream: &mut Stream, area: usize, op: usize) {
    let name = *stream.pick(&["line", "piece", "item", "entry", "part"]);
    edit_operation(site, tree, area, op, |body| {
        for statement in body.iter_mut() {
            if let Statement::Each(item, _, inner) = statement {
                name.clone_into(item);
                inner[0] = Statement::bind("label", format!("support.label_of({name})"));
            }
        }
        let place = body.iter().position(|s| matches!(s, Statement::Let(name, _) if name == "parts"));
        if let Some(at) = place.filter(|at| at + 1 < body.len()) {
            body.swap(at, at + 1);
        }
    });
    if stream.chance(0.4) {
        let limit = stream.whole(32, 128);
        tree.edit_code(&site.support_path(), |module| {
            if let Some(function) = module.function("clean_code") {
                function.body[1] = Statement::when(
                    format!("size_of(plain) > {limit}"),
                    vec![Statement::Fail("Invalid", "code too long".to_owned())],
                );
            }
        });
    }
}

fn config(site: &Site, tree: &mut Tree, stream: &mut Stream) {
    tree.edit_text(&site.layout.config(), |lines| {
        for _ in 0..stream.whole(1, 3) {
            let at = stream.index(lines.len());
            let Some((key, value)) = lines[at].rsplit_once(' ') else { continue };
            if key.contains("cache") || key.contains("batch") || key.contains("page") || key.contains("threads") {
                let number = value.parse().unwrap_or(10_u64);
                lines[at] = format!("{key} {}", number + number / 4 + stream.whole(1, 9));
            } else if key.contains("enabled") {
                lines[at] = format!("{key} {}", value != "true");
            }
        }
        if stream.chance(0.3) {
            let colon = if lines[1].contains(" = ") { " = " } else { ": " };
            lines.push(format!("{}_rollout{colon}{}", stream.pick(FIELDS), stream.whole(1, 20) * 5));
        }
    });
}

fn dependency(site: &Site, tree: &mut Tree, stream: &mut Stream) {
    let (name, _) = *stream.pick(LIBRARIES);
    bump(site, tree, stream, name);
}

/// Raises the version of library `name` in the lock file.
pub fn bump(site: &Site, tree: &mut Tree, stream: &mut Stream, name: &str) {
    let version = format!("{}.{}.{}", stream.whole(1, 9), stream.whole(0, 20), stream.whole(0, 12));
    tree.edit_text(&site.layout.lock(), |lines| {
        for line in lines.iter_mut().filter(|line| line.contains(name)) {
            *line = lock_line(site.language(), name, &version);
        }
    });
}

fn docs(site: &Site, tree: &mut Tree, stream: &mut Stream) {
    let path = site.layout.file(if stream.chance(0.5) { "README.md" } else { "docs/runbook.md" });
    let (field, verb) = (*stream.pick(FIELDS), *stream.pick(VERBS));
    let number = stream.whole(2, 99);
    tree.edit_text(&path, |lines| {
        let at = lines.len() - stream.index(3).min(lines.len());
        lines.insert(at, format!("To {verb} the {}, see dashboard {number}.", field.replace('_', " ")));
        lines.insert(at, String::new());
    });
}

fn tests(site: &Site, tree: &mut Tree, stream: &mut Stream, area: usize, op: usize) {
    let what = format!("{} with {}", stream.pick(&["works", "fails", "stops", "answers"]), stream.pick(FIELDS));
    let new = test(site.language(), site.area(area), site.operation(area, op).name, &what);
    tree.edit_code(&site.layout.test(site.area(area).name), |module| add(module, new));
}

fn workflow(site: &Site, tree: &mut Tree, stream: &mut Stream) {
    let minutes = stream.whole(10, 60);
    let task = *stream.pick(&["audit", "coverage", "docs", "licences", "typecheck"]);
    tree.edit_text(&site.layout.workflow(), |lines| {
        for line in lines.iter_mut().filter(|line| line.contains("timeout-minutes")) {
            *line = format!("    timeout-minutes: {minutes}");
        }
        lines.push(format!("      - run: make {task}"));
    });
}

fn logging(site: &Site, tree: &mut Tree, stream: &mut Stream, area: usize, op: usize) {
    let field = site.area(area).fields[stream.index(4)];
    let level = *stream.pick(&["info", "debug", "warning"]);
    edit_operation(site, tree, area, op, |body| {
        let at = 1 + stream.index(body.len() - 2);
        body.insert(at, Statement::Log(level, format!("{field} seen")));
    });
}

fn migration(site: &Site, tree: &mut Tree, stream: &mut Stream, area: usize) {
    let table = site.area(area).name;
    let field = *stream.pick(FIELDS);
    let prefix = site.layout.file("migrations/");
    let number = tree.paths().filter(|path| path.starts_with(&prefix)).count() + 1;
    let lines = vec![
        format!("alter table {table} add column {field} text;"),
        format!("create index concurrently {table}_{field} on {table} ({field});"),
    ];
    tree.put(&format!("{prefix}{number:04}_{field}.sql"), Content::Text(lines));
    if stream.chance(0.5) {
        config(site, tree, stream);
    }
}

fn fix(site: &Site, tree: &mut Tree, stream: &mut Stream, area: usize, op: usize) {
    let names = site.area(area);
    let field = names.fields[stream.index(4)];
    let fallback = Statement::when(
        format!("{}.{field} == null", names.entity),
        vec![Statement::Log("warning", format!("no {field}")), Statement::Give(names.entity.to_owned())],
    );
    edit_operation(site, tree, area, op, |body| body.insert(1, fallback));
    if stream.chance(0.5) {
        tests(site, tree, stream, area, op);
    }
}
