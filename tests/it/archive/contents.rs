//! What happens when Contents is not the one that the signed Release lists, or not what it seems.

use super::*;

/// A mirror in the middle of a point release: the Release is new, Contents is not, and its by-hash is absent.
fn in_the_middle_of_a_point_release(world: &World) {
    let mut files = next_bookworm("a newer one of another size\n").publish(&world.key);
    files.retain(|path, _| !path.contains("Contents") && !path.contains("main/by-hash"));
    world.server.remove("main/Contents-amd64.gz");
    world.server.publish(files);
    let stale = gz(b"stale stale/stale\n");
    world.server.publish(Files::from([("dists/bookworm/main/Contents-amd64.gz".to_owned(), stale)]));
}

#[test]
fn a_contents_that_does_not_match_is_no_authority() {
    let world = World::new();
    in_the_middle_of_a_point_release(&world);
    let error = world.update().expect_err("must fail");
    let text = error.to_string();
    let start = "cannot trust main/Contents-amd64.gz of bookworm, it does not match the signed Release: ";
    assert!(text.starts_with(start), "{text}");
    assert!(
        text.contains("/by-hash/SHA256/") && text.contains(": the server answered 404 Not Found; "),
        "{text}"
    );
    assert!(
        text.contains("/main/Contents-amd64.gz: size ") && text.ends_with(" in the signed Release"),
        "{text}"
    );
    assert!(error.hint().expect("a hint").contains("--allow-unverified-contents"));
}

#[test]
fn the_next_mirror_may_have_the_contents_that_matches() {
    let world = World::new();
    in_the_middle_of_a_point_release(&world);
    let other = ArchiveServer::start([next_bookworm("a newer one of another size\n").publish(&world.key)]);
    let mirrors = Mirrors::Given(vec![world.server.url(), other.url()]);
    let set = update(ArchiveSettings { mirrors, ..world.settings() }).expect("up to date");
    assert!(set.contents[0].verified);
    assert_eq!(read(&set.contents[0]), "a newer one of another size\n");
    assert_eq!(set.releases[0].base, world.server.url());
}

#[test]
fn the_last_contents_that_matched_serves_with_its_own_date() {
    let world = World::new();
    world.update().expect("up to date");
    in_the_middle_of_a_point_release(&world);
    let set = world.update().expect("falls back");
    assert_eq!(read(&set.contents[0]), CONTENTS);
    assert!(set.contents[0].verified);
    assert_eq!(set.contents[0].date, archive_date());
    assert!(set.releases[0].date > archive_date());
    let said = set.diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let expected = format!(
        "main/Contents-amd64.gz of bookworm does not match the signed Release, the one of {} is used: ",
        archive_date()
    );
    assert!(said.contains(&expected), "{said}");
    world.assert_cache_is_good(CONTENTS);
}

#[test]
fn a_contents_that_does_not_match_is_used_only_on_request() {
    let world = World::new();
    in_the_middle_of_a_point_release(&world);
    let set = update(ArchiveSettings { allow_unverified_contents: true, ..world.settings() })
        .expect("an unverified index");
    assert!(!set.contents[0].verified);
    assert_eq!(read(&set.contents[0]), "stale stale/stale\n");
    assert!(set.packages[0].verified);
    let said = set.diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(said.contains("is used unverified, it does not match the signed Release: "), "{said}");
}

#[test]
fn a_truncated_gzip_that_was_signed_so_fails_when_read() {
    let whole = gz(CONTENTS.as_bytes());
    let truncated = whole[..whole.len() - 10].to_vec();
    let world = World::with(vec![bookworm(CONTENTS).compressed("main/Contents-amd64.gz", truncated)]);
    let set = world.update().expect("is what was signed");
    let error =
        set.contents[0].open().expect("opens").read_to_end(&mut Vec::new()).expect_err("is truncated");
    assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
}

#[test]
fn a_decompression_bomb_is_refused() {
    let bomb = gz(&vec![b' '; 1 << 20]);
    let world = World::with(vec![bookworm(CONTENTS).compressed("main/Contents-amd64.gz", bomb)]);
    let set = world.update().expect("is what was signed");
    let mut read = Vec::new();
    let error = set.contents[0].open().expect("opens").read_to_end(&mut read).expect_err("is a bomb");
    assert_eq!(
        error.to_string(),
        format!("it decompresses to more than the {} bytes allowed", CONTENTS.len())
    );
    assert!(read.len() <= CONTENTS.len());
}
