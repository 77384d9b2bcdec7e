//! The spine: read → overlay → link → look up, each stage a function from the value of the one before.
//!
//! ```text
//! Sources::read  every tree once into an Inventory
//! Sources::root  the inventories laid over each other
//! link           each start object as ld.so would load it
//! resolve        what nothing has, by package
//! ```

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use bstr::ByteSlice;

use crate::app::{self, Role, Tree, TreeKind};
use crate::elf::{ElfFacts, Machine};
use crate::inventory::{self, Content, Inventory, InventoryError, read_directory};
use crate::loader::{LinkMap, Linker, LinkerSettings, Process, libc_of};
use crate::root::{MountId, NodeId, Root};
use crate::vocabulary::RootedPath;

/// A tree that was read, and where it lies in the root that is looked at.
#[derive(Debug)]
pub struct Source {
    /// Where it was read from.
    pub host_path: PathBuf,
    /// Where it is mounted.
    pub at: RootedPath,
    /// Where the path that was asked for lies: `at` itself, or the one file that was asked for.
    pub shown_as: RootedPath,
    /// What is in it.
    pub inventory: Inventory,
    /// What it was recognised as.
    pub tree: Tree,
}

/// Every tree that an answer is made from.
#[derive(Debug)]
pub struct Sources {
    /// What the result will be put on.
    pub base: Option<Source>,
    /// The trees that were pointed at.
    pub apps: Vec<Source>,
}

impl Sources {
    /// Reads the trees. One that lies inside the base is a part of it, so that it is read once and keeps its
    /// place; any other is mounted at `at` or else at its own absolute path, a whole root file system without
    /// a base at `/`.
    ///
    /// # Errors
    /// When one of the paths can't be read at all.
    pub fn read(
        apps: &[PathBuf],
        base: Option<&Path>,
        at: Option<&RootedPath>,
    ) -> Result<Self, InventoryError> {
        let mut base = base.map(read_base).transpose()?;
        let apps = apps
            .iter()
            .map(|path| match base.as_mut().and_then(|base| split_from(base, path)) {
                Some(source) if at.is_none() => Ok(source),
                _ => read_app(path, at, base.is_some()),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { base, apps })
    }

    /// The base with the apps over it.
    pub fn root(&self) -> Root<'_> {
        let mut root = Root::new();
        for source in self.base.iter().chain(&self.apps) {
            root.mount(&source.at, &source.inventory);
        }
        root
    }

    /// The mounts of the apps, in their order.
    pub fn app_mounts(&self) -> impl Iterator<Item = (MountId, &Source)> {
        let first = usize::from(self.base.is_some());
        self.apps.iter().enumerate().map(move |(index, source)| (MountId(first + index), source))
    }
}

fn read_base(path: &Path) -> Result<Source, InventoryError> {
    let inventory = inventory::read_base(path)?;
    let tree = Tree { kind: TreeKind::Rootfs, abi: None };
    let top = RootedPath::root();
    Ok(Source { host_path: path.to_owned(), at: top.clone(), shown_as: top, inventory, tree })
}

/// The part of the base that lies at a host path, if it lies in the base.
fn split_from(base: &mut Source, path: &Path) -> Option<Source> {
    use std::os::unix::ffi::OsStrExt;
    let real = path.canonicalize().ok()?;
    let relative = real.strip_prefix(base.host_path.canonicalize().ok()?).ok()?;
    let shown_as = RootedPath::new(relative.as_os_str().as_bytes());
    let at = if real.is_dir() { shown_as.clone() } else { shown_as.parent() };
    let inventory = base.inventory.split_off(relative.as_os_str().as_bytes());
    let tree = app::recognise(&inventory);
    Some(Source { host_path: path.to_owned(), at, shown_as, inventory, tree })
}

