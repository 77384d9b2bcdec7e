//! Functions and methods of the languages whose values are known.

use super::evaluator::Evaluator;
use super::expressions::is_match;
use super::modules::{self, normalised};
use super::platform::{self, basename, dirname};
use super::value::{Arguments, Item, MAX_ELEMENTS, Value};
use crate::code::CodeLanguage;

/// Methods that change their list in place.
pub(super) const CHANGING: &[&str] =
    &["append", "extend", "insert", "push", "unshift", "concat", "update", "add", "appendleft"];

/// Value of a call; `None` if it is not known.
pub(super) fn call<'code>(
    evaluator: &mut Evaluator<'code>,
    owner: Option<&Value<'code>>,
    path: &str,
    name: &str,
    arguments: &Arguments<'code>,
) -> Option<Value<'code>> {
    if let Some(value) = platform::function(path) {
        return Some(value);
    }
    let placed: Vec<&Value<'code>> =
        arguments.iter().filter(|(name, _)| name.is_none()).map(|(_, value)| value).collect();
    let path = path.strip_prefix("node:").unwrap_or(path);
    let known = function(evaluator, path, &placed)
        .or_else(|| environment(path, &placed))
        .or_else(|| paths(evaluator, path, &placed))
        .or_else(|| iterators(evaluator, path, &placed));
    if known.is_some() {
        return known;
    }
    let owner = owner?;
    texts(owner, name, arguments)
        .or_else(|| path_methods(owner, name, &placed))
        .or_else(|| lists(owner, name, &placed))
        .or_else(|| blocks(evaluator, owner, name, arguments))
}

/// Functions that give their argument, and some others.
fn function<'code>(
    evaluator: &mut Evaluator<'code>,
    path: &str,
    placed: &[&Value<'code>],
) -> Option<Value<'code>> {
    let first = placed.first().copied();
    match path {
        "str"
        | "os.fspath"
        | "os.fsencode"
        | "os.fsdecode"
        | "list"
        | "tuple"
        | "sorted"
        | "set"
        | "iter"
        | "reversed"
        | "bytes"
        | "String"
        | "Array"
        | "pathlib.Path"
        | "Path"
        | "pathlib.PurePath"
        | "c_char_p"
        | "ctypes.c_char_p"
        | "dict"
        | "frozenset"
        | "cast"
        | "typing.cast"
        | "Pathname.new"
        | "Pathname"
        | "url.fileURLToPath"
        | "fileURLToPath"
        | "Object.freeze"
        | "importlib.resources.as_file"
        | "as_file"
        | "contextlib.ExitStack.enter_context" => first.cloned(),
        "getattr" => {
            let name = placed.get(1)?.only_text()?.to_owned();
            if name == "windll" || name == "WinDLL" || name == "oledll" {
                return Some(placed.get(2).map_or_else(Value::open, |value| (*value).clone()));
            }
            let path = match first?.items.as_slice() {
                [Item::External(path)] => format!("{path}.{name}"),
                _ => return None,
            };
            Some(platform::constant(&path).unwrap_or_else(|| Value::external(path)))
        }
        "hasattr" => {
            let name = placed.get(1)?.only_text()?;
            let is_windows =
                ["windll", "WinDLL", "oledll", "getwindowsversion", "add_dll_directory"].contains(&name);
            Some(if is_windows { Value::truth(false) } else { Value::open() })
        }
        "require" | "import" => Some(required(evaluator, first?)),
        "__import__" | "importlib.import_module" => Some(Value::external(first?.only_text()?)),
        "sysconfig.get_config_var" => match first?.only_text()? {
            "SHLIB_SUFFIX" | "EXT_SUFFIX" | "SO" => Some(Value::text(".so")),
            _ => None,
        },
        "functools.partial" | "partial" => first.cloned(),
        _ => None,
    }
}

