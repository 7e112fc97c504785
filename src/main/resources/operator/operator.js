"use strict";

// All values are inserted as text and never as HTML: some of them were sent by clients.

const CONDITIONS = {
  up: { words: "up", symbol: "●", tone: "good" },
  asleep: { words: "asleep", symbol: "☾", tone: "calm" },
  waking: { words: "waking", symbol: "◐", tone: "calm" },
  busy: { words: "busy", symbol: "▲", tone: "care" },
  login_refused: { words: "refusing log-ins; open connections are usable", symbol: "▲", tone: "care" },
  throttled: { words: "throttled", symbol: "▲", tone: "care" },
  over_quota: { words: "over quota", symbol: "■", tone: "bad" },
  schema_mismatch: { words: "lacking a table, a column or a privilege", symbol: "■", tone: "bad" },
  storage_full: { words: "out of storage", symbol: "■", tone: "bad" },
  misconfigured: { words: "refusing the configuration", symbol: "■", tone: "bad" },
  down: { words: "down", symbol: "✕", tone: "bad" },
};

const CHARTS = [
  { title: "Connections", unit: count, series: { used: "used", idle: "idle" } },
  { title: "Wait queue", unit: count, series: { waiting: "waiting" } },
  { title: "Wait for a connection", unit: millis, series: { wait_p50_ms: "median", wait_p99_ms: "99 %" } },
  { title: "Requests a second", unit: count, series: { request_rate: "all", error_rate: "answered with 5xx" } },
  { title: "Requests", unit: millis, series: { request_p50_ms: "median", request_p99_ms: "99 %" } },
  { title: "Statements", unit: millis, series: { statement_p50_ms: "median", statement_p99_ms: "99 %" } },
];

const SHOWN_SECONDS = 15 * 60;

const TABLES = {
  connections: {
    caption: "Open connections", key: "number", empty: "No connection is open.",
    columns: [
      ["Number", row => row.number, "number"],
      ["State", row => row.state],
      ["Held", row => millis(row.held_ms), "number"],
      ["Unit of work", row => row.unit, "code"],
      ["Last statement", row => row.statement, "code"],
      ["Request", row => row.request_id, "code"],
      ["Transaction", row => row.transaction_id, "number"],
      ["Age", row => millis(row.age_ms), "number"],
      ["Generation", row => row.generation, "number"],
    ],
  },
  blocked: {
    caption: "Lock waits", key: "number", empty: "No statement that has run for a second is known to wait for a lock.",
    columns: [
      ["Session", row => row.number, "number"],
      ["Statement", row => row.statement, "code"],
      ["Unit of work", row => row.unit, "code"],
      ["Runtime", row => millis(row.ms), "number"],
      ["Waits for", row => row.lock, "wide"],
      ["Blocked by", row => row.by, "wide"],
      ["As of", row => time(row.as_of), "when"],
    ],
  },
  statements: {
    caption: "Statements, by total time", key: "statement", empty: "No statement was executed yet.",
    columns: [
      ["Statement", row => row.statement, "code"],
      ["Total", row => millis(row.total_ms), "number"],
      ["Mean", row => millis(row.mean_ms), "number"],
      ["Longest", row => millis(row.longest_ms), "number"],
      ["Count", row => count(row.count), "number"],
      ["Slow", row => count(row.slow), "number"],
      ["Failed", row => count(row.errors), "number"],
      ["SQL", row => row.sql, "code wide"],
    ],
  },
  routes: {
    caption: "Requests, the slowest routes first", key: "route", empty: "No request was answered yet.",
    columns: [
      ["Route", row => row.route, "code"],
      ["99 %", row => millis(row.p99_ms), "number"],
      ["Mean", row => millis(row.mean_ms), "number"],
      ["Count", row => count(row.count), "number"],
      ["5xx", row => count(row.errors), "number"],
    ],
  },
  ledger: {
    caption: "Held awake today (UTC), by user", key: "who", empty: "Nothing has used the database today.",
    columns: [
      ["User", row => row.who, "code"],
      ["Held awake", row => millis(row.awake_seconds * 1000), "number"],
      ["Uses", row => count(row.uses), "number"],
    ],
  },
  "cold-starts": {
    caption: "Cold starts", key: "at", empty: "This process has not woken the compute yet.",
    columns: [
      ["When", row => time(row.at), "when"],
      ["Duration", row => millis(row.ms), "number"],
    ],
  },
  changes: {
    caption: "State changes", key: "at", empty: "The state has not changed yet.",
    columns: [
      ["When", row => time(row.at), "when"],
      ["From", row => words(row.from)],
      ["To", row => words(row.to)],
      ["Lasted", row => millis(row.lasted_ms), "number"],
      ["Between", row => row.between ? `${count(row.between)} changes omitted` : ""],
      ["Cause", row => row.cause, "wide"],
    ],
  },
  configuration: {
    caption: "Settings", key: "name", empty: "Nothing is set.",
    columns: [
      ["Setting", row => row.name, "code"],
      ["Value", row => row.value, "code"],
    ],
  },
};

