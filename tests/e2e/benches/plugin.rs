//! What the sandbox costs: `cargo bench --package rocky-e2e --bench plugin`, with `ROCKY_COMPONENTS` set, or `cargo xtask bench plugin`.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use rocky_cache::{CacheConfig, Connection, Cost, Provenance, SchemaTap, Tap};
use rocky_plugin::{
    Adapter, AdapterConfig, Allocation, Approved, DescribeRequest, Described, Host, HostConfig,
    PageSink, Plugin, StatementGuard, StatementLevel,
};
use rocky_schema::{Entry, SchemaName};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Tables on the one page that is read, and columns of each.
const TABLES: usize = 2_000;
const COLUMNS: usize = 20;

fn main() -> Outcome<()> {
    let components = PathBuf::from(
        std::env::var_os("ROCKY_COMPONENTS")
            .ok_or("ROCKY_COMPONENTS is not set: run `cargo xtask bench plugin`")?,
    );
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let artifacts = tempfile::tempdir()?;
    println!("| what | measured | target or baseline | ratio |\n|---|---|---|---|");
    runtime.block_on(async {
        start(&components, artifacts.path()).await?;
        instances(&components, artifacts.path()).await?;
        requests(&components, artifacts.path()).await?;
        let boundary = boundary(&components, artifacts.path()).await?;
        tax(&components, artifacts.path(), boundary).await
    })
}

fn host(artifacts: &Path, allocation: Allocation) -> Outcome<Host> {
    let config = HostConfig {
        artifact_directory: Some(artifacts.to_owned()),
        allocation,
        ..HostConfig::default()
    };
    Ok(Host::new(config)?)
}

/// From nothing to a component's manifest, compiled before.
async fn start(components: &Path, artifacts: &Path) -> Outcome<()> {
    let component = components.join("databricks.wasm");
    host(artifacts, Allocation::OnDemand)?
        .load(&component)
        .await?;
    for allocation in [Allocation::OnDemand, Allocation::Pooling] {
        let mut times = Vec::new();
        for _ in 0..20 {
            let begun = Instant::now();
            host(artifacts, allocation)?.load(&component).await?;
            times.push(begun.elapsed());
        }
        row(
            &format!("engine, map, manifest ({allocation:?})"),
            median(times),
            Duration::from_millis(5),
        );
    }
    Ok(())
}

/// Calls that do nothing, each in an instance of its own.
async fn instances(components: &Path, artifacts: &Path) -> Outcome<()> {
    const CALLS: u32 = 500;
    let mut baseline = Duration::ZERO;
    for allocation in [Allocation::OnDemand, Allocation::Pooling] {
        let host = host(artifacts, allocation)?;
        let plugin = host.load(&components.join("test/probe.wasm")).await?;
        let adapter = configure(&plugin, "http://127.0.0.1:9", &[("behaviour", "nothing")])?;
        let mut times = Vec::new();
        for _ in 0..5 {
            let begun = Instant::now();
            for call in 0..CALLS {
                let request = DescribeRequest::new(SchemaName::new("c", call.to_string()));
                adapter.describe(request, &mut Count::default()).await?;
            }
            times.push(begun.elapsed() / CALLS);
        }
        let time = median(times);
        if allocation == Allocation::OnDemand {
            baseline = time;
        }
        row(
            &format!("a call that does nothing ({allocation:?})"),
            time,
            baseline,
        );
    }
    Ok(())
}

/// What the rules for requests cost: a statement that the guard judges, beside one that it lets pass unseen.
async fn requests(components: &Path, artifacts: &Path) -> Outcome<()> {
    const REQUESTS: u32 = 1_000;
    let address = serve(Arc::new("{}".to_owned()))?;
    let host = host(artifacts, Allocation::OnDemand)?;
    let plugin = host.load(&components.join("test/hostile.wasm")).await?;
    let sql = "SELECT table_name, column_name, full_data_type FROM main.information_schema.columns WHERE table_schema = :schema";
    let body = serde_json::json!({"statement": sql, "warehouse_id": "w"}).to_string();
    let request = serde_json::json!({
        "method": "POST", "path": "/api/2.0/sql/statements",
        "headers": [["content-type", "application/json"]], "body": body,
    });
    let mut baseline = Duration::ZERO;
    for level in [StatementLevel::Any, StatementLevel::Metadata] {
        let mut config = AdapterConfig::new("bench");
        for (key, value) in [
            ("host", format!("http://{address}")),
            ("attack", "repeat".to_owned()),
            ("target", request.to_string()),
        ] {
            config.settings.insert(key.to_owned(), value.into());
        }
        config.network.statements = level;
        config.network.approved = Approved::all_of(plugin.manifest());
        config.network.guard = Some(Arc::new(Guard(rocky_guard::Guard::default())));
        let adapter = plugin.configure(config)?;
        let mut times = Vec::new();
        for round in 0..5 {
            let begun = Instant::now();
            let schema = SchemaName::new("c", round.to_string());
            adapter
                .describe(DescribeRequest::new(schema), &mut Count::default())
                .await?;
            times.push(begun.elapsed() / REQUESTS);
        }
        let time = median(times);
        if level == StatementLevel::Any {
            baseline = time;
        }
        row(
            &format!(
                "a request with SQL, statements = {:?} (any)",
                level.as_str()
            ),
            time,
            baseline,
        );
    }
    Ok(())
}

