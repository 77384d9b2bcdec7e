//! Imports of branches that do not run.

use super::evaluator::Evaluator;
use super::import::Import;
use super::modules;
use crate::code::{Expression, Statement};

impl<'code> Evaluator<'code> {
    /// Notes the imports of a branch that does not run on Linux.
    pub(super) fn skip_imports(&mut self, block: &'code [Statement]) {
        for statement in block {
            match statement {
                Statement::Import { module, name, .. } => self.skip_import(module, name.as_deref()),
                Statement::If { branches, otherwise } => {
                    branches.iter().for_each(|(_, body)| self.skip_imports(body));
                    self.skip_imports(otherwise);
                }
                Statement::Try { body, .. } => self.skip_imports(body),
                Statement::Evaluate(Expression::Call(call)) => {
                    if let (Expression::Name(name), [argument]) = (&call.function, call.arguments.as_slice())
                        && let Expression::Text(module) = &argument.value
                        && ["require", "require_relative"].contains(&name.as_str())
                    {
                        self.skip_import(module, None);
                    }
                }
                _ => {}
            }
        }
    }

    fn skip_import(&mut self, module: &str, name: Option<&str>) {
        let importer = self.module();
        let path = self.modules[importer].path.to_string();
        let language = self.language();
        let found = name
            .and_then(|name| modules::imported_name(self.modules, language, &path, module, name))
            .or_else(|| modules::imported(self.modules, language, &path, module));
        if let Some(module) = found {
            self.imports.push(Import { importer, module, is_dead: true, is_optional: false });
        }
    }
}
