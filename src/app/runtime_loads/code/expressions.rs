//! Evaluation of expressions.

use super::evaluator::Evaluator;
use super::names::element_at;
use super::platform;
use super::value::{Item, MAX_ELEMENTS, Value};
use crate::code::{CodeLanguage, Expression, Operator};

impl<'code> Evaluator<'code> {
    /// Value of an expression.
    pub(super) fn value(&mut self, expression: &'code Expression) -> Value<'code> {
        if !self.enter() {
            return Value::open();
        }
        let value = self.value_of(expression);
        self.leave();
        value
    }

    /// Value of an assignment's target, without the calls in it.
    pub(super) fn quiet_value(&mut self, expression: &'code Expression) -> Value<'code> {
        match expression {
            Expression::Name(_) | Expression::Member(..) => self.value(expression),
            _ => Value::open(),
        }
    }

    fn value_of(&mut self, expression: &'code Expression) -> Value<'code> {
        match expression {
            Expression::Text(text) => Value::text(text),
            Expression::Number(number) => Value::one(Item::Number(*number)),
            Expression::Truth(truth) => Value::truth(*truth),
            Expression::Nothing => Value::one(Item::Nothing),
            Expression::Name(name) => self.variable(name),
            Expression::Member(owner, name) => {
                let owner = self.value(owner);
                let value = self.member(&owner, name);
                self.called_if_method(value)
            }
            Expression::Index(owner, index) => {
                let (owner, index) = (self.value(owner), self.value(index));
                self.element(&owner, &index)
            }
            Expression::Call(call) => self.call(call),
            Expression::List(elements) => self.list(elements),
            Expression::Table(pairs) => {
                let pairs = pairs.iter().take(MAX_ELEMENTS);
                let pairs = pairs.map(|(key, value)| (self.value(key), self.value(value))).collect();
                Value::one(Item::Table(std::rc::Rc::new(pairs)))
            }
            Expression::Joined(parts) => parts.iter().fold(Value::text(""), |joined, part| {
                let part = self.value(part);
                joined.concatenate(&part, "")
            }),
            Expression::Operation(operator, operands) => self.operation(*operator, operands),
            Expression::Not(value) => match self.value(value).truth_value() {
                Some(truth) => Value::truth(!truth),
                None => Value::open(),
            },
            Expression::Choice(choice) => self.choice(choice),
            Expression::Each(parts) => self.comprehension(parts),
            Expression::Spread(value) => self.value(value),
            Expression::Lambda(function) => self.define(function),
            Expression::Yield(value) => {
                let elements = match &**value {
                    Expression::Spread(value) => self.value(value).elements(),
                    value => vec![self.value(value)],
                };
                if let Some(frame) = self.frames.last_mut() {
                    frame.yields.extend(elements);
                    frame.yields.truncate(MAX_ELEMENTS);
                }
                Value::open()
            }
            Expression::Block(block) => self.block(block).1,
            Expression::Unknown(parts) => {
                parts.iter().for_each(|part| drop(self.value(part)));
                Value::open()
            }
        }
    }

    fn variable(&mut self, name: &'code str) -> Value<'code> {
        let value = self.name(name);
        self.called_if_method(value)
    }

    /// Result of a method, which Ruby calls where its name stands.
    fn called_if_method(&mut self, value: Value<'code>) -> Value<'code> {
        if self.language() != CodeLanguage::Ruby {
            return value;
        }
        match value.items.as_slice() {
            [Item::Function(function, scope)] if !function.name.is_empty() => {
                self.call_function(function, *scope, Vec::new(), None)
            }
            [Item::External(path)] => {
                let path = path.clone();
                let known = platform::function(&path);
                known.or_else(|| self.call_of_gem(&path, &Vec::new())).unwrap_or(value)
            }
            _ => value,
        }
    }

    fn list(&mut self, elements: &'code [Expression]) -> Value<'code> {
        let mut found = Vec::new();
        let mut is_open = false;
        for element in elements.iter().take(MAX_ELEMENTS) {
            match element {
                Expression::Spread(value) => {
                    let value = self.value(value);
                    is_open |= value.is_open;
                    found.extend(value.elements());
                }
                Expression::Each(_) => found.extend(self.value(element).elements()),
                element => found.push(self.value(element)),
            }
        }
        let list = Value::list(found);
        if is_open { list.opened() } else { list }
    }

    /// Element of a list or table.
    fn element(&mut self, owner: &Value<'code>, index: &Value<'code>) -> Value<'code> {
        let mut found = Value { items: Vec::new(), is_open: owner.is_open };
        for item in &owner.items {
            match (item, index.items.as_slice()) {
                (Item::List(_), [Item::Number(place)]) if !index.is_open => {
                    let one = Value::one(item.clone());
                    found.add(&element_at(&one, usize::try_from(*place).unwrap_or(usize::MAX)));
                }
                (Item::List(elements), _) => found.add(&Value::any(elements.iter()).opened()),
                (Item::Table(pairs), _) => {
                    let is_known = index.only_text().is_some();
                    let named = |key: &Value<'code>| !is_known || key.only_text() == index.only_text();
                    let values = pairs.iter().filter(|(key, _)| named(key)).map(|(_, value)| value);
                    let value = Value::any(values);
                    found.add(&if is_known { value } else { value.opened() });
                }
                (Item::External(path), [Item::Text(key)]) => {
                    found.add(&platform::element(path, key).unwrap_or_else(Value::open));
                }
                _ => found.is_open = true,
            }
        }
        found
    }

    fn choice(&mut self, [test, then, otherwise]: &'code [Expression; 3]) -> Value<'code> {
        match self.value(test).truth_value() {
            Some(true) => self.value(then),
            Some(false) => self.value(otherwise),
            None => {
                let then = self.value(then);
                then.or(&self.value(otherwise))
            }
        }
    }

    fn comprehension(&mut self, [element, target, iterable, test]: &'code [Expression; 4]) -> Value<'code> {
        let value = self.value(iterable);
        let (parent, module) = (self.scope(), self.module());
        let scope = self.new_scope(Some(parent), module);
        let mut elements = value.elements();
        if elements.is_empty() && value.is_open {
            elements.push(Value::open());
        }
        let found = self.in_scope(scope, |evaluator| {
            let mut found = Vec::new();
            for one in elements {
                evaluator.assign(target, one);
                if evaluator.value(test).truth_value() == Some(false) {
                    continue;
                }
                match element {
                    Expression::Spread(inner) => found.extend(evaluator.value(inner).elements()),
                    element => found.push(evaluator.value(element)),
                }
                if found.len() >= MAX_ELEMENTS {
                    break;
                }
            }
            found
        });
        let list = Value::list(found);
        if value.is_open { list.opened() } else { list }
    }

    fn operation(&mut self, operator: Operator, operands: &'code [Expression]) -> Value<'code> {
        match operator {
            Operator::Or => return self.disjunction(operands),
            Operator::And => return self.conjunction(operands),
            _ => {}
        }
        let mut values = operands.iter().map(|operand| self.value(operand)).collect::<Vec<_>>().into_iter();
        let Some(first) = values.next() else { return Value::open() };
        if let (Operator::Match, [Item::Text(regex)], 1) = (operator, first.items.as_slice(), operands.len())
        {
            return Value::one(Item::Regex(regex.clone()));
        }
        values.fold(first, |left, right| match operator {
            Operator::Add => self.sum(&left, &right),
            Operator::Format => formatted(&left, &right),
            Operator::Divide => left.concatenate(&right, "/"),
            Operator::Equal => truth(equal(&left, &right)),
            Operator::NotEqual => truth(equal(&left, &right).map(|equal| !equal)),
            Operator::In => truth(is_in(&left, &right)),
            Operator::NotIn => truth(is_in(&left, &right).map(|is_in| !is_in)),
            Operator::Match => truth(is_match(&left, &right)),
            Operator::Or | Operator::And => Value::open(),
        })
    }

    /// Sum of texts or lists.
    pub(super) fn sum(&mut self, left: &Value<'code>, right: &Value<'code>) -> Value<'code> {
        let has_list = |value: &Value<'code>| value.items.iter().any(|item| matches!(item, Item::List(_)));
        if !has_list(left) && !has_list(right) {
            return left.concatenate(right, "");
        }
        let mut elements = left.elements();
        // `list << element`
        let added = if has_list(right) { right.elements() } else { vec![right.clone()] };
        let is_open = left.is_open || right.is_open;
        elements.extend(added);
        let list = Value::list(elements);
        if is_open { list.opened() } else { list }
    }

    /// First true value; the calls in all operands are alternatives of one another.
    fn disjunction(&mut self, operands: &'code [Expression]) -> Value<'code> {
        let mut value = Value::never();
        let mut ranges = Vec::new();
        for operand in operands {
            let first = self.sites.len();
            let next = self.value(operand);
            if self.sites.len() > first {
                ranges.push(first..self.sites.len());
            }
            value = value.if_true().or(&next);
            if next.truth_value() == Some(true) {
                break;
            }
        }
        if ranges.len() > 1 {
            super::site::join(&mut self.sites, &ranges);
        }
        value
    }

    fn conjunction(&mut self, operands: &'code [Expression]) -> Value<'code> {
        let mut is_known = true;
        let mut value = Value::never();
        for operand in operands {
            value = self.value(operand);
            match value.truth_value() {
                Some(false) => return Value::truth(false),
                Some(true) => {}
                None => is_known = false,
            }
        }
        if is_known { value } else { value.opened() }
    }

    /// Calls a function with elements of lists, one after the other or all as alternatives.
    pub(super) fn each(
        &mut self,
        elements: Vec<Value<'code>>,
        function: &Value<'code>,
        is_at_once: bool,
    ) -> Vec<Value<'code>> {
        let [Item::Function(function, scope)] = function.items.as_slice() else { return Vec::new() };
        let (function, scope) = (*function, *scope);
        let calls = if is_at_once { vec![Value::any(&elements)] } else { elements };
        calls
            .into_iter()
            .map(|element| {
                let arguments = match element.items.as_slice() {
                    [Item::List(parts)] if function.parameters.len() > 1 => {
                        parts.iter().map(|part| (None, part.clone())).collect()
                    }
                    _ => vec![(None, element)],
                };
                self.call_function(function, scope, arguments, None)
            })
            .collect()
    }
}

fn truth<'code>(known: Option<bool>) -> Value<'code> {
    known.map_or_else(Value::open, Value::truth)
}

/// True if two values are equal; `None` if that is not known.
fn equal(left: &Value<'_>, right: &Value<'_>) -> Option<bool> {
    if left.is_open || right.is_open || left.items.is_empty() || right.items.is_empty() {
        return None;
    }
    let is_plain =
        |item: &Item<'_>| matches!(item, Item::Text(_) | Item::Number(_) | Item::Truth(_) | Item::Nothing);
    if !left.items.iter().chain(&right.items).all(is_plain) {
        return None;
    }
    let mut pairs = left.items.iter().flat_map(|one| right.items.iter().map(move |two| one == two));
    let first = pairs.next()?;
    pairs.all(|other| other == first).then_some(first)
}

fn is_in(left: &Value<'_>, right: &Value<'_>) -> Option<bool> {
    if right.is_open || left.is_open {
        return None;
    }
    match right.items.as_slice() {
        [Item::List(elements)] => {
            let mut is_known = true;
            for element in elements.iter() {
                match equal(left, element) {
                    Some(true) => return Some(true),
                    Some(false) => {}
                    None => is_known = false,
                }
            }
            is_known.then_some(false)
        }
        [Item::Text(text)] => Some(text.contains(left.only_text()?)),
        [Item::Table(pairs)] => {
            let mut keys = pairs.iter().map(|(key, _)| equal(left, key));
            if keys.clone().any(|is_equal| is_equal == Some(true)) {
                return Some(true);
            }
            keys.all(|is_equal| is_equal == Some(false)).then_some(false)
        }
        _ => None,
    }
}

/// True if one of two values, in either order, is a regular expression that matches the other.
pub(super) fn is_match(left: &Value<'_>, right: &Value<'_>) -> Option<bool> {
    match (left.items.as_slice(), right.items.as_slice()) {
        ([Item::Text(text)], [Item::Regex(regex) | Item::Text(regex)])
        | ([Item::Regex(regex)], [Item::Text(text)])
            if !left.is_open && !right.is_open =>
        {
            platform::matches(regex, text)
        }
        _ => None,
    }
}

/// Text with the values in the places of `%s` and the like.
fn formatted<'code>(template: &Value<'code>, values: &Value<'code>) -> Value<'code> {
    let places = match values.items.as_slice() {
        [Item::List(elements)] => elements.to_vec(),
        _ => vec![values.clone()],
    };
    let mut found = Value { items: Vec::new(), is_open: template.is_open };
    for text in template.texts() {
        let mut places = places.iter();
        let mut pieces = text.split('%');
        let mut formatted = Value::text(pieces.next().unwrap_or_default());
        for piece in pieces {
            let rest = piece.trim_start_matches(|byte: char| byte.is_ascii_digit() || ".-+".contains(byte));
            let value = match rest.as_bytes().first() {
                Some(b's' | b'd' | b'i') => places.next().cloned().unwrap_or_else(Value::open),
                _ => Value::open(),
            };
            let after = Value::text(rest.get(1..).unwrap_or_default());
            formatted = formatted.concatenate(&value, "").concatenate(&after, "");
        }
        found.add(&formatted);
    }
    found
}
