//! One instance of a component: its state in the host, its limits, and what becomes of a call into it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rocky_schema::AdapterError;
use tokio::time::error::Elapsed;
use wasmtime::component::{Instance, InstancePre, ResourceTable};
use wasmtime::{ResourceLimiter, Store, UpdateDeadline};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::bindings::rocky::adapter::{log, types};
use crate::egress::{Egress, Gate};
use crate::error::Failure;
use crate::guest_output::GuestOutput;
use crate::host::EPOCH;
use crate::in_flight::InFlight;
use crate::limits::{Limit, Limits};
use crate::usage::{RequestLog, Usage, lock};
use crate::{convert, resources};

/// Lines of one call that are passed on; a guest that says more is not heard.
const LOG_LINES: u32 = 10_000;
/// How long a guest may go on over its time, so that it can end what it has running on the warehouse.
const GRACE: Duration = Duration::from_secs(3);
/// Bytes of one line that are passed on.
const LOG_LINE_BYTES: usize = 4 << 10;

/// What the host holds for one instance.
pub(crate) struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    egress: Egress,
    memory: MemoryLimit,
    cpu: CpuLimit,
    adapter: Arc<str>,
    lines: u32,
}

impl State {
    /// A text from the guest or a server, with every secret taken out.
    fn redact(&self, text: String) -> String {
        match &self.egress.gate {
            Some(gate) => gate.credential.redact(text),
            None => text,
        }
    }

    /// Lets others run, or stops the guest.
    fn tick(&mut self) -> wasmtime::Result<UpdateDeadline> {
        match self.egress.log.is_flood() {
            true => Err(wasmtime::Trap::Interrupt.into()),
            false => self.cpu.tick(),
        }
    }
}

/// One instance, from its start to the end of its one call.
pub(crate) struct Sandbox {
    pub store: Store<State>,
    pub instance: Instance,
    pub limits: Limits,
    output: GuestOutput,
    started: Instant,
    step_started: Instant,
    broken: bool,
}

