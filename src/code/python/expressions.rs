//! Expressions of Python, as in its reference manual, chapter 6.

use super::lexer;
use crate::code::cursor::{Cursor, MAX_CHAIN, joined, operation};
use crate::code::facts::{Argument, Call, Expression, Function, Operator, Parameter, Statement};
use crate::code::token::Kind;

/// Binary operators by precedence, from the weakest. An operator without a meaning here makes the value unknown.
const BINARY: &[&[(&str, Option<Operator>)]] = &[
    &[("or", Some(Operator::Or))],
    &[("and", Some(Operator::And))],
    &[
        ("==", Some(Operator::Equal)),
        ("!=", Some(Operator::NotEqual)),
        ("in", Some(Operator::In)),
        ("not in", Some(Operator::NotIn)),
        ("is", Some(Operator::Equal)),
        ("is not", Some(Operator::NotEqual)),
        ("<", None),
        (">", None),
        ("<=", None),
        (">=", None),
    ],
    &[("|", None)],
    &[("^", None)],
    &[("&", None)],
    &[("<<", None), (">>", None)],
    &[("+", Some(Operator::Add)), ("-", None)],
    &[("*", None), ("/", Some(Operator::Divide)), ("%", Some(Operator::Format)), ("//", None), ("@", None)],
];

/// Precedence of comparisons, above which `not` stands.
const COMPARISON: usize = 2;

/// Keywords that end an expression.
const ENDS: &[&str] = &["if", "else", "for", "in", "and", "or", "is", "not", "async", "from", "as", "import"];

/// Reads an expression, or a list of them without brackets.
pub(super) fn expressions(cursor: &mut Cursor<'_>) -> Expression {
    let first = expression(cursor);
    if !cursor.is(",") {
        return first;
    }
    let mut elements = vec![first];
    while cursor.take(",") {
        if !starts_expression(cursor) {
            break;
        }
        elements.push(expression(cursor));
    }
    Expression::List(elements)
}

fn starts_expression(cursor: &Cursor<'_>) -> bool {
    match cursor.kind() {
        Kind::Name(name) => !ENDS.contains(name) || *name == "not",
        Kind::Text(_) | Kind::Number(_) => true,
        Kind::Symbol(symbol) => ["(", "[", "{", "-", "+", "~", "*", "**", "..."].contains(symbol),
        _ => false,
    }
}

/// Reads an expression.
pub(super) fn expression(cursor: &mut Cursor<'_>) -> Expression {
    if !cursor.enter() {
        cursor.advance();
        return Expression::unknown();
    }
    let found = conditional(cursor);
    cursor.leave();
    found
}

fn conditional(cursor: &mut Cursor<'_>) -> Expression {
    match cursor.word() {
        Some("lambda") => return lambda(cursor),
        Some("yield") => {
            cursor.advance();
            let is_from = cursor.take_word("from");
            let value = if starts_expression(cursor) { expressions(cursor) } else { Expression::Nothing };
            let value = if is_from { Expression::Spread(Box::new(value)) } else { value };
            return Expression::Yield(Box::new(value));
        }
        _ => {}
    }
    if cursor.take("*") || cursor.take("**") {
        return Expression::Spread(Box::new(expression(cursor)));
    }
    let value = binary(cursor, 0);
    if cursor.take(":=") {
        let target = value.clone();
        let value = expression(cursor);
        return Expression::Block(vec![
            Statement::Assign { target: target.clone(), value, operator: None },
            Statement::Evaluate(target),
        ]);
    }
    if !cursor.take_word("if") {
        return value;
    }
    let test = binary(cursor, 0);
    let otherwise = if cursor.take_word("else") { expression(cursor) } else { Expression::unknown() };
    Expression::Choice(Box::new([test, value, otherwise]))
}

fn lambda(cursor: &mut Cursor<'_>) -> Expression {
    cursor.advance();
    let parameters = parameters(cursor, ":");
    let body = vec![Statement::Return(expression(cursor))];
    Expression::Lambda(Box::new(Function { name: String::new(), parameters, body }))
}

/// Reads parameters up to the symbol that ends them, which the cursor passes.
pub(super) fn parameters(cursor: &mut Cursor<'_>, end: &str) -> Vec<Parameter> {
    let mut found = Vec::new();
    while !cursor.is_at_end() && !cursor.take(end) {
        let is_rest = cursor.take("*");
        let is_keywords = cursor.take("**");
        let Some(name) = cursor.take_name() else {
            if !cursor.take(",") {
                cursor.advance();
            }
            continue;
        };
        if end == ")" && cursor.take(":") {
            expression(cursor);
        }
        let default = cursor.take("=").then(|| expression(cursor));
        if !is_keywords {
            found.push(Parameter { name: name.to_owned(), default, is_rest });
        }
    }
    found
}