/// The guard as the command line has it.
struct Guard(rocky_guard::Guard);

impl StatementGuard for Guard {
    fn check(&self, dialect: &str, sql: &str, _: StatementLevel) -> Result<(), String> {
        let checked = self.0.check(dialect, sql, rocky_guard::Level::Metadata);
        checked.map_err(|refused| refused.to_string())
    }
}

/// An answer of 100,000 columns that costs its guest next to nothing: into a sink that counts, and into a cache on disk.
/// Returns what a column costs on its way out of the sandbox.
async fn boundary(components: &Path, artifacts: &Path) -> Outcome<Duration> {
    const COLUMNS: usize = 100_001;
    let host = host(artifacts, Allocation::OnDemand)?;
    let plugin = host.load(&components.join("test/probe.wasm")).await?;
    let adapter = configure(&plugin, "http://127.0.0.1:9", &[("behaviour", "many")])?;
    let schema = SchemaName::new("c", "s");
    let (mut counted, mut committed) = (Vec::new(), Vec::new());
    for _ in 0..9 {
        let begun = Instant::now();
        let mut count = Count::default();
        adapter
            .describe(DescribeRequest::new(schema.clone()), &mut count)
            .await?;
        assert_eq!(count.columns, COLUMNS);
        counted.push(begun.elapsed());

        let directory = tempfile::tempdir()?;
        let begun = Instant::now();
        let tap = Tap::start(&CacheConfig::at(directory.path().join("state.redb")));
        let mut cache = Cache::new(&tap, &plugin, schema.clone());
        let described = adapter
            .describe(DescribeRequest::new(schema.clone()), &mut cache)
            .await?;
        cache.done(&described)?;
        assert!(tap.finish().failures().next().is_none());
        committed.push(begun.elapsed());
    }
    let counted = median(counted);
    row(
        "100,000 columns out of the sandbox",
        counted,
        Duration::from_millis(30),
    );
    row(
        "100,000 columns from a guest to a committed cache",
        median(committed),
        Duration::from_millis(100),
    );
    Ok(counted / u32::try_from(COLUMNS)?)
}

/// One large page through the component, and through the same code natively. The parsing alone is what is left after
/// `boundary`, the time a column takes out of the sandbox.
async fn tax(components: &Path, artifacts: &Path, boundary: Duration) -> Outcome<()> {
    let page = Arc::new(page());
    let address = serve(page.clone())?;
    let mut native = Vec::new();
    for _ in 0..7 {
        let begun = Instant::now();
        let url = format!("http://{address}/api/2.1/unity-catalog/tables");
        let body = reqwest::get(&url).await?.bytes().await?;
        let tables =
            rocky_databricks::parse_tables_page(&body).map_err(|error| error.to_string())?;
        assert_eq!(tables.len(), TABLES);
        native.push(begun.elapsed());
    }
    let host = host(artifacts, Allocation::OnDemand)?;
    let plugin = host.load(&components.join("databricks.wasm")).await?;
    let adapter = configure(&plugin, &format!("http://{address}"), &[])?;
    let mut sandboxed = Vec::new();
    for _ in 0..7 {
        let begun = Instant::now();
        let mut count = Count::default();
        adapter
            .describe(DescribeRequest::new(SchemaName::new("c", "s")), &mut count)
            .await?;
        assert_eq!((count.tables, count.columns), (TABLES, TABLES * COLUMNS));
        sandboxed.push(begun.elapsed());
    }
    let columns = TABLES * COLUMNS;
    let what = format!(
        "fetch and parse {columns} columns, {} MB of JSON",
        page.len() / 1_000_000
    );
    let (native, sandboxed) = (median(native), median(sandboxed));
    row(
        &format!("{what}, and hand them out (native, without handing out)"),
        sandboxed,
        native,
    );
    let parsing = sandboxed.saturating_sub(boundary * u32::try_from(columns)?);
    row(&format!("{what} (native)"), parsing, native);
    Ok(())
}

