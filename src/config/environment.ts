/** The only place that reads `process.env`: what Belay takes from it, typed, and what it hands on to others. */

/** Variables by name, as in `process.env`. */
export type Variables = Readonly<Record<string, string | undefined>>;

export interface Environment {
  /** `BELAY_STORE`: where the journal is; wins over the file. A path, or a `postgres://` address. */
  readonly store: string | null;
  /** `BELAY_ENVIRONMENT`: the environment meant when the command line names none. */
  readonly environment: string | null;
  /** `BELAY_CONFIG`: the configuration file to use. */
  readonly configFile: string | null;
  /** `CI` is set to anything but `false`, `0` or nothing. */
  readonly ci: boolean;
  readonly github: GitHub | null;
  /** `NO_COLOR` is set (no-color.org), or `TERM` is `dumb`. */
  readonly noColor: boolean;
  readonly forceColor: boolean;
  /** The locale can show more than ASCII. */
  readonly unicode: boolean;
  /** `XDG_RUNTIME_DIR`: where the daemon's socket goes. */
  readonly runtimeDirectory: string | null;
  readonly stateDirectory: string | null;
  /** Who runs this: `BELAY_USER`, `GITHUB_ACTOR`, `USER`, `LOGNAME`. */
  readonly user: string | null;
  /** `OTEL_EXPORTER_OTLP_ENDPOINT` and the variables around it: where traces of deployments go; null: nowhere. */
  readonly traces: TraceAddress | null;
  /** For a collector that is named otherwise. */
  readonly traceHeaders: TraceAddress['headers'];
  /** Any other variable, for secrets only. */
  variable(name: string): string | undefined;
}

/** A collector of OpenTelemetry traces over HTTP, with JSON. */
export interface TraceAddress {
  /** With its path. */
  readonly url: string;
  /** Keys are in them. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A run of GitHub Actions. */
export interface GitHub {
  readonly actor: string | null;
  readonly repository: string | null;
  readonly sha: string | null;
  readonly ref: string | null;
  /** Address of the repository. */
  readonly address: string | null;
  /** Address of the run, attempt included. */
  readonly run: string | null;
  readonly stepSummary: string | null;
  readonly output: string | null;
}

const text = (value: string | undefined) => (value === undefined || value === '' ? null : value);
const flag = (value: string | undefined) => value !== undefined && !['', '0', 'false'].includes(value.toLowerCase());

/** Reads what Belay needs. Variables are given in tests; the process's own otherwise. */
export function readEnvironment(variables: Variables = process.env): Environment {
  return {
    store: text(variables.BELAY_STORE),
    environment: text(variables.BELAY_ENVIRONMENT),
    configFile: text(variables.BELAY_CONFIG),
    ci: flag(variables.CI) || flag(variables.GITHUB_ACTIONS),
    github: flag(variables.GITHUB_ACTIONS) ? readGitHub(variables) : null,
    noColor: text(variables.NO_COLOR) !== null || variables.TERM === 'dumb',
    forceColor: flag(variables.FORCE_COLOR),
    unicode: /utf-?8/i.test(variables.LC_ALL || variables.LC_CTYPE || variables.LANG || ''),
    runtimeDirectory: text(variables.XDG_RUNTIME_DIR),
    stateDirectory: text(variables.XDG_STATE_HOME),
    user: text(variables.BELAY_USER) ?? text(variables.GITHUB_ACTOR) ?? text(variables.USER) ?? text(variables.LOGNAME),
    traces: readTraces(variables),
    traceHeaders: readTraceHeaders(variables),
    variable: (name) => variables[name],
  };
}

/** As the specification of OpenTelemetry has it: `key=value,key=value`, percent-encoded. */
function readTraceHeaders(variables: Variables): TraceAddress['headers'] {
  const written = variables.OTEL_EXPORTER_OTLP_TRACES_HEADERS ?? variables.OTEL_EXPORTER_OTLP_HEADERS ?? '';
  const pairs = written.split(',').flatMap((pair): [string, string][] => {
    const at = pair.indexOf('=');
    return at < 1 ? [] : [[pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())]];
  });
  return Object.fromEntries(pairs);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    // Not encoded after all.
    return value;
  }
}

/** The address for traces is whole; the one for everything gets the path of traces behind it. */
function readTraces(variables: Variables): TraceAddress | null {
  if (flag(variables.OTEL_SDK_DISABLED) || variables.OTEL_TRACES_EXPORTER === 'none') return null;
  const own = text(variables.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
  const all = text(variables.OTEL_EXPORTER_OTLP_ENDPOINT);
  const url = own ?? (all === null ? null : `${all.replace(/\/$/, '')}/v1/traces`);
  if (url === null || !URL.canParse(url)) return null;
  return { url, headers: readTraceHeaders(variables) };
}

function readGitHub(variables: Variables): GitHub {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = variables;
  const attempt = variables.GITHUB_RUN_ATTEMPT ?? '1';
  return {
    actor: text(variables.GITHUB_ACTOR),
    repository: text(repository),
    sha: text(variables.GITHUB_SHA),
    ref: text(variables.GITHUB_REF),
    address: server && repository ? `${server}/${repository}` : null,
    run: server && repository && run ? `${server}/${repository}/actions/runs/${run}/attempts/${attempt}` : null,
    stepSummary: text(variables.GITHUB_STEP_SUMMARY),
    output: text(variables.GITHUB_OUTPUT),
  };
}