const byId = id => document.getElementById(id);

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** Changes the text only if it differs, so that a selection survives and a screen reader stays quiet. */
function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

// ---- words and numbers

function count(value) {
  return value == null ? "" : value.toLocaleString("en", { maximumFractionDigits: 1 });
}

function millis(value) {
  if (value == null) {
    return "";
  }
  if (value < 1000) {
    return `${value.toLocaleString("en", { maximumSignificantDigits: 3 })} ms`;
  }
  const seconds = value / 1000;
  return seconds < 120 ? `${seconds.toFixed(1)} s` : seconds < 7200 ? `${(seconds / 60).toFixed(0)} min` : hours(seconds);
}

function hours(seconds) {
  return `${(seconds / 3600).toFixed(2)} h`;
}

/** Formats an instant: of today without the date. */
function time(instant) {
  if (instant == null) {
    return "never";
  }
  const at = new Date(instant);
  return at.toDateString() === new Date().toDateString() ? at.toLocaleTimeString("en-GB") : at.toLocaleString("en-GB");
}

/** The names of states of a database that does not suspend. */
const NAMES_IF_NEVER_ASLEEP = { asleep: "not in use", waking: "starting" };

let sleeps = true;

function words(condition) {
  return (sleeps ? null : NAMES_IF_NEVER_ASLEEP[condition]) ?? (CONDITIONS[condition] ?? { words: condition }).words;
}

// ---- tables

class Table {
  constructor(place, { caption, key, columns, empty }) {
    this.key = key;
    this.columns = columns;
    this.rows = new Map();
    this.body = element("tbody");
    this.empty = element("tr", { className: "empty" }, element("td", { colSpan: columns.length, textContent: empty }));
    const heads = columns.map(([name, , kind = ""]) => element("th", { scope: "col", className: kind, textContent: name }));
    const table = element("table", {},
      element("caption", { textContent: caption }), element("thead", {}, element("tr", {}, ...heads)), this.body);
    const frame = element("div", { className: "table", tabIndex: 0 }, table);
    frame.setAttribute("role", "region");
    frame.setAttribute("aria-label", caption);
    place.append(frame);
  }

  /** Rows are kept by their key, and moved only where their order has changed. */
  show(rows) {
    const keys = new Set(rows.map(row => String(row[this.key])));
    for (const [key, row] of this.rows) {
      if (!keys.has(key)) {
        row.remove();
        this.rows.delete(key);
      }
    }
    this.empty.remove();
    rows.forEach((row, place) => {
      const shown = this.row(String(row[this.key]));
      this.columns.forEach(([, value], column) => setText(shown.cells[column].firstChild, String(value(row) ?? "")));
      if (this.body.rows[place] !== shown) {
        this.body.insertBefore(shown, this.body.rows[place] ?? null);
      }
    });
    if (rows.length === 0) {
      this.body.append(this.empty);
    }
  }