fn configure(plugin: &Plugin, host: &str, settings: &[(&str, &str)]) -> Outcome<Adapter> {
    let mut config = AdapterConfig::new("bench");
    config.settings.insert("host".to_owned(), host.into());
    for (key, value) in settings {
        config.settings.insert((*key).to_owned(), (*value).into());
    }
    Ok(plugin.configure(config)?)
}

/// Passes an answer on to a cache, as `rocky run` does.
struct Cache {
    schema: SchemaTap,
}

impl Cache {
    fn new(tap: &Tap, plugin: &Plugin, schema: SchemaName) -> Self {
        let manifest = plugin.manifest();
        let connection = Connection {
            adapter: "bench".to_owned(),
            plugin: manifest.name.clone(),
            endpoint: "http://127.0.0.1:9".to_owned(),
            identity: BTreeMap::new(),
            rules: manifest.identifiers,
            dialect: manifest.dialect.clone(),
        };
        let provenance = Provenance {
            plugin: manifest.name.clone(),
            version: manifest.version.clone(),
            digest: plugin.digest().to_string(),
        };
        let schema = tap.schema(&Arc::new(connection), &Arc::new(provenance), schema);
        Self { schema }
    }

    fn done(self, described: &Described) -> Outcome<()> {
        let rocky_plugin::Outcome::Done(summary) = &described.outcome else {
            return Err("the probe said that nothing has changed".into());
        };
        let cost = Cost {
            described_at: SystemTime::now().into(),
            duration: described.usage.duration,
            requests: described.usage.requests,
        };
        self.schema.done(summary, cost);
        Ok(())
    }
}

impl PageSink for Cache {
    fn page(&mut self, entries: Vec<Entry>) {
        self.schema.page(&entries);
    }
}

#[derive(Default)]
struct Count {
    tables: usize,
    columns: usize,
}

impl PageSink for Count {
    fn page(&mut self, entries: Vec<Entry>) {
        for entry in entries {
            if let Entry::Table(table) = entry {
                self.tables += 1;
                self.columns += table.columns.len();
            }
        }
    }
}

/// A page as Unity Catalog sends it.
fn page() -> String {
    let types = [
        "bigint",
        "string",
        "decimal(12,2)",
        "timestamp",
        "array<struct<a:int,b:string>>",
    ];
    let mut page = String::from("{\"tables\":[");
    for table in 0..TABLES {
        let comma = if table == 0 { "" } else { "," };
        let _ = write!(
            page,
            "{comma}{{\"name\":\"t{table}\",\"catalog_name\":\"c\",\"schema_name\":\"s\",\"table_type\":\"MANAGED\",\
             \"comment\":\"the table {table}\",\"table_id\":\"id-{table}\",\"updated_at\":1763000000000,\"columns\":["
        );
        for column in 0..COLUMNS {
            let comma = if column == 0 { "" } else { "," };
            let of_type = types[column % types.len()];
            let _ = write!(
                page,
                "{comma}{{\"name\":\"column_{column}\",\"position\":{column},\"nullable\":{},\"type_text\":\"{of_type}\",\
                 \"type_json\":\"{{\\\"name\\\":\\\"column_{column}\\\",\\\"type\\\":\\\"{of_type}\\\"}}\",\"type_name\":\"X\"}}",
                column > 0
            );
        }
        page.push_str("]}");
    }
    page.push_str("]}");
    page
}

/// Answers every request for tables with the page, and any other with 404, until the process ends.
fn serve(page: Arc<String>) -> Outcome<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let page = page.clone();
            // Head and body are written one after the other, and the second must not wait for an answer to the first.
            let _ = stream.set_nodelay(true);
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream);
                let mut line = String::new();
                let mut tables = false;
                while reader.read_line(&mut line).is_ok_and(|read| read > 0) {
                    tables |= line.starts_with("GET /api/2.1/unity-catalog/tables");
                    if line == "\r\n" {
                        let (status, body) = if tables {
                            ("200 OK", page.as_str())
                        } else {
                            ("404 Not Found", "{}")
                        };
                        let head = format!(
                            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                            body.len()
                        );
                        let stream = reader.get_mut();
                        if stream
                            .write_all(head.as_bytes())
                            .and_then(|()| stream.write_all(body.as_bytes()))
                            .is_err()
                        {
                            return;
                        }
                        tables = false;
                    }
                    line.clear();
                }
            });
        }
    });
    Ok(address)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn row(what: &str, measured: Duration, baseline: Duration) {
    let ratio = measured.as_secs_f64() / baseline.as_secs_f64();
    println!("| {what} | {measured:.2?} | {baseline:.2?} | {ratio:.2} |");
}
