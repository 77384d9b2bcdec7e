//! The table of hosts. The first entry that fits a file is its host, so exceptions come first.

use super::host::{Host, Opening};
use crate::elf::ElfFacts;
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::RootedPath;

/// Places of the Java virtual machine, from the directory of the JDK's libraries.
const JVM: &[&str] = &["server/libjvm.so", "client/libjvm.so", "minimal/libjvm.so", "zero/libjvm.so"];

/// Places of R's library, from a package's `libs` and in the root.
const R_LIBRARY: &[&str] =
    &["../../../lib/libR.so", "../lib/libR.so", "/usr/lib/R/lib/libR.so", "/usr/local/lib/R/lib/libR.so"];

static HOSTS: &[Host] = &[
    Host {
        needs: "",
        beside: JVM,
        is_loaded_first: true,
        ..Host::on_demand(
            "Java's desktop",
            &[
                "libawt_xawt.so",
                "libjawt.so",
                "libsplashscreen.so",
                "libglass*.so",
                "libprism_*.so",
                "libjavafx_*.so",
            ],
            "AWT loads its X11 part only with a display; otherwise libawt_headless.so (java.awt.GraphicsEnvironment)",
        )
    },
    Host {
        beside: JVM,
        is_loaded_first: true,
        ..Host::importing(
            "Java",
            &["*.so"],
            &[],
            "the launcher opens libjvm.so by its path before any other library of the JDK (java_md.c, LoadJavaVM)",
        )
    },
    Host {
        beside: &["libcoreclr.so"],
        ..Host::on_demand(
            ".NET",
            &["libcoreclrtraceptprovider.so", "libmscordbi.so", "libmscordaccore.so", "libdbgshim.so"],
            "tracing with LTTng and debuggers; the runtime ignores that they do not load (PAL_InitializeTracing)",
        )
    },
    Host {
        opening: Opening::WithLibrary(&["libQt5Gui", "libQt6Gui", "libQt5XcbQpa", "libQt6XcbQpa"]),
        needs: "libQt",
        ..Host::on_demand(
            "Qt",
            &["platforms/libqxcb.so", "xcbglintegrations/*.so"],
            "QGuiApplication opens the default platform plugin, xcb, and ends the program without it; \
             QT_QPA_PLATFORM names another",
        )
    },
    Host {
        needs: "libQt",
        ..Host::on_demand(
            "Qt",
            &["plugins/**/*.so", "qml/**/*.so", "platforms/*.so", "imageformats/*.so", "iconengines/*.so"],
            "QFactoryLoader and the QML engine try the plugins of a feature when it is used",
        )
    },
    Host {
        beside: R_LIBRARY,
        is_loaded_first: true,
        ..Host::importing(
            "R",
            &["library/*/libs/*.so", "R/modules/*.so"],
            &[],
            "the launcher of R sets LD_LIBRARY_PATH, and its program has loaded libR.so",
        )
    },
    Host::importing(
        "R",
        &["library/*/libs/*.so", "R/modules/*.so"],
        &["R"],
        "library() opens a package's libs",
    ),
    Host::importing(
        "Perl",
        &["perl*/**/auto/**/*.so"],
        &["perl"],
        "XSLoader opens auto/MODULE/MODULE.so below @INC and dies without it",
    ),
    Host::importing(
        "PHP",
        &["php/20*/*.so", "php*/modules/*.so", "extensions/no-debug-*/*.so"],
        &["php", "php-fpm", "php-cgi", "php8.2", "php8.4", "php7.4", "frankenphp", "apache2"],
        "PHP opens the extensions that php.ini lists",
    ),
    Host::importing(
        "Lua",
        &["lua/5.*/**/*.so"],
        &[],
        "require() searches package.cpath, in any program with Lua",
    ),
    Host::importing(
        "Erlang",
        &["*/priv/**/*.so"],
        &["erl", "beam.smp", "iex"],
        "erlang:load_nif opens PRIV/NAME",
    ),
    Host::importing("OCaml", &["stublibs/dll*.so"], &["ocamlrun", "ocaml"], "bytecode opens its stubs"),
    Host::importing("Guile", &["guile/*/extensions/*.so"], &["guile", "guile-3.0"], "load-extension"),
    Host::importing(
        "Tcl",
        &["tcltk/**/*.so", "tcl8*/**/*.so"],
        &["tclsh", "wish", "tclsh8.6"],
        "package require",
    ),
    Host::on_demand(
        "PostgreSQL",
        &["postgresql/*/lib/**/*.so", "postgresql*/lib/**/*.so", "pgsql*/lib/**/*.so"],
        "CREATE EXTENSION, LOAD and shared_preload_libraries name a module",
    ),
    Host::on_demand(
        "MySQL",
        &["mysql/plugin/*.so", "mariadb*/plugin/*.so"],
        "INSTALL PLUGIN and plugin-load name it",
    ),
    Host::on_demand("nginx", &["nginx/modules/*.so"], "load_module in nginx.conf names it"),
    Host::on_demand(
        "Apache",
        &["apache2/modules/*.so", "httpd/modules/*.so", "modules/mod_*.so"],
        "LoadModule names it",
    ),
    Host::on_demand("uWSGI", &["uwsgi/plugins/*.so", "uwsgi/*_plugin.so"], "plugins= names it"),
    Host::on_demand(
        "GStreamer",
        &["gstreamer-1.0/*.so", "gstreamer-0.10/*.so"],
        "the registry skips what does not load",
    ),
    Host::on_demand(
        "GTK",
        &["gtk-*/*/**/*.so", "gtk-*/modules/*.so"],
        "input methods, print backends and modules are opened by settings",
    ),
    Host::on_demand(
        "gdk-pixbuf",
        &["gdk-pixbuf-2.0/*/loaders/*.so"],
        "a loader is opened for a format of images",
    ),
    Host::on_demand(
        "GIO",
        &["gio/modules/*.so", "gvfs/*.so"],
        "modules that do not load are skipped with a warning",
    ),
    Host::on_demand(
        "ImageMagick",
        &["ImageMagick-*/**/*.so", "GraphicsMagick-*/**/*.so"],
        "a coder is opened for a format",
    ),
    Host::on_demand(
        "Open MPI",
        &["openmpi*/**/mca_*.so", "openmpi*/mca_*.so", "pmix*/**/*.so", "prte*/**/*.so"],
        "components that do not load are skipped (mca_base_component_repository)",
    ),
    Host::on_demand(
        "libfabric",
        &["libfabric/*.so", "libibverbs/*.so", "ucx/*.so*"],
        "providers of hardware",
    ),
    Host::on_demand("glibc's iconv", &["gconv/*.so"], "iconv_open opens the module of a character set"),
    Host::on_demand("glibc's NSS", &["libnss_*.so.2"], "nsswitch.conf names the services"),
    Host::on_demand("PAM", &["security/pam_*.so"], "files in /etc/pam.d name the modules"),
    Host::on_demand("SASL", &["sasl2/*.so*"], "plugins that do not load are skipped"),
    Host::on_demand(
        "OpenSSL",
        &["engines-*/*.so", "ossl-modules/*.so"],
        "openssl.cnf or code names an engine or provider",
    ),
    Host::on_demand("Kerberos", &["krb5/plugins/**/*.so"], "plugins that do not load are skipped"),
    Host::on_demand("PKCS #11", &["pkcs11/*.so"], "p11-kit's configuration names the modules"),
    Host::on_demand("ALSA", &["alsa-lib/*.so"], "asound.conf names the plugins"),
    Host::on_demand(
        "PulseAudio",
        &["pulse-*/modules/*.so", "pulseaudio/modules/*.so"],
        "load-module names it",
    ),
    Host::on_demand("PipeWire", &["pipewire-*/*.so", "spa-*/**/*.so"], "the configuration names the modules"),
    Host::on_demand("Mesa", &["dri/*.so", "gbm/*.so", "vdpau/*.so*"], "a driver is opened for a device"),
    Host::on_demand("VLC", &["vlc/plugins/**/*.so"], "plugins that do not load are skipped"),
    Host::on_demand("GDAL", &["gdalplugins/*.so"], "drivers that do not load are skipped"),
    Host::on_demand("HDF5", &["hdf5/**/plugin*/*.so"], "a filter is opened for a data set"),
    Host::on_demand("ODBC", &["odbc/*.so"], "odbcinst.ini names the drivers"),
    Host::on_demand("Graphviz", &["graphviz/libgvplugin_*.so*"], "a plugin is opened for a format"),
    Host::on_demand("SANE", &["sane/libsane-*.so*"], "dll.conf names the drivers"),
    Host::on_demand("iptables", &["xtables/*.so", "tc/*.so"], "a match or target of a rule names it"),
    Host::on_demand("QEMU", &["qemu/*.so"], "a device or a backend on the command line names it"),
    Host::on_demand("libvirt", &["libvirt/**/*.so"], "a driver is opened for a connection"),
    Host::on_demand("Dovecot", &["dovecot/modules/**/*.so"], "mail_plugins names it"),
    Host::on_demand("rsyslog", &["rsyslog/*.so"], "module(load=) names it"),
    Host::on_demand("collectd", &["collectd/*.so"], "LoadPlugin names it"),
    Host::on_demand("Asterisk", &["asterisk/modules/*.so"], "modules.conf names it"),
    Host::on_demand("GEGL", &["gegl-*/*.so", "babl-*/*.so"], "operations that do not load are skipped"),
    Host::on_demand("Imlib2", &["imlib2/**/*.so"], "a loader is opened for a format"),
    Host::on_demand("Enchant", &["enchant*/*.so"], "a provider is opened for a language"),
    Host::on_demand(
        "audio plugins",
        &["ladspa/*.so", "lv2/**/*.so", "frei0r-1/*.so"],
        "programs open what the user picks",
    ),
    Host::on_demand(
        "gPhoto",
        &["libgphoto2/*/*.so", "libgphoto2_port/*/*.so"],
        "a driver is opened for a camera",
    ),
    Host::on_demand("Samba", &["samba/*/*.so"], "smb.conf names it"),
];

