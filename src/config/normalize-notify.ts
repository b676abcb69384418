/** Written notifications into their one form. */
import type { Route } from '../notifiers/notifier.ts';
import type { ChannelConfig, NotifyConfig } from './config.ts';
import { DEFAULTS } from './defaults.ts';
import { ms } from './normalize-common.ts';
import type { WrittenConfig } from './shape.ts';
import { type Surroundings, toSecret } from './surroundings.ts';

type Written = NonNullable<WrittenConfig['notify']>;
type WrittenChannel = NonNullable<Written['channels']>[string];
type WrittenRule = NonNullable<Written['rules']>[number];

const PORTS = { starttls: 587, tls: 465, none: 25 } as const;

const bare = (url: string | undefined): string | null => url?.replace(/\/+$/, '') ?? null;

export function normalizeNotify(written: Written | undefined, around: Surroundings): NotifyConfig {
  const { repository, channels = {}, rules = [] } = written ?? {};
  return {
    repository: bare(repository),
    channels: Object.fromEntries(
      Object.entries(channels).map(([name, one]) => [name, channelOf(one, `notify.channels.${name}`, around)]),
    ),
    rules: rules.map(routeOf),
  };
}

function channelOf(written: WrittenChannel, where: string, around: Surroundings): ChannelConfig {
  switch (written.type) {
    case 'slack':
    case 'discord':
    case 'teams':
      return { type: written.type, url: toSecret(written.url, `${where}.url`, around) };
    case 'webhook':
      return {
        type: 'webhook',
        url: typeof written.url === 'string' ? written.url : toSecret(written.url, `${where}.url`, around),
        secrets: (written.secrets ?? []).map((one, index) => toSecret(one, `${where}.secrets[${index}]`, around)),
      };
    case 'email':
      return emailOf(written, where, around);
    case 'github':
    case 'github-status':
      return {
        type: written.type,
        token: written.token ? toSecret(written.token, `${where}.token`, around) : null,
        repository: written.repository ?? null,
        api: bare(written.api),
      };
  }
}

function emailOf(written: WrittenChannel & { type: 'email' }, where: string, around: Surroundings): ChannelConfig {
  const security = written.security ?? DEFAULTS.notify.security;
  return {
    type: 'email',
    server: written.server,
    port: written.port ?? PORTS[security],
    security,
    user: written.user ?? null,
    password: written.password ? toSecret(written.password, `${where}.password`, around) : null,
    from: written.from,
    to: written.to,
  };
}

function routeOf({ channels, environments, events, severity, quiet, group }: WrittenRule): Route {
  return {
    channels: channels ?? null,
    environments: environments ?? null,
    news: events ?? null,
    severity: severity ?? DEFAULTS.notify.severity,
    quiet: quiet
      ? { from: minutes(quiet.from), to: minutes(quiet.to), zone: quiet.zone ?? DEFAULTS.notify.zone }
      : null,
    groupMs: ms(group ?? DEFAULTS.notify.group),
  };
}

function minutes(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return hour * 60 + minute;
}
