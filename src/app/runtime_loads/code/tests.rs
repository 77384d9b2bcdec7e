//! Idioms of opening a library, one a row: modules, and the loads that they have on Linux.

use proptest::collection::vec;
use proptest::prelude::*;

use super::evaluator::Evaluator;
use super::modules::Module;
use super::package::is_for_nobody;
use super::site::distinct;
use crate::code::{CodeLanguage, read};
use crate::vocabulary::{Grade, RootedPath};

/// Module: its path below the distribution's directory, and its text.
type Source = (&'static str, &'static str);

/// Loads of modules: `FILE:LINE GRADE NAMES`.
fn loads(sources: &[Source]) -> Vec<String> {
    let facts: Vec<_> = sources
        .iter()
        .map(|(name, text)| {
            let language = CodeLanguage::of_name(name.as_bytes()).expect("a source file");
            (*name, read(language, text.as_bytes()).expect("words of an open call"))
        })
        .collect();
    let path = |name: &str| RootedPath::new(format!("/v/site-packages/{name}"));
    let mut modules: Vec<_> = facts.iter().map(|(name, facts)| Module { path: path(name), facts }).collect();
    modules.sort_by(|one, next| one.path.cmp(&next.path));
    let sites = distinct(Evaluator::run(&modules)).into_iter().filter(|site| !site.names.is_empty());
    sites
        .map(|site| {
            let path = &modules[site.module].path;
            let grade = match site.grade(true, is_for_nobody(path)) {
                Grade::Required => "required",
                Grade::Recommended => "recommended",
                Grade::Suggested => "suggested",
            };
            let names: Vec<_> = site.names.iter().map(ToString::to_string).collect();
            let file = path.to_string().replace("/v/site-packages/", "");
            format!("{file}:{} {grade} {}", site.line, names.join(" "))
        })
        .collect()
}

/// Compares each row with its loads.
fn check(file: &'static str, rows: &[(&'static str, &[&str])]) {
    for (text, expected) in rows {
        let found = loads(&[(file, text)]);
        let found: Vec<_> = found.iter().map(|load| &load[file.len() + 1..]).collect();
        assert_eq!(found, *expected, "{text}");
    }
}

#[test]
fn names_and_grades_in_one_module_of_python() {
    check(
        "p/m.py",
        &[
            ("import ctypes\nlib = ctypes.CDLL('libmagic.so.1')", &["2 required libmagic.so.1"]),
            ("from ctypes import *\ncdll.LoadLibrary(\"libfoo.so.2\")", &["2 required libfoo.so.2"]),
            ("import ctypes as c\nc.PyDLL(name='liba.so.1')", &["2 required liba.so.1"]),
            ("from ctypes import cdll\nx = cdll['libc.so.6']\ncdll.msvcrt.printf", &["2 required libc.so.6"]),
            ("from ctypes.util import find_library as f\nf('geos_c')", &["2 required libgeos_c.so.*"]),
            ("NAME = 'libx' + '.so'\nctypes.CDLL(NAME + '.%d' % 3)", &["2 required libx.so.3"]),
            ("v = '{}.so.{n}'.format('libq', n=1)\nctypes.CDLL(f'{v}.2')", &["2 required libq.so.1.2"]),
            ("def f():\n    return ctypes.CDLL('liba.so.1')", &["2 recommended liba.so.1"]),
            ("def f():\n  return ctypes.CDLL('liba.so.1')\nf()", &["2 required liba.so.1"]),
            ("class A:\n  def f(self):\n    self.x = ctypes.CDLL('liba.so.1')", &["3 recommended liba.so.1"]),
            // Guards on the system.
            (
                "if sys.platform == 'win32':\n  n = 'a.dll'\nelif sys.platform.startswith('darwin'):\n  n = 'a.dylib'\nelse:\n  n = 'liba.so.1'\nctypes.CDLL(n)",
                &["7 required liba.so.1"],
            ),
            ("if os.name == 'nt':\n  ctypes.CDLL('libw.so.1')", &[]),
            (
                "s = platform.system().lower()\nif s in ('windows', 'darwin'):\n  raise OSError\nctypes.CDLL('liba.so')",
                &["4 required liba.so"],
            ),
            (
                "match sys.platform:\n  case 'win32' | 'cygwin':\n    n = 'libw.so'\n  case _:\n    n = 'libu.so'\nctypes.CDLL(n)",
                &["6 required libu.so"],
            ),
            (
                "def f():\n  if sys.platform != 'linux':\n    return ctypes.CDLL('libother.so')\n  return ctypes.CDLL('liblinux.so')",
                &["4 recommended liblinux.so"],
            ),
            (
                "n = {'Linux': 'liba.so.1', 'Darwin': 'liba.dylib'}[platform.system()]\nctypes.CDLL(n)",
                &["2 required liba.so.1"],
            ),
            // Windows' own calls, foreign names, halves of names.
            (
                "ctypes.windll.LoadLibrary('libw.so')\nctypes.WinDLL('libw.so')\nctypes.CDLL('kernel32.dll')\nctypes.CDLL('user32')",
                &[],
            ),
            (
                "def f(suffix):\n  ctypes.CDLL('MagickCore' + suffix)\n  ctypes.util.find_library('MagickCore' + suffix)",
                &[],
            ),
            ("ctypes.CDLL(None)\nctypes.CDLL(os.environ['X'])", &[]),
            ("# ctypes.CDLL('libold.so.1')\n'''ctypes.CDLL(\"libdoc.so.1\")'''", &[]),
            ("ctypes.CDLL(os.environ.get('A_LIBRARY', 'liba.so.1'))", &["1 required liba.so.1"]),
            ("ctypes.CDLL(os.getenv('A') or 'liba.so.1')", &["1 required liba.so.1"]),
        ],
    );
}

