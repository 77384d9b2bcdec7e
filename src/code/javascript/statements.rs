//! Statements of JavaScript, as in ECMA-262, chapters 14 to 16.

use super::expressions::{Bodies, expression, function, method, primary, sequence, skip_type};
use crate::code::cursor::Cursor;
use crate::code::facts::{Block, Expression, Operator, Statement};
use crate::code::token::Kind;

/// Reads the statements of a module.
pub(super) fn module(cursor: &mut Cursor<'_>) -> Block {
    let mut body = Vec::new();
    while !cursor.is_at_end() {
        statement(cursor, &mut body);
    }
    body
}

impl Bodies for Cursor<'_> {
    fn block(&mut self) -> Block {
        block(self)
    }

    fn class(&mut self) -> (String, Vec<Expression>, Block) {
        class_body(self)
    }
}

/// Reads the statements in braces, or one statement.
fn block(cursor: &mut Cursor<'_>) -> Block {
    let mut body = Vec::new();
    if !cursor.take("{") {
        statement(cursor, &mut body);
        return body;
    }
    while !cursor.is_at_end() && !cursor.take("}") {
        statement(cursor, &mut body);
    }
    body
}

fn statement(cursor: &mut Cursor<'_>, into: &mut Block) {
    let before = cursor.position();
    if !cursor.enter() {
        if cursor.is_any(&["(", "[", "{"]) {
            cursor.skip_brackets()
        } else {
            cursor.advance()
        }
        return;
    }
    if cursor.is("{") {
        let inner = block(cursor);
        into.extend(inner);
    } else if !cursor.take(";") && !keyword(cursor, into) {
        let value = sequence(cursor);
        if let Expression::Block(statements) = value {
            into.extend(statements);
        } else if !matches!(value, Expression::Text(_) | Expression::Name(_)) {
            into.push(Statement::Evaluate(value));
        }
        cursor.take(";");
    }
    cursor.leave();
    if cursor.position() == before {
        cursor.advance();
    }
}

/// Reads a statement with a keyword; false if there is none.
fn keyword(cursor: &mut Cursor<'_>, into: &mut Block) -> bool {
    let Some(word) = cursor.word() else { return false };
    match word {
        "var" | "let" | "const" => declaration(cursor, into),
        "function" => into.push(Statement::Function(function(cursor))),
        "async" if matches!(cursor.ahead(1).kind, Kind::Name("function")) => {
            cursor.advance();
            into.push(Statement::Function(function(cursor)));
        }
        "class" => {
            let (name, bases, body) = class_body(cursor);
            into.push(Statement::Class { name, bases, body });
        }
        "if" => if_statement(cursor, into),
        "for" => for_statement(cursor, into),
        "while" => {
            cursor.advance();
            let iterable = condition(cursor);
            into.push(Statement::Loop { target: None, iterable, body: block(cursor) });
        }
        "do" => {
            cursor.advance();
            into.extend(block(cursor));
            if cursor.take_word("while") {
                condition(cursor);
            }
        }
        "try" => into.push(try_statement(cursor)),
        "switch" => into.push(switch(cursor)),
        "return" | "throw" => {
            let line = cursor.line();
            cursor.advance();
            let is_bare = cursor.is_any(&[";", "}"]) || cursor.line() != line;
            let value = if is_bare { Expression::Nothing } else { sequence(cursor) };
            into.push(if word == "return" { Statement::Return(value) } else { Statement::Raise(value) });
        }
        "break" | "continue" => {
            cursor.advance();
            into.push(Statement::Leave);
        }
        "import" if !matches!(cursor.ahead(1).kind, Kind::Symbol("(" | ".")) => import(cursor, into),
        "export" => export(cursor, into),
        "interface" | "declare" | "enum" | "namespace" if matches!(cursor.ahead(1).kind, Kind::Name(_)) => {
            while !cursor.is_at_end() && !cursor.is("{") && !cursor.is(";") {
                cursor.advance();
            }
            cursor.skip_brackets();
        }
        "type" if matches!(cursor.ahead(1).kind, Kind::Name(_)) => {
            cursor.advance();
            cursor.advance();
            if cursor.is("<") {
                skip_type(cursor);
            }
            cursor.take("=");
            skip_type(cursor);
        }
        _ => return false,
    }
    cursor.take(";");
    true
}

