//! What libraries read or open by a name that no ELF header tells.

use super::pattern::matches;
use super::{FileSet, Inclusion, Pattern};
use crate::vocabulary::{Grade, PackageName, Soname};

/// RuleOwner files a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleOwner {
    /// The package that has the library.
    Own,
    /// The package of this name.
    Of(&'static str),
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct DataRule {
    /// The library, with `*` for any bytes.
    soname: &'static str,
    /// RuleOwner files.
    pub whose: RuleOwner,
    /// The files, as [`Pattern`]s.
    files: &'static [&'static str],
    /// A path that is there where an image has them already; empty where nothing tells.
    pub probe: &'static str,
    /// How much depends on them.
    pub grade: Grade,
    /// Why, in words that follow the names of the files.
    reason: &'static str,
}

impl DataRule {
    /// Whether it is about this library.
    pub fn is_about(&self, soname: &Soname) -> bool {
        matches(self.soname.as_bytes(), soname.as_bytes())
    }

    /// The files, where a package of this name has the library.
    pub fn inclusion(&self, library: &PackageName) -> Inclusion {
        Inclusion {
            package: match self.whose {
                RuleOwner::Own => library.clone(),
                RuleOwner::Of(package) => PackageName::new(package),
            },
            extent: FileSet::Files(self.files.iter().map(|pattern| Pattern::of_table(pattern)).collect()),
            reason: self.reason.to_owned(),
        }
    }
}

/// Every rule.
pub fn data_rules() -> &'static [DataRule] {
    RULES
}

/// A line of the table.
const fn rule(
    grade: Grade,
    soname: &'static str,
    whose: RuleOwner,
    files: &'static [&'static str],
    probe: &'static str,
    reason: &'static str,
) -> DataRule {
    DataRule { soname, whose, files, probe, grade, reason }
}

use Grade::{Required, Suggested};
use RuleOwner::{Of, Own};

