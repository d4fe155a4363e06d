//! A component that sends requests while it is asked what it is, where nothing has a network, and never gives up.

use rocky_adapter_sdk::Manifest;
use wasip2::http::outgoing_handler;
use wasip2::http::types::{Fields, OutgoingRequest, Scheme};

rocky_adapter_sdk::export_metadata!(manifest);

/// Never comes back.
pub fn manifest() -> Manifest {
    loop {
        let request = OutgoingRequest::new(Fields::new());
        let set = request
            .set_scheme(Some(&Scheme::Https))
            .and_then(|()| request.set_authority(Some("somewhere.example")))
            .and_then(|()| request.set_path_with_query(Some("/")));
        if set.is_ok() {
            drop(outgoing_handler::handle(request, None));
        }
    }
}
