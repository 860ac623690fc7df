//! The first revision of a service's code.

use super::modules::{client, guard, http_get, load, save, select, support, test};
use super::{Content, Function, Layout, Module, Statement, Tree, pascal};
use crate::simulate::domain::{Area, Domain, Operation};
use crate::simulate::failure::Frame;
use crate::simulate::scenario::{Language, ServiceSpec};
use crate::simulate::stream::Stream;

/// A service's code as a place: what is where, and which statement calls which.
#[derive(Clone)]
pub struct Site {
    pub layout: Layout,
    pub domain: &'static Domain,
    /// Client modules as (name, host).
    pub peers: Vec<(String, String)>,
}

/// Writes the first revision of `spec`'s code into `tree`.
pub fn grow(spec: &ServiceSpec, tree: &mut Tree, stream: &mut Stream) -> Result<Site, String> {
    let domain = Domain::named(&spec.domain)?;
    let layout = Layout { service: spec.name.clone(), language: spec.language };
    let hosts = domain.hosts.iter().map(|host| (short(host), (*host).to_owned()));
    let calls = spec.calls.iter().take(3).map(|name| (name.clone(), format!("{name}.internal")));
    let site = Site { layout, domain, peers: hosts.chain(calls).collect() };
    for area in &domain.areas {
        site.put(tree, "handlers", area.name, Site::handlers(area));
        site.put(tree, "domain", area.name, site.services(area, stream));
        site.put_test(tree, area);
    }
    site.put(tree, "store", "store", site.store());
    site.put(tree, "support", "support", support());
    for (peer, host) in &site.peers {
        site.put(tree, "clients", peer, client(peer, host));
    }
    site.texts(tree, stream);
    Ok(site)
}

/// `api.quaypay.example` → `quaypay`.
fn short(host: &str) -> String {
    host.split('.').nth(1).unwrap_or(host).replace('-', "_")
}

impl Site {
    pub const fn language(&self) -> Language {
        self.layout.language
    }

