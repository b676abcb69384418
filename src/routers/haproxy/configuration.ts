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
  'R %[date(0,us)] %[var(txn.began)] %[var(txn.slot)] %ST %tsc %rc %Tr %cp %[var(txn.mark)] %[var(txn.client)]';
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

/**
 * What releases are told of the client, as the embedded router tells it. Every request pays for each rule: what is the
 * same for a whole connection is written down once. A socket of both families writes IPv4 as a part of IPv6.
 */
const FORWARDED = [
  `  tcp-request session set-var(sess.from) src,concat(),'regsub("^::ffff:","")'`,
  '  tcp-request session set-var(sess.node) var(sess.from)',
  `  tcp-request session set-var(sess.node) 'str("\\"["),concat(,sess.from,"]\\"")' if { var(sess.from) -m sub : }`,
  '  http-request add-header X-Forwarded-For %[var(sess.from)]',
  '  http-request add-header X-Forwarded-Host %[req.hdr(host)] if !{ req.hdr(x-forwarded-host) -m found }',
  '  http-request add-header X-Forwarded-Proto http if !{ req.hdr(x-forwarded-proto) -m found }',
  '  http-request add-header Forwarded "for=%[var(sess.node)];host=\\"%[req.hdr(host)]\\";proto=http" if !quoted_host',
].join('\n');

/**
 * Nobody is held, one release has everything, and the client chose none: nothing but a look at the map. Of many answers
 * only some are told then, each for all of its kind; what failed always is.
 */
function plainPath(map: string): string {
  return `  http-request set-var(txn.slot) str(plain),map(${map}) if !chooses
  http-request set-var(txn.mark) rand(${SAMPLED}) if chosen { fe_req_rate gt ${ALL_TOLD} } { str(few),map(${map}) -m found }
  http-request allow if chosen`;
}

const DRAWN = `rand(${BUCKETS}),add(${BUCKETS}),concat(),bytes(1,4)`;
const OLD_COOKIE = '^[0-9]{1,4}(\\.[0-9a-f]{12})?$';

/**
 * In a split the map holds the beginnings of the buckets of each side: one look at it with the whole cookie chooses.
 * It holds none while requests are held. A cookie that begins like another key of the map is forged, and its sender
 * lands where the largest share is.
 */
function splitPath(map: string): string {
  return `  http-request set-var(txn.client) req.cook(${COOKIE}) if !chooses
  http-request set-var(txn.slot) var(txn.client),map_beg(${map}) if keyed
  http-request set-var(txn.bucket) ${DRAWN} if !chooses !{ var(txn.client) -m found }
  http-request set-var(txn.slot) var(txn.bucket),map_beg(${map}) if { var(txn.bucket) -m found }
  http-request allow if chosen`;
}

/** The way of all others: who is held, who chose, who brings a cookie of an older version. */
function longPath(name: string, map: string): string {
  const look = `http-request set-var(txn.table) str(table),map(${map})`;
  return `  ${look}
  http-request unset-var(txn.bucket)
  http-request lua.belay_wait_${actionSuffix(name)} if held
  ${look} if held
${returns(503, 'Back in a moment', 'This service is being updated. Please try again shortly.', '10', '{ var(txn.expired) -m found }')}
  http-request set-var(txn.began) date(0,us)
  http-request set-var(txn.mark) str(chose) if chooses
  http-request del-header x-belay-release if chooses
  http-request set-var(txn.slot) str(@),concat(,txn.chose),map(${map}) if chooses
${returns(404, 'No such release', 'The x-belay-release header names no release that runs here.', '', 'chooses !chosen')}
  http-request allow if chosen
  http-request set-var(txn.only) var(txn.table),field(3,|)
${returns(503, 'Nothing is live', 'No release of this application is live. belay status shows its state.', '30', '{ var(txn.only) -m str none }')}
  http-request set-var(txn.slot) var(txn.only) if !split
  http-request allow if !split
  http-request set-var(txn.slot) var(txn.client),map_beg(${map}) if keyed
  http-request allow if chosen
  http-request set-var(txn.bucket) var(txn.client),field(1,.),regsub(^,000),'regsub("^.*(....)$","\\1")' if { var(txn.client) -m reg ${OLD_COOKIE} }
  http-request set-var(txn.bucket) ${DRAWN} if !{ var(txn.bucket) -m found }
  http-request set-var(txn.slot) var(txn.bucket),map_beg(${map})`;
}

function frontend({ name, paths, listen }: Settings): string {
  const { front, kept, fresh, defaults: its } = proxiesOf(name);
  const bind = listen ? `  bind ${hostAndPort(listen)}\n` : '';
  return `frontend ${front} from ${its}
${bind}  log-format "${LINE}"
  acl held var(txn.table) -m beg hold
  acl split var(txn.only) -m str split
  acl chosen var(txn.slot) -m found
  acl chooses var(txn.chose) -m found
  acl keyed var(txn.client) -m len 17
  acl repeatable method GET HEAD OPTIONS
  acl bodiless req.body_size 0
  acl upgrades req.hdr(upgrade) -m found
  acl quoted_host req.hdr(host) -m sub '"' \\\\
${FORWARDED}
  http-request set-var(txn.began) date(0,us)
  http-request set-var(txn.chose) req.hdr(x-belay-release)
${plainPath(paths.map)}
${splitPath(paths.map)}
${longPath(name, paths.map)}
  use_backend ${kept} if repeatable bodiless !upgrades
  default_backend ${fresh}
`;
}

/** 48 random bits; HAProxy's `uuid` costs ten times as much. */
const KEY = '%[rand,hex,bytes(8,8),lower]%[rand(65536),hex,bytes(12,4),lower]';

function backend(settings: Settings, fresh: boolean): string {
  const { kept, fresh: once, streams, defaults: its } = proxiesOf(settings.name);
  const servers = SLOTS.map((slot) => {
    const { address, weight } = settings.servers.get(slot) ?? NO_SERVER;
    return `  server ${slot} ${hostAndPort(address)} weight ${weight}`;
  });
  return `backend ${fresh ? once : kept} from ${its}
  balance roundrobin
${fresh ? '  option http-server-close\n  http-reuse never\n  http-request disable-l7-retry\n  http-request del-header upgrade if !{ req.hdr(upgrade) -i websocket }' : '  http-reuse safe\n  default-server pool-purge-delay 1s'}
  use-server %[var(txn.slot)] if TRUE
  http-response set-log-level silent if { var(txn.mark) -m int gt 0 } { status lt 500 }
  http-response allow if ${fresh ? '!{ status 101 } ' : ''}!{ res.hdr(content-type) -m beg text/event-stream }
  http-response track-sc1 var(txn.slot) table ${streams}
  http-response set-nice 1
  http-response lua.belay_stream_${actionSuffix(settings.name)}
  http-response set-var(txn.mark) str(stream)
  http-after-response add-header Set-Cookie "${COOKIE}=%[var(txn.bucket)].${KEY}; ${COOKIE_ATTRIBUTES}" if { var(txn.bucket) -m found }
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