#[test]
fn grades_by_what_becomes_of_a_failure() {
    check(
        "p/m.py",
        &[
            ("try:\n  a = ctypes.CDLL('liba.so.1')\nexcept OSError:\n  a = None", &["2 suggested liba.so.1"]),
            (
                "try:\n  a = ctypes.CDLL('liba.so.1')\nexcept OSError as e:\n  raise ImportError('no') from e",
                &["2 required liba.so.1"],
            ),
            (
                "try:\n  a = ctypes.CDLL('liba.so.1')\nexcept OSError:\n  a = None\nif a is None:\n  raise ImportError",
                &["2 required liba.so.1"],
            ),
            ("with contextlib.suppress(OSError):\n  ctypes.CDLL('liba.so.1')", &["2 suggested liba.so.1"]),
            (
                "def f():\n  return ctypes.CDLL('liba.so.1')\ntry:\n  f()\nexcept Exception:\n  pass",
                &["2 suggested liba.so.1"],
            ),
            ("if find_library('a'):\n  pass", &["1 suggested liba.so.*"]),
            ("ctypes.CDLL('libc.so')", &["1 suggested libc.so"]),
            (
                "try:\n  a = ctypes.CDLL('liba.so.2')\nexcept OSError:\n  a = ctypes.CDLL('liba.so.1')",
                &["2 recommended liba.so.2 liba.so.1", "4 recommended liba.so.2 liba.so.1"],
            ),
        ],
    );
}

