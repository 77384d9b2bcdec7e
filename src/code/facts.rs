//! Facts of a source file: its statements, as far as they can decide what it opens.

use serde::{Deserialize, Serialize};

/// Language of a source file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CodeLanguage {
    /// Python.
    Python,
    /// Ruby.
    Ruby,
    /// JavaScript or TypeScript.
    JavaScript,
}

/// Statements of a source file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeFacts {
    /// Language of the file.
    pub language: CodeLanguage,
    /// Statements of the file.
    pub body: Block,
    /// True if the file has a word of a call that opens libraries; else it may call a helper that does.
    pub is_opener: bool,
}

/// Statements in their order.
pub type Block = Vec<Statement>;

/// Statement. Forms without a part in finding a load are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Statement {
    /// Expression that is evaluated for its effect.
    Evaluate(Expression),
    /// Assignment to a name, a member, an element or a list of them.
    Assign {
        /// Target.
        target: Expression,
        /// Value.
        value: Expression,
        /// Operator that the old value and the value are joined by: [`Operator::Add`] or [`Operator::Or`].
        operator: Option<Operator>,
    },
    /// Return from a function.
    Return(Expression),
    /// Exception that is raised.
    Raise(Expression),
    /// Next pass, or end, of a loop.
    Leave,
    /// Branches with their tests, of which the first true one runs, and the branch that runs otherwise.
    If {
        /// Tests and branches.
        branches: Vec<(Expression, Block)>,
        /// Branch that runs if no test is true.
        otherwise: Block,
    },
    /// Loop over the elements of a value; without a target, while the value is true.
    Loop {
        /// Target that gets each element.
        target: Option<Expression>,
        /// Value with the elements.
        iterable: Expression,
        /// Body.
        body: Block,
    },
    /// Statements with handlers of exceptions.
    Try {
        /// Statements.
        body: Block,
        /// Handlers.
        handlers: Vec<Block>,
        /// Statements that run if no exception was raised, and those that always run.
        after: Block,
    },
    /// Definition of a function.
    Function(Box<Function>),
    /// Definition of a class or module.
    Class {
        /// Name.
        name: String,
        /// Base classes.
        bases: Vec<Expression>,
        /// Statements of the body.
        body: Block,
    },
    /// Name in a function that is the module's.
    Global(String),
    /// Import of a module, or of a name of it.
    Import {
        /// Module as in the source: dotted with leading dots for relative ones, or a path.
        module: String,
        /// Name in the module.
        name: Option<String>,
        /// Name that is bound.
        alias: String,
    },
}

/// Function, method or lambda.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    /// Name; empty for a lambda.
    pub name: String,
    /// Parameters.
    pub parameters: Vec<Parameter>,
    /// Statements of the body.
    pub body: Block,
}

/// Parameter of a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// Name.
    pub name: String,
    /// Default value.
    pub default: Option<Expression>,
    /// True if the parameter gets all further arguments.
    pub is_rest: bool,
}

/// Expression.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expression {
    /// String.
    Text(String),
    /// Integer.
    Number(i64),
    /// Truth value.
    Truth(bool),
    /// None, nil, null or undefined.
    Nothing,
    /// Variable, constant or function.
    Name(String),
    /// Member of a value.
    Member(Box<Expression>, String),
    /// Element of a value.
    Index(Box<Expression>, Box<Expression>),
    /// Call.
    Call(Box<Call>),
    /// List, tuple, array or set.
    List(Vec<Expression>),
    /// Dictionary, hash or object.
    Table(Vec<(Expression, Expression)>),
    /// String with embedded values.
    Joined(Vec<Expression>),
    /// Operator with two operands or more, from left to right.
    Operation(Operator, Vec<Expression>),
    /// Negation.
    Not(Box<Expression>),
    /// One of two values by a test.
    Choice(Box<[Expression; 3]>),
    /// Comprehension: element, target, iterable, and the test that elements must pass.
    Each(Box<[Expression; 4]>),
    /// Elements of a value as arguments or elements.
    Spread(Box<Expression>),
    /// Function as a value.
    Lambda(Box<Function>),
    /// Value that a generator yields.
    Yield(Box<Expression>),
    /// Statements with the value of the last one.
    Block(Block),
    /// Expression without a known value, with its parts.
    Unknown(Vec<Expression>),
}

/// Operator with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operator {
    /// Addition or concatenation.
    Add,
    /// Python's and Ruby's formatting by `%`.
    Format,
    /// Division, or joining of paths.
    Divide,
    /// Disjunction, or the second value if there is no first.
    Or,
    /// Conjunction.
    And,
    /// Equality.
    Equal,
    /// Inequality.
    NotEqual,
    /// Membership.
    In,
    /// Absence of membership.
    NotIn,
    /// Match of a text by a regular expression.
    Match,
}

/// Call of a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Line number, from 1.
    pub line: u32,
    /// Function.
    pub function: Expression,
    /// Arguments.
    pub arguments: Vec<Argument>,
}

/// Argument of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Argument {
    /// Name of the parameter, if it is given.
    pub name: Option<String>,
    /// Value.
    pub value: Expression,
}

impl Expression {
    /// Call of a function with arguments by position.
    pub(super) fn call(line: u32, function: Self, arguments: Vec<Self>) -> Self {
        let arguments = arguments.into_iter().map(|value| Argument { name: None, value }).collect();
        Self::Call(Box::new(Call { line, function, arguments }))
    }

    /// Member of a value.
    pub(super) fn member(self, name: &str) -> Self {
        Self::Member(Box::new(self), name.to_owned())
    }

    /// Expression without a known value.
    pub(super) fn unknown() -> Self {
        Self::Unknown(Vec::new())
    }
}
