//! Cells of a result: each is text or null.

use crate::sql::snowflake::epoch::{self, nanoseconds, seconds, shortened};
use crate::sql::snowflake::format::written;
use crate::sql::snowflake::functions::{Moment, json_of};
use crate::types::snowflake::SnowflakeType;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::datatypes::{DataType as Arrow, Decimal128Type};
use datafusion::arrow::util::display::array_value_to_string;
use datafusion::common::ScalarValue;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use std::borrow::Cow;

/// Nanoseconds in a day.
const DAY: i128 = 86_400 * 1_000_000_000;

/// Who reads the values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::snowflake) enum Reader {
    /// A client of the SQL API.
    #[default]
    Api,
    /// A driver, to which TRUE is 1 and a time has as many digits as its type keeps.
    Driver,
}

/// How values are written. What has no format is sent as a number since 1970.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::snowflake) struct Format {
    pub reader: Reader,
    /// Whether NULL is the text `null`.
    pub null_as_text: bool,
    pub binary_as_base64: bool,
    pub date: Option<String>,
    pub time: Option<String>,
    pub timestamp_ntz: Option<String>,
    pub timestamp_ltz: Option<String>,
    pub timestamp_tz: Option<String>,
}

/// One value; none for NULL.
pub(super) fn cell<'a>(
    data_type: &SnowflakeType,
    array: &'a dyn Array,
    row: usize,
    format: &Format,
) -> Option<Cow<'a, str>> {
    if array.is_null(row) || *array.data_type() == Arrow::Null {
        return format.null_as_text.then_some(Cow::Borrowed("null"));
    }
    if *array.data_type() == Arrow::Utf8 && !matches!(data_type, SnowflakeType::TimestampTz(_)) {
        return Some(Cow::Borrowed(array.as_string::<i32>().value(row)));
    }
    let text = text(array, row, format);
    let text = match (format.reader, fraction(data_type)) {
        (Reader::Driver, Some(digits)) => match text.split_once(' ') {
            None => shortened(&text, digits).to_owned(),
            Some((seconds, zone)) => format!("{} {zone}", shortened(seconds, digits)),
        },
        _ => text,
    };
    Some(Cow::Owned(text))
}

/// How many digits of a second's fraction the type keeps.
fn fraction(data_type: &SnowflakeType) -> Option<u8> {
    match data_type {
        SnowflakeType::Time(digits)
        | SnowflakeType::TimestampNtz(digits)
        | SnowflakeType::TimestampLtz(digits)
        | SnowflakeType::TimestampTz(digits) => Some(*digits),
        _ => None,
    }
}

fn text(array: &dyn Array, row: usize, format: &Format) -> String {
    let plain = || array_value_to_string(array, row).unwrap_or_default();
    match array.data_type() {
        // All other texts are told as they are.
        Arrow::Utf8 => zoned(array.as_string::<i32>().value(row), format),
        Arrow::Boolean if format.reader == Reader::Driver => {
            u8::from(array.as_boolean().value(row)).to_string()
        }
        Arrow::Binary => binary(array.as_binary::<i32>().value(row), format),
        Arrow::Decimal128(..) => array.as_primitive::<Decimal128Type>().value_as_string(row),
        Arrow::Date32 | Arrow::Time64(_) | Arrow::Timestamp(..) => {
            let value = ScalarValue::try_from_array(array, row).ok();
            let moment = value.and_then(|value| Moment::read(&value).ok());
            moment.map_or_else(plain, |moment| point(moment, format))
        }
        Arrow::List(_) | Arrow::Struct(_) | Arrow::Map(..) => {
            let value = ScalarValue::try_from_array(array, row);
            let json = value.and_then(|value| json_of(&value));
            json.map_or_else(|_| plain(), |json| json.to_string())
        }
        _ => plain(),
    }
}

fn binary(bytes: &[u8], format: &Format) -> String {
    match format.binary_as_base64 {
        true => STANDARD.encode(bytes),
        false => bytes.iter().map(|byte| format!("{byte:02X}")).collect(),
    }
}

/// Days since 1970, or seconds.
fn point(moment: Moment, format: &Format) -> String {
    let at = moment.datetime();
    let wanted = match moment {
        Moment::Day(_) => &format.date,
        Moment::Clock(_) => &format.time,
        Moment::Wall(_) => &format.timestamp_ntz,
        Moment::Instant(_) => &format.timestamp_ltz,
    };
    match (wanted, moment) {
        (Some(wanted), _) => written(at, 0, wanted),
        (None, Moment::Day(_)) => (nanoseconds(at).div_euclid(DAY)).to_string(),
        (None, _) => seconds(nanoseconds(at)),
    }
}

/// A TIMESTAMP_TZ is kept in the form that results have: seconds, and the offset's minutes counted
/// from -1440.
fn zoned(kept: &str, format: &Format) -> String {
    let parts = kept.split_once(' ').and_then(|(seconds, minutes)| {
        let at = Timestamp::from_nanosecond(epoch::read(seconds)?).ok()?;
        Some((at, minutes.parse::<i32>().ok()? - 1_440))
    });
    match (parts, &format.timestamp_tz) {
        (Some((at, offset)), Some(wanted)) => {
            let zone = Offset::from_seconds(offset * 60).unwrap_or(Offset::UTC);
            let local = at.to_zoned(TimeZone::fixed(zone)).datetime();
            written(local, offset, wanted)
        }
        _ => kept.to_owned(),
    }
}
