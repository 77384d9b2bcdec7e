//! Arguments and blocks of calls in Ruby.

use super::reader::Reader;
use crate::code::facts::{Argument, Block, Call, Expression, Function, Parameter, Statement};
use crate::code::token::Kind;

/// Name under which a block is passed.
pub(super) const BLOCK: &str = "&";

/// Keywords that no argument begins with.
const NO_ARGUMENT: &[&str] = &[
    "and", "or", "if", "unless", "while", "until", "rescue", "do", "then", "in", "end", "else", "elsif",
    "when", "ensure",
];

/// Keywords that are no method's names.
const KEYWORDS: &[&str] = &[
    "nil", "true", "false", "self", "if", "unless", "while", "until", "case", "begin", "def", "class",
    "module", "end", "then", "do", "else", "elsif", "when", "ensure", "return", "break", "next", "yield",
    "__FILE__", "__dir__", "and", "or", "not", "rescue", "in", "for",
];

impl Reader<'_> {
    /// True if the name at the position can be a method's.
    pub(super) fn is_method_name(&self) -> bool {
        self.cursor.word().is_some_and(|name| !KEYWORDS.contains(&name) && !name.starts_with(['@', '$']))
    }

    /// True if an argument without brackets begins at the position, after a method's name.
    pub(super) fn starts_command_argument(&self) -> bool {
        let token = self.cursor.token();
        if !token.is_spaced || token.is_first {
            return false;
        }
        let is_attached = !self.cursor.ahead(1).is_spaced;
        match &token.kind {
            Kind::Text(_) | Kind::Number(_) | Kind::Regex(_) | Kind::Symbol("->" | "[") => true,
            Kind::Name(name) => !NO_ARGUMENT.contains(name),
            Kind::Symbol("(" | "!") => true,
            Kind::Symbol("::" | "*" | "**" | "&" | "-" | ":") => is_attached,
            _ => false,
        }
    }

    /// Reads arguments without brackets.
    pub(super) fn command_arguments(&mut self) -> Vec<Argument> {
        let mut found = Vec::new();
        loop {
            let before = self.cursor.position();
            self.argument(&mut found);
            if !self.cursor.take(",") || self.cursor.position() == before {
                return found;
            }
            self.skip_newlines();
        }
    }

    /// Reads arguments in brackets.
    pub(super) fn bracketed_arguments(&mut self) -> Vec<Argument> {
        self.cursor.advance();
        let was_condition = std::mem::replace(&mut self.is_condition, false);
        let mut found = Vec::new();
        self.skip_newlines();
        while !self.cursor.is_at_end() && !self.cursor.take(")") {
            let before = self.cursor.position();
            self.argument(&mut found);
            self.skip_newlines();
            self.cursor.take(",");
            self.skip_newlines();
            if self.cursor.position() == before {
                self.cursor.advance();
            }
        }
        self.is_condition = was_condition;
        found
    }

    fn argument(&mut self, into: &mut Vec<Argument>) {
        if self.cursor.take("&") {
            self.expression();
            return;
        }
        if let Some(name) = self.label() {
            self.skip_newlines();
            into.push(Argument { name: Some(name), value: self.expression() });
            return;
        }
        let value = self.expression();
        if self.cursor.take("=>") {
            self.skip_newlines();
            self.expression();
            return;
        }
        into.push(Argument { name: None, value });
    }

    /// True if a block begins at the position.
    pub(super) fn starts_block(&self) -> bool {
        self.cursor.is("{") && !self.cursor.token().is_first
            || self.cursor.is_word("do") && !self.is_condition
    }

    /// Reads a block and passes it to a call, or to a method without arguments.
    pub(super) fn with_block(&mut self, function: Expression, line: u32) -> Expression {
        let block =
            Argument { name: Some(BLOCK.to_owned()), value: Expression::Lambda(Box::new(self.block())) };
        let mut call = match function {
            Expression::Call(call) => call,
            function => Box::new(Call { line, function, arguments: Vec::new() }),
        };
        call.arguments.push(block);
        Expression::Call(call)
    }

    fn block(&mut self) -> Function {
        let is_braces = self.cursor.is("{");
        self.cursor.advance();
        let was_condition = std::mem::replace(&mut self.is_condition, false);
        let parameters = if self.cursor.take("|") { self.parameters("|") } else { Vec::new() };
        let body = if is_braces { self.braces_body() } else { self.body_with_handlers() };
        self.is_condition = was_condition;
        Function { name: String::new(), parameters, body: returning(body) }
    }

    fn braces_body(&mut self) -> Block {
        let mut body = Vec::new();
        while !self.cursor.is_at_end() && !self.cursor.take("}") {
            let before = self.cursor.position();
            self.statement(&mut body);
            if self.cursor.position() == before {
                self.cursor.advance();
            }
        }
        body
    }

    /// Reads `->(x) { … }`.
    pub(super) fn lambda(&mut self) -> Expression {
        self.cursor.advance();
        let parameters = if self.cursor.take("(") { self.parameters(")") } else { Vec::new() };
        if !self.starts_block() {
            return Expression::unknown();
        }
        Expression::Lambda(Box::new(Function { parameters, ..self.block() }))
    }

    /// Reads parameters up to the symbol that ends them, which the cursor passes; or, without one, to the end of the line.
    pub(super) fn parameters(&mut self, end: &str) -> Vec<Parameter> {
        let mut found = Vec::new();
        while !self.cursor.is_at_end() && !self.cursor.take(end) {
            if end.is_empty() && *self.cursor.kind() == Kind::Newline {
                break;
            }
            let is_rest = self.cursor.take("*");
            let is_other = self.cursor.take("**") || self.cursor.take("&");
            let Some(name) = self.cursor.take_name() else {
                self.cursor.advance();
                continue;
            };
            let default = if self.cursor.take("=") {
                // A bar ends the parameters of a block.
                Some(if end == "|" { self.primary_default() } else { self.expression() })
            } else if self.cursor.take(":") {
                let is_given =
                    !self.cursor.is(",") && !self.cursor.is(end) && *self.cursor.kind() != Kind::Newline;
                is_given.then(|| self.expression())
            } else {
                None
            };
            if !is_other {
                found.push(Parameter { name: name.to_owned(), default, is_rest });
            }
        }
        found
    }

    fn primary_default(&mut self) -> Expression {
        self.cursor.advance();
        Expression::unknown()
    }
}

/// Makes the last value of a body its result.
pub(super) fn returning(mut body: Block) -> Block {
    if let Some(last) = body.pop() {
        body.push(match last {
            Statement::Evaluate(value) => Statement::Return(value),
            Statement::If { branches, otherwise } => Statement::If {
                branches: branches.into_iter().map(|(test, body)| (test, returning(body))).collect(),
                otherwise: returning(otherwise),
            },
            Statement::Try { body, handlers, after } => Statement::Try {
                body: returning(body),
                handlers: handlers.into_iter().map(returning).collect(),
                after,
            },
            other => other,
        });
    }
    body
}