/// Module that JavaScript requires.
fn required<'code>(evaluator: &mut Evaluator<'code>, name: &Value<'code>) -> Value<'code> {
    let Some(name) = name.only_text() else { return Value::open() };
    let importer = evaluator.modules[evaluator.module()].path.to_string();
    match modules::imported(evaluator.modules, CodeLanguage::JavaScript, &importer, name) {
        Some(module) => {
            let scope = evaluator.run_import(module);
            let exports = evaluator.scopes[scope.0].names.get("module.exports").cloned();
            exports.unwrap_or_else(|| Value::one(Item::Module(module)))
        }
        None => Value::external(name.strip_prefix("node:").unwrap_or(name)),
    }
}

/// Variables of the environment: unknown, or the default.
fn environment<'code>(path: &str, placed: &[&Value<'code>]) -> Option<Value<'code>> {
    match path {
        "os.environ.get" | "os.getenv" | "environ.get" | "getenv" | "os.environ.pop" | "ENV.fetch"
        | "Deno.env.get" => {
            let default = placed.get(1).map(|value| (*value).clone()).unwrap_or_default();
            Some(default.opened())
        }
        _ => None,
    }
}

/// Functions on paths.
fn paths<'code>(
    evaluator: &mut Evaluator<'code>,
    path: &str,
    placed: &[&Value<'code>],
) -> Option<Value<'code>> {
    let first = placed.first().copied();
    let (owner, name) = path.rsplit_once('.').unwrap_or(("", path));
    let is_path = owner.is_empty()
        || ["os.path", "path", "posixpath", "path.posix", "File", "osp", "op"].contains(&owner);
    match name {
        "join" | "joinpath" | "resolve" if is_path => {
            let mut placed = placed.iter();
            let first = (*placed.next()?).clone();
            let joined = placed.fold(first, |joined, next| joined.concatenate(next, "/"));
            Some(joined.map_texts(last_absolute))
        }
        "dirname" if is_path => Some(first?.map_texts(|text| dirname(text).to_owned())),
        "isabs" | "isAbsolute" if is_path => path_methods(first?, "is_absolute", &[]),
        "basename" if is_path => Some(first?.map_texts(|text| basename(text).to_owned())),
        "abspath" | "realpath" | "normpath" | "expanduser" | "absolute_path" | "normalize" if is_path => {
            Some(first?.map_texts(normalised))
        }
        "expand_path" if is_path => Some(match placed.get(1) {
            Some(directory) => directory.concatenate(first?, "/").map_texts(last_absolute),
            None => first?.map_texts(normalised),
        }),
        "splitext" if is_path => {
            let stem = |text: &str| text.rsplit_once('.').map_or(text, |(stem, _)| stem).to_owned();
            Some(Value::list(vec![first?.map_texts(stem), Value::open()]))
        }
        "files" | "resource_filename" | "resource_path" => {
            let own = evaluator.modules[evaluator.module()].path.to_string();
            let package = first?.map_texts(|module| {
                let site = modules::site_directory(&own);
                // A module stands for its package.
                let is_module = own.ends_with(&format!("/{}.py", module.replace('.', "/")));
                let path = format!("{site}/{}", module.replace('.', "/"));
                if is_module { dirname(&path).to_owned() } else { path }
            });
            Some(match placed.get(1) {
                Some(name) => package.concatenate(name, "/"),
                None => package,
            })
        }
        "get_include" | "require_relative" => None,
        _ => None,
    }
}

/// Path after the last absolute component, without `.` and `..`.
fn last_absolute(path: &str) -> String {
    let path = path.rfind("//").map_or(path, |place| &path[place + 1..]);
    if path.starts_with('/') || path.contains("/../") || path.contains("/./") {
        normalised(path)
    } else {
        path.to_owned()
    }
}

