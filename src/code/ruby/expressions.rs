//! Expressions of Ruby.

use super::lexer;
use super::reader::Reader;
use crate::code::cursor::{Cursor, MAX_CHAIN, joined, operation};
use crate::code::facts::{Call, Expression, Operator, Statement};
use crate::code::token::Kind;

/// Binary operators by precedence, from the weakest. An operator without a meaning here makes the value unknown.
const BINARY: &[&[(&str, Option<Operator>)]] = &[
    &[("..", None), ("...", None)],
    &[("||", Some(Operator::Or))],
    &[("&&", Some(Operator::And))],
    &[
        ("==", Some(Operator::Equal)),
        ("!=", Some(Operator::NotEqual)),
        ("=~", Some(Operator::Match)),
        ("===", None),
        ("!~", None),
        ("<=>", None),
    ],
    &[("<", None), (">", None), ("<=", None), (">=", None)],
    &[("|", Some(Operator::Add)), ("^", None)],
    &[("&", None)],
    &[("<<", Some(Operator::Add)), (">>", None)],
    &[("+", Some(Operator::Add)), ("-", None)],
    &[("*", None), ("/", Some(Operator::Divide)), ("%", Some(Operator::Format))],
    &[("**", None)],
];

const ASSIGNMENTS: &[&str] =
    &["=", "||=", "+=", "<<=", "-=", "*=", "/=", "%=", "|=", "&=", "^=", "&&=", "**=", ">>="];