/// Returns the host of a file.
pub(in crate::app) fn host_of(root: &Root<'_>, node: NodeId, facts: &ElfFacts) -> Option<&'static Host> {
    Some(host_among(HOSTS, root, node, facts)?.0)
}

/// Returns the file beside a file that its host has loaded first, if there is one.
pub(in crate::app) fn loaded_before(root: &Root<'_>, node: NodeId, facts: &ElfFacts) -> Option<NodeId> {
    // No host after the last one of that kind makes a difference.
    let end = HOSTS.iter().rposition(|host| host.is_loaded_first)? + 1;
    host_among(&HOSTS[..end], root, node, facts)?.1
}

fn host_among(
    hosts: &'static [Host],
    root: &Root<'_>,
    node: NodeId,
    facts: &ElfFacts,
) -> Option<(&'static Host, Option<NodeId>)> {
    let path = root.path(node);
    let components: Vec<&[u8]> = path.components().collect();
    hosts.iter().filter(|host| host.has_module(&components, facts)).find_map(|host| {
        if host.beside.is_empty() {
            return Some((host, None));
        }
        let found = host.beside.iter().find_map(|beside| at(root, &path, beside))?;
        Some((host, Some(found).filter(|found| host.is_loaded_first && *found != node)))
    })
}

/// File at a path that is absolute or relative to the directory of another.
fn at(root: &Root<'_>, path: &RootedPath, place: &str) -> Option<NodeId> {
    let place = if place.starts_with('/') { RootedPath::new(place) } else { path.parent().join(place) };
    root.resolve(root.top(), place.as_bytes()).ok().filter(|found| root.content(*found).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_host_has_a_pattern_and_a_reason() {
        for host in HOSTS {
            assert!(!host.modules.is_empty() && !host.why.is_empty(), "{}", host.name);
            assert!(!host.is_loaded_first || !host.beside.is_empty(), "{}", host.name);
        }
    }
}
