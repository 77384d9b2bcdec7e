//! Statements of Python, as in its reference manual, chapters 7 and 8.

use super::expressions::{expression, expressions, parameters, target_list};
use crate::code::cursor::Cursor;
use crate::code::facts::{Block, Expression, Function, Operator, Statement};
use crate::code::token::Kind;

/// Reads the statements of a module.
pub(super) fn module(cursor: &mut Cursor<'_>) -> Block {
    let mut body = Vec::new();
    while !cursor.is_at_end() {
        statement(cursor, &mut body);
    }
    body
}

/// Reads a line, or a compound statement.
fn statement(cursor: &mut Cursor<'_>, into: &mut Block) {
    let before = cursor.position();
    if matches!(cursor.kind(), Kind::Newline | Kind::Indent | Kind::Dedent) {
        cursor.advance();
    } else if cursor.take("@") {
        expression(cursor);
        end_line(cursor);
    } else if cursor.enter() {
        if !compound(cursor, into) {
            simple_line(cursor, into);
        }
        cursor.leave();
    } else {
        skip_statement(cursor);
    }
    if cursor.position() == before {
        cursor.advance();
    }
}

/// Skips a line and the block below it.
fn skip_statement(cursor: &mut Cursor<'_>) {
    end_line(cursor);
    let mut open = 0_usize;
    while matches!(cursor.kind(), Kind::Indent) || open > 0 && !cursor.is_at_end() {
        match cursor.kind() {
            Kind::Indent => open += 1,
            Kind::Dedent => open -= 1,
            _ => {}
        }
        cursor.advance();
    }
}

/// Goes behind the end of the line.
fn end_line(cursor: &mut Cursor<'_>) {
    while !cursor.is_at_end() && *cursor.kind() != Kind::Newline {
        cursor.advance();
    }
    cursor.advance();
}

/// Reads the block after a colon.
fn block(cursor: &mut Cursor<'_>) -> Block {
    let mut body = Vec::new();
    while !cursor.is_at_end() && !cursor.is(":") && *cursor.kind() != Kind::Newline {
        cursor.advance();
    }
    cursor.take(":");
    if *cursor.kind() != Kind::Newline {
        simple_line(cursor, &mut body);
        return body;
    }
    cursor.advance();
    if *cursor.kind() != Kind::Indent {
        return body;
    }
    cursor.advance();
    while !cursor.is_at_end() && *cursor.kind() != Kind::Dedent {
        statement(cursor, &mut body);
    }
    cursor.advance();
    body
}

/// Reads a compound statement; false if there is none.
fn compound(cursor: &mut Cursor<'_>, into: &mut Block) -> bool {
    match cursor.word() {
        Some("if") => into.push(branches(cursor)),
        Some("for") => {
            cursor.advance();
            let target = Some(target_list(cursor));
            cursor.take_word("in");
            let iterable = expressions(cursor);
            into.push(Statement::Loop { target, iterable, body: block(cursor) });
            into.extend(clause(cursor, "else").unwrap_or_default());
        }
        Some("while") => {
            cursor.advance();
            let iterable = expression(cursor);
            into.push(Statement::Loop { target: None, iterable, body: block(cursor) });
            into.extend(clause(cursor, "else").unwrap_or_default());
        }
        Some("try") => into.push(try_statement(cursor)),
        Some("with") => with_statement(cursor, into),
        Some("async") if matches!(cursor.ahead(1).kind, Kind::Name("def" | "for" | "with")) => {
            cursor.advance();
            return compound(cursor, into);
        }
        Some("def") => into.push(function(cursor)),
        Some("class") => into.push(class(cursor)),
        Some("match") => return match_statement(cursor, into),
        _ => return false,
    }
    true
}

/// Reads a block with a keyword, if it is there.
fn clause(cursor: &mut Cursor<'_>, word: &str) -> Option<Block> {
    cursor.take_word(word).then(|| block(cursor))
}

fn branches(cursor: &mut Cursor<'_>) -> Statement {
    let mut branches = Vec::new();
    while cursor.take_word(if branches.is_empty() { "if" } else { "elif" }) {
        let test = expression(cursor);
        branches.push((test, block(cursor)));
    }
    Statement::If { branches, otherwise: clause(cursor, "else").unwrap_or_default() }
}

fn try_statement(cursor: &mut Cursor<'_>) -> Statement {
    cursor.advance();
    let body = block(cursor);
    let mut handlers = Vec::new();
    while cursor.is_word("except") {
        cursor.advance();
        handlers.push(block(cursor));
    }
    let mut after = clause(cursor, "else").unwrap_or_default();
    after.extend(clause(cursor, "finally").unwrap_or_default());
    Statement::Try { body, handlers, after }
}

