//! Evaluation of the modules of one package: a run in which each value is the set of those that it can have on Linux, and
//! each branch that can be taken is.

use std::collections::HashSet;

use hashbrown::HashMap;

use super::import::{Import, regrade};
use super::modules::Module;
use super::relevance::Relevance;
use super::site::Site;
use super::value::{Item, ScopeId, Value};
use crate::code::{CodeLanguage, Function, Statement};

/// Limit of the steps in which one package is evaluated; torch takes a third of it.
const MAX_STEPS: usize = 2_000_000;

/// Limit of the steps of a function that nothing calls, or of a module.
const MAX_ENTRY_STEPS: usize = 20_000;

/// Limit of the steps of a function that runs for its value alone.
const MAX_VALUE_STEPS: usize = 2_000;

/// Limit of nested calls of functions.
const MAX_CALLS: usize = 10;

/// Limit of nested expressions, over all calls.
const MAX_DEPTH: usize = 160;

/// Limit of the calls that open libraries in one package.
const MAX_SITES: usize = 2_000;

/// Scope with the names that all files of a gem share.
pub(super) const SHARED: ScopeId = ScopeId(0);

/// Fate of the statements that follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// They run.
    Goes,
    /// They do not.
    Ends,
}

/// Names of a module, class or call.
pub(super) struct Scope<'code> {
    pub(super) names: HashMap<&'code str, Value<'code>>,
    pub(super) parent: Option<ScopeId>,
    pub(super) module: usize,
    /// True for the scope of a class.
    pub(super) is_class: bool,
    /// Base classes, if it is the scope of a class.
    pub(super) bases: Vec<Value<'code>>,
    /// Names that are the module's.
    pub(super) globals: Vec<&'code str>,
}

/// Call of a function, or run of a module, that is under way.
pub(super) struct Frame<'code> {
    pub(super) scope: ScopeId,
    pub(super) function: Option<&'code Function>,
    pub(super) result: Value<'code>,
    pub(super) yields: Vec<Value<'code>>,
    /// Statements behind those that run, of each enclosing block.
    pub(super) following: Vec<&'code [Statement]>,
}

/// Names with their values at the end of a branch.
pub(super) type Changes<'code> = HashMap<(ScopeId, &'code str), Value<'code>>;

/// Evaluation of a package.
pub(super) struct Evaluator<'code> {
    pub(super) modules: &'code [Module<'code>],
    pub(super) relevance: Relevance<'code>,
    /// Scope of each module that has begun to run.
    pub(super) module_scopes: Vec<Option<ScopeId>>,
    pub(super) scopes: Vec<Scope<'code>>,
    pub(super) frames: Vec<Frame<'code>>,
    pub(super) sites: Vec<Site>,
    pub(super) imports: Vec<Import>,
    /// True while code runs that an import runs.
    pub(super) is_at_import: bool,
    /// True while the test of a branch is evaluated.
    pub(super) is_in_test: bool,
    /// Old values of names, to undo a branch.
    log: Vec<(ScopeId, &'code str, Option<Value<'code>>)>,
    branches: usize,
    defined: Vec<(&'code Function, ScopeId)>,
    executed: HashSet<*const Function>,
    steps: usize,
    /// Step after which no value is known: that of the package, or of a function that runs for its value.
    last_step: usize,
    /// True in a function that runs for its value alone.
    is_in_value: bool,
    depth: usize,
}

