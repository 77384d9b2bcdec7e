//! Calls: of functions of the package, of functions that open libraries, and of others whose values are known.

use super::builtins;
use super::evaluator::{Evaluator, SHARED};
use super::open_calls::{OpenFunction, open_function};
use super::site::{Naming, Site, can_be_found, names};
use super::value::{Arguments, Item, Value};
use crate::app::runtime_loads::load::OpenCall;
use crate::code::{Call, CodeLanguage, Expression};

impl<'code> Evaluator<'code> {
    /// Value of a call.
    pub(super) fn call(&mut self, call: &'code Call) -> Value<'code> {
        let (owner, function, name) = match &call.function {
            Expression::Member(owner, name) => {
                let owner = self.value(owner);
                (Some(owner.clone()), self.member(&owner, name), name.as_str())
            }
            Expression::Name(name) => (None, self.name(name), name.as_str()),
            // `super().__init__(…)` and the like.
            function => (None, self.value(function), ""),
        };
        let arguments = self.arguments(call);
        let mut result = Value::never();
        let mut is_own = false;
        for item in &function.items {
            let value = match item {
                Item::Function(function, scope) => {
                    is_own = true;
                    let this = owner.as_ref().filter(|owner| is_object(owner)).cloned();
                    self.call_function(function, *scope, arguments.clone(), this)
                }
                Item::Class(scope) => {
                    is_own = true;
                    self.instance(*scope, &arguments, call.line)
                }
                Item::Module(module) => {
                    is_own = true;
                    self.call_exports(*module, &arguments)
                }
                _ => continue,
            };
            result.add(&value);
        }
        if is_own {
            return result;
        }
        let path = self.external_path(&function).unwrap_or_else(|| name.to_owned());
        if let Some(value) = self.call_of_gem(&path, &arguments) {
            return value;
        }
        if let Some(function) = open_function(self.language(), &path) {
            return self.open(function, &arguments, call.line);
        }
        if path == "getattr" && arguments.first().is_some_and(|(_, owner)| is_loader(owner)) {
            let function = OpenFunction { call: OpenCall::Dlopen, naming: Naming::Exact, argument: 1 };
            return self.open(function, &arguments, call.line);
        }
        match builtins::call(self, owner.as_ref(), &path, name, &arguments) {
            Some(value) => {
                self.keep_change(call, name, &value);
                value
            }
            None => Value::open(),
        }
    }

    /// Path of a function that the package does not define; of several that of one that opens libraries.
    fn external_path(&self, function: &Value<'code>) -> Option<String> {
        let mut paths = function.items.iter().filter_map(|item| match item {
            Item::External(path) => Some(path.to_string()),
            _ => None,
        });
        match function.items.len() {
            1 => paths.next(),
            _ => paths.find(|path| open_function(self.language(), path).is_some()),
        }
    }

    /// Assigns the list that a call has changed in place.
    fn keep_change(&mut self, call: &'code Call, name: &str, value: &Value<'code>) {
        let Expression::Member(owner, _) = &call.function else { return };
        if builtins::CHANGING.contains(&name)
            && matches!(**owner, Expression::Name(_) | Expression::Member(..))
        {
            self.assign(owner, value.clone());
        }
    }

    fn arguments(&mut self, call: &'code Call) -> Arguments<'code> {
        let mut found = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            match &argument.value {
                Expression::Spread(value) => {
                    let value = self.value(value);
                    let is_list = value.items.iter().any(|item| matches!(item, Item::List(_)));
                    if is_list && !value.is_open {
                        found.extend(value.elements().into_iter().map(|element| (None, element)));
                    } else {
                        found.push((None, Value::any(&value.elements()).opened()));
                    }
                }
                value => found.push((argument.name.as_deref(), self.value(value))),
            }
        }
        found
    }

    /// Creates an instance: runs the constructor, or opens what a class made of ctypes' opens.
    fn instance(
        &mut self,
        class: super::value::ScopeId,
        arguments: &Arguments<'code>,
        line: u32,
    ) -> Value<'code> {
        let this = Value::one(Item::Instance(class));
        for constructor in ["__init__", "initialize"] {
            let found = self.member_of_class(class, constructor, 0);
            if let [Item::Function(function, scope)] = found.items.as_slice() {
                self.call_function(function, *scope, arguments.clone(), Some(this.clone()));
                return this;
            }
        }
        for base in self.scopes[class.0].bases.clone() {
            if let [Item::External(path)] = base.items.as_slice()
                && let Some(function) = open_function(self.language(), path)
            {
                self.open(function, arguments, line);
            }
        }
        this
    }

