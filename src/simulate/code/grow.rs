//! The first revision of a service's code.

use super::{Content, Function, Layout, Module, Statement, Tree, pascal};
use crate::simulate::domain::{Area, Domain, Operation};
use crate::simulate::failure::Frame;
use crate::simulate::scenario::{Language, ServiceSpec};
use crate::simulate::stream::Stream;
use crate::simulate::words::LIBRARIES;

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
        site.put(tree, "handlers", area.name, site.handlers(area));
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
            class: self.layout.class(layer, name),
            doc,
            imports,
            functions,
        };
        tree.put(&self.layout.module(layer, name), Content::Code(module));
    }

    fn handlers(&self, area: &Area) -> Draft {
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
            Statement::when(format!("{entity} == null"), vec![Statement::Fail("Invalid", format!("no {entity} given"))]),
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
        let functions = area.operations.iter().map(|op| test(area, op.name, "keeps its input")).collect();
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

    fn texts(&self, tree: &mut Tree, stream: &mut Stream) {
        let service = &self.layout.service;
        let mut put = |path: String, lines: Vec<String>| tree.put(&path, Content::Text(lines));
        put(self.layout.config(), self.settings(stream));
        put(self.layout.lock(), lock_lines(self.language(), stream));
        put(self.layout.workflow(), workflow(service));
        put(self.layout.file("README.md"), readme(service, self.domain));
        put(self.layout.file("docs/runbook.md"), runbook(service, self.domain));
        put(self.layout.file("deploy/values.yaml"), values(service, stream));
        put(self.layout.file("migrations/0001_init.sql"), migration(self.domain));
        let area = &self.domain.areas[0];
        put(self.layout.prompt(area.operations[1].name), prompt(area));
    }

    fn settings(&self, stream: &mut Stream) -> Vec<String> {
        let assign = if self.language() == Language::Python { " = " } else { ": " };
        let quote = |text: &str| format!("\"{text}\"");
        let mut lines = vec![format!("# Settings of {}; see docs/runbook.md", self.layout.service)];
        let mut set = |key: String, value: String| lines.push(format!("{key}{assign}{value}"));
        set("log_level".into(), quote("info"));
        set("page_size".into(), stream.whole(20, 60).to_string());
        set("worker_threads".into(), stream.whole(4, 33).to_string());
        for (peer, host) in &self.peers {
            set(format!("{peer}_url"), quote(&format!("https://{host}")));
            set(format!("{peer}_timeout_ms"), (stream.whole(4, 13) * 500).to_string());
            set(format!("{peer}_retries"), stream.whole(1, 4).to_string());
            set(format!("{peer}_token_ttl_s"), "3600".to_owned());
        }
        for area in &self.domain.areas {
            set(format!("{}_cache_seconds", area.name), (stream.whole(1, 20) * 30).to_string());
            set(format!("{}_batch", area.name), stream.whole(20, 400).to_string());
            set(format!("{}_enabled", area.operations[2].name), "true".to_owned());
        }
        lines
    }
}

/// Doc, imports, functions.
type Draft = (String, Vec<String>, Vec<Function>);

