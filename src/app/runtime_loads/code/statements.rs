//! Evaluation of statements.

use super::evaluator::{Changes, Evaluator, Flow, Frame};
use super::guards::{assigned_names, leaves, mentions, raises, swallows};
use super::site::join;
use super::value::{Item, Value};
use crate::app::runtime_loads::load::OpenCall;
use crate::code::{Block, CodeLanguage, Expression, Operator, Statement};

impl<'code> Evaluator<'code> {
    /// Runs statements; the value is that of the last one.
    pub(super) fn block(&mut self, block: &'code [Statement]) -> (Flow, Value<'code>) {
        let mut value = Value::one(Item::Nothing);
        for (place, statement) in block.iter().enumerate() {
            if let Some(frame) = self.frames.last_mut() {
                frame.following.push(&block[place + 1..]);
            }
            let flow;
            (flow, value) = if self.enter() {
                let found = self.statement(statement);
                self.leave();
                found
            } else {
                (Flow::Goes, Value::open())
            };
            if let Some(frame) = self.frames.last_mut() {
                frame.following.pop();
            }
            if flow == Flow::Ends {
                return (Flow::Ends, value);
            }
        }
        (Flow::Goes, value)
    }

    fn statement(&mut self, statement: &'code Statement) -> (Flow, Value<'code>) {
        let value = match statement {
            Statement::Evaluate(value) => self.value(value),
            Statement::Assign { target, value, operator } => {
                let mut value = self.value(value);
                if let Some(operator) = operator {
                    let old = self.quiet_value(target);
                    value = match operator {
                        Operator::Or => old.if_true().or(&value),
                        _ => self.sum(&old, &value),
                    };
                }
                self.assign(target, value.clone());
                value
            }
            Statement::Return(value) => {
                let value = self.value(value);
                if let Some(frame) = self.frames.last_mut() {
                    frame.result.add(&value);
                }
                return (Flow::Ends, Value::never());
            }
            Statement::Raise(value) => {
                self.value(value);
                return (Flow::Ends, Value::never());
            }
            Statement::Leave => return (Flow::Ends, Value::never()),
            Statement::If { branches, otherwise } => return self.branches(branches, otherwise),
            Statement::Loop { target, iterable, body } => {
                self.repeat(target.as_ref(), iterable, body);
                Value::open()
            }
            Statement::Try { body, handlers, after } => return self.attempt(body, handlers, after),
            Statement::Function(function) => {
                let value = self.define(function);
                self.assign_name(&function.name, value.clone());
                value
            }
            Statement::Class { name, bases, body } => self.class(name, bases, body),
            Statement::Global(name) => {
                let scope = self.scope();
                self.scopes[scope.0].globals.push(name);
                Value::never()
            }
            Statement::Import { module, name, alias } => {
                self.import(module, name.as_deref(), alias);
                Value::never()
            }
        };
        (Flow::Goes, value)
    }

