//! Values that code may have at run time.

use std::rc::Rc;

use crate::code::Function;

/// Limit of the alternatives of one value; django tries 26 names of one library.
const MAX_ALTERNATIVES: usize = 64;

/// Limit of the elements of one list.
pub(super) const MAX_ELEMENTS: usize = 512;

/// Length limit of a text.
pub(super) const MAX_TEXT_BYTES: usize = 1_024;

/// Index of a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ScopeId(pub(super) usize);

/// One of the values that an expression can have.
#[derive(Clone, Debug)]
pub(super) enum Item<'code> {
    /// Text.
    Text(Rc<str>),
    /// Path of the library that find_library finds by this name.
    Found(Rc<str>),
    /// Regular expression.
    Regex(Rc<str>),
    /// Integer.
    Number(i64),
    /// Truth value.
    Truth(bool),
    /// None, nil, null or undefined.
    Nothing,
    /// List.
    List(Rc<Vec<Value<'code>>>),
    /// Table.
    Table(Rc<Vec<(Value<'code>, Value<'code>)>>),
    /// Function with the scope that it is defined in, and the value that its method is called on.
    Function(&'code Function, ScopeId),
    /// Class, by the scope of its body.
    Class(ScopeId),
    /// Instance of a class.
    Instance(ScopeId),
    /// Module of the package, by its number.
    Module(usize),
    /// Name that the package does not define: a module, or a part of one.
    External(Rc<str>),
}

/// Arguments of a call: their names, if given, and values.
pub(super) type Arguments<'code> = Vec<(Option<&'code str>, Value<'code>)>;

impl PartialEq for Item<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(one), Self::Text(two))
            | (Self::Found(one), Self::Found(two))
            | (Self::Regex(one), Self::Regex(two))
            | (Self::External(one), Self::External(two)) => one == two,
            (Self::Number(one), Self::Number(two)) => one == two,
            (Self::Truth(one), Self::Truth(two)) => one == two,
            (Self::Nothing, Self::Nothing) => true,
            (Self::List(one), Self::List(two)) => Rc::ptr_eq(one, two),
            (Self::Table(one), Self::Table(two)) => Rc::ptr_eq(one, two),
            (Self::Function(one, scope), Self::Function(two, other)) => {
                std::ptr::eq(*one, *two) && scope == other
            }
            (Self::Class(one), Self::Class(two)) | (Self::Instance(one), Self::Instance(two)) => one == two,
            (Self::Module(one), Self::Module(two)) => one == two,
            _ => false,
        }
    }
}

/// Alternatives that an expression can have, in the order in which code tries them.
#[derive(Clone, Debug, Default)]
pub(super) struct Value<'code> {
    /// Known alternatives.
    pub(super) items: Vec<Item<'code>>,
    /// True if there are others.
    pub(super) is_open: bool,
}

impl<'code> Value<'code> {
    /// Value of which nothing is known.
    pub(super) fn open() -> Self {
        Self { items: Vec::new(), is_open: true }
    }

    /// Value without alternatives, as of code that never runs.
    pub(super) fn never() -> Self {
        Self::default()
    }

    pub(super) fn one(item: Item<'code>) -> Self {
        Self { items: vec![item], is_open: false }
    }

    pub(super) fn text(text: impl AsRef<str>) -> Self {
        let text = text.as_ref();
        if text.len() > MAX_TEXT_BYTES { Self::open() } else { Self::one(Item::Text(text.into())) }
    }

    pub(super) fn truth(truth: bool) -> Self {
        Self::one(Item::Truth(truth))
    }

    pub(super) fn external(name: impl AsRef<str>) -> Self {
        let name = name.as_ref();
        if name.len() > MAX_TEXT_BYTES { Self::open() } else { Self::one(Item::External(name.into())) }
    }

    pub(super) fn list(mut elements: Vec<Self>) -> Self {
        elements.truncate(MAX_ELEMENTS);
        Self::one(Item::List(Rc::new(elements)))
    }

    /// Adds the alternatives of another value.
    pub(super) fn add(&mut self, other: &Self) {
        self.is_open |= other.is_open;
        for item in &other.items {
            if self.items.len() >= MAX_ALTERNATIVES {
                self.is_open = true;
                return;
            }
            if !self.items.contains(item) {
                self.items.push(item.clone());
            }
        }
    }