fn binary(cursor: &mut Cursor<'_>, precedence: usize) -> Expression {
    if precedence == COMPARISON && cursor.is_word("not") {
        if !cursor.enter() {
            cursor.advance();
            return Expression::unknown();
        }
        cursor.advance();
        let value = binary(cursor, COMPARISON);
        cursor.leave();
        return Expression::Not(Box::new(value));
    }
    let Some(operators) = BINARY.get(precedence) else { return unary(cursor) };
    let mut operands = vec![binary(cursor, precedence + 1)];
    let mut between = Vec::new();
    while let Some(operator) = operator(cursor, operators) {
        between.push(operator);
        operands.push(binary(cursor, precedence + 1));
    }
    operation(&between, operands)
}

/// Takes one of some operators at the position.
fn operator(cursor: &mut Cursor<'_>, operators: &[(&str, Option<Operator>)]) -> Option<Option<Operator>> {
    let (text, length) = match (cursor.kind(), &cursor.ahead(1).kind) {
        (Kind::Name("not"), Kind::Name("in")) => ("not in", 2),
        (Kind::Name("is"), Kind::Name("not")) => ("is not", 2),
        (Kind::Name(text), _) => (*text, 1),
        (Kind::Symbol(text), _) => (*text, 1),
        _ => return None,
    };
    let (_, operator) = operators.iter().find(|(name, _)| *name == text)?;
    (0..length).for_each(|_| cursor.advance());
    Some(*operator)
}

fn unary(cursor: &mut Cursor<'_>) -> Expression {
    let mut is_signed = false;
    while cursor.is_any(&["-", "+", "~"]) {
        cursor.advance();
        is_signed = true;
    }
    cursor.take_word("await");
    let value = postfix(cursor);
    if cursor.is("**") {
        cursor.advance();
        return Expression::Unknown(vec![value, expression(cursor)]);
    }
    if is_signed { Expression::Unknown(vec![value]) } else { value }
}

fn postfix(cursor: &mut Cursor<'_>) -> Expression {
    let mut value = primary(cursor);
    for _ in 0..MAX_CHAIN {
        let line = cursor.line();
        if cursor.take("(") {
            let arguments = arguments(cursor);
            value = Expression::Call(Box::new(Call { line, function: value, arguments }));
        } else if cursor.take("[") {
            let index = subscript(cursor);
            value = if is_loader(&value) {
                Expression::call(line, value.member("__getitem__"), vec![index])
            } else {
                Expression::Index(Box::new(value), Box::new(index))
            };
        } else if cursor.take(".") {
            let Some(name) = cursor.take_name() else { return value };
            value = if is_loader(&value) && name != "LoadLibrary" {
                let name = vec![Expression::Text(name.to_owned())];
                Expression::call(line, value.member("__getitem__"), name)
            } else {
                value.member(name)
            };
        } else {
            return value;
        }
    }
    Expression::Unknown(vec![value])
}

/// True for ctypes' loaders, whose elements and members are libraries that are opened.
fn is_loader(value: &Expression) -> bool {
    match value {
        Expression::Name(name) | Expression::Member(_, name) => name == "cdll" || name == "pydll",
        _ => false,
    }
}

/// Reads an index or a slice; the value of a slice is the first part of its bounds.
fn subscript(cursor: &mut Cursor<'_>) -> Expression {
    let mut parts = Vec::new();
    let mut is_slice = false;
    while !cursor.is_at_end() && !cursor.take("]") {
        if cursor.take(":") {
            is_slice = true;
        } else if starts_expression(cursor) {
            parts.push(expressions(cursor));
        } else {
            cursor.advance();
        }
    }
    match parts.pop() {
        Some(index) if !is_slice && parts.is_empty() => index,
        Some(index) => Expression::Unknown(vec![index]),
        None => Expression::unknown(),
    }
}

fn arguments(cursor: &mut Cursor<'_>) -> Vec<Argument> {
    let mut found = Vec::new();
    while !cursor.is_at_end() && !cursor.take(")") {
        let is_named = matches!(cursor.ahead(1).kind, Kind::Symbol("="));
        let name = cursor.word().filter(|_| is_named).map(str::to_owned);
        if name.is_some() {
            cursor.advance();
            cursor.advance();
        }
        if !starts_expression(cursor) && !cursor.is_word("lambda") {
            cursor.advance();
            continue;
        }
        let value = element(cursor);
        found.push(Argument { name, value });
        if !cursor.is(")") && !cursor.take(",") {
            skip_to(cursor, &[",", ")"]);
            cursor.take(",");
        }
    }
    found
}

/// Goes to one of some symbols outside of further brackets, or to the end of the line.
fn skip_to(cursor: &mut Cursor<'_>, symbols: &[&str]) {
    while !cursor.is_at_end() && !cursor.is_any(symbols) && *cursor.kind() != Kind::Newline {
        if cursor.is_any(&["(", "[", "{"]) { cursor.skip_brackets() } else { cursor.advance() }
    }
}

/// Reads an element of a list or an argument, which can be a comprehension.
fn element(cursor: &mut Cursor<'_>) -> Expression {
    let value = expression(cursor);
    if cursor.is_word("async") {
        cursor.advance();
    }
    if cursor.is_word("for") { comprehension(cursor, value) } else { value }
}

