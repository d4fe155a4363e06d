//! The component.

rocky_adapter_sdk::export!(crate::Snowflake);
