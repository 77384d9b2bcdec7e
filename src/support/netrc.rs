//! Files with log-ins in the form of netrc(5), which apt_auth.conf(5) has, too.

use std::fmt;

/// Name and password for a server.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// Name of the user.
    pub user: String,
    /// Password or token.
    pub password: String,
}

impl fmt::Debug for Login {
    /// Leaves out both, since nothing that is printed may have them.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Login")
    }
}

/// Log-in for one machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetrcEntry {
    /// Machine, as the file has it; none for `default`.
    pub machine: Option<String>,
    /// The log-in.
    pub login: Login,
}

/// Parses a file. Lines that begin with `#` are comments; macros and unknown words are skipped.
pub fn parse_netrc(text: &str) -> Vec<NetrcEntry> {
    let mut entries: Vec<NetrcEntry> = Vec::new();
    let mut in_macro = false;
    let lines = text.lines().map(str::trim);
    let words = lines.filter(|line| {
        in_macro = (in_macro || line.starts_with("macdef")) && !line.is_empty();
        !in_macro && !line.starts_with('#')
    });
    let words: Vec<&str> = words.flat_map(str::split_whitespace).collect();
    let mut words = words.into_iter();
    let entry = |machine: Option<&str>| NetrcEntry {
        machine: machine.map(str::to_owned),
        login: Login { user: String::new(), password: String::new() },
    };
    while let Some(word) = words.next() {
        match (word, entries.last_mut()) {
            ("machine", _) => entries.extend(words.next().map(|machine| entry(Some(machine)))),
            ("default", _) => entries.push(entry(None)),
            ("login", Some(last)) => last.login.user = unquoted(words.next()),
            ("password", Some(last)) => last.login.password = unquoted(words.next()),
            ("account", _) => drop(words.next()),
            _ => {}
        }
    }
    entries
}

/// Returns the log-in of the first entry for a host, which may have its port: `host` or `host:port`.
pub fn login_for_host<'entries>(
    entries: &'entries [NetrcEntry],
    host: &str,
    port: Option<u16>,
) -> Option<&'entries Login> {
    let with_port = port.map(|port| format!("{host}:{port}"));
    let is_for = |entry: &&NetrcEntry| match &entry.machine {
        Some(machine) => machine.eq_ignore_ascii_case(host) || Some(machine) == with_port.as_ref(),
        None => true,
    };
    entries.iter().find(is_for).map(|entry| &entry.login)
}

fn unquoted(word: Option<&str>) -> String {
    let word = word.unwrap_or_default();
    word.strip_prefix('"').and_then(|word| word.strip_suffix('"')).unwrap_or(word).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_have_their_logins() {
        let text = "# machine no login x\nmachine a.example\n  login u password p\nmacdef init\nmachine b\n\n\
                    machine b:80 login v account w password \"q\"\ndefault login d password e\n";
        let entries = parse_netrc(text);
        let login = |host: &str, port| {
            let login = login_for_host(&entries, host, port)?;
            Some(format!("{}:{}", login.user, login.password))
        };
        assert_eq!(login("A.example", Some(443)).as_deref(), Some("u:p"));
        assert_eq!(login("b", Some(80)).as_deref(), Some("v:q"));
        assert_eq!(login("b", Some(81)).as_deref(), Some("d:e"));
        assert_eq!(parse_netrc("login x"), []);
        assert!(!format!("{entries:?}").contains("p\""));
    }
}