/// Reads declarations of variables.
fn declaration(cursor: &mut Cursor<'_>, into: &mut Block) {
    cursor.advance();
    loop {
        let target = target(cursor);
        cursor.take("!");
        if cursor.take(":") {
            skip_type(cursor);
        }
        if cursor.take("=") {
            let value = expression(cursor);
            bind(target, value, into);
        }
        if !cursor.take(",") {
            return;
        }
    }
}

/// Reads a name or a pattern that values are bound to.
fn target(cursor: &mut Cursor<'_>) -> Expression {
    match cursor.take_name() {
        Some(name) => Expression::Name(name.to_owned()),
        None => primary(cursor),
    }
}

/// Binds a value; an object's pattern takes its members.
fn bind(target: Expression, value: Expression, into: &mut Block) {
    let Expression::Table(pairs) = target else {
        into.push(Statement::Assign { target, value, operator: None });
        return;
    };
    for (key, target) in pairs {
        let Expression::Text(name) = key else { continue };
        let value = value.clone().member(&name);
        into.push(Statement::Assign { target, value, operator: None });
    }
}

fn condition(cursor: &mut Cursor<'_>) -> Expression {
    cursor.take("(");
    let test = sequence(cursor);
    cursor.take(")");
    test
}

fn if_statement(cursor: &mut Cursor<'_>, into: &mut Block) {
    let (mut branches, mut otherwise) = (Vec::new(), Vec::new());
    while cursor.take_word("if") {
        let test = condition(cursor);
        branches.push((test, block(cursor)));
        cursor.take(";");
        if !cursor.take_word("else") {
            break;
        }
        if !cursor.is_word("if") {
            otherwise = block(cursor);
            break;
        }
    }
    into.push(Statement::If { branches, otherwise });
}

fn for_statement(cursor: &mut Cursor<'_>, into: &mut Block) {
    cursor.advance();
    cursor.take_word("await");
    if !cursor.is("(") {
        return;
    }
    cursor.advance();
    let is_declared = ["var", "let", "const"].iter().any(|word| cursor.take_word(word));
    let element = target(cursor);
    if cursor.take_word("of") || is_declared && cursor.take_word("in") {
        let iterable = sequence(cursor);
        cursor.take(")");
        into.push(Statement::Loop { target: Some(element), iterable, body: block(cursor) });
        return;
    }
    // The three parts of a counting loop say nothing.
    let mut open = 1_usize;
    while !cursor.is_at_end() && open > 0 {
        match cursor.kind() {
            Kind::Symbol("(") => open += 1,
            Kind::Symbol(")") => open -= 1,
            _ => {}
        }
        cursor.advance();
    }
    let body = block(cursor);
    into.push(Statement::Loop { target: None, iterable: Expression::unknown(), body });
}

fn try_statement(cursor: &mut Cursor<'_>) -> Statement {
    cursor.advance();
    let body = block(cursor);
    let (mut handlers, mut after) = (Vec::new(), Vec::new());
    if cursor.take_word("catch") {
        if cursor.is("(") {
            cursor.skip_brackets();
        }
        handlers.push(block(cursor));
    }
    if cursor.take_word("finally") {
        after = block(cursor);
    }
    Statement::Try { body, handlers, after }
}