  row(key) {
    if (!this.rows.has(key)) {
      const cells = this.columns.map(([, , kind = ""], column) => element(column === 0 ? "th" : "td",
        { className: kind, ...(column === 0 ? { scope: "row" } : {}) },
        element(kind.includes("code") ? "code" : "span")));
      this.rows.set(key, element("tr", {}, ...cells));
    }
    return this.rows.get(key);
  }
}

// ---- charts

class Chart {
  constructor(place, { title, unit, series }) {
    this.unit = unit;
    this.series = series;
    this.summary = element("span", { className: "hidden" });
    this.figure = element("figure", {}, element("figcaption", { textContent: title }), this.summary);
    this.canvas = element("div");
    this.canvas.setAttribute("aria-hidden", "true"); // the summary says it
    this.figure.append(this.canvas);
    place.append(this.figure);
    new ResizeObserver(() => this.plot?.setSize(this.size())).observe(this.canvas);
  }

  size() {
    return { width: Math.max(200, this.canvas.clientWidth), height: 170 };
  }

  draw() {
    const style = getComputedStyle(document.documentElement);
    const colour = name => style.getPropertyValue(name).trim();
    const axis = { stroke: colour("--faint"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    const lines = Object.values(this.series).map((label, index) => ({
      label, stroke: colour(`--series-${index + 1}`), width: 2,
      value: (_, value) => value == null ? "–" : this.unit(value),
    }));
    this.plot?.destroy();
    this.plot = new uPlot({
      ...this.size(),
      cursor: { sync: { key: "operator" }, drag: { x: false, y: false } },
      scales: {
        x: { range: (_, first, last) => [last - SHOWN_SECONDS, last] },
        y: { range: (_, low, high) => [0, Math.max(1, (high ?? 0) * 1.1)] },
      },
      series: [{ value: (_, at) => at == null ? "–" : time(at * 1000) }, ...lines],
      axes: [{ ...axis, values: (_, ats) => ats.map(at => new Date(at * 1000).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })) },
        { ...axis, size: 64, values: (_, values) => values.map(this.unit) }],
    }, this.data ?? [[], ...lines.map(() => [])], this.canvas);
  }

  show(columns) {
    const names = Object.keys(this.series);
    this.data = [columns.time, ...names.map(name => columns[name])];
    this.plot.setData(this.data);
    setText(this.summary, names.map(name => {
      const known = columns[name].filter(value => value != null);
      const last = columns[name][columns[name].length - 1];
      return known.length === 0 ? `${this.series[name]}: no values.`
        : `${this.series[name]}: now ${last == null ? "nothing" : this.unit(last)}, highest ${this.unit(Math.max(...known))}.`;
    }).join(" "));
  }
}

function showBand(conditions) {
  const runs = [];
  for (const condition of conditions) {
    const last = runs[runs.length - 1];
    if (last?.condition === condition) {
      last.length++;
    } else {
      runs.push({ condition, length: 1 });
    }
  }
  byId("band").replaceChildren(...runs.map(run => {
    const part = element("span", { className: CONDITIONS[run.condition]?.tone ?? "calm", title: words(run.condition) });
    part.style.flexGrow = run.length;
    return part;
  }));
}

// ---- the page

function instance({ name, version, commit, started }) {
  return [name, version && `version ${version}`, commit && `commit ${commit.replace(/^([0-9a-f]{12})[0-9a-f]{28}/, "$1")}`, `started ${new Date(started).toLocaleString("en-GB")}`]
    .filter(Boolean).join(", ");
}

function showState(database) {
  const { symbol, tone } = CONDITIONS[database.condition] ?? { symbol: "?", tone: "care" };
  const now = words(database.condition);
  byId("state").className = tone;
  setText(byId("symbol"), symbol);
  const explanation = database.condition === "up" ? "" : ` ${database.explanation}`;
  setText(byId("sentence"), `The database has been ${now} since ${time(database.since)}.${explanation}`);
  document.title = `${symbol} ${now}`;
}

