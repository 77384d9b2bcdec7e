//! Parser for a part of the shell's grammar (POSIX.1-2017, Shell Command Language §2.2 and §2.3), enough for the
//! words of a literal command: quotes, line continuations, comments, separators, and variables with literal values.

use std::collections::HashMap;
use std::fmt;

/// Maximum size of a script; the rest is ignored. Real ones have some kilobytes.
const MAX_SCRIPT_BYTES: usize = 1 << 20;

/// Maximum size of a variable's value, so that one that doubles itself stays small.
const MAX_VALUE_BYTES: usize = 4096;

/// Command with its words.
pub(super) struct Command {
    pub(super) words: Vec<Word>,
}

/// Word without quotes, with the values of known variables.
#[derive(Default)]
pub(super) struct Word {
    pub(super) text: String,
    /// False if the shell would expand the word to an unknown text.
    pub(super) is_literal: bool,
}

impl fmt::Display for Command {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, word) in self.words.iter().enumerate() {
            let blank = if index == 0 { "" } else { " " };
            write!(formatter, "{blank}{}", word.text)?;
        }
        Ok(())
    }
}

/// Returns the commands of a script in order.
pub(super) fn commands(script: &[u8]) -> Vec<Command> {
    let text = String::from_utf8_lossy(&script[..script.len().min(MAX_SCRIPT_BYTES)]);
    let mut reader = Reader { rest: &text, variables: HashMap::new() };
    let mut commands = Vec::new();
    while !reader.rest.is_empty() {
        let words = reader.words();
        reader.assign(&words);
        if !words.is_empty() {
            commands.push(Command { words });
        }
    }
    commands
}

struct Reader<'script> {
    rest: &'script str,
    variables: HashMap<String, String>,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let next = self.rest.chars().next()?;
        self.rest = &self.rest[next.len_utf8()..];
        Some(next)
    }

    /// Reads the words up to the end of a command: the end of the line or one of `; & |`.
    fn words(&mut self) -> Vec<Word> {
        let mut words = Vec::new();
        let mut word: Option<Word> = None;
        while let Some(next) = self.next() {
            match next {
                '\n' | ';' | '&' | '|' => break,
                '#' if word.is_none() => self.skip_line(),
                '\\' if self.rest.starts_with('\n') => drop(self.next()),
                blank if blank.is_whitespace() => words.extend(word.take()),
                other => {
                    let word = word.get_or_insert_with(|| Word { text: String::new(), is_literal: true });
                    self.part_of(word, other);
                }
            }
        }
        words.extend(word);
        words
    }

    /// Reads a part of a word, given its first character.
    fn part_of(&mut self, word: &mut Word, first: char) {
        match first {
            '\'' => {
                let (quoted, rest) = self.rest.split_once('\'').unwrap_or((self.rest, ""));
                word.text.push_str(quoted);
                self.rest = rest;
            }
            '"' => self.quoted(word),
            '\\' => word.text.extend(self.next()),
            '$' => self.expansion(word),
            '`' | '*' | '?' | '[' | '~' | '(' | ')' | '<' | '>' => {
                word.is_literal = false;
                word.text.push(first);
            }
            other => word.text.push(other),
        }
    }

    fn quoted(&mut self, word: &mut Word) {
        while let Some(next) = self.next() {
            match next {
                '"' => return,
                '\\' if self.rest.starts_with(['$', '`', '"', '\\']) => word.text.extend(self.next()),
                '\\' if self.rest.starts_with('\n') => drop(self.next()),
                '$' => self.expansion(word),
                '`' => {
                    word.is_literal = false;
                    word.text.push(next);
                }
                other => word.text.push(other),
            }
        }
    }

    /// Reads the text after a `$`: a name, possibly in braces, of a known variable, or anything else.
    fn expansion(&mut self, word: &mut Word) {
        let is_braced = self.rest.starts_with('{');
        let body = if is_braced { &self.rest[1..] } else { self.rest };
        let length = body
            .find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))
            .unwrap_or(body.len());
        let (name, behind) = body.split_at(length);
        let behind = if is_braced { behind.strip_prefix('}') } else { Some(behind) };
        match (self.variables.get(name), behind) {
            (Some(value), Some(behind)) => {
                word.text.push_str(value);
                self.rest = behind;
            }
            _ => {
                word.is_literal = false;
                word.text.push('$');
            }
        }
    }

    fn skip_line(&mut self) {
        let end = self.rest.find('\n').unwrap_or(self.rest.len());
        self.rest = &self.rest[end..];
    }

    /// Records `NAME=value`; a value that is not literal makes the name unknown.
    fn assign(&mut self, words: &[Word]) {
        let [word] = words else { return };
        let Some((name, value)) = word.text.split_once('=') else { return };
        let is_name = !name.is_empty()
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
            && !name.starts_with(|first: char| first.is_ascii_digit());
        if !is_name {
            return;
        }
        if word.is_literal && value.len() <= MAX_VALUE_BYTES {
            self.variables.insert(name.to_owned(), value.to_owned());
        } else {
            self.variables.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(script: &str) -> Vec<String> {
        commands(script.as_bytes()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn words_are_as_the_shell_splits_them() {
        assert_eq!(parsed("a 'b c' \"d\\\"e\" f\\ g # h\ni;j&&k"), ["a b c d\"e f g", "i", "j", "k"]);
    }

    #[test]
    fn a_value_that_doubles_itself_stays_small() {
        let script = format!("a=xxxxxxxx\n{}echo $a\n", "a=$a$a\n".repeat(64));
        let longest = parsed(&script).iter().map(String::len).max();
        assert!(longest.is_some_and(|longest| longest <= 2 * MAX_VALUE_BYTES + 8));
    }

    #[test]
    fn broken_scripts_end() {
        for script in ["'", "\"", "$", "${", "a=\\", "\"\\", "$('", "\u{fffd}\\"] {
            commands(script.as_bytes());
        }
    }
}
