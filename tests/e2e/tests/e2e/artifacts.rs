//! Compiled components: machine code that another user could have written is not run.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use rocky_plugin::{Host, HostConfig};

use crate::project::components;

/// The name that a plugin gives itself, loaded with compiled components from this directory.
async fn name(directory: &Path, component: &str) -> String {
    let config = HostConfig {
        artifact_directory: Some(directory.to_owned()),
        ..HostConfig::default()
    };
    let plugin = Host::new(config)
        .unwrap()
        .load(&components().join(component))
        .await
        .unwrap();
    plugin.manifest().name.clone()
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn only_file(directory: &Path) -> PathBuf {
    let mut files = fs::read_dir(directory).unwrap();
    files.next().unwrap().unwrap().path()
}

const WANTED: &str = "test/probe.wasm";
const OTHER: &str = "test/metadata_only.wasm";

#[tokio::test]
async fn only_what_this_user_alone_can_write_is_run() {
    let place = tempfile::tempdir().unwrap();
    let [wanted, other] = ["wanted", "other"].map(|name| place.path().join(name));
    assert_eq!(name(&wanted, WANTED).await, "probe");
    assert_eq!(name(&other, OTHER).await, "metadata-only");
    let (artifact, strange) = (only_file(&wanted), only_file(&other));
    assert_eq!(
        fs::metadata(&wanted).unwrap().permissions().mode() & 0o777,
        0o700
    );

    // What the user's own files say is believed: here they say that the probe is another component.
    fs::copy(&strange, &artifact).unwrap();
    set_mode(&artifact, 0o600);
    assert_eq!(name(&wanted, WANTED).await, "metadata-only");
    // What others can write is not, and is replaced.
    for mode in [0o620, 0o602, 0o666] {
        fs::copy(&strange, &artifact).unwrap();
        set_mode(&artifact, mode);
        assert_eq!(name(&wanted, WANTED).await, "probe", "{mode:o}");
        assert_eq!(
            fs::metadata(&artifact).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    fs::remove_file(&artifact).unwrap();
    symlink(&strange, &artifact).unwrap();
    assert_eq!(name(&wanted, WANTED).await, "probe");
    assert!(!fs::symlink_metadata(&artifact).unwrap().is_symlink());

    // Nor anything in a directory that others can change, or that lies in one.
    for open in [wanted.clone(), place.path().to_owned()] {
        fs::copy(&strange, &artifact).unwrap();
        set_mode(&artifact, 0o600);
        set_mode(&open, 0o777);
        assert_eq!(name(&wanted, WANTED).await, "probe", "{}", open.display());
        set_mode(&open, 0o700);
    }
}