/// Functions on lists.
fn iterators<'code>(
    evaluator: &mut Evaluator<'code>,
    path: &str,
    placed: &[&Value<'code>],
) -> Option<Value<'code>> {
    let all = || placed.iter().flat_map(|value| value.elements()).collect::<Vec<_>>();
    match path.rsplit('.').next()? {
        "chain" | "from_iterable" => {
            let elements = all();
            let inner = elements.iter().flat_map(Value::elements).collect::<Vec<_>>();
            Some(Value::list(if path.ends_with("from_iterable") { inner } else { elements }))
        }
        "range" if path == "range" => {
            let numbers: Vec<i64> = placed.iter().filter_map(|value| value.only_number()).collect();
            let range = match numbers.as_slice() {
                [end] => 0..*end,
                [start, end] => *start..*end,
                _ => return None,
            };
            let numbers = range.take(MAX_ELEMENTS).map(|number| Value::one(Item::Number(number)));
            Some(Value::list(numbers.collect()))
        }
        "next" if path == "next" => {
            let value = Value::any(&placed.first()?.elements()).opened();
            Some(placed.get(1).map_or(value.clone(), |default| value.or(default)))
        }
        "enumerate" if path == "enumerate" => {
            let pairs = placed.first()?.elements().into_iter();
            Some(Value::list(pairs.map(|element| Value::list(vec![Value::open(), element])).collect()))
        }
        "zip" if path == "zip" => {
            let lists: Vec<_> = placed.iter().map(|value| value.elements()).collect();
            let length = lists.iter().map(Vec::len).min()?;
            let row = |place: usize| Value::list(lists.iter().map(|list| list[place].clone()).collect());
            Some(Value::list((0..length).map(row).collect()))
        }
        "filter" if path == "filter" => Some((*placed.get(1)?).clone()),
        "map" if path == "map" => {
            let elements = placed.get(1)?.elements();
            Some(Value::list(evaluator.each(elements, placed.first()?, false)))
        }
        "product" => {
            let lists: Vec<_> = placed.iter().map(|value| Value::any(&value.elements())).collect();
            Some(Value::list(vec![Value::list(lists)]))
        }
        _ => None,
    }
}

/// Methods of texts.
fn texts<'code>(owner: &Value<'code>, name: &str, arguments: &Arguments<'code>) -> Option<Value<'code>> {
    let is_text = owner.items.iter().any(|item| matches!(item, Item::Text(_) | Item::Regex(_)));
    if !is_text {
        return None;
    }
    let first = arguments.first().map(|(_, value)| value);
    let test = |test: fn(&str, &str) -> bool| {
        let words: Vec<String> = match first?.items.as_slice() {
            [Item::Text(text)] => vec![text.to_string()],
            [Item::List(elements)] => {
                elements.iter().filter_map(|one| one.only_text().map(str::to_owned)).collect()
            }
            _ => return None,
        };
        let text = owner.only_text()?;
        Some(Value::truth(words.iter().any(|word| test(text, word))))
    };
    match name {
        "lower" | "downcase" | "toLowerCase" | "casefold" => Some(owner.map_texts(str::to_ascii_lowercase)),
        "upper" | "upcase" | "toUpperCase" => Some(owner.map_texts(str::to_ascii_uppercase)),
        "encode" | "decode" | "to_s" | "to_str" | "toString" | "freeze" | "dup" | "to_sym" => {
            Some(owner.clone())
        }
        "strip" | "trim" => Some(owner.map_texts(|text| text.trim().to_owned())),
        "startswith" | "start_with?" | "startsWith" => test(|text, word| text.starts_with(word)),
        "endswith" | "end_with?" | "endsWith" => test(|text, word| text.ends_with(word)),
        "include?" | "includes" | "__contains__" => test(|text, word| text.contains(word)),
        "replace" | "sub" | "gsub" | "replaceAll" => {
            let (from, to) = (first?.only_text()?, arguments.get(1)?.1.only_text()?);
            Some(owner.map_texts(|text| text.replace(from, to)))
        }
        "test" | "match" | "match?" | "=~" => is_match(owner, first?).map(Value::truth),
        "split" => {
            let separator = first.and_then(Value::only_text);
            let text = owner.only_text()?;
            let parts: Vec<_> = match separator {
                Some("") => return None,
                Some(separator) => text.split(separator).map(Value::text).collect(),
                None => text.split_whitespace().map(Value::text).collect(),
            };
            Some(Value::list(parts))
        }
        "join" => {
            let list = first?;
            let mut elements = list.elements().into_iter();
            let start = elements.next()?;
            let separator = owner.only_text()?;
            Some(elements.fold(start, |joined, element| joined.concatenate(&element, separator)))
        }
        "format" => Some(formatted(owner, arguments)),
        _ => None,
    }
}

