//! Bad changes: each edits the code so that it fails, and says how the failure looks.

use super::change::{Change, bump, edit_operation, insert_late};
use super::code::{Site, Statement, Tree, camel, guard, select};
use super::failure::{Failure, Frame};
use super::happening::{Fault, Trigger};
use super::scenario::Language;
use super::stream::Stream;
use super::words::FIELDS;
use crate::model::Severity;

/// A bad change made at one request path of a service.
pub struct Bug<'a> {
    pub site: &'a Site,
    pub area: usize,
    pub op: usize,
}

impl Bug<'_> {
    /// Makes the change in `tree`; returns what is then logged.
    pub fn plant(&self, fault: Fault, tree: &mut Tree, stream: &mut Stream) -> Failure {
        let field = *stream.pick(FIELDS);
        match fault {
            Fault::MissingField => self.missing_field(tree, field),
            Fault::GuardRemoved => self.guard_removed(tree),
            Fault::HelperMisuse => self.helper_misuse(tree, field),
            Fault::TwoUp => self.two_up(tree),
            Fault::Parse => self.parse(tree, field),
            Fault::Column => self.column(tree, field),
            Fault::Timeout => self.timeout(tree, stream),
            Fault::Library => self.library(tree, stream),
            Fault::Prompt => self.prompt(tree),
        }
    }

    /// Makes a change whose harm comes hours later.
    pub fn plant_slow(&self, trigger: Trigger, tree: &mut Tree, hours: f64) -> Failure {
        match trigger {
            Trigger::Leak => self.leak(tree),
            Trigger::Expiry => self.expiry(tree, hours),
        }
    }

    /// Makes a change that lets an error of this request path, known before, come more often: it calls once per part
    /// what it called once.
    pub fn loosen(&self, tree: &mut Tree) {
        let (field, entity) = (self.names().fields[0], self.names().entity);
        let peer = &self.site.peer(self.area, self.op).0;
        edit_operation(self.site, tree, self.area, self.op, |body| {
            let calls = vec![
                Statement::bind("known", format!("store.load_{entity}(part.id)")),
                Statement::bind("detail", format!("{peer}.ask(known.id, {field})")),
                Statement::Do("details.add(detail)".to_owned()),
            ];
            insert_late(body, Statement::Each("part".to_owned(), "parts".to_owned(), calls));
        });
    }

    /// Makes a change that logs an error where nothing is wrong.
    pub fn shout(&self, tree: &mut Tree, stream: &mut Stream) -> Failure {
        let field = *stream.pick(FIELDS);
        let text = format!("{}: {} without {field}, default used", self.op_name(), self.names().entity);
        edit_operation(self.site, tree, self.area, self.op, |body| {
            let shout = Statement::Log("error", text.clone());
            insert_late(body, Statement::when(format!("{}.{field} == null", self.names().entity), vec![shout]));
        });
        Failure::plain(Severity::Error, &format!("{text} (id {{id}}, user {{user}})"))
    }

    /// Repairs this request path; with `noisy`, logs an error for each request that it saved.
    pub fn repair(&self, tree: &mut Tree, noisy: bool) -> Failure {
        let entity = self.names().entity;
        let text = format!("{}: {entity} recovered by fallback", self.op_name());
        let level = if noisy { "error" } else { "info" };
        let peer = &self.site.peer(self.area, self.op).0;
        edit_operation(self.site, tree, self.area, self.op, |body| {
            body.insert(
                1,
                Statement::when(
                    format!("{entity}.extras == null"),
                    vec![Statement::Log(level, text.clone()), Statement::Give(entity.to_owned())],
                ),
            );
            let asked = body.iter().position(|s| matches!(s, Statement::Let(name, _) if name == "answer"));
            if let (Some(at), false) = (asked, body.contains(&guard(peer))) {
                body.insert(at + 1, guard(peer));
            }
        });
        Failure::plain(Severity::Error, &format!("{text}: {{ref}} of user {{user}}"))
    }

    fn names(&self) -> &'static super::domain::Area {
        self.site.area(self.area)
    }

    fn op_name(&self) -> &'static str {
        self.site.operation(self.area, self.op).name
    }

    fn language(&self) -> Language {
        self.site.language()
    }

    /// The failure as the service's handler logs it.
    fn thrown(&self, kind: &str, text: &str, frames: Vec<Frame>) -> Failure {
        let route = self.site.operation(self.area, self.op).route;
        let text = match self.language() {
            Language::Python => format!("{} failed for {} {{id}}: {text}", self.op_name(), self.names().entity),
            Language::TypeScript => format!("Unhandled error in {route}: {text}"),
            Language::Java => format!("Request {route} failed: {text}"),
        };
        Failure { prefixed: true, ..Failure::thrown(self.language(), kind, &text, frames) }
    }

    /// What the language says when `field` is read of `object`, which is nothing.
    fn nothing(&self, object: &str, field: &str) -> String {
        let (object, name) = (camel(object, self.language()), camel(field, self.language()));
        match self.language() {
            Language::Python => format!("'NoneType' object has no attribute '{name}'"),
            Language::TypeScript => format!("Cannot read properties of null (reading '{name}')"),
            Language::Java => format!("Cannot invoke \"{name}()\" because \"{object}\" is null"),
        }
    }

    fn missing_field(&self, tree: &mut Tree, field: &str) -> Failure {
        let entity = self.names().entity;
        let read = Statement::bind(field, format!("get({entity}.extras, \"{field}\").trim()"));
        edit_operation(self.site, tree, self.area, self.op, |body| {
            body.insert(2, read.clone());
            insert_late(body, Statement::Do(format!("store.tag_{entity}({entity}, {field})")));
        });
        let text = match self.language() {
            Language::Python => format!("'{field}'"),
            Language::TypeScript => {
                format!("Cannot read properties of undefined (reading '{}')", camel(field, self.language()))
            }
            Language::Java => {
                "Cannot invoke \"String.trim()\" because the return value of \"java.util.Map.get(Object)\" is null"
                    .to_owned()
            }
        };
        let kind = if self.language() == Language::Java { "Null" } else { "Key" };
        self.thrown(kind, &text, self.site.frames(self.area, self.op, vec![], &read))
    }

    fn guard_removed(&self, tree: &mut Tree) -> Failure {
        let peer = &self.site.peer(self.area, self.op).0;
        edit_operation(self.site, tree, self.area, self.op, |body| body.retain(|s| *s != guard(peer)));
        let using = Site::using(self.names());
        let text = self.nothing("answer", self.names().fields[1]);
        self.thrown("Null", &text, self.site.frames(self.area, self.op, vec![], &using))
    }

    fn helper_misuse(&self, tree: &mut Tree, field: &str) -> Failure {
        let names = self.names();
        let new = Statement::bind(names.fields[0], format!("support.clean_code({}.{field})", names.entity));
        edit_operation(self.site, tree, self.area, self.op, |body| {
            if let Some(old) = body.iter_mut().find(|s| **s == Site::clean(names)) {
                *old = new.clone();
            } else {
                body.insert(1, new.clone());
            }
        });
        let anchor = Statement::bind("plain", "text.trim()").anchor(self.language());
        let helper = Frame::code(self.site.support_path(), "clean_code", anchor);
        let method = if self.language() == Language::Python { "strip" } else { "trim" };
        let frames = self.site.frames(self.area, self.op, vec![helper], &new);
        self.thrown("Null", &self.nothing("text", method), frames)
    }

    fn two_up(&self, tree: &mut Tree) -> Failure {
        let name = self.op_name();
        tree.edit_code(&self.site.handler_path(self.area), |module| {
            if let Some(function) = module.function(name) {
                function.body[0] = Statement::bind("customer", "session.visitor_of(request)");
                function.body.remove(1);
            }
        });
        let anchor = Statement::bind("limit", "customer.page_limit + 1").anchor(self.language());
        let helper = Frame::code(self.site.support_path(), "page_of", anchor);
        let text = match self.language() {
            Language::Python => "'Visitor' object has no attribute 'page_limit'".to_owned(),
            Language::TypeScript => "Cannot read properties of undefined (reading 'pageLimit')".to_owned(),
            Language::Java => "class com.harbor.web.Visitor cannot be cast to class com.harbor.web.Customer".to_owned(),
        };
        let frames = self.site.frames(self.area, self.op, vec![helper], &Site::page(self.names()));
        self.thrown("Cast", &text, frames)
    }

    fn parse(&self, tree: &mut Tree, field: &str) -> Failure {
        let names = self.names();
        let strict = Statement::bind(field, format!("to_int({}.{})", names.entity, names.fields[1]));
        edit_operation(self.site, tree, self.area, self.op, |body| {
            body.insert(2, strict.clone());
            insert_late(body, Statement::when(format!("{field} < 0"), vec![Statement::Give(names.entity.to_owned())]));
        });
        let (text, inner) = match self.language() {
            Language::Python => ("invalid literal for int() with base 10: '{amount}'", vec![]),
            Language::TypeScript => ("Cannot convert {amount} to a BigInt", vec![Frame::Library("", "BigInt", "", 0)]),
            Language::Java => (
                "For input string: \"{amount}\"",
                vec![
                    Frame::Library(
                        "java.base/java.lang.NumberFormatException",
                        "forInputString",
                        "NumberFormatException.java",
                        67,
                    ),
                    Frame::Library("java.base/java.lang.Integer", "parseInt", "Integer.java", 661),
                ],
            ),
        };
        self.thrown("Parse", text, self.site.frames(self.area, self.op, inner, &strict))
    }

    fn column(&self, tree: &mut Tree, field: &str) -> Failure {
        let names = self.names();
        tree.edit_code(&self.site.store_path(), |module| {
            if let Some(function) = module.function(&format!("load_{}", names.entity)) {
                let Statement::Let(name, query) = select(names) else { return };
                function.body[0] = Statement::Let(name, query.replace(names.fields[2], field));
            }
        });
        let text = format!("column \"{field}\" does not exist at character {{n2}}");
        Failure::thrown(self.language(), "Db", &text, driver())
    }

    fn timeout(&self, tree: &mut Tree, stream: &mut Stream) -> Failure {
        let (peer, host) = self.site.peer(self.area, self.op);
        let limit = stream.whole(3, 9) * 50;
        self.set(tree, &format!("{peer}_timeout_ms"), &limit.to_string());
        let text = format!("{host} did not answer within {limit} ms");
        let ask = self.site.ask(self.area, self.op);
        let inner = vec![
            Frame::Library("httpkit.Transport", "await_response", "httpkit/transport.py", 318),
            self.site.client_frame(peer),
        ];
        self.thrown("Timeout", &text, self.site.frames(self.area, self.op, inner, &ask))
    }

    fn library(&self, tree: &mut Tree, stream: &mut Stream) -> Failure {
        bump(self.site, tree, stream, "schemata");
        bump(self.site, tree, stream, "tidelog");
        let inner = vec![
            Frame::Library("schemata.Validator", "fail", "schemata/validator.py", 412),
            Frame::Library("schemata.Schema", "check", "schemata/schema.py", 96),
        ];
        let text = format!("1 validation error for {}: extra field not permitted ({{n2}} seen)", self.names().entity);
        let frames = self.site.frames(self.area, self.op, inner, &Site::using(self.names()));
        self.thrown("Schema", &text, frames)
    }

    fn prompt(&self, tree: &mut Tree) -> Failure {
        let path = self.site.layout.prompt(self.site.operation(0, 1).name);
        tree.edit_text(&path, |lines| {
            for line in lines.iter_mut() {
                *line = line.replace("`title` (at most 60 characters)", "`headline` (at most 8 words, no full stop)");
            }
            lines.insert(4, "- Sound like a harbour master, not like a form.".to_owned());
        });
        let op = self.site.operation(0, 1).name;
        let text = format!("{op}: answer of model does not fit: missing key 'title' in {{n3}} characters");
        let using = Site::using(self.site.area(0));
        Failure::thrown(self.language(), "Key", &text, self.site.frames(0, 1, vec![], &using))
    }

    fn leak(&self, tree: &mut Tree) -> Failure {
        let open = Statement::bind("lease", "db.lease()");
        edit_operation(self.site, tree, self.area, self.op, |body| {
            body.insert(3, open);
            insert_late(body, Statement::Do(format!("lease.run(\"touch\", {}.id)", self.names().entity)));
        });
        let mut frames = driver();
        frames.push(self.site.store_frame(self.names()));
        let frames = self.site.frames(self.area, self.op, frames, &Site::load(self.names()));
        Failure::thrown(
            self.language(),
            "Db",
            "could not get connection within 5000 ms: pool exhausted, {n2} waiting",
            frames,
        )
    }

    fn expiry(&self, tree: &mut Tree, hours: f64) -> Failure {
        let (peer, host) = self.site.peer(self.area, self.op);
        self.set(tree, &format!("{peer}_token_ttl_s"), &((hours * 3600.0) as i64 + 120).to_string());
        let path = self.site.client_path(peer);
        tree.edit_code(&path, |module| {
            if let Some(function) = module.function("ask") {
                let cached = format!("tokens.cached(\"{peer}\", settings.{peer}_token_ttl_s)");
                function.body.insert(1, Statement::bind("token", cached));
            }
        });
        let text = format!("{host} answered 401: token expired at {{time}}");
        let ask = self.site.ask(self.area, self.op);
        self.thrown("Io", &text, self.site.frames(self.area, self.op, vec![self.site.client_frame(peer)], &ask))
    }

    /// Gives a key of the configuration file another value.
    fn set(&self, tree: &mut Tree, key: &str, value: &str) {
        tree.edit_text(&self.site.layout.config(), |lines| {
            for line in lines.iter_mut().filter(|line| line.starts_with(key)) {
                let head = line.rsplit_once(' ').map_or(key, |(head, _)| head);
                *line = format!("{head} {value}");
            }
        });
    }
}

fn driver() -> Vec<Frame> {
    vec![
        Frame::Library("org.quaydb.core.Protocol", "receive_error", "quaydb/protocol.py", 2553),
        Frame::Library("org.quaydb.Statement", "execute", "quaydb/statement.py", 368),
    ]
}

/// What a bad deploy brings besides: deploys seldom hold one change.
pub fn company(site: &Site, tree: &mut Tree, stream: &mut Stream) {
    for _ in 0..stream.whole(0, 3) {
        let change = *stream.pick(&[Change::Feature, Change::Refactor, Change::Tests, Change::Docs, Change::Logging]);
        change.apply(site, tree, stream);
    }
}