impl Sandbox {
    /// Instantiates a component for `adapter`. Without a gate it has no network.
    pub(crate) async fn start(
        component: &InstancePre<State>,
        adapter: Arc<str>,
        gate: Option<Arc<Gate>>,
    ) -> Result<Self, Failure> {
        let started = Instant::now();
        let limits = gate
            .as_ref()
            .map(|gate| gate.limits.clone())
            .unwrap_or_default();
        let output = GuestOutput::new(adapter.clone());
        let state = State {
            wasi: empty_surroundings(&output),
            http: resources::http(),
            table: resources::table(),
            egress: Egress {
                gate,
                log: Arc::default(),
                exceeded: Arc::default(),
                in_flight: InFlight::default(),
            },
            memory: MemoryLimit::new(limits.memory_bytes()),
            cpu: CpuLimit::new(limits.cpu_seconds),
            adapter,
            lines: 0,
        };
        let mut store = Store::new(component.engine(), state);
        store.limiter(|state| &mut state.memory);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|mut context| context.data_mut().tick());
        store.set_hostcall_fuel(limits.page_bytes());
        match component.instantiate_async(&mut store).await {
            Ok(instance) => Ok(Self {
                store,
                instance,
                limits,
                output,
                started,
                step_started: started,
                broken: false,
            }),
            Err(error) if store.data().memory.exceeded => {
                tracing::debug!("{error:#}");
                Err(Failure::Limit {
                    limit: Limit::Memory(limits.memory_mb),
                })
            }
            Err(error) => Err(Failure::Host(format!("{error:#}"))),
        }
    }

    /// Begins a step: how long the next call into the guest may take. Past the end of its time there is a grace, in which a step
    /// that is under way may end, so that the guest can be told to clean up.
    pub(crate) fn patience(&mut self) -> Duration {
        self.step_started = Instant::now();
        let (_, end) = self.deadline();
        end.saturating_duration_since(Instant::now()) + GRACE
    }

    /// Whether the step, or the whole call, has taken too long. Asked between steps, when the guest can still be told to end.
    pub(crate) fn check_time(&self) -> Result<(), Failure> {
        let (limit, end) = self.deadline();
        match Instant::now() >= end {
            true => Err(Failure::Limit { limit }),
            false => Ok(()),
        }
    }

    /// Whether nobody waits for the answer any more. Asked between steps, as the time is.
    pub(crate) fn check_cancelled(&self) -> Result<(), Failure> {
        let gate = self.store.data().egress.gate.as_ref();
        match gate.is_some_and(|gate| gate.cancelled.load(Ordering::Relaxed)) {
            true => Err(Failure::Cancelled),
            false => Ok(()),
        }
    }

    /// The limit of time that ends first, and when.
    fn deadline(&self) -> (Limit, Instant) {
        let idle_end = self.step_started + self.limits.idle();
        let total_end = self.started + self.limits.total();
        if idle_end < total_end {
            (Limit::Idle(self.limits.idle_seconds), idle_end)
        } else {
            (Limit::Total(self.limits.total_seconds), total_end)
        }
    }

    /// What a call into the guest came to: its value, or why there is none. After a failure the guest is broken.
    pub(crate) fn settle<T>(
        &mut self,
        export: &'static str,
        outcome: Result<wasmtime::Result<T>, Elapsed>,
    ) -> Result<T, Failure> {
        self.broken = !matches!(outcome, Ok(Ok(_)));
        match outcome {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(self.trap(export, &error)),
            Err(Elapsed { .. }) => {
                let (limit, _) = self.deadline();
                Err(Failure::Limit { limit })
            }
        }
    }

    /// Whether a call into the guest did not come back: then it is in an unknown state and must not be called again.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken
    }

    /// What the guest's own error comes to: the host may know the reason better than the guest.
    pub(crate) fn refused(&self, error: types::Error) -> Failure {
        let state = self.store.data();
        if let Some(failure) = self.swallowed() {
            return failure;
        }
        let AdapterError {
            code,
            message,
            retry_after_ms,
            attributes,
        } = convert::error(error);
        let redact = |text: String| state.redact(text);
        let error = AdapterError {
            code,
            message: redact(message),
            retry_after_ms,
            attributes: attributes
                .into_iter()
                .map(|(name, value)| (name, redact(value)))
                .collect(),
        };
        Failure::Adapter {
            error,
            detail: state.egress.log.failure().map(redact),
        }
    }

    /// Why the host stopped a request, whatever the guest made of that.
    pub(crate) fn swallowed(&self) -> Option<Failure> {
        let egress = &self.store.data().egress;
        if let Some(limit) = *lock(&egress.exceeded) {
            return Some(Failure::Limit { limit });
        }
        if let Some(error) = egress.log.credential_failure() {
            return Some(Failure::Credential(error));
        }
        let refusal = egress.log.refusals().into_iter().next()?;
        Some(Failure::Refused(refusal))
    }

    pub(crate) fn requests(&self) -> &RequestLog {
        &self.store.data().egress.log
    }

    pub(crate) fn usage(&self) -> Usage {
        self.requests().usage(self.started.elapsed())
    }

    /// A text from the guest with the credential taken out, should a warehouse have told it.
    pub(crate) fn redact(&self, text: String) -> String {
        self.store.data().redact(text)
    }

    fn trap(&self, export: &'static str, error: &wasmtime::Error) -> Failure {
        let state = self.store.data();
        if state.memory.exceeded {
            return Failure::Limit {
                limit: Limit::Memory(self.limits.memory_mb),
            };
        }
        if state.cpu.is_exhausted() {
            return Failure::Limit {
                limit: Limit::Cpu(self.limits.cpu_seconds),
            };
        }
        if let Some(limit) = *lock(&state.egress.exceeded) {
            return Failure::Limit { limit };
        }
        if state.egress.log.is_flood()
            && let Some(failure) = self.swallowed()
        {
            return failure;
        }
        let cause = error.root_cause().to_string();
        if cause.contains("fuel allocated for hostcalls has been exhausted") {
            return Failure::Limit {
                limit: Limit::Page(self.limits.page_mb),
            };
        }
        let words = state.redact(self.output.last_words());
        let message = match (words.is_empty(), error.downcast_ref::<wasmtime::Trap>()) {
            (true, _) => cause,
            (false, Some(wasmtime::Trap::UnreachableCodeReached)) => words,
            (false, _) => format!("{cause}: {words}"),
        };
        Failure::Trap { export, message }
    }
}