    pub(super) fn or(mut self, other: &Self) -> Self {
        self.add(other);
        self
    }

    /// The same alternatives, and unknown ones.
    pub(super) fn opened(mut self) -> Self {
        self.is_open = true;
        self
    }

    /// Union of values.
    pub(super) fn any<'values>(values: impl IntoIterator<Item = &'values Self>) -> Self
    where
        'code: 'values,
    {
        values.into_iter().fold(Self::never(), |all, value| all.or(value))
    }

    /// Texts among the alternatives.
    pub(super) fn texts(&self) -> impl Iterator<Item = &Rc<str>> {
        self.items.iter().filter_map(|item| match item {
            Item::Text(text) => Some(text),
            _ => None,
        })
    }

    /// The only text.
    pub(super) fn only_text(&self) -> Option<&str> {
        match self.items.as_slice() {
            [Item::Text(text)] if !self.is_open => Some(text),
            _ => None,
        }
    }

    /// The only number.
    pub(super) fn only_number(&self) -> Option<i64> {
        match self.items.as_slice() {
            [Item::Number(number)] if !self.is_open => Some(*number),
            _ => None,
        }
    }

    /// Truth of all alternatives, if they agree.
    pub(super) fn truth_value(&self) -> Option<bool> {
        if self.is_open || self.items.is_empty() {
            return None;
        }
        let mut truths = self.items.iter().map(truth_of);
        let first = truths.next()??;
        truths.all(|truth| truth == Some(first)).then_some(first)
    }

    /// The alternatives that can be true.
    pub(super) fn if_true(&self) -> Self {
        let items = self.items.iter().filter(|item| truth_of(item) != Some(false)).cloned().collect();
        Self { items, is_open: self.is_open }
    }

    /// Value with each text replaced; other alternatives are unknown.
    pub(super) fn map_texts(&self, change: impl Fn(&str) -> String) -> Self {
        let mut changed = Self { items: Vec::new(), is_open: self.is_open };
        for item in &self.items {
            match item {
                Item::Text(text) => changed.add(&Self::text(change(text))),
                _ => changed.is_open = true,
            }
        }
        changed
    }

    /// Concatenations of the alternatives of two values; what is no text makes the result unknown.
    pub(super) fn concatenate(&self, other: &Self, between: &str) -> Self {
        let is_text = |item: &Item<'_>| matches!(item, Item::Text(_) | Item::Number(_));
        let has_others = |value: &Self| !value.items.iter().all(is_text);
        let is_open = self.is_open || other.is_open || has_others(self) || has_others(other);
        let mut joined = Self { items: Vec::new(), is_open };
        for left in self.items.iter().filter_map(shown) {
            for right in other.items.iter().filter_map(shown) {
                // A path has no separator before its first component.
                let between = if left.is_empty() { "" } else { between };
                joined.add(&Self::text(format!("{left}{between}{right}")));
            }
        }
        joined
    }

    /// Elements of all lists among the alternatives, in order.
    pub(super) fn elements(&self) -> Vec<Self> {
        let mut found = Vec::new();
        for item in &self.items {
            match item {
                Item::List(elements) => found.extend(elements.iter().cloned()),
                Item::Table(pairs) => found.extend(pairs.iter().map(|(key, _)| key.clone())),
                _ => {}
            }
        }
        found.truncate(MAX_ELEMENTS);
        found
    }
}

/// Text of a value that is embedded in another.
fn shown(item: &Item<'_>) -> Option<Rc<str>> {
    match item {
        Item::Text(text) => Some(text.clone()),
        Item::Number(number) => Some(number.to_string().into()),
        _ => None,
    }
}

fn truth_of(item: &Item<'_>) -> Option<bool> {
    match item {
        Item::Truth(truth) => Some(*truth),
        Item::Nothing => Some(false),
        Item::Text(text) => Some(!text.is_empty()),
        Item::Number(number) => Some(*number != 0),
        Item::Function(..) | Item::Class(_) | Item::Instance(_) | Item::Module(_) => Some(true),
        Item::List(elements) if elements.is_empty() => Some(false),
        Item::Found(_) | Item::Regex(_) | Item::List(_) | Item::Table(_) | Item::External(_) => None,
    }
}