fn java_import(root: &str, path: &str) -> String {
    let mut parts = path.split('.').skip(1);
    let (layer, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let layout = Layout { service: String::new(), language: Language::Java };
    format!("{root}.{layer}.{}", layout.class(layer, name))
}

/// What an operation does when its peer has no answer.
pub fn guard(peer: &str) -> Statement {
    let log = Statement::Log("warning", format!("no answer from {peer}"));
    Statement::when("answer == null", vec![log, Statement::Give("stored".to_owned())])
}

fn http_get(peer: &str) -> Statement {
    Statement::bind("response", format!("http.get(url, reference, settings.{peer}_timeout_ms)"))
}

fn client(peer: &str, host: &str) -> Draft {
    let fail = |kind, text: &str| vec![Statement::Fail(kind, text.to_owned())];
    let ask = vec![
        Statement::bind("url", format!("settings.{peer}_url")),
        http_get(peer),
        Statement::when("response.status == 404", vec![Statement::Give("null".to_owned())]),
        Statement::when("response.status == 429", fail("Busy", "too many requests")),
        Statement::when("response.status >= 500", fail("Io", "no good answer")),
        Statement::Give("response.body".to_owned()),
    ];
    let send = vec![
        Statement::bind("token", format!("tokens.fresh(\"{peer}\", settings.{peer}_token_ttl_s)")),
        Statement::bind("response", format!("http.post(settings.{peer}_url, payload, token)")),
        Statement::when("response.status >= 400", fail("Io", "refused")),
        Statement::Give("response.body".to_owned()),
    ];
    let param = |name: &str, kind: &str| (name.to_owned(), kind.to_owned());
    let function = |name: &str, second: (String, String), body| Function {
        name: name.to_owned(),
        params: vec![param("reference", "Reference"), second],
        gives: "Answer".to_owned(),
        doc: format!("Calls {host}."),
        body,
    };
    let functions =
        vec![function("ask", param("option", "Option"), ask), function("send", param("payload", "Payload"), send)];
    (format!("Client of {host}."), vec!["app.web.http".into(), "app.web.tokens".into(), "app.settings".into()], functions)
}

/// The statement that reads an entity of `area` from the database.
pub fn select(area: &Area) -> Statement {
    let columns = area.fields.join(", ");
    Statement::bind("row", format!("db.one(\"select id, {columns} from {} where id = ?\", key)", area.name))
}

fn load(area: &Area) -> Function {
    Function {
        name: format!("load_{}", area.entity),
        params: vec![("key".to_owned(), "Key".to_owned())],
        gives: pascal(area.entity),
        doc: format!("Reads one {}.", area.entity),
        body: vec![
            select(area),
            Statement::when("row == null", vec![Statement::Fail("NotFound", format!("{} not found", area.entity))]),
            Statement::Give("row".to_owned()),
        ],
    }
}

fn save(area: &Area) -> Function {
    let field = area.fields[1];
    Function {
        name: format!("save_{}", area.entity),
        params: vec![("item".to_owned(), pascal(area.entity)), (field.to_owned(), "Value".to_owned())],
        gives: "int".to_owned(),
        doc: format!("Writes one {}.", area.entity),
        body: vec![
            Statement::bind("version", "item.version + 1"),
            Statement::bind(
                "changed",
                format!("db.run(\"update {} set {field} = ?, version = ? where id = ?\", {field}, version, item.id)", area.name),
            ),
            Statement::when("changed == 0", vec![Statement::Fail("Conflict", "changed by someone else".to_owned())]),
            Statement::Give("version".to_owned()),
        ],
    }
}

fn support() -> Draft {
    let function = |name: &str, params: &[(&str, &str)], gives: &str, doc: &str, body| Function {
        name: name.to_owned(),
        params: params.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect(),
        gives: gives.to_owned(),
        doc: doc.to_owned(),
        body,
    };
    let give = |text: &str| Statement::Give(text.to_owned());
    let functions = vec![
        function("clean_code", &[("text", "Text")], "Text", "A code without blanks, in capitals.", vec![
            Statement::bind("plain", "text.trim()"),
            Statement::when("size_of(plain) > 64", vec![Statement::Fail("Invalid", "code too long".to_owned())]),
            give("plain"),
        ]),
        function("page_of", &[("items", "Items"), ("customer", "Customer")], "Items", "The first page.", vec![
            Statement::bind("limit", "customer.page_limit + 1"),
            Statement::when("size_of(items) < limit", vec![give("items")]),
            give("slices.head(items, limit)"),
        ]),
        function("label_of", &[("part", "Part")], "Text", "What people call it.", vec![
            Statement::bind("label", "part.title"),
            Statement::when("label == null", vec![give("part.code")]),
            give("label"),
        ]),
        function("read_amount", &[("text", "Text")], "Amount", "An amount in cents.", vec![
            Statement::bind("cents", "to_int(text)"),
            Statement::when("cents < 0", vec![Statement::Fail("Invalid", "negative amount".to_owned())]),
            give("cents"),
        ]),
    ];
    ("Small helpers.".to_owned(), vec!["app.web.slices".into()], functions)
}

/// A test of `name` in `area`.
pub fn test(area: &Area, name: &str, what: &str) -> Function {
    Function {
        name: format!("test_{name}_{}", what.replace(' ', "_")),
        params: vec![],
        gives: if area.name.is_empty() { "None".to_owned() } else { "void".to_owned() },
        doc: format!("{name} {what}."),
        body: vec![
            Statement::bind(area.entity, format!("samples.{}()", area.entity)),
            Statement::bind("result", format!("{}.{name}({}, samples.customer())", area.name, area.entity)),
            Statement::Do(format!("check.same(result.id, {}.id)", area.entity)),
        ],
    }
}

fn lock_lines(language: Language, stream: &mut Stream) -> Vec<String> {
    LIBRARIES.iter().map(|(name, version)| lock_line(language, name, &format!("{version}.{}", stream.whole(0, 20)))).collect()
}

/// One library in a lock file.
pub fn lock_line(language: Language, name: &str, version: &str) -> String {
    match language {
        Language::Python => format!("{name}=={version}"),
        Language::TypeScript => format!("  {name}@{version}: {{ resolution: {{ integrity: sha512-{} }} }}", super::blob(version)),
        Language::Java => format!("io.{name}:{name}:{version}=runtimeClasspath"),
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn workflow(service: &str) -> Vec<String> {
    lines(&format!(
        "name: {service}\non:\n  push:\n    paths: [\"services/{service}/**\"]\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    \
         timeout-minutes: 20\n    steps:\n      - uses: actions/checkout@v4\n      - run: make -C services/{service} lint\n      \
         - run: make -C services/{service} test\n  image:\n    needs: test\n    runs-on: ubuntu-24.04\n    steps:\n      \
         - uses: actions/checkout@v4\n      - run: make -C services/{service} image push"
    ))
}

fn readme(service: &str, domain: &Domain) -> Vec<String> {
    let mut text = format!("# {service}\n\nPart of Harbor, the shop and berth booking.\n\n## Requests\n\n");
    for operation in domain.areas.iter().flat_map(|area| &area.operations) {
        text.push_str(&format!("- `{}` → `{}`\n", operation.route, operation.name));
    }
    lines(&(text + "\n## Run it\n\n    make run\n    make test\n\nQuestions: #team-harbor."))
}

fn runbook(service: &str, domain: &Domain) -> Vec<String> {
    let mut text = format!("# Runbook of {service}\n\n1. Look at the dashboard.\n2. Look at the last deploy.\n3. Call the owner.\n");
    for host in domain.hosts {
        text.push_str(&format!("\n## {host} is down\n\nWait; their status page is https://status.{host}. Do not roll back.\n"));
    }
    lines(&text)
}

fn values(service: &str, stream: &mut Stream) -> Vec<String> {
    lines(&format!(
        "image: registry.harbor.example/{service}\nreplicas: {}\nresources:\n  limits:\n    cpu: \"2\"\n    memory: {}Mi\nprobes:\n  \
         path: /healthz\n  periodSeconds: 10\nenv:\n  TZ: Europe/Amsterdam",
        stream.whole(3, 9),
        stream.whole(4, 17) * 256
    ))
}

fn migration(domain: &Domain) -> Vec<String> {
    let table = |area: &Area| {
        let columns: String = area.fields.iter().map(|field| format!("  {field} text,\n")).collect();
        format!("create table {} (\n  id bigint primary key,\n{columns}  version int not null default 0\n);\n", area.name)
    };
    lines(&domain.areas.iter().map(table).collect::<String>())
}

fn prompt(area: &Area) -> Vec<String> {
    lines(&format!(
        "You write for customers of Harbor.\n\nGiven one {} as JSON, answer with one JSON object and nothing else.\nIts keys are `title` \
         (at most 60 characters), `body` (at most 3 sentences) and `tone`.\n\nRules:\n- Never invent a {} or a price.\n- Use the \
         customer's language.\n- Leave out what you do not know.\n",
        area.entity, area.fields[0]
    ))
}