#[test]
fn candidates_are_alternatives() {
    check(
        "p/m.py",
        &[
            (
                "for n in ['liba.so.2', 'liba.so.1', 'a.dll']:\n  try:\n    a = ctypes.CDLL(n)\n    break\n  except OSError:\n    continue\nelse:\n  raise ImportError",
                &["3 recommended liba.so.2 liba.so.1"],
            ),
            // Each of these has to be there.
            (
                "for n in ('liba.so.1', 'libb.so.1'):\n  ctypes.CDLL(n)",
                &["2 required liba.so.1", "2 required libb.so.1"],
            ),
            (
                "def names():\n  yield find_library('a')\n  if sys.platform == 'darwin':\n    yield 'a.dylib'\n  yield 'liba.so.1'\ndef load():\n  for n in names():\n    if n is None:\n      continue\n    try:\n      return ctypes.CDLL(n)\n    except OSError:\n      pass\n  raise ImportError\nload()",
                &["2 required liba.so.*", "11 recommended liba.so.* liba.so.1"],
            ),
            (
                "n = []\nif sys.maxsize > 2**32:\n  n.append('liba64.so')\nn += ['liba.so']\nn.extend([x + '.1' for x in ('libb.so', 'libc.so')])\ndef f():\n  for x in n:\n    try:\n      return ctypes.CDLL(x)\n    except OSError: pass\n  raise OSError",
                &["9 recommended liba64.so liba.so libb.so.1 libc.so.1"],
            ),
            (
                "a = find_library('usb-1.0') or find_library('usb') or 'libusb-1.0.so.0'",
                &["1 recommended libusb-1.0.so.* libusb.so.*"],
            ),
            (
                "p = find_library('a')\nif not p:\n  p = find_library('b')\nctypes.CDLL(p)",
                &["1 recommended liba.so.* libb.so.*", "3 recommended liba.so.* libb.so.*"],
            ),
            (
                "ctypes.CDLL(find_library('a') or 'liba.so.5')",
                &["1 required liba.so.*", "1 recommended liba.so.* liba.so.5"],
            ),
            ("ctypes.CDLL(find_library('a'))", &["1 required liba.so.*"]),
            (
                "def f():\n  for v in '6', '7':\n    for s in ('-Q16', ''):\n      try:\n        return ctypes.CDLL('libM' + s + '.so.' + v)\n      except OSError:\n        pass",
                &["5 suggested libM-Q16.so.6 libM-Q16.so.7 libM.so.6 libM.so.7"],
            ),
        ],
    );
}

#[test]
fn helpers_get_their_names_from_their_callers() {
    check(
        "p/m.py",
        &[
            (
                "def load(kind, name):\n  if isinstance(kind, ctypes.LibraryLoader):\n    kind = kind._dlltype\n  base = 'lib' + name + '.so'\n  names = [base]\n  names.extend(list(reversed([base + '.%i' % i for i in range(1, 3)])))\n  for n in names:\n    try:\n      return kind(n)\n    except Exception as e:\n      error = e\n  raise error\nload(ctypes.cdll, 'GL')",
                &["9 recommended libGL.so libGL.so.1 libGL.so.2"],
            ),
            (
                "def _open(ffi, *names):\n  for n in names:\n    try:\n      return ffi.dlopen(n)\n    except OSError:\n      pass\n  raise OSError\na = _open(ffi, 'libgobject-2.0-0', 'gobject-2.0', 'libgobject-2.0.so.0', 'x.dylib')\nb = _open(ffi, 'libpango-1.0.so.0')",
                &[
                    "4 recommended liblibgobject-2.0-0.so.* libgobject-2.0.so.* libgobject-2.0.so.0",
                    "4 required libpango-1.0.so.0",
                ],
            ),
            (
                "class L:\n  def __init__(self, name, version='1'):\n    self.name = name\n    self.h = ctypes.CDLL('lib%s.so.%s' % (name, version))\na = L('a')\nb = L('b', version='2')",
                &["4 required liba.so.1", "4 required libb.so.2"],
            ),
            (
                "class A:\n  names = {'a': ['a', 'liba']}\n  @property\n  def lib(self):\n    return self._load('a')\n  def _load(self, n, names=None):\n    if names is None:\n      names = self.names.get(n, [])\n    for x in names:\n      p = find_library(x)\n      if p:\n        return getattr(cdll, p)\n    raise OSError",
                &["10 recommended liba.so.* libliba.so.*"],
            ),
            (
                "def locate(names, find=None):\n  if find is None:\n    find = ctypes.util.find_library\n  for n in names:\n    p = find(n)\n    if p:\n      return p\ndef get(find=None):\n  return locate(('usb-1.0', 'usb'), find=find)",
                &["5 recommended libusb-1.0.so.* libusb.so.*"],
            ),
            ("class B(ctypes.CDLL):\n  pass\nB('liba.so.3')", &["3 required liba.so.3"]),
            (
                "def get(loader, name):\n  return loader(name)\nget(ctypes.CDLL, 'liba.so.1')",
                &["2 required liba.so.1"],
            ),
        ],
    );
    let found = loads(&[
        ("p/__init__.py", "from .sub import use\nfrom p import consts as c\n# cdll"),
        ("p/consts.py", "NAME = 'libk.so.4'  # dlopen"),
        ("p/loader.py", "import ctypes\ndef load_library(name, *more):\n  return ctypes.CDLL(name)"),
        ("p/sub/__init__.py", "# dlopen"),
        (
            "p/sub/use.py",
            "from ..loader import load_library\nfrom .. import consts\nload_library('liba.so.1')\nload_library(consts.NAME)",
        ),
    ]);
    assert_eq!(found, ["p/loader.py:3 required liba.so.1", "p/loader.py:3 required libk.so.4"]);
    // A package that itself has no part in it.
    let found = loads(&[
        ("p/low/loader.py", "import ctypes\ndef load(name):\n  return ctypes.CDLL(name)"),
        ("p/high.py", "import p.low.loader\np.low.loader.load('liba.so.1')  # dlopen"),
    ]);
    assert_eq!(found, ["p/low/loader.py:3 required liba.so.1"]);
}