    pub fn area(&self, area: usize) -> &'static Area {
        &self.domain.areas[area % 2]
    }

    pub fn operation(&self, area: usize, operation: usize) -> &'static Operation {
        &self.area(area).operations[operation % 3]
    }

    /// The client module that an operation asks.
    pub fn peer(&self, area: usize, operation: usize) -> &(String, String) {
        &self.peers[(area * 3 + operation) % self.peers.len()]
    }

    pub fn handler_path(&self, area: usize) -> String {
        self.layout.module("handlers", self.area(area).name)
    }

    pub fn domain_path(&self, area: usize) -> String {
        self.layout.module("domain", self.area(area).name)
    }

    pub fn store_path(&self) -> String {
        self.layout.module("store", "store")
    }

    pub fn support_path(&self) -> String {
        self.layout.module("support", "support")
    }

    pub fn client_path(&self, peer: &str) -> String {
        self.layout.module("clients", peer)
    }

    /// In the handler: the call of the operation.
    pub fn call(area: &Area, operation: &Operation) -> Statement {
        Statement::bind("result", format!("{}.{}({}, customer)", area.name, operation.name, area.entity))
    }

    /// In the operation: cleaning of its first field.
    pub fn clean(area: &Area) -> Statement {
        Statement::bind(area.fields[0], format!("support.clean_code({}.{})", area.entity, area.fields[0]))
    }

    /// In the operation: one page of its parts.
    pub fn page(area: &Area) -> Statement {
        Statement::bind("parts", format!("support.page_of({}.parts, customer)", area.entity))
    }

    /// In the operation: the question to its peer.
    pub fn ask(&self, area: usize, operation: usize) -> Statement {
        let (peer, _) = self.peer(area, operation);
        let area = self.area(area);
        Statement::bind("answer", format!("{peer}.ask({}.id, {})", area.entity, area.fields[0]))
    }

    /// In the operation: the use of what the peer answered.
    pub fn using(area: &Area) -> Statement {
        Statement::bind(area.fields[1], format!("answer.{}", area.fields[1]))
    }

    /// In the operation: the loading of what is stored.
    pub fn load(area: &Area) -> Statement {
        Statement::bind("stored", format!("store.load_{e}({e}.id)", e = area.entity))
    }

    /// Stack frames of a request path, innermost first: `inner` (function, path, statement) frames below the operation,
    /// then the operation at `at`, then the handler.
    pub fn frames(&self, area: usize, operation: usize, inner: Vec<Frame>, at: &Statement) -> Vec<Frame> {
        let names = self.area(area);
        let op = self.operation(area, operation);
        let mut frames = inner;
        frames.push(Frame::code(self.domain_path(area), op.name, at.anchor(self.language())));
        frames.push(Frame::code(self.handler_path(area), op.name, Self::call(names, op).anchor(self.language())));
        frames
    }

    /// The frame of a client that waits for its host.
    pub fn client_frame(&self, peer: &str) -> Frame {
        Frame::code(self.client_path(peer), "ask", http_get(peer).anchor(self.language()))
    }

    /// The frame of the store that asks the database.
    pub fn store_frame(&self, area: &Area) -> Frame {
        Frame::code(self.store_path(), &format!("load_{}", area.entity), select(area).anchor(self.language()))
    }

    fn put(&self, tree: &mut Tree, layer: &str, name: &str, (doc, mut imports, functions): Draft) {
        if self.language() == Language::Java {
            let root = format!("com.harbor.{}", self.layout.service);
            imports = imports.iter().map(|path| java_import(&root, path)).collect();
        } else if self.language() == Language::TypeScript {
            imports = imports.iter().map(|path| path.replacen("app", "..", 1)).collect();
        } else {
            imports.insert(0, "logging".to_owned());
        }
        let module = Module {
            language: self.language(),
            package: self.layout.package(layer),
            class: Layout::class(layer, name),
            doc,
            imports,
            functions,
        };
        tree.put(&self.layout.module(layer, name), Content::Code(module));
    }

    fn handlers(area: &Area) -> Draft {
        let functions = area.operations.iter().map(|op| Function {
            name: op.name.to_owned(),
            params: vec![("request".to_owned(), "Request".to_owned())],
            gives: "Response".to_owned(),
            doc: format!("Answers {}.", op.route),
            body: vec![
                Statement::bind("customer", "session.customer_of(request)"),
                Statement::when("customer == null", vec![Statement::Fail("Denied", "sign in first".to_owned())]),
                Statement::bind(area.entity, format!("forms.read_{}(request.body)", area.entity)),
                Self::call(area, op),
                Statement::Do(format!("metrics.count(\"{}\")", op.name)),
                Statement::Give("respond.json(result)".to_owned()),
            ],
        });
        let imports = vec![format!("app.domain.{}", area.name), "app.web.forms".into(), "app.web.session".into()];
        (format!("HTTP handlers of {}.", area.name), imports, functions.collect())
    }

    fn services(&self, area: &Area, stream: &mut Stream) -> Draft {
        let index = usize::from(area.name == self.domain.areas[1].name);
        let functions = (0..3).map(|op| self.service(index, op, stream)).collect();
        let peers = self.peers.iter().map(|(peer, _)| format!("app.clients.{peer}"));
        let imports = peers.chain(["app.store.store".to_owned(), "app.support.support".to_owned()]).collect();
        (format!("What {} can do.", area.name), imports, functions)
    }

    fn service(&self, index: usize, op: usize, stream: &mut Stream) -> Function {
        let area = self.area(index);
        let (entity, peer) = (area.entity, &self.peer(index, op).0);
        let mut body = vec![
            Statement::when(
                format!("{entity} == null"),
                vec![Statement::Fail("Invalid", format!("no {entity} given"))],
            ),
            Self::clean(area),
            Self::page(area),
            Self::load(area),
        ];
        if stream.chance(0.5) {
            let test = format!("stored.{f} == {entity}.{f}", f = area.fields[2]);
            body.push(Statement::when(test, vec![Statement::Give("stored".to_owned())]));
        }
        body.push(self.ask(index, op));
        body.push(guard(peer));
        body.push(Self::using(area));
        let limit = stream.whole(10, 90);
        body.push(Statement::Each(
            "part".to_owned(),
            "parts".to_owned(),
            vec![
                Statement::bind("label", "support.label_of(part)"),
                Statement::when(
                    format!("size_of(label) > {limit}"),
                    vec![Statement::Log("info", format!("long label in {entity}"))],
                ),
            ],
        ));
        body.push(Statement::Do(format!("store.save_{entity}({entity}, {})", area.fields[1])));
        body.push(Statement::Log("info", format!("{} done", area.operations[op].name)));
        body.push(Statement::Give(entity.to_owned()));
        Function {
            name: area.operations[op].name.to_owned(),
            params: vec![(entity.to_owned(), pascal(entity)), ("customer".to_owned(), "Customer".to_owned())],
            gives: pascal(entity),
            doc: format!("{}, asking {peer}.", pascal(area.operations[op].name)),
            body,
        }
    }

    fn store(&self) -> Draft {
        let functions = self.domain.areas.iter().flat_map(|area| [load(area), save(area)]).collect();
        ("What is kept in the database.".to_owned(), vec!["app.db.db".to_owned()], functions)
    }

    fn put_test(&self, tree: &mut Tree, area: &Area) {
        let functions =
            area.operations.iter().map(|op| test(self.language(), area, op.name, "keeps its input")).collect();
        let module = Module {
            language: self.language(),
            package: format!("com.harbor.{}", self.layout.service),
            class: format!("{}Test", pascal(area.name)),
            doc: format!("Tests of {}.", area.name),
            imports: vec![],
            functions,
        };
        tree.put(&self.layout.test(area.name), Content::Code(module));
    }
}

/// Doc, imports, functions.
pub type Draft = (String, Vec<String>, Vec<Function>);

fn java_import(root: &str, path: &str) -> String {
    let mut parts = path.split('.').skip(1);
    let (layer, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!("{root}.{layer}.{}", Layout::class(layer, name))
}