/// Reads a `with`: the values of its items, then its body. One that suppresses exceptions is a handler.
fn with_statement(cursor: &mut Cursor<'_>, into: &mut Block) {
    cursor.advance();
    let mut suppresses = false;
    let is_bracketed = cursor.is("(");
    if is_bracketed {
        cursor.advance();
    }
    while !cursor.is_at_end() && !cursor.is(":") && *cursor.kind() != Kind::Newline {
        let before = cursor.position();
        let value = expression(cursor);
        suppresses |= matches!(&value, Expression::Call(call) if is_named(&call.function, "suppress"));
        if cursor.take_word("as") {
            into.push(Statement::Assign { target: target_list(cursor), value, operator: None });
        } else {
            into.push(Statement::Evaluate(value));
        }
        cursor.take(",");
        if is_bracketed {
            cursor.take(")");
        }
        if cursor.position() == before {
            break;
        }
    }
    let body = block(cursor);
    if suppresses {
        into.push(Statement::Try { body, handlers: vec![Vec::new()], after: Vec::new() });
    } else {
        into.extend(body);
    }
}

fn is_named(function: &Expression, wanted: &str) -> bool {
    match function {
        Expression::Name(name) | Expression::Member(_, name) => name == wanted,
        _ => false,
    }
}

fn function(cursor: &mut Cursor<'_>) -> Statement {
    cursor.advance();
    let name = cursor.take_name().unwrap_or_default().to_owned();
    if cursor.is("[") {
        cursor.skip_brackets();
    }
    let parameters = if cursor.take("(") { parameters(cursor, ")") } else { Vec::new() };
    Statement::Function(Box::new(Function { name, parameters, body: block(cursor) }))
}

fn class(cursor: &mut Cursor<'_>) -> Statement {
    cursor.advance();
    let name = cursor.take_name().unwrap_or_default().to_owned();
    if cursor.is("[") {
        cursor.skip_brackets();
    }
    let bases = match cursor.is("(").then(|| expression(cursor)) {
        Some(Expression::List(bases)) => bases,
        Some(base) => vec![base],
        None => Vec::new(),
    };
    Statement::Class { name, bases, body: block(cursor) }
}

/// Reads a `match`, a word that can also be a name, as branches.
fn match_statement(cursor: &mut Cursor<'_>, into: &mut Block) -> bool {
    let is_name = matches!(cursor.ahead(1).kind, Kind::Symbol(symbol) if !["(", "[", "{"].contains(&symbol))
        || matches!(cursor.ahead(1).kind, Kind::Newline | Kind::Name("in" | "is" | "if" | "and" | "or"));
    if is_name || !opens_block(cursor) {
        return false;
    }
    cursor.advance();
    let subject = expressions(cursor);
    end_line(cursor);
    if *cursor.kind() != Kind::Indent {
        return true;
    }
    cursor.advance();
    let (mut branches, mut otherwise) = (Vec::new(), Vec::new());
    while cursor.take_word("case") {
        if cursor.is_word("_") && matches!(cursor.ahead(1).kind, Kind::Symbol(":")) {
            otherwise = block(cursor);
            continue;
        }
        let patterns = match expression(cursor) {
            Expression::Unknown(alternatives) => alternatives,
            pattern => vec![pattern],
        };
        let is_literal = patterns.iter().all(|pattern| matches!(pattern, Expression::Text(_)));
        let test = if is_literal {
            Expression::Operation(Operator::In, vec![subject.clone(), Expression::List(patterns)])
        } else {
            Expression::unknown()
        };
        branches.push((test, block(cursor)));
    }
    while !cursor.is_at_end() && *cursor.kind() != Kind::Dedent {
        cursor.advance();
    }
    cursor.advance();
    into.push(Statement::If { branches, otherwise });
    true
}

/// True if the line ends with a colon.
fn opens_block(cursor: &Cursor<'_>) -> bool {
    let mut distance = 0;
    while !matches!(cursor.ahead(distance).kind, Kind::Newline | Kind::End) {
        distance += 1;
    }
    distance > 0 && matches!(cursor.ahead(distance - 1).kind, Kind::Symbol(":"))
}

/// Reads the simple statements of a line.
fn simple_line(cursor: &mut Cursor<'_>, into: &mut Block) {
    while !cursor.is_at_end() && *cursor.kind() != Kind::Newline {
        let before = cursor.position();
        simple(cursor, into);
        cursor.take(";");
        if cursor.position() == before {
            break;
        }
    }
    end_line(cursor);
}