    fn class(&mut self, name: &'code str, bases: &'code [Expression], body: &'code Block) -> Value<'code> {
        // Ruby's modules are opened again in each file: their names are those of the gem.
        if self.language() == CodeLanguage::Ruby {
            return self.block(body).1;
        }
        let bases = bases.iter().map(|base| self.value(base)).collect();
        let (outer, module) = (self.scope(), self.module());
        let scope = self.new_scope(Some(outer), module);
        self.scopes[scope.0].is_class = true;
        self.scopes[scope.0].bases = bases;
        self.in_scope(scope, |evaluator| evaluator.block(body));
        let value = Value::one(Item::Class(scope));
        self.assign_name(name, value.clone());
        value
    }

    /// Runs the branch whose test is true, or each that can be.
    fn branches(
        &mut self,
        branches: &'code [(Expression, Block)],
        otherwise: &'code Block,
    ) -> (Flow, Value<'code>) {
        let (mut ends, mut values, mut flows): (Vec<Changes<'code>>, Value<'code>, Vec<Flow>) =
            (Vec::new(), Value::never(), Vec::new());
        let mut is_decided = false;
        for (test, body) in branches {
            let was_in_test = std::mem::replace(&mut self.is_in_test, true);
            let truth = self.value(test).truth_value();
            self.is_in_test = was_in_test;
            match truth {
                Some(false) => {
                    self.skip_imports(body);
                    continue;
                }
                Some(true) if flows.is_empty() => {
                    self.skip_imports(otherwise);
                    return self.block(body);
                }
                _ => {}
            }
            let first = self.sites.len();
            let tried = self.names_found(test);
            self.branch(body, &mut ends, &mut values, &mut flows);
            self.join_with_tried(&tried, first);
            is_decided = truth == Some(true);
            if is_decided {
                break;
            }
        }
        if flows.is_empty() {
            return self.block(otherwise);
        }
        if !is_decided {
            self.branch(otherwise, &mut ends, &mut values, &mut flows);
        }
        self.join_branches(&ends);
        let flow = if flows.contains(&Flow::Goes) { Flow::Goes } else { Flow::Ends };
        (flow, values)
    }

    fn branch(
        &mut self,
        body: &'code Block,
        ends: &mut Vec<Changes<'code>>,
        values: &mut Value<'code>,
        flows: &mut Vec<Flow>,
    ) {
        let mark = self.begin_branch();
        let (flow, value) = self.block(body);
        let changes = self.end_branch(mark);
        flows.push(flow);
        if flow == Flow::Goes {
            ends.push(changes);
            values.add(&value);
        }
    }

    /// Names of libraries that find_library may have found, in the variables of a test.
    fn names_found(&mut self, test: &'code Expression) -> Vec<Item<'code>> {
        let mut names = Vec::new();
        mentions(test, &mut |name| names.push(name));
        let mut found = Vec::new();
        for name in names {
            let Some(scope) = self.scope_of_name(name) else { continue };
            let items =
                self.scopes[scope.0].names.get(name).map(|value| value.items.clone()).unwrap_or_default();
            found.extend(items.into_iter().filter(|item| matches!(item, Item::Found(_))));
        }
        found
    }

    /// Makes the sites of a branch that runs if find_library has found nothing alternatives of its calls.
    fn join_with_tried(&mut self, tried: &[Item<'code>], first: usize) {
        let end = self.sites.len();
        if tried.is_empty() || first == end {
            return;
        }
        let is_tried = |site: &super::site::Site| {
            tried.iter().any(|item| match item {
                Item::Found(name) => {
                    let pattern = format!("lib{name}.so.*");
                    site.names.iter().any(|name| name.as_bytes() == pattern.as_bytes())
                }
                _ => false,
            })
        };
        let is_search = |place: &usize| self.sites[*place].call == OpenCall::FindLibrary;
        let earlier: Vec<usize> =
            (0..first).filter(is_search).filter(|place| is_tried(&self.sites[*place])).collect();
        let is_other = self.sites[first..end].iter().all(|site| !is_tried(site));
        if is_other {
            let mut ranges: Vec<_> = earlier.into_iter().map(|place| place..place + 1).collect();
            ranges.push(first..end);
            join(&mut self.sites, &ranges);
        }
    }

    /// Runs the body of a loop: for each element, or, if it ends at one of them, once for all as alternatives.
    fn repeat(&mut self, target: Option<&'code Expression>, iterable: &'code Expression, body: &'code Block) {
        let value = self.value(iterable);
        let elements = value.elements();
        if let Some(target) = target
            && !value.is_open
            && !elements.is_empty()
            && !leaves(body)
            && !swallows(body)
        {
            let first = self.sites.len();
            for element in elements {
                self.assign(target, element);
                self.block(body);
            }
            self.join_searches(first);
            return;
        }
        let mark = self.begin_branch();
        if let Some(target) = target {
            let mut element = Value::any(&elements);
            element.is_open |= value.is_open;
            self.assign(target, element);
        }
        self.block(body);
        let changes = self.end_branch(mark);
        self.join_branches(&[changes, Changes::new()]);
    }

    /// Makes the searches of a loop alternatives of one another, unless it opens what it finds.
    fn join_searches(&mut self, first: usize) {
        let end = self.sites.len();
        let is_search = |site: &super::site::Site| site.call == OpenCall::FindLibrary;
        if end - first > 1 && self.sites[first..end].iter().all(is_search) {
            join(&mut self.sites, std::slice::from_ref(&(first..end)));
        }
    }

    /// Runs statements and the handlers of their exceptions.
    fn attempt(
        &mut self,
        body: &'code Block,
        handlers: &'code [Block],
        after: &'code Block,
    ) -> (Flow, Value<'code>) {
        let (first, first_import) = (self.sites.len(), self.imports.len());
        let (mut ends, mut values, mut flows) = (Vec::new(), Value::never(), Vec::new());
        self.branch(body, &mut ends, &mut values, &mut flows);
        let (middle, end_import) = (self.sites.len(), self.imports.len());
        for handler in handlers {
            self.branch(handler, &mut ends, &mut values, &mut flows);
        }
        if self.grade_attempt(first, middle, body, handlers) {
            let importer = self.module();
            let own = self.imports[first_import..end_import]
                .iter_mut()
                .filter(|import| import.importer == importer);
            own.for_each(|import| import.is_optional = true);
        }
        self.join_branches(&ends);
        let (flow, _) = self.block(after);
        if flow == Flow::Ends || !flows.contains(&Flow::Goes) {
            return (Flow::Ends, values);
        }
        (Flow::Goes, values)
    }

    /// Decides what the handlers mean to the sites of an attempt: another name, or going on without the library. True if code
    /// goes on.
    fn grade_attempt(
        &mut self,
        first: usize,
        middle: usize,
        body: &'code Block,
        handlers: &'code [Block],
    ) -> bool {
        let end = self.sites.len();
        if handlers.is_empty() {
            return false;
        }
        let others = &self.sites[middle..end];
        let is_optional = if first < middle && others.iter().any(|site| !site.names.is_empty()) {
            let is_optional = others.iter().all(|site| site.is_optional || site.names.is_empty());
            join(&mut self.sites, &[first..middle, middle..end]);
            is_optional
        } else {
            let goes_on = handlers.iter().any(|handler| !self.raises(handler));
            goes_on && !self.raises_later(body, handlers)
        };
        for site in &mut self.sites[first..middle] {
            site.is_optional |= is_optional;
        }
        is_optional
    }

    fn raises(&self, block: &[Statement]) -> bool {
        raises(block, &|name| self.relevance.is_opening_name(name))
    }

    /// True if the function raises later, by itself or by a test of what the attempt has assigned.
    fn raises_later(&self, body: &'code Block, handlers: &'code [Block]) -> bool {
        let mut assigned = Vec::new();
        assigned_names(body, &mut assigned);
        handlers.iter().for_each(|handler| assigned_names(handler, &mut assigned));
        // The statements behind a block that gets each element are those behind its call.
        let is_block = |frame: &&Frame<'_>| frame.function.is_some_and(|function| function.name.is_empty());
        let blocks = self.frames.iter().rev().take_while(is_block).count();
        let frames = self.frames.iter().rev().take(blocks + 1);
        let mut following =
            frames.flat_map(|frame| frame.following.iter().rev()).flat_map(|rest| rest.iter());
        following.any(|statement| match statement {
            Statement::Raise(_) => true,
            Statement::If { branches, otherwise } => {
                let is_about = branches.iter().any(|(test, _)| {
                    let mut is_about = false;
                    mentions(test, &mut |name| is_about |= assigned.contains(&name));
                    is_about
                });
                is_about && (branches.iter().any(|(_, body)| self.raises(body)) || self.raises(otherwise))
            }
            _ => false,
        })
    }
}