fn comprehension(cursor: &mut Cursor<'_>, element: Expression) -> Expression {
    if !cursor.enter() {
        cursor.advance();
        return Expression::unknown();
    }
    cursor.advance();
    let target = target_list(cursor);
    cursor.take_word("in");
    let iterable = binary(cursor, 0);
    let mut tests = Vec::new();
    while cursor.take_word("if") {
        tests.push(binary(cursor, 0));
    }
    let test = match tests.len() {
        0 => Expression::Truth(true),
        _ => operation(&vec![Some(Operator::And); tests.len() - 1], tests),
    };
    cursor.take_word("async");
    // `x for a in b for x in a`: the inner comprehension gives a list for each element of the outer one.
    let element = if cursor.is_word("for") {
        let inner = comprehension(cursor, element);
        // Written order is outer first: the outer loop is this one.
        Expression::Spread(Box::new(inner))
    } else {
        element
    };
    cursor.leave();
    Expression::Each(Box::new([element, target, iterable, test]))
}

/// Reads the targets of a loop.
pub(super) fn target_list(cursor: &mut Cursor<'_>) -> Expression {
    let mut targets = vec![unary(cursor)];
    let mut is_list = false;
    while cursor.take(",") {
        is_list = true;
        if cursor.is_word("in") {
            break;
        }
        cursor.take("*");
        targets.push(unary(cursor));
    }
    if is_list { Expression::List(targets) } else { targets.remove(0) }
}

fn primary(cursor: &mut Cursor<'_>) -> Expression {
    let kind = match cursor.kind() {
        Kind::Text(_) => return texts(cursor),
        kind => kind.clone(),
    };
    match kind {
        Kind::Number(number) => {
            cursor.advance();
            Expression::Number(number)
        }
        Kind::Name(name) if !ENDS.contains(&name) => {
            cursor.advance();
            match name {
                "True" => Expression::Truth(true),
                "False" => Expression::Truth(false),
                "None" => Expression::Nothing,
                _ => Expression::Name(name.to_owned()),
            }
        }
        Kind::Symbol("(") => {
            cursor.advance();
            let (mut elements, has_comma) = elements(cursor, ")");
            if has_comma || elements.len() != 1 { Expression::List(elements) } else { elements.remove(0) }
        }
        Kind::Symbol("[") => {
            cursor.advance();
            match elements(cursor, "]").0 {
                elements if matches!(elements.as_slice(), [Expression::Each(_)]) => {
                    elements.into_iter().next().unwrap_or_else(Expression::unknown)
                }
                elements => Expression::List(elements),
            }
        }
        Kind::Symbol("{") => {
            cursor.advance();
            braces(cursor)
        }
        Kind::Symbol("...") => {
            cursor.advance();
            Expression::unknown()
        }
        _ => Expression::unknown(),
    }
}

/// Reads adjacent strings, which are one.
fn texts(cursor: &mut Cursor<'_>) -> Expression {
    let depth = cursor.depth();
    let mut parts = Vec::new();
    while let Some(found) = cursor.take_text() {
        parts.extend(found);
    }
    joined(parts, |code, line| {
        let tokens = lexer::tokens(code, line, true);
        expressions(&mut Cursor::new(tokens, depth))
    })
}

/// Reads elements up to a bracket, which the cursor passes; true if there is a comma.
fn elements(cursor: &mut Cursor<'_>, end: &str) -> (Vec<Expression>, bool) {
    let (mut found, mut has_comma) = (Vec::new(), false);
    while !cursor.is_at_end() && !cursor.take(end) {
        let before = cursor.position();
        found.push(element(cursor));
        if cursor.take(",") {
            has_comma = true;
        } else if !cursor.is(end) {
            skip_to(cursor, &[",", end]);
            if *cursor.kind() == Kind::Newline {
                break;
            }
        }
        if cursor.position() == before {
            cursor.advance();
        }
    }
    (found, has_comma)
}

/// Reads a dictionary or a set.
fn braces(cursor: &mut Cursor<'_>) -> Expression {
    let (mut pairs, mut set) = (Vec::new(), Vec::new());
    while !cursor.is_at_end() && !cursor.take("}") {
        let before = cursor.position();
        let key = element(cursor);
        if cursor.take(":") {
            let value = expression(cursor);
            if cursor.is_word("for") {
                let pair = Expression::Table(vec![(key, value)]);
                set.push(Expression::Unknown(vec![comprehension(cursor, pair)]));
            } else {
                pairs.push((key, value));
            }
        } else {
            set.push(key);
        }
        if !cursor.is("}") && !cursor.take(",") {
            skip_to(cursor, &[",", "}"]);
            cursor.take(",");
        }
        if cursor.position() == before {
            cursor.advance();
        }
    }
    if set.is_empty() { Expression::Table(pairs) } else { Expression::List(set) }
}
