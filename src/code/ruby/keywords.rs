//! Expressions of Ruby that begin with a keyword.

use super::arguments::returning;
use super::reader::Reader;
use crate::code::facts::{Block, Expression, Function, Operator, Statement};
use crate::code::token::Kind;

impl Reader<'_> {
    /// Reads what begins with a name or keyword.
    pub(super) fn named(&mut self, name: &str) -> Expression {
        let statement = match name {
            "if" | "unless" => self.if_statement(),
            "while" | "until" => self.loop_statement(),
            "for" => self.for_statement(),
            "case" => self.case(),
            "begin" => {
                self.cursor.advance();
                let body = self.body_with_handlers();
                return Expression::Block(body);
            }
            "def" => self.definition(),
            "class" | "module" => self.class(),
            _ => return self.word(name),
        };
        Expression::Block(vec![statement])
    }

    fn word(&mut self, name: &str) -> Expression {
        if ["end", "then", "do", "else", "elsif", "when", "ensure", "rescue", "in"].contains(&name) {
            return Expression::unknown();
        }
        self.cursor.advance();
        match name {
            "true" => Expression::Truth(true),
            "false" => Expression::Truth(false),
            "nil" => Expression::Nothing,
            "return" | "break" | "next" => {
                let value = match self.cursor.kind() {
                    Kind::Newline | Kind::End | Kind::Symbol(")" | "}" | ";") => Expression::Nothing,
                    Kind::Name("if" | "unless" | "end") => Expression::Nothing,
                    _ => self.expression(),
                };
                let statement = if name == "return" { Statement::Return(value) } else { Statement::Leave };
                Expression::Block(vec![statement])
            }
            _ => Expression::Name(name.to_owned()),
        }
    }

    /// Reads statements up to one of some keywords.
    pub(super) fn body(&mut self, ends: &[&str]) -> Block {
        let mut body = Vec::new();
        while !self.cursor.is_at_end() && !ends.iter().any(|word| self.cursor.is_word(word)) {
            let before = self.cursor.position();
            self.statement(&mut body);
            if self.cursor.position() == before {
                self.cursor.advance();
            }
        }
        body
    }

    /// Reads statements with `rescue` and `ensure`, up to `end`.
    pub(super) fn body_with_handlers(&mut self) -> Block {
        let ends = ["rescue", "else", "ensure", "end"];
        let body = self.body(&ends);
        let (mut handlers, mut after) = (Vec::new(), Vec::new());
        while !self.cursor.is_at_end() && !self.cursor.take_word("end") {
            let is_handler = self.cursor.is_word("rescue");
            self.cursor.advance();
            if is_handler {
                while !matches!(self.cursor.kind(), Kind::Newline | Kind::End | Kind::Name("then")) {
                    self.cursor.advance();
                }
                self.cursor.take_word("then");
            }
            let clause = self.body(&ends);
            if is_handler { handlers.push(clause) } else { after.extend(clause) }
        }
        if handlers.is_empty() {
            return body.into_iter().chain(after).collect();
        }
        vec![Statement::Try { body, handlers, after }]
    }

    /// Reads a condition and what ends it.
    fn condition(&mut self) -> Expression {
        let was_condition = std::mem::replace(&mut self.is_condition, true);
        let test = self.statement_expression();
        self.is_condition = was_condition;
        self.skip_newlines();
        let _ = self.cursor.take_word("then") || self.cursor.take_word("do") || self.cursor.take(";");
        test
    }

    fn if_statement(&mut self) -> Statement {
        let is_unless = self.cursor.is_word("unless");
        self.cursor.advance();
        let test = self.condition();
        let test = if is_unless { Expression::Not(Box::new(test)) } else { test };
        let ends = ["elsif", "else", "end"];
        let mut branches = vec![(test, self.body(&ends))];
        let mut otherwise = Vec::new();
        while self.cursor.take_word("elsif") {
            let test = self.condition();
            branches.push((test, self.body(&ends)));
        }
        if self.cursor.take_word("else") {
            otherwise = self.body(&["end"]);
        }
        self.cursor.take_word("end");
        Statement::If { branches, otherwise }
    }

    fn loop_statement(&mut self) -> Statement {
        self.cursor.advance();
        let iterable = self.condition();
        let body = self.body(&["end"]);
        self.cursor.take_word("end");
        Statement::Loop { target: None, iterable, body }
    }

    fn for_statement(&mut self) -> Statement {
        self.cursor.advance();
        let target = self.cursor.take_name().map(|name| Expression::Name(name.to_owned()));
        while !self.cursor.is_at_end() && !self.cursor.take_word("in") {
            self.cursor.advance();
        }
        let iterable = self.condition();
        let body = self.body(&["end"]);
        self.cursor.take_word("end");
        Statement::Loop { target, iterable, body }
    }

    fn case(&mut self) -> Statement {
        self.cursor.advance();
        let subject = if *self.cursor.kind() == Kind::Newline { None } else { Some(self.condition()) };
        self.skip_newlines();
        let (mut branches, mut otherwise) = (Vec::new(), Vec::new());
        let ends = ["when", "else", "end"];
        while self.cursor.take_word("when") {
            let mut tests = Vec::new();
            loop {
                tests.push(self.expression());
                if !self.cursor.take(",") {
                    break;
                }
                self.skip_newlines();
            }
            self.cursor.take_word("then");
            let tests = tests.into_iter().map(|pattern| match &subject {
                Some(subject) => case_test(subject, pattern),
                None => pattern,
            });
            let test = Expression::Operation(Operator::Or, tests.collect());
            branches.push((test, self.body(&ends)));
        }
        if self.cursor.take_word("else") {
            otherwise = self.body(&["end"]);
        }
        self.body(&["end"]);
        self.cursor.take_word("end");
        Statement::If { branches, otherwise }
    }

    fn definition(&mut self) -> Statement {
        self.cursor.advance();
        let mut name = self.cursor.take_name().unwrap_or_default();
        while self.cursor.take(".") {
            name = self.cursor.take_name().unwrap_or_default();
        }
        let name = name.to_owned();
        // An operator's or a writer's name.
        let is_bare = self.cursor.token().is_spaced;
        let parameters = if self.cursor.take("(") {
            self.parameters(")")
        } else if is_bare && !self.cursor.is("=") {
            self.parameters("")
        } else {
            while !matches!(self.cursor.kind(), Kind::Newline | Kind::End | Kind::Symbol("(")) {
                self.cursor.advance();
            }
            if self.cursor.take("(") { self.parameters(")") } else { Vec::new() }
        };
        let body = if self.cursor.take("=") {
            self.skip_newlines();
            vec![Statement::Evaluate(self.expression())]
        } else {
            self.body_with_handlers()
        };
        Statement::Function(Box::new(Function { name, parameters, body: returning(body) }))
    }

    fn class(&mut self) -> Statement {
        self.cursor.advance();
        let is_singleton = self.cursor.take("<<");
        let (mut name, mut bases) = (String::new(), Vec::new());
        while let Some(part) = self.cursor.take_name() {
            part.clone_into(&mut name);
            if !self.cursor.take("::") {
                break;
            }
        }
        if self.cursor.take("<") {
            bases.push(self.expression());
        }
        let body = self.body_with_handlers();
        if is_singleton {
            name.clear();
        }
        Statement::Class { name, bases, body }
    }
}

/// Test of a `when`.
fn case_test(subject: &Expression, pattern: Expression) -> Expression {
    match pattern {
        Expression::Operation(Operator::Match, mut regex) if regex.len() == 1 => {
            regex.insert(0, subject.clone());
            Expression::Operation(Operator::Match, regex)
        }
        Expression::Spread(list) => Expression::Operation(Operator::In, vec![subject.clone(), *list]),
        pattern => Expression::Operation(Operator::Equal, vec![subject.clone(), pattern]),
    }
}
