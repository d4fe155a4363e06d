//! Files, as editors name them.

use std::path::PathBuf;

use tower_lsp_server::ls_types::Uri;

/// The file that a URI names; `None` for what is no file, such as a text that was never saved.
pub fn to_file(uri: &Uri) -> Option<PathBuf> {
    let is_file = uri.scheme().as_str().eq_ignore_ascii_case("file");
    let file = is_file.then(|| uri.to_file_path()).flatten()?;
    Some(file.into_owned())
}