fn read_app(path: &Path, at: Option<&RootedPath>, has_base: bool) -> Result<Source, InventoryError> {
    use std::os::unix::ffi::OsStrExt;
    let inventory = read_directory(path)?;
    let tree = app::recognise(&inventory);
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let own = RootedPath::new(absolute.as_os_str().as_bytes());
    let is_file = path.is_file();
    let shown_as = match at {
        Some(at) if is_file => at.join(own.file_name()),
        Some(at) => at.clone(),
        None if tree.kind == TreeKind::Rootfs && !has_base => RootedPath::root(),
        None => own,
    };
    let at = if is_file { shown_as.parent() } else { shown_as.clone() };
    Ok(Source { host_path: path.to_owned(), at, shown_as, inventory, tree })
}

/// What is linked, and in what context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Programs, what an interpreter opens, and what no other object of the tree asks for, each in its
    /// process; everything else is reached from them.
    InContext,
    /// Every object by itself, as `ld.so --list` would load it.
    EachAlone,
}

/// A start object and all that it loads.
#[derive(Debug)]
pub struct Started<'root> {
    /// What brings it into a process.
    pub role: Role,
    /// What the linker makes of it.
    pub map: LinkMap<'root>,
    /// The interpreter in whose process it was linked, if the root has it.
    pub process: Option<NodeId>,
}

/// Every start object of the apps, linked.
pub struct Linked<'root> {
    /// The start objects, sorted by path.
    pub starts: Vec<Started<'root>>,
    /// Every object of the apps that a linker could load, sorted by path.
    pub objects: Vec<AppObject<'root>>,
    linkers: BTreeMap<Machine, Linker<'root>>,
}

/// An object of an app.
#[derive(Clone, Copy, Debug)]
pub struct AppObject<'root> {
    /// The file.
    pub node: NodeId,
    /// What it is for.
    pub role: Role,
    /// Its facts.
    pub facts: &'root ElfFacts,
    /// The tree that it is in.
    pub mount: MountId,
}

impl<'root> Linked<'root> {
    /// The folders that the search on behalf of an object of a start's map goes through.
    pub fn searched_folders(&mut self, start: usize, by: usize) -> Vec<bstr::BString> {
        let map = &self.starts[start].map;
        self.linkers
            .get_mut(&map.start().facts.machine)
            .map(|linker| linker.searched_folders(map, by))
            .unwrap_or_default()
    }
}

/// Links the start objects of the apps. An object for a machine that Debian has no port for is not linked.
pub fn link<'root>(
    root: &'root Root<'root>,
    sources: &Sources,
    settings: &LinkerSettings,
    scope: Scope,
) -> Linked<'root> {
    let objects = app_objects(root, sources);
    let mut stage = LinkStage {
        root,
        settings,
        sources: sources.app_mounts().collect(),
        linkers: BTreeMap::new(),
        processes: HashMap::new(),
        starts: Vec::new(),
    };
    match scope {
        Scope::EachAlone => stage.link_alone(objects.iter()),
        Scope::InContext => stage.link_in_context(&objects),
    }
    let LinkStage { linkers, mut starts, .. } = stage;
    starts.sort_by_cached_key(|start| root.path(start.map.start().node));
    Linked { starts, objects, linkers }
}

fn app_objects<'root>(root: &'root Root<'root>, sources: &Sources) -> Vec<AppObject<'root>> {
    let mut objects = Vec::new();
    for (mount, _) in sources.app_mounts() {
        for (node, content) in root.files_of(mount) {
            let Content::Object(facts) = content else { continue };
            if let Some(role) = Role::of(root.name(node), facts) {
                objects.push(AppObject { node, role, facts, mount });
            }
        }
    }
    objects
}

/// The interpreter of one tree's extensions, linked once for all of them.
struct Interpreter<'root> {
    node: NodeId,
    map: LinkMap<'root>,
    caller: usize,
}

