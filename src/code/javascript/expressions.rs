//! Expressions of JavaScript, as in ECMA-262, chapter 13. Types of TypeScript are skipped.

use super::lexer;
use crate::code::cursor::{Cursor, MAX_CHAIN, joined, operation};
use crate::code::facts::{Argument, Block, Call, Expression, Function, Operator, Parameter, Statement};
use crate::code::token::Kind;

/// Parts of expressions that are made of statements.
pub(super) trait Bodies {
    /// Reads the statements in braces, or one statement.
    fn block(&mut self) -> Block;
    /// Reads a class from the keyword: name, base classes and body.
    fn class(&mut self) -> (String, Vec<Expression>, Block);
}

/// Binary operators by precedence, from the weakest. An operator without a meaning here makes the value unknown.
const BINARY: &[&[(&str, Option<Operator>)]] = &[
    &[("??", Some(Operator::Or)), ("||", Some(Operator::Or))],
    &[("&&", Some(Operator::And))],
    &[("|", None)],
    &[("^", None)],
    &[("&", None)],
    &[
        ("==", Some(Operator::Equal)),
        ("!=", Some(Operator::NotEqual)),
        ("===", Some(Operator::Equal)),
        ("!==", Some(Operator::NotEqual)),
    ],
    &[("<", None), (">", None), ("<=", None), (">=", None), ("instanceof", None), ("in", None)],
    &[("<<", None), (">>", None), (">>>", None)],
    &[("+", Some(Operator::Add)), ("-", None)],
    &[("*", None), ("/", Some(Operator::Divide)), ("%", None), ("**", None)],
];

