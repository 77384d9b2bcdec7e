//! Log-ins in URLs: `http://user:password@host/`. They are used for requests and never written.

/// Returns a URL without its log-in. A text that is no URL loses what stands before an `@` in its first part, too.
pub fn without_login(url: &str) -> String {
    let (scheme, rest) = match url.find("://") {
        Some(position) => url.split_at(position + "://".len()),
        None => ("", url),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match login_end(&rest[..end]) {
        Some(at) => format!("{scheme}{}", &rest[at + 1..]),
        None => url.to_owned(),
    }
}

/// Returns a text in which no URL has a log-in.
pub fn without_logins(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(position) = rest.find("://") {
        let (before, after) = rest.split_at(position + "://".len());
        result.push_str(before);
        let is_end = |character: char| {
            character.is_whitespace() || matches!(character, '/' | '?' | '#' | '"' | '\'' | '`' | '<' | '>')
        };
        let end = after.find(is_end).unwrap_or(after.len());
        let start = login_end(&after[..end]).map_or(0, |at| at + 1);
        result.push_str(&after[start..end]);
        rest = &after[end..];
    }
    result.push_str(rest);
    result
}

/// Position of the `@` after a log-in. In the name of an image the one before a digest is none.
fn login_end(server: &str) -> Option<usize> {
    let end = server.find("@sha256:").unwrap_or(server.len());
    server[..end].rfind('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_left_out() {
        for (url, expected) in [
            ("http://user:pass@host/debian", "http://host/debian"),
            ("http://user:p@ss@host:80", "http://host:80"),
            ("https://token@host/a@b", "https://host/a@b"),
            ("http://host/debian", "http://host/debian"),
            ("user:pass@host/debian", "host/debian"),
            ("file:///a@b", "file:///a@b"),
            ("docker://debian@sha256:00", "docker://debian@sha256:00"),
        ] {
            assert_eq!(without_login(url), expected, "{url}");
        }
    }

    #[test]
    fn a_text_keeps_all_but_the_logins() {
        let text = "cannot fetch 'http://u:p@host/x': try https://t@other, or me@host.example (a://b)";
        let expected = "cannot fetch 'http://host/x': try https://other, or me@host.example (a://b)";
        assert_eq!(without_logins(text), expected);
        assert_eq!(without_logins("é://ü@ö/@"), "é://ö/@");
    }
}
