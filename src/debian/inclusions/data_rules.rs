//! Rules about files that libraries read or open by a name that is not in their ELF header.

use super::glob::matches_glob;
use super::inclusion::{FileSet, Inclusion};
use super::pattern::Pattern;
use crate::vocabulary::{Grade, PackageName, Soname};

/// Package that contains the files of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleOwner {
    /// The package of the library.
    Library,
    /// The package with this name.
    Package(&'static str),
}

/// Rule that a library needs files of a package.
#[derive(Clone, Copy, Debug)]
pub struct DataRule {
    /// Soname of the library, as a glob.
    soname: &'static str,
    /// Package that contains the files.
    pub owner: RuleOwner,
    /// Files, as [`Pattern`]s.
    files: &'static [&'static str],
    /// Path that exists in an image that has the files already; empty if there is no such path.
    pub probe: &'static str,
    /// Grade of the need.
    pub grade: Grade,
    /// Reason, as a text after the names of the files.
    reason: &'static str,
}

impl DataRule {
    /// Returns true if the rule applies to this library.
    pub fn applies_to(&self, soname: &Soname) -> bool {
        matches_glob(self.soname.as_bytes(), soname.as_bytes())
    }

    /// Returns the files for the library of a package.
    pub fn inclusion(&self, library: &PackageName) -> Inclusion {
        Inclusion {
            package: match self.owner {
                RuleOwner::Library => library.clone(),
                RuleOwner::Package(package) => PackageName::new(package),
            },
            extent: FileSet::Files(self.files.iter().map(|pattern| Pattern::from_table(pattern)).collect()),
            reason: self.reason.to_owned(),
        }
    }
}

/// Returns all rules.
pub fn data_rules() -> &'static [DataRule] {
    RULES
}

/// Line of the table.
const fn rule(
    grade: Grade,
    soname: &'static str,
    owner: RuleOwner,
    files: &'static [&'static str],
    probe: &'static str,
    reason: &'static str,
) -> DataRule {
    DataRule { soname, owner, files, probe, grade, reason }
}

use Grade::{Required, Suggested};
use RuleOwner::{Library, Package};