function showFacts({ database, pool, cold_starts: coldStarts }) {
  const strategy = pool.strategy === "pooled" ? `${pool.kept} kept, at most ${pool.max}` : `none kept, at most ${pool.max}`;
  const facts = {
    "Target": database.target,
    "Last success": time(database.last_success),
    "Last failure": database.last_failure ? `${time(database.last_failure)}: ${database.last_failure_explanation}` : "none",
    "Connections": `${pool.used} used, ${pool.idle} idle (${strategy})`,
    "Wait queue": `${pool.waiting} of at most ${pool.waiting_max}`,
    "Since start": `${count(pool.opened)} opened, ${count(pool.timeouts)} timed out, ${count(pool.rejected)} rejected, ${count(pool.leaked)} leaked`,
    ...(sleeps ? { "Cold starts": count(coldStarts.count) } : {}),
  };
  const list = byId("facts");
  for (const [name, value] of Object.entries(facts)) {
    let shown = list.querySelector(`[data-name="${name}"]`);
    if (!shown) {
      shown = element("dd");
      shown.dataset.name = name;
      list.append(element("div", {}, element("dt", { textContent: name }), shown));
    }
    setText(shown, value);
  }
}

function showLedger(ledger) {
  const price = ledger.compute_hours == null ? ""
    : ` With ${ledger.compute_units} compute units that is ${ledger.compute_hours.toFixed(2)} compute-hours.`;
  const until = ledger.awake_until ? ` It may suspend at ${time(ledger.awake_until)}, if it is not used before.` : "";
  setText(byId("awake"), `This process has held the compute awake for ${millis(ledger.awake_seconds * 1000)} today.${price}${until}`);
  const list = byId("warnings");
  ledger.warnings.forEach((warning, place) => {
    setText(list.children[place] ?? list.appendChild(element("li")), warning);
  });
  while (list.children.length > ledger.warnings.length) {
    list.lastChild.remove();
  }
}

function start() {
  const tables = Object.fromEntries(Object.entries(TABLES).map(([id, table]) => [id, new Table(byId(id), table)]));
  const charts = CHARTS.map(chart => new Chart(byId("charts"), chart));
  const drawAll = () => charts.forEach(chart => chart.draw());
  drawAll();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);

  let paused = false;
  let lastEventAt = null;
  const show = {
    overview(now) {
      sleeps = now.database.sleeps;
      byId("awake-section").hidden = !sleeps;
      setText(byId("service"), now.service);
      setText(byId("instance"), instance(now.instance));
      showState(now.database);
      showFacts(now);
      showLedger(now.ledger);
      tables.connections.show(now.connections.sort((a, b) => (b.held_ms ?? -1) - (a.held_ms ?? -1)));
      tables.blocked.show(now.blocked);
      tables.statements.show(now.statements);
      tables.routes.show(now.routes);
      tables.ledger.show(now.ledger.by);
      tables["cold-starts"].show(now.cold_starts.recent);
      tables.changes.show(now.changes);
      tables.configuration.show(now.configuration);
    },
    series(columns) {
      charts.forEach(chart => chart.show(columns));
      showBand(columns.condition);
    },
  };

  const events = new EventSource("operator/events");
  for (const name of Object.keys(show)) {
    events.addEventListener(name, event => {
      lastEventAt = Date.now();
      if (!paused) {
        show[name](JSON.parse(event.data));
      }
      showLink();
    });
  }

  function showLink() {
    const silent = lastEventAt === null ? 0 : Math.round((Date.now() - lastEventAt) / 1000);
    const lost = lastEventAt !== null && silent > 6;
    document.body.classList.toggle("stale", lost);
    byId("link").classList.toggle("lost", lost);
    // Without seconds: a screen reader reads each change
    setText(byId("link"), lost ? `no data from the service since ${time(lastEventAt)}: the values are out of date`
      : paused ? "paused" : lastEventAt === null ? "connecting" : "live");
  }
  setInterval(showLink, 1000);

  byId("pause").addEventListener("click", () => {
    paused = !paused;
    byId("pause").setAttribute("aria-pressed", String(paused));
    setText(byId("pause"), paused ? "Resume" : "Pause");
    showLink();
  });
}

start();
