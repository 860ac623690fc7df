//! Modules as text, and which lines each function has.

use super::expression::expression;
use super::layout::camel;
use super::{Function, Module, Statement};
use crate::simulate::failure::exception;
use crate::simulate::scenario::Language;

/// Lines of a module, and for each function its name in the language and its range of lines (0-based, half-open).
pub fn render(module: &Module) -> (Vec<String>, Vec<(String, usize, usize)>) {
    let mut lines = head(module);
    let mut spans = Vec::new();
    for (index, function) in module.functions.iter().enumerate() {
        if module.language == Language::Python {
            lines.extend([String::new(), String::new()]);
        } else if index > 0 || module.language == Language::TypeScript {
            lines.push(String::new());
        }
        let start = lines.len();
        lines.extend(function_lines(function, module.language));
        spans.push((camel(&function.name, module.language), start, lines.len()));
    }
    if module.language == Language::Java {
        lines.push("}".to_owned());
    }
    (lines, spans)
}

pub fn first_line(statement: &Statement, language: Language) -> String {
    let mut lines = Vec::new();
    statement_lines(statement, language, 0, &mut lines);
    lines.into_iter().next().unwrap_or_default()
}

fn head(module: &Module) -> Vec<String> {
    let mut lines = Vec::new();
    match module.language {
        Language::Python => {
            lines.push(format!("\"\"\"{}\"\"\"", module.doc));
            lines.push(String::new());
            lines.push("from __future__ import annotations".to_owned());
            lines.push(String::new());
            lines.extend(module.imports.iter().map(|name| match name.rsplit_once('.') {
                Some((package, name)) => format!("from {package} import {name}"),
                None => format!("import {name}"),
            }));
            lines.extend([String::new(), "log = logging.getLogger(__name__)".to_owned()]);
        }
        Language::TypeScript => {
            lines.push(format!("// {}", module.doc));
            lines.push(String::new());
            lines.extend(module.imports.iter().map(|path| {
                let (path, name) = path.rsplit_once('.').unwrap_or(("", path));
                format!("import * as {} from \"{}/{name}\";", camel(name, module.language), path.replace('.', "/"))
            }));
        }
        Language::Java => {
            lines.push(format!("package {};", module.package));
            lines.push(String::new());
            lines.extend(module.imports.iter().map(|name| format!("import {name};")));
            lines.push(String::new());
            lines.push(format!("/** {} */", module.doc));
            lines.push(format!("public final class {} {{", module.class));
        }
    }
    lines
}

fn function_lines(function: &Function, language: Language) -> Vec<String> {
    let name = camel(&function.name, language);
    let mut lines = Vec::new();
    let params = |form: &dyn Fn(&str, &str) -> String| {
        let list: Vec<String> = function.params.iter().map(|(name, kind)| form(&camel(name, language), kind)).collect();
        list.join(", ")
    };
    let depth = match language {
        Language::Python => {
            lines.push(format!("def {name}({}) -> {}:", params(&|n, t| format!("{n}: {t}")), function.gives));
            lines.push(format!("    \"\"\"{}\"\"\"", function.doc));
            1
        }
        Language::TypeScript => {
            lines.push(format!("/** {} */", function.doc));
            lines.push(format!(
                "export async function {name}({}): Promise<{}> {{",
                params(&|n, t| format!("{n}: {t}")),
                function.gives
            ));
            1
        }
        Language::Java => {
            lines.push(format!("    /** {} */", function.doc));
            lines.push(format!("    public {} {name}({}) {{", function.gives, params(&|n, t| format!("{t} {n}"))));
            2
        }
    };
    for statement in &function.body {
        statement_lines(statement, language, depth, &mut lines);
    }
    match language {
        Language::Python => {}
        Language::TypeScript => lines.push("}".to_owned()),
        Language::Java => lines.push("    }".to_owned()),
    }
    lines
}

fn statement_lines(statement: &Statement, language: Language, depth: usize, lines: &mut Vec<String>) {
    let pad = if language == Language::TypeScript { "  " } else { "    " }.repeat(depth);
    let say = |text: &str| expression(text, language);
    let python = language == Language::Python;
    let end = if python { "" } else { ";" };
    let mut block = |opening: String, body: &[Statement]| {
        lines.push(format!("{pad}{opening}{}", if python { ":" } else { " {" }));
        for inner in body {
            statement_lines(inner, language, depth + 1, lines);
        }
        if !python {
            lines.push(format!("{pad}}}"));
        }
    };
    match statement {
        Statement::When(condition, body) if python => block(format!("if {}", say(condition)), body),
        Statement::When(condition, body) => block(format!("if ({})", say(condition)), body),
        Statement::Each(item, over, body) => {
            let (item, over) = (camel(item, language), say(over));
            let opening = match language {
                Language::Python => format!("for {item} in {over}"),
                Language::TypeScript => format!("for (const {item} of {over})"),
                Language::Java => format!("for (var {item} : {over})"),
            };
            block(opening, body);
        }
        simple => lines.push(format!("{pad}{}{end}", line(simple, language))),
    }
}

/// A statement of one line, without indentation and semicolon.
fn line(statement: &Statement, language: Language) -> String {
    let say = |text: &str| expression(text, language);
    let class = |kind: &str| {
        let full = exception(kind, language);
        full.rsplit('.').next().unwrap_or(full).to_owned()
    };
    match (statement, language) {
        (Statement::Let(name, value), Language::Python) => format!("{name} = {}", say(value)),
        (Statement::Let(name, value), Language::TypeScript) => {
            let wait = if value.contains(".ask(") || value.contains("store.") { "await " } else { "" };
            format!("const {} = {wait}{}", camel(name, language), say(value))
        }
        (Statement::Let(name, value), Language::Java) => format!("var {} = {}", camel(name, language), say(value)),
        (Statement::Fail(kind, text), Language::Python) => format!("raise {}(\"{text}\")", class(kind)),
        (Statement::Fail(kind, text), _) => format!("throw new {}(\"{text}\")", class(kind)),
        (Statement::Log(level, text), Language::Java) if *level == "warning" => format!("log.warn(\"{text}\")"),
        (Statement::Log(level, text), _) => format!("log.{level}(\"{text}\")"),
        (Statement::Give(value), _) => format!("return {}", say(value)),
        (Statement::Do(call), _) => say(call),
        (Statement::When(..) | Statement::Each(..), _) => String::new(),
    }
}
