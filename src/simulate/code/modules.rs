//! Modules that every service has: clients, store, helpers, tests.

use super::grow::Draft;
use super::{Function, Statement, pascal};
use crate::simulate::domain::Area;
use crate::simulate::scenario::Language;

/// What an operation does when its peer has no answer.
pub fn guard(peer: &str) -> Statement {
    let log = Statement::Log("warning", format!("no answer from {peer}"));
    Statement::when("answer == null", vec![log, Statement::Give("stored".to_owned())])
}

pub fn http_get(peer: &str) -> Statement {
    Statement::bind("response", format!("http.get(url, reference, settings.{peer}_timeout_ms)"))
}

pub fn client(peer: &str, host: &str) -> Draft {
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
    (
        format!("Client of {host}."),
        vec!["app.web.http".into(), "app.web.tokens".into(), "app.settings".into()],
        functions,
    )
}

/// The statement that reads an entity of `area` from the database.
pub fn select(area: &Area) -> Statement {
    let columns = area.fields.join(", ");
    Statement::bind("row", format!("db.one(\"select id, {columns} from {} where id = ?\", key)", area.name))
}

pub fn load(area: &Area) -> Function {
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

pub fn save(area: &Area) -> Function {
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
                format!(
                    "db.run(\"update {} set {field} = ?, version = ? where id = ?\", {field}, version, item.id)",
                    area.name
                ),
            ),
            Statement::when("changed == 0", vec![Statement::Fail("Conflict", "changed by someone else".to_owned())]),
            Statement::Give("version".to_owned()),
        ],
    }
}

pub fn support() -> Draft {
    let function = |name: &str, params: &[(&str, &str)], gives: &str, doc: &str, body| Function {
        name: name.to_owned(),
        params: params.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect(),
        gives: gives.to_owned(),
        doc: doc.to_owned(),
        body,
    };
    let give = |text: &str| Statement::Give(text.to_owned());
    let functions = vec![
        function(
            "clean_code",
            &[("text", "Text")],
            "Text",
            "A code without blanks, in capitals.",
            vec![
                Statement::bind("plain", "text.trim()"),
                Statement::when("size_of(plain) > 64", vec![Statement::Fail("Invalid", "code too long".to_owned())]),
                give("plain"),
            ],
        ),
        function(
            "page_of",
            &[("items", "Items"), ("customer", "Customer")],
            "Items",
            "The first page.",
            vec![
                Statement::bind("limit", "customer.page_limit + 1"),
                Statement::when("size_of(items) < limit", vec![give("items")]),
                give("slices.head(items, limit)"),
            ],
        ),
        function(
            "label_of",
            &[("part", "Part")],
            "Text",
            "What people call it.",
            vec![
                Statement::bind("label", "part.title"),
                Statement::when("label == null", vec![give("part.code")]),
                give("label"),
            ],
        ),
        function(
            "read_amount",
            &[("text", "Text")],
            "Amount",
            "An amount in cents.",
            vec![
                Statement::bind("cents", "to_int(text)"),
                Statement::when("cents < 0", vec![Statement::Fail("Invalid", "negative amount".to_owned())]),
                give("cents"),
            ],
        ),
    ];
    ("Small helpers.".to_owned(), vec!["app.web.slices".into()], functions)
}

/// A test of `name` in `area`.
pub fn test(language: Language, area: &Area, name: &str, what: &str) -> Function {
    Function {
        name: format!("test_{name}_{}", what.replace(' ', "_")),
        params: vec![],
        gives: if language == Language::Python { "None" } else { "void" }.to_owned(),
        doc: format!("{name} {what}."),
        body: vec![
            Statement::bind(area.entity, format!("samples.{}()", area.entity)),
            Statement::bind("result", format!("{}.{name}({}, samples.customer())", area.name, area.entity)),
            Statement::Do(format!("check.same(result.id, {}.id)", area.entity)),
        ],
    }
}