    /// Calls the function that a module of JavaScript exports.
    fn call_exports(&mut self, module: usize, arguments: &Arguments<'code>) -> Value<'code> {
        let scope = self.module_scope(module);
        let exports = self.scopes[scope.0].names.get("module.exports").cloned().unwrap_or_default();
        match exports.items.as_slice() {
            [Item::Function(function, scope)] => {
                self.call_function(function, *scope, arguments.clone(), None)
            }
            _ => Value::open(),
        }
    }

    /// Calls a method of a gem by the last part of its name: its modules share one namespace.
    pub(super) fn call_of_gem(&mut self, path: &str, arguments: &Arguments<'code>) -> Option<Value<'code>> {
        if self.language() != CodeLanguage::Ruby {
            return None;
        }
        let name = path.rsplit('.').next()?;
        let first = path.chars().next()?;
        if !path.contains('.') || !first.is_uppercase() {
            return None;
        }
        match self.scopes[SHARED.0].names.get(name)?.items.as_slice() {
            [Item::Function(function, scope)] => {
                let (function, scope) = (*function, *scope);
                Some(self.call_function(function, scope, arguments.clone(), None))
            }
            _ => None,
        }
    }

    /// Notes a call of a function that opens libraries.
    fn open(&mut self, function: OpenFunction, arguments: &Arguments<'code>, line: u32) -> Value<'code> {
        let placed = |place: usize| {
            let mut placed = arguments.iter().filter(|(name, _)| name.is_none());
            let named = arguments.iter().find(|(name, _)| *name == Some("name"));
            placed.nth(place).or(named).map(|(_, value)| value.clone())
        };
        let Some(value) = placed(function.argument) else { return Value::open() };
        if function.naming == Naming::Completed {
            // Each argument is a library; a list has its names.
            let all: Vec<_> = arguments.iter().filter(|(name, _)| name.is_none()).collect();
            for (_, value) in all {
                self.open_names(function, &flat(value), line);
            }
            return Value::open();
        }
        self.open_names(function, &flat(&value), line);
        if function.call == OpenCall::FindLibrary {
            let found = value.items.iter().filter_map(|item| match item {
                Item::Text(text) if can_be_found(text) => Some(Item::Found(text.clone())),
                _ => None,
            });
            let items = found.chain([Item::Nothing]).collect();
            return Value { items, is_open: value.is_open };
        }
        Value::open()
    }

    fn open_names(&mut self, function: OpenFunction, value: &Value<'code>, line: u32) {
        let (names, is_passed_on) = names(value, function.naming);
        let is_search = function.call == OpenCall::FindLibrary;
        let site = Site {
            module: self.module(),
            entry: self.entry(),
            line,
            call: function.call,
            has_alternatives: names.len() > 1,
            names,
            is_passed_on,
            is_at_import: self.is_at_import,
            is_optional: self.is_in_test && is_search,
        };
        self.add_site(site);
    }
}

/// True for ctypes' loader, whose attributes are libraries.
fn is_loader(value: &Value<'_>) -> bool {
    matches!(value.items.as_slice(), [Item::External(path)] if &**path == "cdll" || &**path == "ctypes.cdll")
}

/// True for a value whose methods get it.
fn is_object(value: &Value<'_>) -> bool {
    value.items.iter().any(|item| matches!(item, Item::Instance(_) | Item::Class(_)))
}

/// Alternatives of a value; those of a list are its elements'.
fn flat<'code>(value: &Value<'code>) -> Value<'code> {
    let mut found = Value { items: Vec::new(), is_open: value.is_open };
    for item in &value.items {
        match item {
            Item::List(elements) => elements.iter().for_each(|element| found.add(element)),
            item => found.add(&Value::one(item.clone())),
        }
    }
    found
}
