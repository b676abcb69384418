/** HAProxy's configuration for one application: always what is in force, so that whoever reloads it changes nothing. */
import { COOKIE, COOKIE_ATTRIBUTES } from '../bucket-cookie.ts';
import { BUCKETS } from '../choose-backend.ts';
import type { Address, HaproxyPaths } from './options.ts';
import { SAMPLED } from './request-line.ts';
import { actionSuffix } from './script.ts';
import { SLOTS } from './slots.ts';

export interface ServerSetting {
  readonly address: Address;
  /** Only the release with the largest share has one: where a request goes whose own release cannot be reached. */
  readonly weight: number;
}

export interface Settings {
  readonly name: string;
  readonly paths: HaproxyPaths;
  /** Null: this is a part of somebody else's HAProxy. */
  readonly own: { readonly dropRights: boolean } | null;
  readonly listen: Address | null;
  readonly servers: ReadonlyMap<string, ServerSetting>;
}

/** Nobody listens there; no rule leads there. */
export const NO_SERVER: ServerSetting = { address: { host: '127.0.0.1', port: 1 }, weight: 0 };

/** What is told of each request when it ends: see `request-line.ts`. The client's own words come last. */
const LINE =
  'R %[date(0,us)] %[var(txn.began)] %[var(txn.slot)] %ST %tsc %rc %Tr %ci:%cp %[var(txn.stream)] %[var(txn.chose),length] %[var(txn.many)] %[var(txn.known)]';
/** While the map says `few`, every request is told up to so many a second, one of `SAMPLED` beyond. */
const ALL_TOLD = 100;

export const proxiesOf = (name: string) => ({
  front: `belay.${name}`,
  /** Keeps connections to releases for what may be sent twice. */
  kept: `belay.${name}.kept`,
  /** A connection of its own for each of the others: a reset there cannot be told from a request that was acted on. */
  fresh: `belay.${name}.fresh`,
  streams: `belay.${name}.streams`,
  ring: `belay.${name}.requests`,
  defaults: `belay.${name}.defaults`,
});