fn simple(cursor: &mut Cursor<'_>, into: &mut Block) {
    let Some(word) = cursor.word() else { return assignment(cursor, into) };
    match word {
        "return" => {
            cursor.advance();
            let is_bare = matches!(cursor.kind(), Kind::Newline | Kind::End);
            let value = if is_bare { Expression::Nothing } else { expressions(cursor) };
            into.push(Statement::Return(value));
        }
        "raise" => {
            cursor.advance();
            let is_bare = matches!(cursor.kind(), Kind::Newline | Kind::End);
            into.push(Statement::Raise(if is_bare { Expression::unknown() } else { expression(cursor) }));
            skip_line(cursor);
        }
        "break" | "continue" => {
            cursor.advance();
            into.push(Statement::Leave);
        }
        "import" => import(cursor, into),
        "from" => import_from(cursor, into),
        "global" | "nonlocal" => {
            cursor.advance();
            while let Some(name) = cursor.take_name() {
                into.push(Statement::Global(name.to_owned()));
                cursor.take(",");
            }
        }
        "pass" | "del" | "assert" => {
            cursor.advance();
            skip_line(cursor);
        }
        _ => assignment(cursor, into),
    }
}

/// Goes to the end of a simple statement.
fn skip_line(cursor: &mut Cursor<'_>) {
    while !cursor.is_at_end() && *cursor.kind() != Kind::Newline && !cursor.is(";") {
        cursor.advance();
    }
}

fn assignment(cursor: &mut Cursor<'_>, into: &mut Block) {
    let mut values = vec![expressions(cursor)];
    if cursor.take(":") {
        expression(cursor);
    }
    let operator = cursor.is("+=").then_some(Operator::Add);
    let is_other =
        cursor.is_any(&["-=", "*=", "/=", "//=", "%=", "&=", "|=", "^=", "@=", "**=", ">>=", "<<="]);
    if operator.is_some() || is_other {
        cursor.advance();
        let value = expressions(cursor);
        let value = if is_other { Expression::Unknown(vec![value]) } else { value };
        let target = values.remove(0);
        into.push(Statement::Assign { target, value, operator });
        return;
    }
    while cursor.take("=") {
        values.push(expressions(cursor));
    }
    let Some(value) = values.pop() else { return };
    if values.is_empty() {
        // A text alone is documentation.
        if !matches!(value, Expression::Text(_) | Expression::Name(_)) {
            into.push(Statement::Evaluate(value));
        }
        return;
    }
    for target in values {
        into.push(Statement::Assign { target, value: value.clone(), operator: None });
    }
}

fn import(cursor: &mut Cursor<'_>, into: &mut Block) {
    cursor.advance();
    loop {
        let module = dotted(cursor);
        let alias = match cursor.take_word("as").then(|| cursor.take_name()) {
            Some(alias) => alias.unwrap_or_default().to_owned(),
            // `import a.b` binds `a`.
            None => module.split('.').next().unwrap_or_default().to_owned(),
        };
        let is_renamed = !module.starts_with(&format!("{alias}.")) && module != alias;
        let module = if is_renamed { module } else { alias.clone() };
        into.push(Statement::Import { module, name: None, alias });
        if !cursor.take(",") {
            return;
        }
    }
}

fn import_from(cursor: &mut Cursor<'_>, into: &mut Block) {
    cursor.advance();
    let module = dotted(cursor);
    cursor.take_word("import");
    cursor.take("(");
    while let Some(name) = cursor.take_name() {
        let alias = cursor.take_word("as").then(|| cursor.take_name()).flatten().unwrap_or(name);
        into.push(Statement::Import {
            module: module.clone(),
            name: Some(name.to_owned()),
            alias: alias.to_owned(),
        });
        cursor.take(",");
    }
    if cursor.take("*") {
        into.push(Statement::Import { module, name: Some("*".to_owned()), alias: String::new() });
    }
    skip_line(cursor);
}

/// Reads a dotted name, with leading dots.
fn dotted(cursor: &mut Cursor<'_>) -> String {
    let mut name = String::new();
    loop {
        match cursor.kind() {
            Kind::Symbol(dots @ ("." | "...")) => name.push_str(dots),
            Kind::Name(part) if *part != "import" && (name.is_empty() || name.ends_with('.')) => {
                name.push_str(part);
            }
            _ => return name,
        }
        cursor.advance();
    }
}