impl<'code> Evaluator<'code> {
    /// Runs all modules, then the functions that nothing has called.
    pub(super) fn run(modules: &'code [Module<'code>]) -> Vec<Site> {
        let mut evaluator = Self {
            modules,
            relevance: Relevance::of(modules),
            module_scopes: vec![None; modules.len()],
            scopes: Vec::new(),
            frames: Vec::new(),
            sites: Vec::new(),
            imports: Vec::new(),
            is_at_import: true,
            is_in_test: false,
            log: Vec::new(),
            branches: 0,
            defined: Vec::new(),
            executed: HashSet::new(),
            steps: 0,
            last_step: MAX_STEPS,
            is_in_value: false,
            depth: 0,
        };
        evaluator.new_scope(None, 0);
        for module in 0..modules.len() {
            evaluator.module_scope(module);
        }
        evaluator.is_at_import = false;
        // Functions that nothing calls first: they call the others with arguments.
        for is_called in [false, true] {
            let mut next = 0;
            while let Some((function, scope)) = evaluator.defined.get(next).copied() {
                next += 1;
                let relevance = &evaluator.relevance;
                let is_first = relevance.called.contains(function.name.as_str()) == is_called;
                if is_first
                    && relevance.is_opening(function)
                    && !evaluator.executed.contains(&std::ptr::from_ref(function))
                {
                    // A method has some instance of its class.
                    let is_method = evaluator.scopes[scope.0].is_class;
                    let this = is_method.then(|| Value::one(Item::Instance(scope)));
                    evaluator.call_function(function, scope, Vec::new(), this);
                }
            }
        }
        regrade(&mut evaluator.sites, &evaluator.imports);
        evaluator.sites
    }

    /// Language of the code that runs.
    pub(super) fn language(&self) -> CodeLanguage {
        self.modules.get(self.module()).map_or(CodeLanguage::Python, |module| module.facts.language)
    }

    /// Number of the module whose code runs.
    pub(super) fn module(&self) -> usize {
        self.frames.last().map_or(0, |frame| self.scopes[frame.scope.0].module)
    }

    /// Number of the module whose import, or function, runs the code.
    pub(super) fn entry(&self) -> usize {
        let is_module = |frame: &&Frame<'_>| frame.function.is_none();
        let outer = self.frames.iter().rev().find(is_module).or(self.frames.first());
        outer.map_or(0, |frame| self.scopes[frame.scope.0].module)
    }

    /// Runs a module for another one; returns its scope.
    pub(super) fn run_import(&mut self, module: usize) -> ScopeId {
        let importer = self.module();
        self.imports.push(Import { importer, module, is_dead: false, is_optional: false });
        self.module_scope(module)
    }

    /// Scope of the code that runs.
    pub(super) fn scope(&self) -> ScopeId {
        self.frames.last().map_or(ScopeId(0), |frame| frame.scope)
    }

    /// Counts a step; false if no more are allowed.
    pub(super) fn enter(&mut self) -> bool {
        self.steps += 1;
        let is_allowed = self.steps < self.last_step && self.depth < MAX_DEPTH;
        self.depth += usize::from(is_allowed);
        is_allowed
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    pub(super) fn new_scope(&mut self, parent: Option<ScopeId>, module: usize) -> ScopeId {
        let scope = Scope {
            names: HashMap::new(),
            parent,
            module,
            is_class: false,
            bases: Vec::new(),
            globals: Vec::new(),
        };
        self.scopes.push(scope);
        ScopeId(self.scopes.len() - 1)
    }

    /// Scope of a module, which runs if it has not yet.
    pub(super) fn module_scope(&mut self, module: usize) -> ScopeId {
        if let Some(scope) = self.module_scopes[module] {
            return scope;
        }
        // The files of a gem define constants of one namespace.
        let is_ruby = self.modules[module].facts.language == CodeLanguage::Ruby;
        let scope = self.new_scope(is_ruby.then_some(SHARED), module);
        self.module_scopes[module] = Some(scope);
        let was_at_import = std::mem::replace(&mut self.is_at_import, true);
        let own = self.new_frame(scope, None);
        self.frames.push(own);
        let last_step = std::mem::replace(&mut self.last_step, MAX_STEPS.min(self.steps + MAX_ENTRY_STEPS));
        let modules = self.modules;
        self.block(&modules[module].facts.body);
        self.last_step = last_step;
        self.frames.pop();
        self.is_at_import = was_at_import;
        scope
    }

    /// Runs something in a scope.
    pub(super) fn in_scope<T>(&mut self, scope: ScopeId, run: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.scope();
        if let Some(frame) = self.frames.last_mut() {
            frame.scope = scope;
        }
        let result = run(self);
        if let Some(frame) = self.frames.last_mut() {
            frame.scope = outer;
        }
        result
    }

    fn new_frame(&self, scope: ScopeId, function: Option<&'code Function>) -> Frame<'code> {
        Frame { scope, function, result: Value::never(), yields: Vec::new(), following: Vec::new() }
    }

    /// Notes the definition of a function.
    pub(super) fn define(&mut self, function: &'code Function) -> Value<'code> {
        let scope = self.scope();
        self.defined.push((function, scope));
        Value::one(Item::Function(function, scope))
    }

    /// Runs a function.
    pub(super) fn call_function(
        &mut self,
        function: &'code Function,
        parent: ScopeId,
        arguments: Vec<(Option<&'code str>, Value<'code>)>,
        this: Option<Value<'code>>,
    ) -> Value<'code> {
        let is_running =
            self.frames.iter().any(|frame| frame.function.is_some_and(|other| std::ptr::eq(other, function)));
        if is_running || self.frames.len() >= MAX_CALLS || !self.enter() {
            return Value::open();
        }
        self.executed.insert(std::ptr::from_ref(function));
        let last_step = self.last_step;
        let is_for_value = !self.is_in_value && !self.relevance.is_opening(function);
        if self.frames.is_empty() {
            self.last_step = MAX_STEPS.min(self.steps + MAX_ENTRY_STEPS);
        } else if is_for_value {
            self.is_in_value = true;
            self.last_step = last_step.min(self.steps + MAX_VALUE_STEPS);
        }
        let module = self.scopes[parent.0].module;
        let scope = self.new_scope(Some(parent), module);
        let frame = self.new_frame(scope, Some(function));
        self.frames.push(frame);
        self.bind(function, arguments, this);
        let (flow, _) = self.block(&function.body);
        self.leave();
        self.last_step = last_step;
        self.is_in_value &= !is_for_value;
        let Some(mut frame) = self.frames.pop() else { return Value::open() };
        if !frame.yields.is_empty() {
            return Value::list(frame.yields);
        }
        if flow == Flow::Goes {
            frame.result.add(&Value::one(Item::Nothing));
        }
        frame.result
    }

    /// Binds the parameters of a function in the scope of its call.
    fn bind(
        &mut self,
        function: &'code Function,
        arguments: Vec<(Option<&'code str>, Value<'code>)>,
        this: Option<Value<'code>>,
    ) {
        let scope = self.scope();
        let mut parameters = function.parameters.iter().peekable();
        if let Some(this) = this {
            if parameters.peek().is_some_and(|first| ["self", "cls", "klass"].contains(&first.name.as_str()))
            {
                parameters.next();
            }
            for name in ["self", "cls", "this"] {
                self.scopes[scope.0].names.insert(name, this.clone());
            }
        }
        let has_arguments = !arguments.is_empty();
        let (named, placed): (Vec<_>, Vec<_>) = arguments.into_iter().partition(|(name, _)| name.is_some());
        let mut placed = placed.into_iter().map(|(_, value)| value);
        for parameter in parameters {
            let by_name = named.iter().find(|(name, _)| *name == Some(parameter.name.as_str()));
            let value = if parameter.is_rest {
                let rest: Vec<Value<'code>> = placed.by_ref().collect();
                if has_arguments { Value::list(rest) } else { Value::open() }
            } else if let Some((_, value)) = by_name {
                value.clone()
            } else if let Some(value) = placed.next() {
                value
            } else {
                let default = parameter.default.as_ref().map(|default| self.value(default));
                // A function that nothing calls here may be given anything.
                match default {
                    Some(default) if has_arguments => default,
                    Some(default) => default.opened(),
                    None => Value::open(),
                }
            };
            self.scopes[scope.0].names.insert(&parameter.name, value);
        }
    }

    /// Notes a call that opens a library.
    pub(super) fn add_site(&mut self, site: Site) {
        if self.sites.len() < MAX_SITES {
            self.sites.push(site);
        }
    }

    /// Scope in which a name is bound, from the scope of the code that runs outwards.
    pub(super) fn scope_of_name(&self, name: &str) -> Option<ScopeId> {
        let mut next = Some(self.scope());
        while let Some(scope) = next {
            let Scope { names, parent, .. } = &self.scopes[scope.0];
            if names.contains_key(name) {
                return Some(scope);
            }
            next = *parent;
        }
        None
    }

    /// Binds a name in a scope.
    pub(super) fn set(&mut self, scope: ScopeId, name: &'code str, value: Value<'code>) {
        let old = self.scopes[scope.0].names.insert(name, value);
        if self.branches > 0 {
            self.log.push((scope, name, old));
        }
    }

    /// Begins a branch.
    pub(super) fn begin_branch(&mut self) -> usize {
        self.branches += 1;
        self.log.len()
    }

    /// Ends a branch: returns what it has changed and undoes it.
    pub(super) fn end_branch(&mut self, mark: usize) -> Changes<'code> {
        let mut changes = Changes::new();
        for (scope, name, old) in self.log.drain(mark..).rev() {
            let names = &mut self.scopes[scope.0].names;
            let current = match old {
                Some(old) => names.insert(name, old),
                None => names.remove(name),
            };
            changes.entry((scope, name)).or_insert_with(|| current.unwrap_or_default());
        }
        self.branches -= 1;
        changes
    }

    /// Takes over what the branches that go on have changed.
    pub(super) fn join_branches(&mut self, branches: &[Changes<'code>]) {
        let mut names: Vec<(ScopeId, &'code str)> =
            branches.iter().flat_map(|changes| changes.keys().copied()).collect();
        names.sort_unstable();
        names.dedup();
        for (scope, name) in names {
            let before = self.scopes[scope.0].names.get(name).cloned().unwrap_or_default();
            let joined =
                Value::any(branches.iter().map(|changes| changes.get(&(scope, name)).unwrap_or(&before)));
            self.set(scope, name, joined);
        }
    }
}
