//! Names: assignments, members and imports.

use super::evaluator::{Evaluator, SHARED};
use super::modules;
use super::platform;
use super::value::{Item, ScopeId, Value};
use crate::code::{CodeLanguage, Expression};

impl<'code> Evaluator<'code> {
    /// Assigns to a name, a member, an element or a list of them.
    pub(super) fn assign(&mut self, target: &'code Expression, value: Value<'code>) {
        match target {
            Expression::Name(name) => self.assign_name(name, value),
            Expression::List(targets) => {
                for (place, target) in targets.iter().enumerate() {
                    let element = element_at(&value, place);
                    self.assign(target, element);
                }
            }
            Expression::Spread(target) => self.assign(target, Value::open()),
            Expression::Member(owner, name) => {
                let owner = self.quiet_value(owner);
                for item in &owner.items {
                    match item {
                        Item::Class(scope) | Item::Instance(scope) => {
                            let old =
                                self.scopes[scope.0].names.get(name.as_str()).cloned().unwrap_or_default();
                            self.set(*scope, name, old.or(&value));
                        }
                        Item::Module(module) => {
                            let scope = self.module_scope(*module);
                            self.set(scope, name, value.clone());
                        }
                        // `module.exports` and `exports.name`.
                        Item::External(path)
                            if matches!(&**path, "module" | "exports" | "module.exports") =>
                        {
                            let scope = self.module_scope(self.module());
                            let name = if &**path == "module" { "module.exports" } else { name.as_str() };
                            self.set(scope, name, value.clone());
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    /// Assigns to a name in the scope that the language's rules choose.
    pub(super) fn assign_name(&mut self, name: &'code str, value: Value<'code>) {
        let own = self.scope();
        let is_global = self.scopes[own.0].globals.contains(&name);
        let scope = match self.language() {
            CodeLanguage::Python if is_global => self.module_scope(self.module()),
            CodeLanguage::Python => own,
            CodeLanguage::Ruby | CodeLanguage::JavaScript => {
                self.scope_of_name(name).filter(|scope| *scope != SHARED).unwrap_or(own)
            }
        };
        if self.language() == CodeLanguage::Ruby && Some(scope) == self.module_scopes[self.module()] {
            self.set(SHARED, name, value.clone());
        }
        self.set(scope, name, value);
    }

    /// Value of a name.
    pub(super) fn name(&mut self, name: &'code str) -> Value<'code> {
        if let Some(scope) = self.scope_of_name(name) {
            return self.scopes[scope.0].names[name].clone();
        }
        let path = self.modules[self.module()].path.to_string();
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
        match (self.language(), name) {
            (CodeLanguage::Python, "__file__")
            | (CodeLanguage::Ruby, "__FILE__")
            | (CodeLanguage::JavaScript, "__filename") => Value::text(path),
            (CodeLanguage::Ruby, "__dir__") | (CodeLanguage::JavaScript, "__dirname") => {
                Value::text(directory)
            }
            (CodeLanguage::Python, "__path__") => Value::list(vec![Value::text(directory)]),
            (CodeLanguage::Python, "__name__") => Value::text(modules::python_name(&path)),
            (CodeLanguage::Python, "__package__") => Value::text(modules::python_package(&path)),
            (CodeLanguage::Ruby, _) if name.starts_with('@') => Value::one(Item::Nothing),
            _ => platform::constant(name).unwrap_or_else(|| Value::external(name)),
        }
    }

    /// Member of a value.
    pub(super) fn member(&mut self, owner: &Value<'code>, name: &'code str) -> Value<'code> {
        let mut found = Value { items: Vec::new(), is_open: owner.is_open };
        for item in &owner.items {
            let value = match item {
                Item::Module(module) => self.member_of_module(*module, name),
                Item::External(path) => self.member_of_external(path, name),
                Item::Class(scope) | Item::Instance(scope) => self.member_of_class(*scope, name, 0),
                Item::Table(pairs) => {
                    let named = pairs.iter().filter(|(key, _)| key.only_text() == Some(name));
                    Value::any(named.map(|(_, value)| value))
                }
                Item::Text(text) => platform::member_of_text(text, name),
                _ => Value::open(),
            };
            found.add(&value);
        }
        found
    }

    fn member_of_module(&mut self, module: usize, name: &'code str) -> Value<'code> {
        let scope = self.module_scope(module);
        if let Some(value) = self.scopes[scope.0].names.get(name) {
            return value.clone();
        }
        if name == "__path__" || name == "__file__" {
            let path = self.modules[module].path.to_string();
            return match (name, path.rsplit_once('/')) {
                ("__path__", Some((directory, _))) => Value::list(vec![Value::text(directory)]),
                _ => Value::text(path),
            };
        }
        if let Some(exports) = self.scopes[scope.0].names.get("module.exports").cloned() {
            return if name == "default" { exports } else { self.member(&exports, name) };
        }
        let path = self.modules[module].path.to_string();
        match modules::submodule(self.modules, &path, name) {
            Some(module) => Value::one(Item::Module(module)),
            None => Value::open(),
        }
    }

    fn member_of_external(&mut self, path: &str, name: &'code str) -> Value<'code> {
        if self.language() == CodeLanguage::Python && (name == "__path__" || name == "__file__") {
            // A module of another distribution beside this one.
            let own = self.modules[self.module()].path.to_string();
            let site = modules::site_directory(&own);
            let directory = format!("{site}/{}", path.replace('.', "/"));
            return match name {
                "__path__" => Value::list(vec![Value::text(directory)]),
                _ => Value::text(format!("{directory}/__init__.py")),
            };
        }
        // A module whose package has no word of an open call itself.
        if self.language() == CodeLanguage::Python {
            let own = self.modules[self.module()].path.to_string();
            let dotted = format!("{path}.{name}");
            if let Some(module) = modules::imported(self.modules, CodeLanguage::Python, &own, &dotted) {
                self.run_import(module);
                return Value::one(Item::Module(module));
            }
        }
        // The default export of a module is the module, as `require` has it.
        let path = if name == "default" { path.to_owned() } else { format!("{path}.{name}") };
        platform::constant(&path).unwrap_or_else(|| Value::external(path))
    }

    pub(super) fn member_of_class(&mut self, scope: ScopeId, name: &'code str, depth: usize) -> Value<'code> {
        /// Limit of the bases above a class.
        const MAX_BASES: usize = 8;
        if let Some(value) = self.scopes[scope.0].names.get(name) {
            return value.clone();
        }
        if depth < MAX_BASES {
            for base in self.scopes[scope.0].bases.clone() {
                for item in base.items {
                    let Item::Class(base) = item else { continue };
                    let value = self.member_of_class(base, name, depth + 1);
                    if !value.items.is_empty() {
                        return value;
                    }
                }
            }
        }
        Value::open()
    }

    /// Binds an imported module or name.
    pub(super) fn import(&mut self, module: &'code str, name: Option<&'code str>, alias: &'code str) {
        let importer = self.modules[self.module()].path.to_string();
        let found = modules::imported(self.modules, self.language(), &importer, module);
        let value = match (found, name) {
            (Some(found), Some("*")) => {
                self.run_import(found);
                return self.import_all(found);
            }
            (None, Some("*")) => return,
            (Some(found), None) => {
                self.run_import(found);
                Value::one(Item::Module(found))
            }
            (Some(found), Some(name)) => {
                self.run_import(found);
                let value = self.member_of_module(found, name);
                if let [Item::Module(submodule)] = value.items.as_slice() {
                    self.run_import(*submodule);
                }
                value
            }
            (None, None) => Value::external(module),
            (None, Some(name)) => {
                let beside = modules::imported_name(self.modules, self.language(), &importer, module, name);
                match beside {
                    Some(found) => {
                        self.run_import(found);
                        Value::one(Item::Module(found))
                    }
                    None if module.starts_with('.') => Value::open(),
                    None => self.member_of_external(module, name),
                }
            }
        };
        let scope = self.scope();
        self.set(scope, alias, value);
    }

    fn import_all(&mut self, module: usize) {
        let from = self.module_scope(module);
        let into = self.scope();
        if from == into {
            return;
        }
        let mut names: Vec<_> =
            self.scopes[from.0].names.iter().map(|(name, value)| (*name, value.clone())).collect();
        names.sort_unstable_by_key(|(name, _)| *name);
        for (name, value) in names {
            self.set(into, name, value);
        }
    }
}

/// Element of a list at a place; of several lists the union.
pub(super) fn element_at<'code>(value: &Value<'code>, place: usize) -> Value<'code> {
    let mut found = Value { items: Vec::new(), is_open: value.is_open };
    for item in &value.items {
        match item {
            Item::List(elements) => match elements.get(place) {
                Some(element) => found.add(element),
                None => found.is_open = true,
            },
            Item::Nothing => {}
            _ => found.is_open = true,
        }
    }
    found
}