impl Reader<'_> {
    /// Reads a statement's expression: `and`, `or` and `not` bind less than assignments.
    pub(super) fn statement_expression(&mut self) -> Expression {
        let is_not = self.cursor.take_word("not");
        let first = self.expression_list();
        let first = if is_not { Expression::Not(Box::new(first)) } else { first };
        let mut value = first;
        for _ in 0..MAX_CHAIN {
            let operator = match self.cursor.word() {
                Some("and") => Operator::And,
                Some("or") => Operator::Or,
                _ => return value,
            };
            self.cursor.advance();
            let is_not = self.cursor.take_word("not");
            let next = self.expression();
            let next = if is_not { Expression::Not(Box::new(next)) } else { next };
            value = Expression::Operation(operator, vec![value, next]);
        }
        value
    }

    /// Reads an expression, or the targets of a multiple assignment with its values.
    fn expression_list(&mut self) -> Expression {
        let first = self.expression();
        if !self.cursor.is(",") || !matches!(first, Expression::Name(_) | Expression::Member(..)) {
            return first;
        }
        let mut targets = vec![first];
        while self.cursor.take(",") {
            self.cursor.take("*");
            let target = self.expression();
            if let Expression::Block(mut assigned) = target {
                // The last target with the value.
                if let [Statement::Assign { target, value, .. }, _] = assigned.as_mut_slice() {
                    targets.push(target.clone());
                    let mut values = vec![value.clone()];
                    while self.cursor.take(",") {
                        values.push(self.expression());
                    }
                    let value = if values.len() == 1 { values.remove(0) } else { Expression::List(values) };
                    let target = Expression::List(targets);
                    return Expression::Block(vec![Statement::Assign { target, value, operator: None }]);
                }
                return Expression::Block(assigned);
            }
            targets.push(target);
        }
        Expression::List(targets)
    }

    /// Reads an expression.
    pub(super) fn expression(&mut self) -> Expression {
        if !self.cursor.enter() {
            self.cursor.advance();
            return Expression::unknown();
        }
        let found = self.assignment();
        self.cursor.leave();
        found
    }

    fn assignment(&mut self) -> Expression {
        let value = self.binary(0);
        if self.cursor.is_any(ASSIGNMENTS) {
            let operator = match self.cursor.kind() {
                Kind::Symbol("+=" | "<<=" | "|=") => Some(Operator::Add),
                Kind::Symbol("||=") => Some(Operator::Or),
                _ => None,
            };
            let is_plain = self.cursor.is("=");
            self.cursor.advance();
            let mut assigned = self.expression();
            // `a = b, c` is a list.
            if is_plain
                && self.cursor.is(",")
                && self.cursor.depth() == 2
                && !matches!(value, Expression::List(_))
            {
                let mut values = vec![assigned];
                while self.cursor.take(",") {
                    values.push(self.expression());
                }
                assigned = Expression::List(values);
            }
            if self.cursor.is_word("rescue") {
                assigned = self.rescue_modifier(assigned);
            }
            let statement = Statement::Assign { target: value.clone(), value: assigned, operator };
            return Expression::Block(vec![statement, Statement::Evaluate(value)]);
        }
        if !self.cursor.take("?") {
            return value;
        }
        let then = self.expression();
        self.skip_newlines();
        let otherwise = if self.cursor.take(":") { self.expression() } else { Expression::unknown() };
        Expression::Choice(Box::new([value, then, otherwise]))
    }

    /// Reads `rescue` and the value in its case.
    pub(super) fn rescue_modifier(&mut self, value: Expression) -> Expression {
        self.cursor.advance();
        let handler = vec![Statement::Evaluate(self.expression())];
        let body = vec![Statement::Evaluate(value)];
        Expression::Block(vec![Statement::Try { body, handlers: vec![handler], after: Vec::new() }])
    }

    pub(super) fn skip_newlines(&mut self) {
        while *self.cursor.kind() == Kind::Newline {
            self.cursor.advance();
        }
    }

    fn binary(&mut self, precedence: usize) -> Expression {
        let Some(operators) = BINARY.get(precedence) else { return self.unary() };
        let mut operands = vec![self.binary(precedence + 1)];
        let mut between = Vec::new();
        while let Kind::Symbol(text) = self.cursor.kind() {
            let Some((_, operator)) = operators.iter().find(|(name, _)| name == text) else { break };
            self.cursor.advance();
            self.skip_newlines();
            between.push(*operator);
            operands.push(self.binary(precedence + 1));
        }
        operation(&between, operands)
    }

    fn unary(&mut self) -> Expression {
        let (mut negations, mut is_unknown) = (0, false);
        loop {
            if self.cursor.take("!") {
                negations += 1;
            } else if self.cursor.is_any(&["-", "+", "~", "&"]) {
                self.cursor.advance();
                is_unknown = true;
            } else if self.cursor.is("*") || self.cursor.is("**") {
                self.cursor.advance();
                if !self.cursor.enter() {
                    return Expression::unknown();
                }
                let value = self.unary();
                self.cursor.leave();
                return Expression::Spread(Box::new(value));
            } else {
                break;
            }
        }
        let value = self.postfix();
        match (is_unknown, negations % 2) {
            (true, _) => Expression::Unknown(vec![value]),
            (false, 1) => Expression::Not(Box::new(value)),
            (false, _) => value,
        }
    }

    fn postfix(&mut self) -> Expression {
        let mut is_callable = self.is_method_name();
        let mut value = self.primary();
        for _ in 0..MAX_CHAIN {
            let (line, is_spaced) = (self.cursor.line(), self.cursor.token().is_spaced);
            let is_first = self.cursor.token().is_first;
            if self.cursor.is("(") && is_callable && !is_spaced {
                let arguments = self.bracketed_arguments();
                value = Expression::Call(Box::new(Call { line, function: value, arguments }));
                is_callable = false;
            } else if self.cursor.is("[") && !is_spaced && !is_first {
                self.cursor.advance();
                let mut index = self.elements("]");
                let index = if index.len() == 1 { index.remove(0) } else { Expression::Unknown(index) };
                value = Expression::Index(Box::new(value), Box::new(index));
                is_callable = false;
            } else if self.cursor.is(".") || self.cursor.is("&.") || self.cursor.is("::") && !is_spaced {
                self.cursor.advance();
                match self.cursor.take_name() {
                    Some(name) => value = value.member(name),
                    None if self.cursor.is("(") => {}
                    None => {
                        self.cursor.advance();
                        return value;
                    }
                }
                is_callable = true;
            } else if is_callable && !is_first && self.starts_command_argument() {
                let arguments = self.command_arguments();
                value = Expression::Call(Box::new(Call { line, function: value, arguments }));
                is_callable = false;
            } else if self.starts_block() {
                let is_call = matches!(value, Expression::Call(_));
                value = if is_call || is_callable { self.with_block(value, line) } else { return value };
                is_callable = false;
            } else {
                return value;
            }
        }
        Expression::Unknown(vec![value])
    }

    fn primary(&mut self) -> Expression {
        let kind = match self.cursor.kind() {
            Kind::Text(_) => return self.texts(),
            kind => kind.clone(),
        };
        match kind {
            Kind::Number(number) => {
                self.cursor.advance();
                Expression::Number(number)
            }
            Kind::Regex(regex) => {
                self.cursor.advance();
                Expression::Operation(Operator::Match, vec![Expression::Text(regex.to_owned())])
            }
            Kind::Name(name) => self.named(name),
            Kind::Symbol("(") => self.parenthesised(),
            Kind::Symbol("[") => {
                self.cursor.advance();
                Expression::List(self.elements("]"))
            }
            Kind::Symbol("{") => self.hash(),
            Kind::Symbol("->") => self.lambda(),
            Kind::Symbol("::") => {
                self.cursor.advance();
                let name = self.cursor.take_name().unwrap_or_default();
                Expression::Name(name.to_owned())
            }
            _ => Expression::unknown(),
        }
    }

    fn texts(&mut self) -> Expression {
        let depth = self.cursor.depth();
        let mut parts = Vec::new();
        while let Some(found) = self.cursor.take_text() {
            parts.extend(found);
            if self.cursor.token().is_first {
                break;
            }
        }
        joined(parts, |code, line| {
            let tokens = lexer::tokens(code, line);
            Reader { cursor: Cursor::new(tokens, depth), is_condition: false }.expression()
        })
    }

    fn parenthesised(&mut self) -> Expression {
        self.cursor.advance();
        let was_condition = std::mem::replace(&mut self.is_condition, false);
        let mut body = Vec::new();
        while !self.cursor.is_at_end() && !self.cursor.take(")") {
            let before = self.cursor.position();
            self.statement(&mut body);
            if self.cursor.position() == before {
                self.cursor.advance();
            }
        }
        self.is_condition = was_condition;
        match body.as_slice() {
            [Statement::Evaluate(value)] => value.clone(),
            _ => Expression::Block(body),
        }
    }

    /// Reads elements up to a bracket, which the cursor passes.
    pub(super) fn elements(&mut self, end: &str) -> Vec<Expression> {
        let mut found = Vec::new();
        self.skip_newlines();
        while !self.cursor.is_at_end() && !self.cursor.take(end) {
            let before = self.cursor.position();
            let value = self.expression();
            self.skip_newlines();
            if self.cursor.take("=>") {
                self.skip_newlines();
                self.expression();
            } else {
                found.push(value);
            }
            self.cursor.take(",");
            self.skip_newlines();
            if self.cursor.position() == before {
                self.cursor.advance();
            }
        }
        found
    }

    fn hash(&mut self) -> Expression {
        self.cursor.advance();
        let mut pairs = Vec::new();
        self.skip_newlines();
        while !self.cursor.is_at_end() && !self.cursor.take("}") {
            let before = self.cursor.position();
            match self.label() {
                Some(key) => {
                    self.skip_newlines();
                    pairs.push((Expression::Text(key), self.expression()));
                }
                None => {
                    let key = self.expression();
                    if self.cursor.take("=>") || self.cursor.take(":") {
                        self.skip_newlines();
                        pairs.push((key, self.expression()));
                    }
                }
            }
            self.skip_newlines();
            self.cursor.take(",");
            self.skip_newlines();
            if self.cursor.position() == before {
                self.cursor.advance();
            }
        }
        Expression::Table(pairs)
    }

    /// Takes `name:` at the position.
    pub(super) fn label(&mut self) -> Option<String> {
        let name = self.cursor.word()?;
        let next = self.cursor.ahead(1);
        if next.kind != Kind::Symbol(":") || next.is_spaced {
            return None;
        }
        self.cursor.advance();
        self.cursor.advance();
        Some(name.to_owned())
    }
}
