//! The company's code base: generated modules in three languages, edited as data and rendered as text.

mod expression;
mod grow;
mod layout;
mod modules;
mod render;
mod texts;
mod tree;

pub use grow::{Site, grow};
pub use layout::{Layout, camel, pascal};
pub use modules::{guard, select, test};
pub use texts::lock_line;
pub use tree::{Content, Tree, blob};

use super::scenario::Language;

/// A statement, in a neutral notation: expressions are snake-case text, see `expression`.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    Let(String, String),
    Do(String),
    When(String, Vec<Statement>),
    Each(String, String, Vec<Statement>),
    Fail(&'static str, String),
    Log(&'static str, String),
    Give(String),
}

/// A function: its parameters as (name, type).
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    pub name: String,
    pub params: Vec<(String, String)>,
    pub gives: String,
    pub doc: String,
    pub body: Vec<Statement>,
}

/// A source file.
#[derive(Clone, Debug, PartialEq)]
pub struct Module {
    pub language: Language,
    /// Java package; elsewhere unused.
    pub package: String,
    pub class: String,
    pub doc: String,
    pub imports: Vec<String>,
    pub functions: Vec<Function>,
}

impl Statement {
    pub fn bind(name: &str, value: impl Into<String>) -> Self {
        Self::Let(name.to_owned(), value.into())
    }

    pub fn when(condition: impl Into<String>, then: Vec<Self>) -> Self {
        Self::When(condition.into(), then)
    }

    /// Its first line in `language`, without indentation: how a stack frame finds it again.
    pub fn anchor(&self, language: Language) -> String {
        render::first_line(self, language)
    }
}

impl Module {
    pub fn function(&mut self, name: &str) -> Option<&mut Function> {
        self.functions.iter_mut().find(|function| function.name == name)
    }
}
