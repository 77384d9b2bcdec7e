//! Functions that can matter: those that open a library, and those that call one of them, by their names.
//!
//! Most code of a package has no part in opening a library. Functions without one run only for their value, and not for
//! long.

use std::collections::HashSet;

use super::modules::Module;
use crate::code::{Expression, Function, Statement};

/// Names of functions and modules that open libraries.
const OPENING: [&str; 13] = [
    "CDLL",
    "PyDLL",
    "cdll",
    "pydll",
    "LoadLibrary",
    "find_library",
    "dlopen",
    "ffi_lib",
    "dlload",
    "DynamicLibrary",
    "Library",
    "koffi",
    "Fiddle",
];

/// Rounds in which callers of callers are added.
const ROUNDS: usize = 4;

/// Names that a package's functions mention.
pub(super) struct Relevance<'code> {
    /// Names of the functions that anything calls.
    pub(super) called: HashSet<&'code str>,
    /// Names of functions that open libraries, by themselves or others.
    opening: HashSet<&'code str>,
    functions: HashSet<*const Function>,
}

/// Function or class, and the names that it mentions.
struct Definition<'code> {
    name: &'code str,
    function: Option<&'code Function>,
    mentions: HashSet<&'code str>,
}

impl<'code> Relevance<'code> {
    /// Finds the functions that matter.
    pub(super) fn of(modules: &[Module<'code>]) -> Self {
        let mut walk = Walk {
            called: HashSet::new(),
            opening: OPENING.into_iter().collect(),
            open: Vec::new(),
            done: Vec::new(),
        };
        modules.iter().for_each(|module| walk.block(&module.facts.body));
        let Walk { called, mut opening, done, .. } = walk;
        let mut functions = HashSet::new();
        for _ in 0..ROUNDS {
            let mut added = Vec::new();
            for definition in &done {
                if definition.mentions.is_disjoint(&opening) {
                    continue;
                }
                if let Some(function) = definition.function {
                    functions.insert(std::ptr::from_ref(function));
                }
                // Methods that everything has say nothing.
                if !definition.name.starts_with("__") {
                    added.push(definition.name);
                }
            }
            let before = opening.len();
            opening.extend(added);
            if opening.len() == before {
                break;
            }
        }
        Self { called, opening, functions }
    }

    /// True if functions of this name open libraries.
    pub(super) fn is_opening_name(&self, name: &str) -> bool {
        self.opening.contains(name)
    }

    /// True if a function can open a library.
    pub(super) fn is_opening(&self, function: &Function) -> bool {
        self.functions.contains(&std::ptr::from_ref(function))
            || self.opening.contains(function.name.as_str())
    }
}

struct Walk<'code> {
    called: HashSet<&'code str>,
    opening: HashSet<&'code str>,
    /// Definitions around the place.
    open: Vec<Definition<'code>>,
    done: Vec<Definition<'code>>,
}

impl<'code> Walk<'code> {
    fn mention(&mut self, name: &'code str) {
        for definition in &mut self.open {
            definition.mentions.insert(name);
        }
    }

    fn define(&mut self, name: &'code str, function: Option<&'code Function>, body: &'code [Statement]) {
        self.open.push(Definition { name, function, mentions: HashSet::new() });
        self.block(body);
        self.done.extend(self.open.pop());
    }

    fn block(&mut self, block: &'code [Statement]) {
        for statement in block {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &'code Statement) {
        match statement {
            Statement::Evaluate(value) | Statement::Return(value) | Statement::Raise(value) => {
                self.expression(value)
            }
            Statement::Assign { target, value, .. } => {
                self.expression(target);
                self.expression(value);
            }
            Statement::If { branches, otherwise } => {
                for (test, body) in branches {
                    self.expression(test);
                    self.block(body);
                }
                self.block(otherwise);
            }
            Statement::Loop { iterable, body, .. } => {
                self.expression(iterable);
                self.block(body);
            }
            Statement::Try { body, handlers, after } => {
                self.block(body);
                handlers.iter().for_each(|handler| self.block(handler));
                self.block(after);
            }
            Statement::Function(function) => self.function(function),
            Statement::Class { name, bases, body } => {
                self.open.push(Definition { name, function: None, mentions: HashSet::new() });
                bases.iter().for_each(|base| self.expression(base));
                self.block(body);
                self.done.extend(self.open.pop());
            }
            Statement::Import { name: Some(name), alias, .. } if OPENING.contains(&name.as_str()) => {
                self.opening.insert(alias);
            }
            Statement::Leave | Statement::Global(_) | Statement::Import { .. } => {}
        }
    }

    fn function(&mut self, function: &'code Function) {
        for parameter in &function.parameters {
            parameter.default.iter().for_each(|default| self.expression(default));
        }
        self.define(&function.name, Some(function), &function.body);
    }

    fn expression(&mut self, expression: &'code Expression) {
        match expression {
            Expression::Name(name) => self.mention(name),
            Expression::Member(value, name) => {
                self.mention(name);
                self.expression(value);
            }
            Expression::Call(call) => {
                if let Expression::Name(name) | Expression::Member(_, name) = &call.function {
                    self.called.insert(name);
                }
                self.expression(&call.function);
                call.arguments.iter().for_each(|argument| self.expression(&argument.value));
            }
            Expression::Not(value) | Expression::Spread(value) | Expression::Yield(value) => {
                self.expression(value)
            }
            Expression::Index(value, index) => {
                self.expression(value);
                self.expression(index);
            }
            Expression::List(values)
            | Expression::Joined(values)
            | Expression::Operation(_, values)
            | Expression::Unknown(values) => values.iter().for_each(|value| self.expression(value)),
            Expression::Table(pairs) => {
                for (key, value) in pairs {
                    self.expression(key);
                    self.expression(value);
                }
            }
            Expression::Choice(values) => values.iter().for_each(|value| self.expression(value)),
            Expression::Each(values) => values.iter().for_each(|value| self.expression(value)),
            Expression::Lambda(function) => self.function(function),
            Expression::Block(block) => self.block(block),
            Expression::Text(_) | Expression::Number(_) | Expression::Truth(_) | Expression::Nothing => {}
        }
    }
}
