use std::fmt;
use std::time::Duration;

/// What one call of an adapter may use. Each limit has a key under `[adapter.NAME.limits]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory of one instance, in MiB. Key `memory_mb`.
    pub memory_mb: u32,
    /// How long a call may go without a step, in seconds. Key `idle_seconds`.
    pub idle_seconds: u32,
    /// How long a call may take in all, in seconds. Key `total_seconds`.
    pub total_seconds: u32,
    /// How long a call may compute, in seconds; waiting does not count. Key `cpu_seconds`.
    pub cpu_seconds: u32,
    /// How many calls run at once. Key `concurrency`.
    pub concurrency: u32,
    /// HTTP requests of one call. Key `requests`.
    pub requests: u64,
    /// Bytes of all HTTP responses of one call, after decompression, in MiB. Key `response_mb`.
    pub response_mb: u64,
    /// Tables in one answer. Key `tables`.
    pub tables: u64,
    /// Columns in one answer, of all its tables. Key `columns`.
    pub columns: u64,
    /// Bytes of one page of an answer, in MiB. Key `page_mb`.
    pub page_mb: u32,
    /// Bytes of all pages of one answer, in MiB. Key `answer_mb`.
    pub answer_mb: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_mb: 256,
            idle_seconds: 120,
            total_seconds: 1800,
            cpu_seconds: 300,
            concurrency: 32,
            requests: 100_000,
            response_mb: 4096,
            tables: 1_000_000,
            columns: 20_000_000,
            page_mb: 128,
            answer_mb: 1024,
        }
    }
}

impl Limits {
    pub(crate) fn memory_bytes(&self) -> usize {
        (self.memory_mb as usize) << 20
    }

    pub(crate) fn response_bytes(&self) -> u64 {
        self.response_mb.saturating_mul(1 << 20)
    }

    pub(crate) fn page_bytes(&self) -> usize {
        (self.page_mb as usize) << 20
    }

    pub(crate) fn answer_bytes(&self) -> u64 {
        self.answer_mb.saturating_mul(1 << 20)
    }

    pub(crate) fn idle(&self) -> Duration {
        Duration::from_secs(self.idle_seconds.into())
    }

    pub(crate) fn total(&self) -> Duration {
        Duration::from_secs(self.total_seconds.into())
    }
}

/// A limit that a call went over, and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// `memory_mb`
    Memory(u32),
    /// `idle_seconds`
    Idle(u32),
    /// `total_seconds`
    Total(u32),
    /// `cpu_seconds`
    Cpu(u32),
    /// `requests`
    Requests(u64),
    /// `response_mb`
    Response(u64),
    /// `tables`
    Tables(u64),
    /// `columns`
    Columns(u64),
    /// `page_mb`
    Page(u32),
    /// `answer_mb`
    Answer(u64),
}

impl Limit {
    /// The key under `[adapter.NAME.limits]`.
    pub fn key(&self) -> &'static str {
        match self {
            Limit::Memory(_) => "memory_mb",
            Limit::Idle(_) => "idle_seconds",
            Limit::Total(_) => "total_seconds",
            Limit::Cpu(_) => "cpu_seconds",
            Limit::Requests(_) => "requests",
            Limit::Response(_) => "response_mb",
            Limit::Tables(_) => "tables",
            Limit::Columns(_) => "columns",
            Limit::Page(_) => "page_mb",
            Limit::Answer(_) => "answer_mb",
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Limit::Memory(mb) => write!(f, "it needs more than {mb} MiB of memory"),
            Limit::Idle(seconds) => write!(f, "it made no progress for {seconds} s"),
            Limit::Total(seconds) => write!(f, "it took longer than {seconds} s"),
            Limit::Cpu(seconds) => write!(f, "it computed for more than {seconds} s"),
            Limit::Requests(count) => write!(f, "it sent more than {count} requests"),
            Limit::Response(mb) => write!(f, "the warehouse sent it more than {mb} MiB"),
            Limit::Tables(count) => write!(f, "it returned more than {count} tables"),
            Limit::Columns(count) => write!(f, "it returned more than {count} columns"),
            Limit::Page(mb) => write!(f, "it returned a page of more than {mb} MiB"),
            Limit::Answer(mb) => write!(f, "it returned more than {mb} MiB in all"),
        }
    }
}