/// Rules, grouped by library.
#[rustfmt::skip]
const RULES: &[DataRule] = &[
    rule(Required, "libmagic.so.1", Package("libmagic-mgc"), &["/usr/lib/file/magic.mgc", "/usr/share/misc/magic.mgc"],
        "/usr/share/misc/magic.mgc", "libmagic recognizes no file type without its database"),
    rule(Required, "libfontconfig.so.1", Package("fontconfig-config"), &["/etc/fonts/*", "/usr/share/fontconfig/*", "/usr/share/xml/fontconfig/*"],
        "/etc/fonts/fonts.conf", "fontconfig finds no fonts without its configuration"),
    rule(Suggested, "libfontconfig.so.1", Package("fonts-dejavu-core"), &["/usr/share/fonts/*"],
        "/usr/share/fonts", "no text is drawn without a font"),
    rule(Required, "libnss3.so", Library, &["/usr/lib/*/libsoftokn3.*", "/usr/lib/*/libfreebl*", "/usr/lib/*/libnssckbi.so"],
        "", "NSS loads its cryptography and its trusted roots by name"),
    rule(Required, "libproj.so.*", Package("proj-data"), &["/usr/share/proj/*"],
        "/usr/share/proj/proj.db", "PROJ has no coordinate system without its database"),
    rule(Required, "libgdal.so.*", Package("gdal-data"), &["/usr/share/gdal/*"],
        "/usr/share/gdal", "GDAL reads the tables of its formats from it"),
    rule(Required, "libMagickCore-6.Q16.so.*", Library, &["/usr/lib/*/ImageMagick-*"],
        "", "ImageMagick reads and writes every format through a module"),
    rule(Required, "libMagickCore-6.Q16.so.*", Package("imagemagick-6-common"), &["/etc/ImageMagick-6/*", "/usr/share/ImageMagick-6/*"],
        "/etc/ImageMagick-6/policy.xml", "ImageMagick's limits and policy"),
    rule(Required, "libMagickCore-7.Q16.so.*", Library, &["/usr/lib/*/ImageMagick-*"],
        "", "ImageMagick reads and writes every format through a module"),
    rule(Required, "libMagickCore-7.Q16.so.*", Package("imagemagick-7-common"), &["/etc/ImageMagick-7/*", "/usr/share/ImageMagick-7/*"],
        "/etc/ImageMagick-7/policy.xml", "ImageMagick's limits and policy"),
    rule(Required, "libgs.so.9", Package("libgs9-common"), &["/usr/share/ghostscript/*"],
        "", "Ghostscript needs these PostScript files to start"),
    rule(Required, "libgs.so.10", Package("libgs10-common"), &["/usr/share/ghostscript/*"],
        "", "Ghostscript needs these PostScript files to start"),
    rule(Required, "libespeak-ng.so.1", Package("espeak-ng-data"), &["/usr/lib/*/espeak-ng-data/*"],
        "", "eSpeak has no language without it"),
    rule(Required, "libmariadb.so.3", Library, &["/usr/lib/*/libmariadb3/plugin/caching_sha2_password.so", "/usr/lib/*/libmariadb3/plugin/sha256_password.so",
            "/usr/lib/*/libmariadb3/plugin/client_ed25519.so", "/usr/lib/*/libmariadb3/plugin/mysql_clear_password.so"],
        "", "servers require these authentication methods, MySQL 8 by default"),
    rule(Required, "libc.so.6", Library, &["/lib/*/libnss_files-2.31.so", "/lib/*/libnss_files.so.2", "/lib/*/libnss_dns-2.31.so", "/lib/*/libnss_dns.so.2"],
        "", "glibc before 2.34 resolves names and users through modules"),
    rule(Suggested, "libc.so.6", Library, &["/usr/lib/*/gconv/*"],
        "", "iconv(3) supports only UTF-8 and ASCII without it"),
    rule(Suggested, "libssl.so.*", Package("ca-certificates"), &["/usr/share/ca-certificates/*"],
        "/etc/ssl/certs/ca-certificates.crt", "servers' certificates are verified with the bundle that is built from these"),
    rule(Suggested, "libsasl2.so.2", Package("libsasl2-modules"), &["/usr/lib/*/sasl2/*"],
        "", "SASL authenticates through modules, which only some LDAP and mail servers require"),
    rule(Suggested, "libvips.so.42", Library, &["/usr/lib/*/vips-modules-*"],
        "", "libvips reads HEIF, PDF and some other formats through modules"),
    rule(Suggested, "libgdk_pixbuf-2.0.so.0", Library, &["/usr/lib/*/gdk-pixbuf-2.0/*"],
        "", "GdkPixbuf reads formats other than PNG and JPEG through modules, which a file that is created at installation lists"),
    rule(Suggested, "libgvc.so.6", Library, &["/usr/lib/*/graphviz/*"],
        "", "Graphviz lays out and draws with plugins, which a file that `dot -c` creates lists"),
    rule(Suggested, "libxkbcommon.so.0", Package("xkb-data"), &["/usr/share/X11/xkb/*"],
        "/usr/share/X11/xkb", "xkbcommon needs it for every keyboard layout"),
    rule(Suggested, "libX11.so.6", Package("libx11-data"), &["/usr/share/X11/locale/*"],
        "/usr/share/X11/locale", "Xlib supports only the C locale without it"),
    rule(Suggested, "libp11-kit.so.0", Package("p11-kit-modules"), &["/usr/lib/*/pkcs11/*", "/usr/share/p11-kit/*"],
        "", "GnuTLS gets trusted roots and smart cards from PKCS #11 modules"),
    rule(Suggested, "libpoppler.so.*", Package("poppler-data"), &["/usr/share/poppler/*"],
        "/usr/share/poppler", "Poppler needs it for Chinese, Japanese and Korean text"),
    rule(Suggested, "libtesseract.so.*", Package("tesseract-ocr-eng"), &["/usr/share/tesseract-ocr/*"],
        "/usr/share/tesseract-ocr", "Tesseract reads no language without that language's data"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_applies_to_the_libraries_that_match_its_pattern() {
        let about = |soname: &str| -> Vec<String> {
            let soname = Soname::new(soname);
            let rules = data_rules().iter().filter(|rule| rule.applies_to(&soname));
            rules.map(|rule| rule.inclusion(&PackageName::new("own")).package.to_string()).collect()
        };
        assert_eq!(about("libmagic.so.1"), ["libmagic-mgc"]);
        assert_eq!(about("libMagickCore-6.Q16.so.6"), ["own", "imagemagick-6-common"]);
        assert_eq!(about("libproj.so.25"), ["proj-data"]);
        assert!(about("libgmp.so.10").is_empty());
    }

    #[test]
    fn every_line_is_whole() {
        for rule in data_rules() {
            assert!(!rule.files.is_empty() && !rule.reason.is_empty(), "{}", rule.soname);
            for pattern in rule.files {
                assert_eq!(
                    Pattern::new(pattern).map(|pattern| pattern.to_string()),
                    Ok((*pattern).to_owned())
                );
            }
            assert!(!rule.reason.ends_with('.'), "{}", rule.reason);
        }
    }
}