/// WASI without anything in it: no environment, arguments, files or sockets; what is printed is kept for the case of a crash.
fn empty_surroundings(output: &GuestOutput) -> WasiCtx {
    let mut wasi = WasiCtx::builder();
    wasi.allow_tcp(false)
        .allow_udp(false)
        .allow_ip_name_lookup(false);
    wasi.stdout(output.clone()).stderr(output.clone());
    wasi.build()
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.egress,
        }
    }
}

impl types::Host for State {}

impl log::Host for State {
    fn verbosity(&mut self) -> log::Level {
        use tracing::level_filters::LevelFilter;
        match LevelFilter::current() {
            LevelFilter::TRACE => log::Level::Trace,
            LevelFilter::DEBUG => log::Level::Debug,
            LevelFilter::INFO => log::Level::Info,
            LevelFilter::WARN => log::Level::Warn,
            _ => log::Level::Error,
        }
    }

    fn log(&mut self, level: log::Level, mut message: String) {
        self.lines = self.lines.saturating_add(1);
        if self.lines > LOG_LINES {
            return;
        }
        message = self.redact(message);
        if message.len() > LOG_LINE_BYTES {
            message.truncate(message.floor_char_boundary(LOG_LINE_BYTES));
            message.push('…');
        }
        let adapter = &*self.adapter;
        match level {
            log::Level::Error => tracing::error!(adapter, "{message}"),
            log::Level::Warn => tracing::warn!(adapter, "{message}"),
            log::Level::Info => tracing::info!(adapter, "{message}"),
            log::Level::Debug => tracing::debug!(adapter, "{message}"),
            log::Level::Trace => tracing::trace!(adapter, "{message}"),
        }
    }
}

/// Counts the epochs in which a guest has computed. One that waits is not asked.
struct CpuLimit {
    left: u64,
}

impl CpuLimit {
    fn new(seconds: u32) -> Self {
        let epochs_per_second = 1_000 / EPOCH.as_millis().max(1) as u64;
        Self {
            left: u64::from(seconds) * epochs_per_second,
        }
    }

    fn is_exhausted(&self) -> bool {
        self.left == 0
    }

    /// Lets others run, or stops the guest.
    fn tick(&mut self) -> wasmtime::Result<UpdateDeadline> {
        self.left = self.left.saturating_sub(1);
        match self.left {
            0 => Err(wasmtime::Trap::Interrupt.into()),
            _ => Ok(UpdateDeadline::Yield(1)),
        }
    }
}

/// Counts the memory of an instance: its linear memories, and its tables, which the host holds.
struct MemoryLimit {
    allowed: usize,
    used: usize,
    exceeded: bool,
}

/// An element of a table is a pointer.
const ELEMENT_BYTES: usize = size_of::<usize>();
/// Core instances of a component; those of a language that brings its runtime have some twenty. Each takes memory of the host.
const CORE_INSTANCES: usize = 256;
/// Tables of a component, each of which takes memory of the host even if it is empty.
const TABLES: usize = 256;
/// Linear memories of a component, each of which reserves addresses.
const MEMORIES: usize = 16;

impl MemoryLimit {
    fn new(allowed: usize) -> Self {
        Self {
            allowed,
            used: 0,
            exceeded: false,
        }
    }

    fn grow(&mut self, bytes: usize) -> bool {
        let used = self.used.saturating_add(bytes);
        if used > self.allowed {
            self.exceeded = true;
            return false;
        }
        self.used = used;
        true
    }
}

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.grow(desired.saturating_sub(current)))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let elements = desired.saturating_sub(current);
        Ok(self.grow(elements.saturating_mul(ELEMENT_BYTES)))
    }

    fn instances(&self) -> usize {
        CORE_INSTANCES
    }

    fn tables(&self) -> usize {
        TABLES
    }

    fn memories(&self) -> usize {
        MEMORIES
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn tables_and_memories_share_one_limit() {
        let mut limit = MemoryLimit::new(1 << 20);
        assert!(limit.memory_growing(0, 1 << 19, None).unwrap());
        let half = (1 << 19) / ELEMENT_BYTES;
        // Many tables of which each is small.
        for _ in 0..8 {
            assert!(limit.table_growing(0, half / 8, None).unwrap());
        }
        assert!(!limit.exceeded);
        assert!(!limit.table_growing(half / 8, half / 8 + 1, None).unwrap());
        assert!(!limit.memory_growing(1 << 19, (1 << 19) + 1, None).unwrap());
        assert!(limit.exceeded);
    }
}