struct LinkStage<'root, 'sources> {
    root: &'root Root<'root>,
    settings: &'sources LinkerSettings,
    sources: Vec<(MountId, &'sources Source)>,
    linkers: BTreeMap<Machine, Linker<'root>>,
    processes: HashMap<(MountId, app::Language, Machine), Option<Interpreter<'root>>>,
    starts: Vec<Started<'root>>,
}

impl<'root> LinkStage<'root, '_> {
    fn link_alone<'objects>(&mut self, objects: impl Iterator<Item = &'objects AppObject<'root>>)
    where
        'root: 'objects,
    {
        for object in objects {
            self.start(object, None);
        }
    }

    fn link_in_context(&mut self, objects: &[AppObject<'root>]) {
        let asked: HashSet<&[u8]> = objects
            .iter()
            .flat_map(|object| &object.facts.needed)
            .map(|soname| soname.as_bytes().rsplit_str("/").next().unwrap_or_default())
            .collect();
        let is_asked_for = |object: &AppObject<'_>| {
            object.role == Role::Library
                && (asked.contains(self.root.name(object.node))
                    || object.facts.soname.as_ref().is_some_and(|soname| asked.contains(soname.as_bytes())))
        };
        let (inner, outer): (Vec<&AppObject<'_>>, Vec<_>) =
            objects.iter().partition(|object| is_asked_for(object));
        for object in outer {
            self.start_in_process(object);
        }
        // What is asked for and yet was reached by nothing is off the path of those who ask, or one of a
        // circle; it is looked at by itself.
        let mut reached: HashSet<NodeId> =
            self.starts.iter().flat_map(|start| &start.map.objects).map(|object| object.node).collect();
        for object in inner {
            if !reached.contains(&object.node) {
                self.start(object, None);
                let started = self.starts.last().filter(|start| start.map.start().node == object.node);
                reached.extend(started.iter().flat_map(|start| &start.map.objects).map(|object| object.node));
            }
        }
    }

    fn start_in_process(&mut self, object: &AppObject<'root>) {
        let Some(language) = object.role.language() else { return self.start(object, None) };
        let key = (object.mount, language, object.facts.machine);
        if !self.processes.contains_key(&key) {
            let interpreter = self.interpreter(key);
            self.processes.insert(key, interpreter);
        }
        self.start(object, Some(key));
    }

    fn interpreter(&mut self, key: (MountId, app::Language, Machine)) -> Option<Interpreter<'root>> {
        let (mount, language, machine) = key;
        let (_, source) = self.sources.iter().find(|(id, _)| *id == mount)?;
        let node = app::interpreter(self.root, language, &source.at, &source.tree)?;
        let Some(Content::Object(facts)) = self.root.content(node) else { return None };
        if facts.machine != machine {
            return None;
        }
        let map = self.linker(machine)?.program(node, facts);
        let caller = map
            .objects
            .iter()
            .position(|object| {
                let soname = object.facts.soname.as_ref();
                soname.is_some_and(|soname| soname.as_bytes().starts_with(language.library_stem().as_bytes()))
            })
            .unwrap_or_default();
        Some(Interpreter { node, map, caller })
    }

    fn linker(&mut self, machine: Machine) -> Option<&mut Linker<'root>> {
        if !self.linkers.contains_key(&machine) {
            let linker = Linker::new(self.root, machine, self.settings).ok()?;
            self.linkers.insert(machine, linker);
        }
        self.linkers.get_mut(&machine)
    }

    fn start(&mut self, object: &AppObject<'root>, process: Option<(MountId, app::Language, Machine)>) {
        let AppObject { node, role, facts, .. } = *object;
        if self.linker(facts.machine).is_none() {
            return;
        }
        let interpreter = process
            .and_then(|key| self.processes.get(&key)?.as_ref())
            .filter(|interpreter| interpreter.map.libc == libc_of(facts));
        let Some(linker) = self.linkers.get_mut(&facts.machine) else { return };
        let map = match role {
            Role::Program => linker.program(node, facts),
            _ => {
                let process = interpreter
                    .map(|interpreter| Process { map: &interpreter.map, caller: interpreter.caller });
                linker.library(node, facts, process)
            }
        };
        let process = interpreter.map(|interpreter| interpreter.node);
        self.starts.push(Started { role, map, process });
    }
}
