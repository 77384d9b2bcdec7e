//! Forms of statements that tell what becomes of a failure.

use crate::code::{Call, Expression, Statement};

/// True if statements end with an exception, or try again by a function that opens libraries.
pub(super) fn raises(block: &[Statement], is_opening: &dyn Fn(&str) -> bool) -> bool {
    let raises = |block: &[Statement]| raises(block, is_opening);
    block.iter().any(|statement| match statement {
        Statement::Raise(_) => true,
        Statement::Evaluate(Expression::Call(call)) => {
            callee(call).is_some_and(|name| ENDING.contains(&name))
        }
        Statement::Return(Expression::Call(call)) => callee(call).is_some_and(is_opening),
        Statement::If { branches, otherwise } => {
            !otherwise.is_empty() && raises(otherwise) && branches.iter().all(|(_, body)| raises(body))
        }
        Statement::Try { body, handlers, .. } => {
            raises(body) || !handlers.is_empty() && handlers.iter().all(|handler| raises(handler))
        }
        _ => false,
    })
}

/// Functions that end a program or raise.
const ENDING: [&str; 6] = ["exit", "_exit", "abort", "reraise", "raise_from", "skip"];

fn callee(call: &Call) -> Option<&str> {
    match &call.function {
        Expression::Member(_, name) | Expression::Name(name) => Some(name),
        _ => None,
    }
}

/// True if statements can end a loop or function at once.
pub(super) fn leaves(block: &[Statement]) -> bool {
    block.iter().any(|statement| match statement {
        Statement::Leave | Statement::Return(_) => true,
        Statement::If { branches, otherwise } => {
            leaves(otherwise) || branches.iter().any(|(_, body)| leaves(body))
        }
        Statement::Try { body, handlers, after } => {
            leaves(body) || leaves(after) || handlers.iter().any(|handler| leaves(handler))
        }
        Statement::Evaluate(Expression::Block(inner)) => leaves(inner),
        Statement::Loop { body, .. } => returns(body),
        _ => false,
    })
}

/// True if statements have a handler after which a loop goes on.
pub(super) fn swallows(block: &[Statement]) -> bool {
    block.iter().any(|statement| match statement {
        Statement::Try { handlers, .. } => handlers.iter().any(|handler| !raises(handler, &|_| false)),
        Statement::If { branches, otherwise } => {
            swallows(otherwise) || branches.iter().any(|(_, body)| swallows(body))
        }
        _ => false,
    })
}

/// True if statements can end a function.
fn returns(block: &[Statement]) -> bool {
    block.iter().any(|statement| match statement {
        Statement::Return(_) => true,
        Statement::If { branches, otherwise } => {
            returns(otherwise) || branches.iter().any(|(_, body)| returns(body))
        }
        Statement::Try { body, handlers, after } => {
            returns(body) || returns(after) || handlers.iter().any(|handler| returns(handler))
        }
        Statement::Loop { body, .. } => returns(body),
        _ => false,
    })
}

/// Adds the names that statements assign.
pub(super) fn assigned_names<'code>(block: &'code [Statement], names: &mut Vec<&'code str>) {
    for statement in block {
        match statement {
            Statement::Assign { target, .. } => mentions(target, &mut |name| names.push(name)),
            Statement::If { branches, otherwise } => {
                branches.iter().for_each(|(_, body)| assigned_names(body, names));
                assigned_names(otherwise, names);
            }
            Statement::Try { body, handlers, after } => {
                assigned_names(body, names);
                handlers.iter().for_each(|handler| assigned_names(handler, names));
                assigned_names(after, names);
            }
            Statement::Loop { body, .. } => assigned_names(body, names),
            Statement::Import { alias, .. } => names.push(alias),
            _ => {}
        }
    }
}

/// Calls a function with each name in an expression.
pub(super) fn mentions<'code>(expression: &'code Expression, found: &mut impl FnMut(&'code str)) {
    match expression {
        Expression::Name(name) => found(name),
        Expression::Member(value, name) => {
            found(name);
            mentions(value, found);
        }
        Expression::Index(value, index) => {
            mentions(value, found);
            mentions(index, found);
        }
        Expression::Not(value) | Expression::Spread(value) | Expression::Yield(value) => {
            mentions(value, found)
        }
        Expression::Operation(_, values)
        | Expression::List(values)
        | Expression::Joined(values)
        | Expression::Unknown(values) => values.iter().for_each(|value| mentions(value, found)),
        Expression::Call(call) => {
            mentions(&call.function, found);
            call.arguments.iter().for_each(|argument| mentions(&argument.value, found));
        }
        Expression::Choice(values) => values.iter().for_each(|value| mentions(value, found)),
        _ => {}
    }
}

/// True if a block of Ruby or a function that gets each element ends the loop: by `break` or `throw`, or by a `return` that
/// is not its last value.
pub(super) fn ends_loop(block: &[Statement]) -> bool {
    block.iter().any(|statement| match statement {
        Statement::Leave => true,
        Statement::If { branches, otherwise } => {
            ends_loop(otherwise) || branches.iter().any(|(_, body)| ends_loop(body))
        }
        Statement::Try { body, handlers, .. } => ends_loop(body) || !handlers.is_empty(),
        _ => false,
    })
}