const ASSIGNMENTS: &[&str] =
    &["=", "+=", "||=", "??=", "&&=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "**=", "<<=", ">>=", ">>>="];

/// Reads expressions with commas between them; the value is that of the last one.
pub(super) fn sequence(cursor: &mut Cursor<'_>) -> Expression {
    let first = expression(cursor);
    if !cursor.is(",") {
        return first;
    }
    let mut all = vec![first];
    while cursor.take(",") {
        all.push(expression(cursor));
    }
    Expression::Block(all.into_iter().map(Statement::Evaluate).collect())
}

/// Reads an expression without commas.
pub(super) fn expression(cursor: &mut Cursor<'_>) -> Expression {
    if !cursor.enter() {
        cursor.advance();
        return Expression::unknown();
    }
    let found = assignment(cursor);
    cursor.leave();
    found
}

fn assignment(cursor: &mut Cursor<'_>) -> Expression {
    if cursor.take("...") {
        return Expression::Spread(Box::new(expression(cursor)));
    }
    if cursor.take_word("yield") {
        cursor.take("*");
        return Expression::Yield(Box::new(expression(cursor)));
    }
    if let Some(function) = arrow(cursor) {
        return function;
    }
    let value = binary(cursor, 0);
    skip_cast(cursor);
    if cursor.is_any(ASSIGNMENTS) {
        let operator = match cursor.kind() {
            Kind::Symbol("+=") => Some(Operator::Add),
            Kind::Symbol("||=" | "??=") => Some(Operator::Or),
            _ => None,
        };
        let is_plain = operator.is_some() || cursor.is("=");
        cursor.advance();
        let assigned = expression(cursor);
        let assigned = if is_plain { assigned } else { Expression::Unknown(vec![assigned]) };
        let assigned = Statement::Assign { target: value.clone(), value: assigned, operator };
        return Expression::Block(vec![assigned, Statement::Evaluate(value)]);
    }
    if !cursor.take("?") {
        return value;
    }
    let then = expression(cursor);
    let otherwise = if cursor.take(":") { expression(cursor) } else { Expression::unknown() };
    Expression::Choice(Box::new([value, then, otherwise]))
}

/// Skips `as T` and `satisfies T`.
fn skip_cast(cursor: &mut Cursor<'_>) {
    while cursor.is_word("as") || cursor.is_word("satisfies") {
        cursor.advance();
        skip_type(cursor);
    }
}

/// Skips a type up to what can follow one.
pub(super) fn skip_type(cursor: &mut Cursor<'_>) {
    let mut is_begin = true;
    while !cursor.is_at_end() {
        match cursor.kind() {
            Kind::Symbol("{" | "(" | "[") if is_begin || !cursor.is("{") => cursor.skip_brackets(),
            Kind::Symbol("<" | ">" | "|" | "&" | "." | "=>" | "?") => {
                is_begin = true;
                cursor.advance();
                continue;
            }
            Kind::Name(_) | Kind::Text(_) | Kind::Number(_) if is_begin || !cursor.token().is_first => {
                cursor.advance();
            }
            Kind::Symbol(",") if is_in_angles(cursor) => cursor.advance(),
            _ => return,
        }
        is_begin = false;
    }
}

/// True if a comma stands between type arguments: a `>` closes them before any bracket or end.
fn is_in_angles(cursor: &Cursor<'_>) -> bool {
    for distance in 1..MAX_CHAIN {
        match &cursor.ahead(distance).kind {
            Kind::Symbol(">") => return true,
            Kind::Symbol("<" | "." | "[" | "]" | "|" | ",") | Kind::Name(_) | Kind::Text(_) => {}
            _ => return false,
        }
    }
    false
}

/// Reads an arrow function, if one stands at the position.
fn arrow(cursor: &mut Cursor<'_>) -> Option<Expression> {
    let is_async = cursor.is_word("async") && !cursor.ahead(1).is_first;
    let first = usize::from(is_async);
    let is_arrow = match &cursor.ahead(first).kind {
        Kind::Name(_) => matches!(cursor.ahead(first + 1).kind, Kind::Symbol("=>")),
        Kind::Symbol("(") => is_parameter_list(cursor, first),
        _ => false,
    };
    if !is_arrow {
        return None;
    }
    if is_async {
        cursor.advance();
    }
    let parameters = match cursor.take_name() {
        Some(name) => vec![Parameter { name: name.to_owned(), default: None, is_rest: false }],
        None => parameters(cursor),
    };
    if cursor.take(":") {
        skip_type(cursor);
    }
    cursor.take("=>");
    let body = if cursor.is("{") { cursor.block() } else { vec![Statement::Return(expression(cursor))] };
    Some(Expression::Lambda(Box::new(Function { name: String::new(), parameters, body })))
}

/// Number of tokens within which the end of an arrow function's parameters is looked for.
const MAX_PARAMETER_TOKENS: usize = 200;

/// True if the bracket at a distance opens the parameters of an arrow function.
fn is_parameter_list(cursor: &Cursor<'_>, first: usize) -> bool {
    let mut open = 0_usize;
    for distance in first..first + MAX_PARAMETER_TOKENS {
        match cursor.ahead(distance).kind {
            Kind::Symbol("(" | "[" | "{") => open += 1,
            Kind::Symbol(")" | "]" | "}") => open = open.saturating_sub(1),
            Kind::End => return false,
            _ => {}
        }
        if open == 0 {
            return match cursor.ahead(distance + 1).kind {
                Kind::Symbol("=>") => true,
                // `(a): T => …`, not `x ? (a) : b`.
                Kind::Symbol(":") => (2..MAX_CHAIN)
                    .map(|further| &cursor.ahead(distance + further).kind)
                    .take_while(|kind| {
                        matches!(kind, Kind::Name(_) | Kind::Symbol("." | "<" | ">" | "|" | "=>" | "[" | "]"))
                    })
                    .any(|kind| *kind == Kind::Symbol("=>")),
                _ => false,
            };
        }
    }
    false
}

/// Reads parameters in brackets.
pub(super) fn parameters(cursor: &mut Cursor<'_>) -> Vec<Parameter> {
    let mut found = Vec::new();
    if !cursor.take("(") {
        return found;
    }
    while !cursor.is_at_end() && !cursor.take(")") {
        let is_rest = cursor.take("...");
        let name = match cursor.kind() {
            // Modifiers of TypeScript stand before a name.
            Kind::Name(_) if matches!(cursor.ahead(1).kind, Kind::Name(_)) => {
                cursor.advance();
                continue;
            }
            Kind::Name(name) => {
                let name = (*name).to_owned();
                cursor.advance();
                name
            }
            Kind::Symbol("{" | "[") => {
                cursor.skip_brackets();
                String::new()
            }
            _ => {
                cursor.advance();
                continue;
            }
        };
        cursor.take("?");
        if cursor.take(":") {
            skip_type(cursor);
        }
        let default = cursor.take("=").then(|| expression(cursor));
        found.push(Parameter { name, default, is_rest });
    }
    found
}

fn binary(cursor: &mut Cursor<'_>, precedence: usize) -> Expression {
    let Some(operators) = BINARY.get(precedence) else { return unary(cursor) };
    let mut operands = vec![binary(cursor, precedence + 1)];
    let mut between = Vec::new();
    while let Kind::Symbol(text) | Kind::Name(text) = cursor.kind() {
        let Some((_, operator)) = operators.iter().find(|(name, _)| name == text) else { break };
        cursor.advance();
        between.push(*operator);
        operands.push(binary(cursor, precedence + 1));
    }
    operation(&between, operands)
}

fn unary(cursor: &mut Cursor<'_>) -> Expression {
    let (mut negations, mut is_unknown) = (0, false);
    loop {
        if cursor.take("!") {
            negations += 1;
        } else if cursor.is_any(&["-", "+", "~", "++", "--"])
            || ["typeof", "void", "delete"].iter().any(|word| cursor.is_word(word))
        {
            is_unknown = true;
            cursor.advance();
        } else if !cursor.take_word("await") {
            break;
        }
    }
    let value = postfix(cursor);
    if cursor.is_any(&["++", "--"]) {
        cursor.advance();
    }
    if is_unknown {
        return Expression::Unknown(vec![value]);
    }
    match negations % 2 {
        1 => Expression::Not(Box::new(value)),
        _ => value,
    }
}

fn postfix(cursor: &mut Cursor<'_>) -> Expression {
    let is_new = cursor.take_word("new");
    let mut value = primary(cursor);
    for _ in 0..MAX_CHAIN {
        let (line, is_first) = (cursor.line(), cursor.token().is_first);
        if cursor.is("(") {
            let arguments = arguments(cursor);
            value = Expression::Call(Box::new(Call { line, function: value, arguments }));
        } else if cursor.is("[") && !is_first {
            cursor.advance();
            let index = sequence(cursor);
            cursor.take("]");
            value = Expression::Index(Box::new(value), Box::new(index));
        } else if cursor.take(".") || cursor.take("?.") {
            if let Some(name) = cursor.take_name() {
                value = value.member(name);
            } else if !cursor.is("(") && !cursor.is("[") {
                return value;
            }
        } else if matches!(cursor.kind(), Kind::Text(_)) && !is_first {
            // A template with a tag.
            cursor.advance();
            value = Expression::Unknown(vec![value]);
        } else if cursor.is("!") && !is_first && !matches!(cursor.ahead(1).kind, Kind::Symbol("=")) {
            cursor.advance();
        } else if is_new && cursor.is("<") {
            skip_type(cursor);
        } else {
            return value;
        }
    }
    Expression::Unknown(vec![value])
}

fn arguments(cursor: &mut Cursor<'_>) -> Vec<Argument> {
    elements(cursor, ")").into_iter().map(|value| Argument { name: None, value }).collect()
}

/// Reads elements in brackets.
fn elements(cursor: &mut Cursor<'_>, end: &str) -> Vec<Expression> {
    cursor.advance();
    let mut found = Vec::new();
    while !cursor.is_at_end() && !cursor.take(end) {
        if cursor.take(",") {
            continue;
        }
        let before = cursor.position();
        found.push(expression(cursor));
        if cursor.position() == before {
            cursor.advance();
        }
    }
    found
}

/// Reads an expression without operators, or a pattern that values are bound to.
pub(super) fn primary(cursor: &mut Cursor<'_>) -> Expression {
    if let Some(parts) = cursor.take_text() {
        let depth = cursor.depth();
        return joined(parts, |code, line| {
            let tokens = lexer::tokens(code, line);
            sequence(&mut Cursor::new(tokens, depth))
        });
    }
    match cursor.kind().clone() {
        Kind::Number(number) => {
            cursor.advance();
            Expression::Number(number)
        }
        Kind::Regex(regex) => {
            cursor.advance();
            // The way in which a match finds it.
            Expression::Operation(Operator::Match, vec![Expression::Text(regex.to_owned())])
        }
        Kind::Name(name) => named(cursor, name),
        Kind::Symbol("(") => {
            cursor.advance();
            let value = sequence(cursor);
            while !cursor.is_at_end() && !cursor.is_any(&[")", ";", "}"]) {
                cursor.advance();
            }
            cursor.take(")");
            value
        }
        Kind::Symbol("[") => Expression::List(elements(cursor, "]")),
        Kind::Symbol("{") => object(cursor),
        _ => Expression::unknown(),
    }
}

fn named(cursor: &mut Cursor<'_>, name: &str) -> Expression {
    match name {
        "async" if matches!(cursor.ahead(1).kind, Kind::Name("function")) => {
            cursor.advance();
            Expression::Lambda(function(cursor))
        }
        "function" => Expression::Lambda(function(cursor)),
        "class" => {
            let (name, bases, body) = cursor.class();
            let class = Statement::Class { name: name.clone(), bases, body };
            Expression::Block(vec![class, Statement::Evaluate(Expression::Name(name))])
        }
        _ => {
            cursor.advance();
            match name {
                "true" => Expression::Truth(true),
                "false" => Expression::Truth(false),
                "null" | "undefined" => Expression::Nothing,
                _ => Expression::Name(name.to_owned()),
            }
        }
    }
}

/// Reads a function from the keyword.
pub(super) fn function(cursor: &mut Cursor<'_>) -> Box<Function> {
    cursor.advance();
    cursor.take("*");
    let name = cursor.take_name().unwrap_or_default().to_owned();
    method(cursor, name)
}

/// Reads parameters and body.
pub(super) fn method(cursor: &mut Cursor<'_>, name: String) -> Box<Function> {
    if cursor.is("<") {
        skip_type(cursor);
    }
    let parameters = parameters(cursor);
    if cursor.take(":") {
        skip_type(cursor);
    }
    let body: Block = if cursor.is("{") { cursor.block() } else { Vec::new() };
    Box::new(Function { name, parameters, body })
}

fn object(cursor: &mut Cursor<'_>) -> Expression {
    cursor.advance();
    let mut pairs = Vec::new();
    while !cursor.is_at_end() && !cursor.take("}") {
        let before = cursor.position();
        if cursor.take("...") {
            expression(cursor);
        } else if let Some(pair) = property(cursor) {
            pairs.push(pair);
        }
        while !cursor.is_at_end() && !cursor.is_any(&[",", "}"]) {
            if cursor.is_any(&["(", "[", "{"]) { cursor.skip_brackets() } else { cursor.advance() }
        }
        cursor.take(",");
        if cursor.position() == before {
            cursor.advance();
        }
    }
    Expression::Table(pairs)
}

fn property(cursor: &mut Cursor<'_>) -> Option<(Expression, Expression)> {
    while ["async", "get", "set"].iter().any(|word| cursor.is_word(word))
        && matches!(cursor.ahead(1).kind, Kind::Name(_) | Kind::Text(_))
    {
        cursor.advance();
    }
    let key = match cursor.kind().clone() {
        Kind::Name(name) => {
            cursor.advance();
            Expression::Text(name.to_owned())
        }
        Kind::Text(_) | Kind::Number(_) => primary(cursor),
        Kind::Symbol("[") => {
            cursor.advance();
            let key = expression(cursor);
            cursor.take("]");
            key
        }
        _ => return None,
    };
    if cursor.take(":") {
        return Some((key, expression(cursor)));
    }
    let Expression::Text(name) = &key else { return None };
    if cursor.is("(") {
        let value = Expression::Lambda(method(cursor, name.clone()));
        return Some((key, value));
    }
    let value = Expression::Name(name.clone());
    if cursor.take("=") {
        expression(cursor);
    }
    Some((key, value))
}