#[test]
fn own_files_and_those_of_other_wheels_are_paths() {
    check(
        "p/m.py",
        &[
            (
                "d = os.path.dirname(os.path.abspath(__file__))\nctypes.CDLL(os.path.join(d, 'lib', 'liba.so'))",
                &["2 required /v/site-packages/p/lib/liba.so"],
            ),
            (
                "from pathlib import Path\nctypes.CDLL(str(Path(__file__).parent.parent / 'a.libs' / 'liba.so'))",
                &["2 required /v/site-packages/a.libs/liba.so"],
            ),
            (
                "import nvidia.cublas\nctypes.CDLL(os.path.join(nvidia.cublas.__path__[0], 'lib', 'libcublas.so.12'))",
                &["2 required /v/site-packages/nvidia/cublas/lib/libcublas.so.12"],
            ),
            (
                "p = importlib.resources.files('p') / 'liba.so'\nctypes.CDLL(str(p))",
                &["2 required /v/site-packages/p/liba.so"],
            ),
            ("ctypes.CDLL('./liba.so')\nctypes.CDLL('build/liba.so')", &[]),
        ],
    );
}

#[test]
fn ruby() {
    check(
        "g/lib/m.rb",
        &[
            (
                "module M\n  extend FFI::Library\n  ffi_lib 'vips', \"glib-2.0\"\nend",
                &["3 required libvips.so", "3 required libglib-2.0.so"],
            ),
            ("ffi_lib ['libcurl', 'libcurl.so.4']", &["1 recommended libcurl.so libcurl.so.4"]),
            (
                "ffi_lib %w(sodium libsodium.so.18 libsodium.so.23)",
                &["1 recommended libsodium.so libsodium.so.18 libsodium.so.23"],
            ),
            (
                "module V\n  def self.library_name(name, abi)\n    if FFI::Platform.windows?\n      \"lib#{name}-#{abi}.dll\"\n    elsif FFI::Platform.mac?\n      \"#{name}.#{abi}\"\n    else\n      \"#{name}.so.#{abi}\"\n    end\n  end\n  ffi_lib library_name('libvips', 42)\nend",
                &["11 required libvips.so.42"],
            ),
            (
                "begin\n  ffi_lib 'a'\nrescue LoadError\n  ffi_lib 'liba.so.1'\nend",
                &["2 recommended liba.so liba.so.1", "4 recommended liba.so liba.so.1"],
            ),
            (
                "case RbConfig::CONFIG['host_os']\nwhen /darwin|mac os/ then N = 'a.dylib'\nwhen /mswin|mingw/\n  N = 'a.dll'\nelse\n  N = 'liba.so.2'\nend\nFiddle.dlopen(N)",
                &["8 required liba.so.2"],
            ),
            ("ffi_lib(ENV['A_LIB'] || 'liba.so.1')", &["1 required liba.so.1"]),
            ("ffi_lib ENV.fetch('A_LIB', 'liba.so.1')", &["1 required liba.so.1"]),
            ("ffi_lib FFI::Library::LIBC", &["1 required libc.so.6"]),
            (
                "paths = ['/opt/x'].map { |d| File.join(d, \"liba.#{FFI::Platform::LIBSUFFIX}\") }\nffi_lib(paths + %w(liba.so.7))",
                &["2 recommended /opt/x/liba.so liba.so.7"],
            ),
            (
                "ffi_lib File.expand_path(\"../sassc/libsass.#{RbConfig::CONFIG['DLEXT']}\", __FILE__)",
                &["1 required /v/site-packages/g/lib/sassc/libsass.so"],
            ),
            ("ffi_lib File.join(__dir__, 'liba.so')", &["1 required /v/site-packages/g/lib/liba.so"]),
            (
                "require 'fiddle/import'\nmodule A\n  extend Fiddle::Importer\n  dlload 'libc.so.6'\nend",
                &["4 required libc.so.6"],
            ),
            (
                "ffi_lib 'kernel32' if FFI::Platform.windows?\nffi_lib FFI::CURRENT_PROCESS\nffi_lib 'x.dll' unless RUBY_PLATFORM =~ /linux/",
                &[],
            ),
            (
                "def self.load\n  %w[liba.so.2 liba.so.1].each do |n|\n    begin\n      return ffi_lib(n)\n    rescue LoadError\n      next\n    end\n  end\n  raise LoadError\nend\nload",
                &["4 recommended liba.so.2 liba.so.1"],
            ),
        ],
    );
}