export function hostAndPort({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function ownGlobal({ paths, own }: Settings): string {
  if (!own) return `global\n  stats timeout 20d\n  lua-load ${paths.script}\n`;
  const rights = own.dropRights ? '  uid 65534\n  gid 65534\n' : '';
  return `global
  stats socket ${paths.socket} mode 600 level admin expose-fd listeners
  stats timeout 20d
  lua-load ${paths.script}
${rights}`;
}

/** HAProxy's own pages, in the words of the embedded router. */
function page(status: number, title: string, text: string): string {
  return `status ${status} content-type "text/plain; charset=utf-8" string "${title}. ${text}\\n" hdr Cache-Control no-store`;
}

const html = (title: string, text: string) =>
  `"<!doctype html><meta charset=utf-8><title>${title}</title><h1>${title}</h1><p>${text}</p>"`;

function returns(status: number, title: string, text: string, more: string, condition: string): string {
  const again = more === '' ? '' : ` hdr Retry-After ${more}`;
  const rest = `hdr Cache-Control no-store${again} if ${condition}`;
  return `  http-request return status ${status} content-type "text/html; charset=utf-8" string ${html(title, text)} ${rest} { req.hdr(accept) -m sub text/html }
  http-request return status ${status} content-type "text/plain; charset=utf-8" string "${title}. ${text}\\n" ${rest}`;
}

function defaults(name: string): string {
  const { ring, defaults: its } = proxiesOf(name);
  const errors = [500, 502, 503, 504].map(
    (status) =>
      `  http-error ${page(status, 'No answer', 'The application did not answer.').replace(' hdr Cache-Control no-store', '')}`,
  );
  return `ring ${ring}
  format raw
  maxlen 512
  size 8388608
defaults ${its}
  mode http
  log ring@${ring} local0
  retries 3
  option redispatch 2
  retry-on conn-failure empty-response
  option abortonclose
  option idle-close-on-response
  option clitcpka
  timeout connect 2s
  timeout client 1h
  timeout server 1h
  timeout tunnel 24h
  timeout http-request 60s
  timeout http-keep-alive 75s
  timeout queue 60s
${errors.join('\n')}
`;
}

/** Chooses the slot: the first bound above the bucket, and nothing more is looked at. */
function choice(): string {
  const rules = SLOTS.map((_, index) => {
    const bound = index * 2 + 4;
    return `  http-request set-var(txn.bound) var(txn.table),field(${bound},|)
  http-request set-var(txn.slot) var(txn.table),field(${bound + 1},|) if { var(txn.bucket),sub(txn.bound) -m int lt 0 }
  http-request allow if { var(txn.slot) -m found }`;
  });
  return rules.join('\n');
}

/** What releases are told of the client, as the embedded router tells it. */
const FORWARDED = `  http-request set-header X-Forwarded-Host %[req.hdr(host)] if !{ req.hdr(x-forwarded-host) -m found }
  http-request set-header X-Forwarded-Proto http if !{ req.hdr(x-forwarded-proto) -m found }
  http-request add-header Forwarded "for=%[src];host=\\"%[req.hdr(host)]\\";proto=http" if ipv4 !quoted_host
  http-request add-header Forwarded "for=\\"[%[src]]\\";host=\\"%[req.hdr(host)]\\";proto=http" if !ipv4 !quoted_host`;

/**
 * Nobody is held, one release has everything, and the client chose none: nothing but a look at the map. Of many answers
 * only some are told then, each for all of its kind; what failed always is.
 */
function plainPath(lookup: string): string {
  return `  http-request set-var(txn.slot) str(plain),${lookup} if !chooses
  http-request set-var(txn.many) rand(${SAMPLED}) if { var(txn.slot) -m found } { fe_req_rate gt ${ALL_TOLD} } { str(few),${lookup} -m found }
  http-request allow if { var(txn.slot) -m found }`;
}

function frontend({ name, paths, listen }: Settings): string {
  const { front, kept, fresh, defaults: its } = proxiesOf(name);
  const bind = listen ? `  bind ${hostAndPort(listen)}\n` : '';
  const lookup = `map(${paths.map})`;
  const cookie = `req.cook(${COOKIE})`;
  return `frontend ${front} from ${its}
${bind}  log-format "${LINE}"
  acl held var(txn.table) -m beg hold
  acl split var(txn.only) -m str split
  acl chosen var(txn.slot) -m found
  acl chooses req.hdr(x-belay-release) -m found
  acl repeatable method GET HEAD OPTIONS
  acl bodied req.hdr(content-length) -m int gt 0
  acl bodied req.hdr(transfer-encoding) -m found
  acl upgrades req.hdr(upgrade) -m found
  acl quoted_host "req.hdr(host),field(2,'\\"')" -m found
  acl quoted_host "req.hdr(host),field(2,'\\\\')" -m found
  acl ipv4 src 0.0.0.0/0
  option forwardfor
${FORWARDED}
  http-request set-var(txn.began) date(0,us)
${plainPath(lookup)}
  http-request set-var(txn.table) str(table),${lookup}
  http-request lua.belay_wait_${actionSuffix(name)} if held
  http-request set-var(txn.table) str(table),${lookup} if held
${returns(503, 'Back in a moment', 'This service is being updated. Please try again shortly.', '10', '{ var(txn.expired) -m found }')}
  http-request set-var(txn.began) date(0,us)
  http-request set-var(txn.known) ${cookie},field(2,.) if { ${cookie},field(2,.) -m len 12 }
  http-request set-var(txn.chose) req.hdr(x-belay-release) if chooses
  http-request del-header x-belay-release if chooses
  http-request set-var(txn.slot) str(@),concat(,txn.chose),${lookup} if { var(txn.chose) -m found }
${returns(404, 'No such release', 'The x-belay-release header names no release that runs here.', '', '{ var(txn.chose) -m found } !chosen')}
  http-request allow if chosen
  http-request set-var(txn.only) var(txn.table),field(3,|)
${returns(503, 'Nothing is live', 'No release of this application is live. belay status shows its state.', '30', '{ var(txn.only) -m str none }')}
  http-request set-var(txn.slot) var(txn.only) if !split
  http-request allow if !split
  http-request set-var(txn.bucket) ${cookie},field(1,.) if { ${cookie} -m reg ^[0-9]{1,4}(\\.[0-9a-f]{12})?$ }
  http-request set-var(txn.bucket) rand(${BUCKETS}) if !{ var(txn.bucket) -m found }
  http-request set-var(txn.key) uuid,bytes(24,12) if !{ var(txn.known) -m found }
${choice()}
  use_backend ${kept} if repeatable !bodied !upgrades
  default_backend ${fresh}
`;
}

function backend(settings: Settings, fresh: boolean): string {
  const { kept, fresh: once, streams, defaults: its } = proxiesOf(settings.name);
  const servers = SLOTS.map((slot) => {
    const { address, weight } = settings.servers.get(slot) ?? NO_SERVER;
    return `  server ${slot} ${hostAndPort(address)} weight ${weight}`;
  });
  return `backend ${fresh ? once : kept} from ${its}
  balance roundrobin
${fresh ? '  option http-server-close\n  http-reuse never\n  http-request disable-l7-retry\n  http-request del-header upgrade if !{ req.hdr(upgrade) -i websocket }' : '  http-reuse safe\n  default-server pool-purge-delay 1s'}
  use-server %[var(txn.slot)] if { var(txn.slot) -m found }
  http-response set-log-level silent if { var(txn.many) -m int gt 0 } { status lt 500 }
  http-response allow if !{ status 101 } !{ res.hdr(content-type) -m beg text/event-stream }
  http-response set-var(txn.stream) int(1)
  http-response track-sc1 var(txn.slot) table ${streams}
  http-response set-nice 1
  http-response lua.belay_stream_${actionSuffix(settings.name)}
  http-after-response add-header Set-Cookie "${COOKIE}=%[var(txn.bucket)].%[var(txn.key)]; ${COOKIE_ATTRIBUTES}" if { var(txn.key) -m found }
${servers.join('\n')}
`;
}

export function configuration(settings: Settings): string {
  const { streams, defaults: its } = proxiesOf(settings.name);
  return `# Written by belay: what is in force. Changes made here are overwritten.
${ownGlobal(settings)}
${defaults(settings.name)}
backend ${streams} from ${its}
  stick-table type string len 128 size 1k store conn_cur

${frontend(settings)}
${backend(settings, false)}
${backend(settings, true)}`;
}