/// Reads a `switch` as branches. Cases that fall through share the branch of the next.
fn switch(cursor: &mut Cursor<'_>) -> Statement {
    cursor.advance();
    let subject = condition(cursor);
    cursor.take("{");
    let (mut branches, mut otherwise, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let mut is_default = false;
    while !cursor.is_at_end() && !cursor.take("}") {
        let before = cursor.position();
        if cursor.take_word("case") {
            values.push(expression(cursor));
            cursor.take(":");
        } else if cursor.take_word("default") {
            is_default = true;
            cursor.take(":");
        } else {
            let mut body = Vec::new();
            while !cursor.is_at_end()
                && !cursor.is("}")
                && !cursor.is_word("case")
                && !cursor.is_word("default")
            {
                statement(cursor, &mut body);
            }
            if is_default {
                otherwise = body;
                values.clear();
            } else {
                let values = Expression::List(std::mem::take(&mut values));
                let test = Expression::Operation(Operator::In, vec![subject.clone(), values]);
                // The end of a case is no end of the function or loop around it.
                body.retain(|statement| *statement != Statement::Leave);
                branches.push((test, body));
            }
            is_default = false;
        }
        if cursor.position() == before {
            cursor.advance();
        }
    }
    Statement::If { branches, otherwise }
}

/// Reads a class from the keyword: name, base classes and body.
fn class_body(cursor: &mut Cursor<'_>) -> (String, Vec<Expression>, Block) {
    cursor.advance();
    let name = cursor.word().filter(|word| *word != "extends").map(str::to_owned).unwrap_or_default();
    let (mut bases, mut body) = (Vec::new(), Vec::new());
    while !cursor.is_at_end() && !cursor.is("{") {
        cursor.advance();
        if cursor.take_word("extends") {
            bases.extend(cursor.word().map(|base| Expression::Name(base.to_owned())));
        }
    }
    cursor.take("{");
    while !cursor.is_at_end() && !cursor.take("}") {
        let before = cursor.position();
        member(cursor, &mut body);
        if cursor.position() == before {
            cursor.advance();
        }
    }
    (name, bases, body)
}

/// Reads a method or field of a class.
fn member(cursor: &mut Cursor<'_>, body: &mut Block) {
    cursor.take("*");
    let Some(name) = cursor.word() else {
        if cursor.is_any(&["(", "[", "{"]) {
            cursor.skip_brackets();
        }
        return;
    };
    match (name, &cursor.ahead(1).kind) {
        ("static", Kind::Symbol("{")) => {
            cursor.advance();
            body.extend(block(cursor));
        }
        (_, Kind::Symbol("(" | "<")) => {
            cursor.advance();
            let name = if name == "constructor" { "initialize" } else { name };
            body.push(Statement::Function(method(cursor, name.to_owned())));
        }
        (_, Kind::Symbol("=" | ":" | "?" | "!")) => {
            let target = Expression::Name(name.to_owned());
            cursor.advance();
            let _ = cursor.take("?") || cursor.take("!");
            if cursor.take(":") {
                skip_type(cursor);
            }
            if cursor.take("=") {
                let value = expression(cursor);
                body.push(Statement::Assign { target, value, operator: None });
            }
        }
        _ => cursor.advance(),
    }
}

fn import(cursor: &mut Cursor<'_>, into: &mut Block) {
    cursor.advance();
    let mut names: Vec<(Option<String>, String)> = Vec::new();
    while !cursor.is_at_end() && !cursor.is(";") && !matches!(cursor.kind(), Kind::Text(_)) {
        if cursor.take("*") {
            cursor.take_word("as");
            names.extend(cursor.take_name().map(|alias| (None, alias.to_owned())));
        } else if cursor.take("{") {
            while !cursor.is_at_end() && !cursor.take("}") {
                cursor.take_word("type");
                if let Some(name) = cursor.take_name() {
                    let alias = cursor.take_word("as").then(|| cursor.take_name()).flatten().unwrap_or(name);
                    names.push((Some(name.to_owned()), alias.to_owned()));
                } else {
                    cursor.advance();
                }
            }
        } else if let Some(name) = cursor.take_name() {
            if !["from", "type"].contains(&name) {
                names.push((Some("default".to_owned()), name.to_owned()));
            }
        } else {
            cursor.advance();
        }
    }
    let Expression::Text(module) = expression(cursor) else { return };
    into.extend(names.into_iter().map(|(name, alias)| Statement::Import {
        module: module.clone(),
        name,
        alias,
    }));
}

fn export(cursor: &mut Cursor<'_>, into: &mut Block) {
    cursor.advance();
    if cursor.is("{") || cursor.is("*") {
        while !cursor.is_at_end() && !cursor.is(";") && !cursor.token().is_first {
            if cursor.is("{") { cursor.skip_brackets() } else { cursor.advance() }
        }
        return;
    }
    if cursor.take_word("default") && !cursor.is_word("function") && !cursor.is_word("class") {
        let target = Expression::Name("module".to_owned()).member("exports");
        let value = expression(cursor);
        into.push(Statement::Assign { target, value, operator: None });
        return;
    }
    statement(cursor, into);
}