#[test]
fn javascript() {
    check(
        "p/m.js",
        &[
            (
                "const koffi = require('koffi');\nconst lib = koffi.load('libfoo.so.1');",
                &["2 required libfoo.so.1"],
            ),
            (
                "import koffi from 'koffi'\nconst n = process.platform === 'win32' ? 'a.dll' : process.platform === 'darwin' ? 'a.dylib' : 'liba.so.2'\nexport const lib = koffi.load(n)",
                &["3 required liba.so.2"],
            ),
            (
                "const ffi = require('ffi-napi')\nconst m = ffi.Library('libm', { ceil: ['double', ['double']] })",
                &["2 required libm.so"],
            ),
            (
                "const { Library } = require(\"ffi-napi\");\nnew Library('libvlc.so.5', {})",
                &["2 required libvlc.so.5"],
            ),
            (
                "import { dlopen, FFIType, suffix } from 'bun:ffi';\nconst path = `libsqlite3.${suffix}`;\nconst { symbols: { a } } = dlopen(path, { a: { args: [], returns: FFIType.i32 } });",
                &["3 required libsqlite3.so"],
            ),
            (
                "const lib = Deno.dlopen('libz.so.1', { f: { parameters: [] } } as const);",
                &["1 required libz.so.1"],
            ),
            (
                "const path = require('path');\nconst m = { exports: {} };\nprocess.dlopen(m, path.join(__dirname, '..', 'build/Release/a.so'));",
                &["3 required /v/site-packages/build/Release/a.so"],
            ),
            (
                "function load(names) {\n  for (const n of names) {\n    try { return koffi.load(n); } catch (e) { /* next */ }\n  }\n  throw new Error('none');\n}\nexports.lib = load(['liba.so.2', 'liba.so.1']);",
                &["3 recommended liba.so.2 liba.so.1"],
            ),
            (
                "let lib;\nswitch (process.platform) {\n  case 'darwin': lib = 'a.dylib'; break;\n  case 'linux':\n    lib = 'liba.so';\n    break;\n  default: throw new Error('no');\n}\nkoffi.load(lib);",
                &["9 required liba.so"],
            ),
            (
                "class A {\n  constructor(name = 'liba.so.1') { this.lib = koffi.load(name) }\n}\nconst re = /['\"]/g;\nmodule.exports = () => new A();",
                &["2 recommended liba.so.1"],
            ),
            ("// koffi.load('libold.so')\nconst s = \"koffi.load('libtext.so')\";", &[]),
            ("try { koffi.load('liba.so.1') } catch { }", &["1 suggested liba.so.1"]),
            ("const p = process.env.LIB_PATH || 'liba.so.1'; koffi.load(p)", &["1 required liba.so.1"]),
        ],
    );
    let found = loads(&[
        ("p/index.js", "const { open } = require('./lib/open');\nopen('liba.so.1'); // koffi"),
        (
            "p/lib/open.js",
            "const koffi = require('koffi');\nmodule.exports = { open: (n) => koffi.load(n) };",
        ),
    ]);
    assert_eq!(found, ["p/lib/open.js:2 required liba.so.1"]);
}

