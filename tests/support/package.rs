//! Packages made for one test, and their archive with .debs, Contents and Packages.

use std::collections::BTreeMap;

use super::archive_server::{Files, SigningKey, TestSuite, gz, sha256};
use super::fixture::{Fixture, Object};

/// Default directory of libraries on amd64.
pub(crate) const LIBRARIES: &str = "/usr/lib/x86_64-linux-gnu";

/// Package before it is put into an archive.
#[derive(Clone)]
pub(crate) struct TestPackage {
    pub(crate) name: String,
    pub(crate) version: String,
    fields: Vec<String>,
    /// Name of the source package, which is that of the directory in the pool.
    source: String,
    section: String,
    installed_size_kib: u64,
    files: BTreeMap<String, Content>,
    scripts: BTreeMap<String, String>,
    /// Paths in Contents that the .deb does not have.
    only_listed: Vec<String>,
    /// Bytes of the .deb in place of generated ones.
    bytes: Option<Vec<u8>>,
}

#[derive(Clone)]
enum Content {
    File(Vec<u8>),
    Object(Object),
    Link(String),
}

impl TestPackage {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: "1.0-1".to_owned(),
            fields: Vec::new(),
            source: "test".to_owned(),
            section: "libs".to_owned(),
            installed_size_kib: 100,
            files: BTreeMap::new(),
            scripts: BTreeMap::new(),
            only_listed: Vec::new(),
            bytes: None,
        }
    }

    pub(crate) fn version(mut self, version: &str) -> Self {
        self.version = version.to_owned();
        self
    }

    pub(crate) fn size_kib(mut self, size: u64) -> Self {
        self.installed_size_kib = size;
        self
    }

    pub(crate) fn source(mut self, source: &str) -> Self {
        self.source = source.to_owned();
        self
    }

    /// Adds a line to the control stanza, such as `Depends: libc6`.
    pub(crate) fn field(mut self, line: &str) -> Self {
        self.fields.push(line.to_owned());
        self
    }

    /// Adds a library that is compiled when the package is built.
    pub(crate) fn object(mut self, path: &str, object: Object) -> Self {
        self.files.insert(path.to_owned(), Content::Object(object));
        self
    }

    pub(crate) fn file(mut self, path: &str, content: &str) -> Self {
        self.files.insert(path.to_owned(), Content::File(content.as_bytes().to_vec()));
        self
    }

    pub(crate) fn link(mut self, path: &str, target: &str) -> Self {
        self.files.insert(path.to_owned(), Content::Link(target.to_owned()));
        self
    }

    pub(crate) fn script(mut self, name: &str, text: &str) -> Self {
        self.scripts.insert(name.to_owned(), text.to_owned());
        self
    }

    /// Adds a path to Contents that the .deb does not have.
    pub(crate) fn only_listed(mut self, path: &str) -> Self {
        self.only_listed.push(path.to_owned());
        self
    }

    /// Sets the bytes of the .deb; the archive signs for them.
    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.bytes = Some(bytes.to_vec());
        self
    }

    pub(crate) fn filename(&self) -> String {
        let version = self.version.replace(':', "%3a");
        format!("pool/main/t/{}/{}_{version}_amd64.deb", self.source, self.name)
    }

    fn stanza(&self) -> String {
        let fields: String = self.fields.iter().map(|line| format!("{line}\n")).collect();
        format!(
            "Package: {}\nVersion: {}\nArchitecture: amd64\nInstalled-Size: {}\nSection: {}\n{fields}",
            self.name, self.version, self.installed_size_kib, self.section
        )
    }

    fn deb(&self) -> Vec<u8> {
        if let Some(bytes) = &self.bytes {
            return bytes.clone();
        }
        let mut control: BTreeMap<String, (Vec<u8>, Option<String>)> = BTreeMap::new();
        control.insert("control".to_owned(), (self.stanza().into_bytes(), None));
        for (name, script) in &self.scripts {
            control.insert(name.clone(), (script.clone().into_bytes(), None));
        }
        let stage = Fixture::empty();
        let mut data = BTreeMap::new();
        for (path, content) in &self.files {
            let entry = match content {
                Content::File(bytes) => (bytes.clone(), None),
                Content::Link(target) => (Vec::new(), Some(target.clone())),
                Content::Object(object) => {
                    stage.build(object.clone().at("/object"));
                    (std::fs::read(stage.host("/object")).expect("was built"), None)
                }
            };
            data.insert(path.trim_start_matches('/').to_owned(), entry);
        }
        deb(&tar(&control), &tar(&data))
    }
}

/// Returns a .deb of two tar archives.
pub(crate) fn deb(control: &[u8], data: &[u8]) -> Vec<u8> {
    let mut builder = ar::Builder::new(Vec::new());
    let members: [(&str, &[u8]); 3] =
        [("debian-binary", b"2.0\n"), ("control.tar.gz", &gz(control)), ("data.tar.gz", &gz(data))];
    for (name, bytes) in members {
        let header = ar::Header::new(name.as_bytes().to_vec(), bytes.len() as u64);
        builder.append(&header, bytes).expect("memory writes");
    }
    builder.into_inner().expect("memory writes")
}

fn tar(entries: &BTreeMap<String, (Vec<u8>, Option<String>)>) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, (bytes, target)) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        let path = format!("./{path}");
        match target {
            Some(target) => {
                header.set_entry_type(tar::EntryType::Symlink);
                header.set_size(0);
                builder.append_link(&mut header, path, target).expect("memory writes");
            }
            None => {
                header.set_size(bytes.len() as u64);
                builder.append_data(&mut header, path, bytes.as_slice()).expect("memory writes");
            }
        }
    }
    builder.into_inner().expect("memory writes")
}

/// Returns the files of bookworm's main suite with these packages.
pub(crate) fn archive(packages: &[TestPackage], key: &SigningKey) -> Files {
    let (mut contents, mut stanzas, mut pool) = (String::new(), String::new(), Files::new());
    for package in packages {
        let deb = package.deb();
        let (filename, size, digest) = (package.filename(), deb.len(), sha256(&deb));
        stanzas += &format!("{}Filename: {filename}\nSize: {size}\nSHA256: {digest}\n\n", package.stanza());
        for path in package.files.keys().chain(&package.only_listed) {
            contents += &format!("{} {}/{}\n", path.trim_start_matches('/'), package.section, package.name);
        }
        pool.insert(filename, deb);
    }
    let suite = TestSuite::debian("bookworm").contents("main", "amd64", &contents);
    let mut files = suite.packages("main", "amd64", &stanzas).publish(key);
    files.append(&mut pool);
    files
}