/// Text with the values in the places of `{}`, `{0}` and `{name}`.
fn formatted<'code>(owner: &Value<'code>, arguments: &Arguments<'code>) -> Value<'code> {
    let mut found = Value { items: Vec::new(), is_open: owner.is_open };
    let placed: Vec<&Value<'code>> =
        arguments.iter().filter(|(name, _)| name.is_none()).map(|(_, value)| value).collect();
    for template in owner.texts() {
        let (mut text, mut next) = (Value::text(""), 0);
        let mut rest: &str = template;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((field, behind)) = after.split_once('}') else { break };
            let name = field.split([':', '!', '.', '[']).next().unwrap_or_default();
            let value = if name.is_empty() {
                next += 1;
                placed.get(next - 1).map(|value| (*value).clone())
            } else if let Ok(place) = name.parse::<usize>() {
                placed.get(place).map(|value| (*value).clone())
            } else {
                arguments.iter().find(|(given, _)| *given == Some(name)).map(|(_, value)| value.clone())
            };
            text = text
                .concatenate(&Value::text(before), "")
                .concatenate(&value.unwrap_or_else(Value::open), "");
            rest = behind;
        }
        found.add(&text.concatenate(&Value::text(rest), ""));
    }
    found
}

/// Methods of paths (`pathlib`, `Pathname`).
fn path_methods<'code>(owner: &Value<'code>, name: &str, placed: &[&Value<'code>]) -> Option<Value<'code>> {
    owner.texts().next()?;
    match name {
        "joinpath" | "join" | "+" => {
            let path = placed.iter().fold(owner.clone(), |path, next| path.concatenate(next, "/"));
            Some(path.map_texts(last_absolute))
        }
        "resolve" | "absolute" | "expanduser" | "as_posix" | "__str__" | "expand_path" | "realpath"
        | "cleanpath" | "__enter__" | "__fspath__" => Some(owner.map_texts(normalised)),
        "is_absolute" | "absolute?" => {
            let mut texts = owner.texts().map(|text| text.starts_with('/'));
            let first = texts.next()?;
            (!owner.is_open && texts.all(|other| other == first)).then(|| Value::truth(first))
        }
        "with_name" => {
            Some(owner.map_texts(|text| dirname(text).to_owned()).concatenate(placed.first()?, "/"))
        }
        "with_suffix" => {
            let stem = |text: &str| match text.rsplit_once('.') {
                Some((stem, ending)) if !ending.contains('/') => stem.to_owned(),
                _ => text.to_owned(),
            };
            Some(owner.map_texts(stem).concatenate(placed.first()?, ""))
        }
        "dirname" => Some(owner.map_texts(|text| dirname(text).to_owned())),
        _ => None,
    }
}

/// Methods of lists and tables.
fn lists<'code>(owner: &Value<'code>, name: &str, placed: &[&Value<'code>]) -> Option<Value<'code>> {
    let list = owner.items.iter().find(|item| matches!(item, Item::List(_) | Item::Table(_)))?;
    let elements = || owner.elements();
    let rebuilt = |elements: Vec<Value<'code>>| {
        let list = Value::list(elements);
        if owner.is_open { list.opened() } else { list }
    };
    let pairs = || match list {
        Item::Table(pairs) => pairs.as_slice(),
        _ => &[],
    };
    match name {
        "append" | "push" | "add" | "unshift" | "appendleft" => {
            let mut all = elements();
            let added = placed.iter().map(|value| (*value).clone());
            if name == "unshift" || name == "appendleft" {
                all.splice(0..0, added);
            } else {
                all.extend(added)
            }
            Some(rebuilt(all))
        }
        "insert" => {
            let mut all = elements();
            let place = match placed.first()?.items.as_slice() {
                [Item::Number(place)] => usize::try_from(*place).unwrap_or_default().min(all.len()),
                _ => all.len(),
            };
            all.insert(place, (*placed.get(1)?).clone());
            Some(rebuilt(all))
        }
        "extend" | "concat" | "update" if matches!(list, Item::List(_)) => {
            let mut all = elements();
            all.extend(placed.first()?.elements());
            Some(rebuilt(all))
        }
        "get" | "fetch" | "dig" => {
            let wanted = placed.first()?.only_text();
            let is_wanted = |key: &Value<'code>| wanted.is_none() || key.only_text() == wanted;
            let mut found =
                Value::any(pairs().iter().filter(|(key, _)| is_wanted(key)).map(|(_, value)| value));
            if wanted.is_none() || found.items.is_empty() {
                let default =
                    placed.get(1).map_or_else(|| Value::one(Item::Nothing), |value| (*value).clone());
                found.add(&default);
            }
            Some(found)
        }
        "values" => Some(rebuilt(pairs().iter().map(|(_, value)| value.clone()).collect())),
        "keys" => Some(rebuilt(elements())),
        "items" | "entries" => {
            let pair =
                |(key, value): &(Value<'code>, Value<'code>)| Value::list(vec![key.clone(), value.clone()]);
            Some(rebuilt(pairs().iter().map(pair).collect()))
        }
        "copy" | "to_a" | "compact" | "uniq" | "flatten" | "freeze" | "sort" | "reverse" | "dup"
        | "slice" | "filter" | "select" | "reject" => Some(rebuilt(elements())),
        "pop" | "shift" | "first" | "last" => Some(Value::any(&elements()).opened()),
        "join" => {
            let mut elements = elements().into_iter();
            let start = elements.next()?;
            let separator = placed.first().and_then(|value| value.only_text()).unwrap_or_default();
            Some(elements.fold(start, |joined, element| joined.concatenate(&element, separator)))
        }
        "include?" | "includes" => None,
        _ => None,
    }
}

/// Methods that call a function with each element.
fn blocks<'code>(
    evaluator: &mut Evaluator<'code>,
    owner: &Value<'code>,
    name: &str,
    arguments: &Arguments<'code>,
) -> Option<Value<'code>> {
    let (_, function) = arguments.last()?;
    let [Item::Function(block, _)] = function.items.as_slice() else { return None };
    let mut elements = owner.elements();
    if elements.is_empty() && owner.is_open {
        elements.push(Value::open());
    }
    let is_at_once = super::guards::ends_loop(&block.body);
    match name {
        "each" | "forEach" | "each_with_index" | "map" | "collect" | "flat_map" | "flatMap"
        | "filter_map" => {
            let results = evaluator.each(elements, function, is_at_once);
            let is_flat = name.starts_with("flat");
            let results = if is_flat { results.iter().flat_map(Value::elements).collect() } else { results };
            Some(Value::list(results))
        }
        "find" | "detect" | "some" | "any?" | "each_entry" => {
            let found = Value::any(&elements);
            evaluator.each(elements, function, true);
            Some(if name == "some" || name == "any?" { Value::open() } else { found.opened() })
        }
        "select" | "reject" | "filter" | "sort_by" | "uniq" => {
            evaluator.each(elements.clone(), function, true);
            Some(Value::list(elements))
        }
        "tap" | "then" | "yield_self" | "synchronize" => {
            Some(evaluator.each(vec![owner.clone()], function, true).pop().unwrap_or_else(Value::open))
        }
        _ => None,
    }
}