/// Evaluates one module, whatever it is.
fn evaluate(language: CodeLanguage, text: &str) -> usize {
    let Some(facts) = read(language, text.as_bytes()) else { return 0 };
    let modules = [Module { path: RootedPath::new("/m"), facts: &facts }];
    distinct(Evaluator::run(&modules)).len()
}

const LANGUAGES: [CodeLanguage; 3] = [CodeLanguage::Python, CodeLanguage::Ruby, CodeLanguage::JavaScript];

#[test]
fn hostile_code_is_read_and_evaluated_within_bounds() {
    let deep = format!("ctypes.CDLL({}'liba.so'{})", "(".repeat(5_000), ")".repeat(5_000));
    let function = |i: usize| format!("def f{i}(x):\n  f{n}(x + 'a')\n  f{n}(x + 'b')\n", n = i + 1);
    let doubling: String = (0..60).map(function).collect();
    let doubling = format!("{doubling}def f60(x):\n  ctypes.CDLL(x)\nf0('l')");
    let growing = "a = 'x'\nwhile y:\n  a = a + a\n  for b in a, a:\n    a = a + b\n".repeat(300);
    let growing = format!("{growing}\nctypes.CDLL(a)");
    let repeated = [
        "(", "[", "{", "f'{", "`${", "\"#{", "\n", "x\n\n", "a.b().", "if x:\n ", "do |", "<<A ", "'", "/*",
        "not ", "!", "lambda:", "=> ", "a = ",
    ];
    let repeated = repeated.iter().map(|part| format!("dlopen {}", part.repeat(60_000 / part.len())));
    for text in [deep, doubling, growing].into_iter().chain(repeated) {
        for language in LANGUAGES {
            assert!(evaluate(language, &text) < 10, "{}", &text[..30]);
        }
    }
}

/// Pieces of the three languages.
const PIECES: [&str; 96] = [
    "\n",
    "\n  ",
    "\n    ",
    "\n\t",
    " ",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    ";",
    ".",
    "=",
    "==",
    "=>",
    "->",
    "+",
    "-",
    "*",
    "**",
    "/",
    "%",
    "|",
    "||",
    "&",
    "&&",
    "!",
    "?",
    "<",
    ">",
    "<<",
    "::",
    "...",
    "@",
    "#",
    "//",
    "/*",
    "*/",
    "'",
    "\"",
    "\"\"\"",
    "`",
    "${",
    "#{",
    "f'{",
    "\\",
    "$",
    "~",
    "if",
    "else",
    "elif",
    "elsif",
    "unless",
    "for",
    "in",
    "of",
    "while",
    "try",
    "except",
    "catch",
    "rescue",
    "begin",
    "end",
    "def",
    "class",
    "module",
    "return",
    "yield",
    "lambda",
    "function",
    "new",
    "import",
    "from",
    "as",
    "case",
    "when",
    "switch",
    "match",
    "with",
    "do",
    "|x|",
    "x",
    "y",
    "self",
    "None",
    "0",
    "'liba.so.1'",
    "ctypes.CDLL(",
    "find_library(",
    "ffi_lib ",
    "koffi.load(",
    "dlopen(",
    "é",
];

proptest! {
    #[test]
    fn any_pieces_are_read_and_evaluated(pieces in vec(0..PIECES.len(), 0..120)) {
        let text: String = pieces.iter().map(|piece| PIECES[*piece]).collect();
        let spaced: Vec<_> = pieces.iter().map(|piece| PIECES[*piece]).collect();
        for text in [format!("{text} dlopen"), format!("{} dlopen", spaced.join(" "))] {
            for language in LANGUAGES {
                evaluate(language, &text);
            }
        }
    }
}

#[test]
fn tests_and_the_standard_library_are_for_nobody() {
    let is_for_nobody = |path: &str| super::package::is_for_nobody(&RootedPath::new(path));
    assert!(!is_for_nobody("/venv/lib/python3.11/site-packages/pkg/load.py"));
    assert!(!is_for_nobody("/app/main.rb"));
    assert!(is_for_nobody("/venv/lib/python3.11/site-packages/pkg/tests/load.py"));
    assert!(is_for_nobody("/usr/lib/python3.11/uuid.py"));
    assert!(is_for_nobody("/app/test_load.py"));
}