/// The table; a library's rules stand together.
#[rustfmt::skip]
const RULES: &[DataRule] = &[
    rule(Required, "libmagic.so.1", Of("libmagic-mgc"), &["/usr/lib/file/magic.mgc", "/usr/share/misc/magic.mgc"],
        "/usr/share/misc/magic.mgc", "libmagic knows no type of file without its database"),
    rule(Required, "libfontconfig.so.1", Of("fontconfig-config"), &["/etc/fonts/*", "/usr/share/fontconfig/*", "/usr/share/xml/fontconfig/*"],
        "/etc/fonts/fonts.conf", "fontconfig looks for fonts nowhere without its configuration"),
    rule(Suggested, "libfontconfig.so.1", Of("fonts-dejavu-core"), &["/usr/share/fonts/*"],
        "/usr/share/fonts", "text is drawn only where there is a font"),
    rule(Required, "libnss3.so", Own, &["/usr/lib/*/libsoftokn3.*", "/usr/lib/*/libfreebl*", "/usr/lib/*/libnssckbi.so"],
        "", "NSS opens its cryptography and its trusted roots by name"),
    rule(Required, "libproj.so.*", Of("proj-data"), &["/usr/share/proj/*"],
        "/usr/share/proj/proj.db", "PROJ knows no coordinate system without its database"),
    rule(Required, "libgdal.so.*", Of("gdal-data"), &["/usr/share/gdal/*"],
        "/usr/share/gdal", "GDAL reads the tables of its formats from there"),
    rule(Required, "libMagickCore-6.Q16.so.*", Own, &["/usr/lib/*/ImageMagick-*"],
        "", "ImageMagick reads and writes every format by a module"),
    rule(Required, "libMagickCore-6.Q16.so.*", Of("imagemagick-6-common"), &["/etc/ImageMagick-6/*", "/usr/share/ImageMagick-6/*"],
        "/etc/ImageMagick-6/policy.xml", "ImageMagick's limits and policy"),
    rule(Required, "libMagickCore-7.Q16.so.*", Own, &["/usr/lib/*/ImageMagick-*"],
        "", "ImageMagick reads and writes every format by a module"),
    rule(Required, "libMagickCore-7.Q16.so.*", Of("imagemagick-7-common"), &["/etc/ImageMagick-7/*", "/usr/share/ImageMagick-7/*"],
        "/etc/ImageMagick-7/policy.xml", "ImageMagick's limits and policy"),
    rule(Required, "libgs.so.9", Of("libgs9-common"), &["/usr/share/ghostscript/*"],
        "", "Ghostscript starts with the PostScript files there"),
    rule(Required, "libgs.so.10", Of("libgs10-common"), &["/usr/share/ghostscript/*"],
        "", "Ghostscript starts with the PostScript files there"),
    rule(Required, "libespeak-ng.so.1", Of("espeak-ng-data"), &["/usr/lib/*/espeak-ng-data/*"],
        "", "eSpeak knows no language without it"),
    rule(Required, "libmariadb.so.3", Own, &["/usr/lib/*/libmariadb3/plugin/caching_sha2_password.so", "/usr/lib/*/libmariadb3/plugin/sha256_password.so",
            "/usr/lib/*/libmariadb3/plugin/client_ed25519.so", "/usr/lib/*/libmariadb3/plugin/mysql_clear_password.so"],
        "", "servers ask for these ways to authenticate, MySQL 8 by default"),
    rule(Required, "libc.so.6", Own, &["/lib/*/libnss_files-2.31.so", "/lib/*/libnss_files.so.2", "/lib/*/libnss_dns-2.31.so", "/lib/*/libnss_dns.so.2"],
        "", "glibc before 2.34 resolves names and users by modules"),
    rule(Suggested, "libc.so.6", Own, &["/usr/lib/*/gconv/*"],
        "", "iconv(3) knows UTF-8 and ASCII without it, and nothing else"),
    rule(Suggested, "libssl.so.*", Of("ca-certificates"), &["/usr/share/ca-certificates/*"],
        "/etc/ssl/certs/ca-certificates.crt", "servers' certificates are compared with the bundle that is made of these"),
    rule(Suggested, "libsasl2.so.2", Of("libsasl2-modules"), &["/usr/lib/*/sasl2/*"],
        "", "SASL authenticates by modules, which only some LDAP and mail servers ask for"),
    rule(Suggested, "libvips.so.42", Own, &["/usr/lib/*/vips-modules-*"],
        "", "libvips reads HEIF, PDF and some other formats by modules"),
    rule(Suggested, "libgdk_pixbuf-2.0.so.0", Own, &["/usr/lib/*/gdk-pixbuf-2.0/*"],
        "", "GdkPixbuf reads formats other than PNG and JPEG by modules, which a file that is made at installation lists"),
    rule(Suggested, "libgvc.so.6", Own, &["/usr/lib/*/graphviz/*"],
        "", "Graphviz lays out and draws by plugins, which a file that `dot -c` makes lists"),
    rule(Suggested, "libxkbcommon.so.0", Of("xkb-data"), &["/usr/share/X11/xkb/*"],
        "/usr/share/X11/xkb", "keyboards are known by it"),
    rule(Suggested, "libX11.so.6", Of("libx11-data"), &["/usr/share/X11/locale/*"],
        "/usr/share/X11/locale", "Xlib knows no locale but C without it"),
    rule(Suggested, "libp11-kit.so.0", Of("p11-kit-modules"), &["/usr/lib/*/pkcs11/*", "/usr/share/p11-kit/*"],
        "", "GnuTLS has trusted roots and smart cards from PKCS #11 modules"),
    rule(Suggested, "libpoppler.so.*", Of("poppler-data"), &["/usr/share/poppler/*"],
        "/usr/share/poppler", "Poppler shows Chinese, Japanese and Korean text by it"),
    rule(Suggested, "libtesseract.so.*", Of("tesseract-ocr-eng"), &["/usr/share/tesseract-ocr/*"],
        "/usr/share/tesseract-ocr", "Tesseract reads no language without that language's data"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_about_the_libraries_that_its_pattern_takes() {
        let about = |soname: &str| -> Vec<String> {
            let soname = Soname::new(soname);
            let rules = data_rules().iter().filter(|rule| rule.is_about(&soname));
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
