/** The channels of the configuration, each loaded when it is there. Part of the composition root. */
import type { ChannelConfig, Config } from './config/config.ts';
import type { Environment as Surroundings } from './config/environment.ts';
import type { Secret } from './config/secret.ts';
import type { Notifier } from './notifiers/notifier.ts';
import type { Channel } from './outbox/deliver.ts';
import { EVERYTHING, routesOf } from './outbox/route.ts';
import type { ConfiguredChannel } from './outbox/report.ts';

export interface ChannelSources {
  readonly config: Config;
  readonly env: Surroundings;
  /** Masks a value from now on. */
  readonly hide: (value: string) => void;
}

type Named = readonly [name: string, channel: ChannelConfig];

/** GitHub has a name of its own as soon as a token and a repository are there. */
function named({ config, env }: ChannelSources): readonly Named[] {
  const written = Object.entries(config.notify.channels);
  const variables = env.variable('GITHUB_TOKEN') && (config.github?.repository ?? env.variable('GITHUB_REPOSITORY'));
  const taken = written.some(([name, { type }]) => name === 'github' || type === 'github');
  if (taken || (!config.github && !variables)) return written;
  return [...written, ['github', { type: 'github', token: null, repository: null, api: null }]];
}

/** Whether anybody is to be told, without loading anything. */
export const hasChannels = (sources: ChannelSources): boolean => named(sources).length > 0;

export async function channelsOf(sources: ChannelSources): Promise<readonly (Channel & ConfiguredChannel)[]> {
  return Promise.all(named(sources).map((one) => channelOf(sources, one)));
}

async function channelOf(sources: ChannelSources, [name, config]: Named): Promise<Channel & ConfiguredChannel> {
  const { rules } = sources.config.notify;
  const ours = config.type === 'github' || config.type === 'github-status';
  // GitHub shows a state: one that missed its end would be wrong for good.
  const routes = ours ? EVERYTHING : routesOf(rules, name);
  const missing = missingSecret(config);
  if (missing) return { name, type: config.type, routes, notifier: null, unavailable: missing.hint() };
  const made = await notifierOf(sources, config);
  const broken = typeof made === 'string';
  return { name, type: config.type, routes, notifier: broken ? null : made, unavailable: broken ? made : null };
}

function missingSecret(config: ChannelConfig): Secret | undefined {
  const all = Object.values(config).flatMap((value: unknown) =>
    Array.isArray(value) ? (value as unknown[]) : [value],
  );
  const secrets = all.filter((value): value is Secret => typeof value === 'object' && value !== null);
  return secrets.find((secret) => !secret.available());
}

/** A text: why it cannot be told. */
async function notifierOf(sources: ChannelSources, config: ChannelConfig): Promise<Notifier | string> {
  switch (config.type) {
    case 'slack':
      return (await import('./notifiers/slack.ts')).createSlackNotifier({ url: secretUrl(sources, config.url) });
    case 'discord':
      return (await import('./notifiers/discord.ts')).createDiscordNotifier({ url: secretUrl(sources, config.url) });
    case 'teams':
      return (await import('./notifiers/teams.ts')).createTeamsNotifier({ url: secretUrl(sources, config.url) });
    case 'webhook':
      return (await import('./notifiers/webhook.ts')).createWebhookNotifier({
        url: typeof config.url === 'string' ? config.url : secretUrl(sources, config.url),
        secrets: config.secrets.map((secret) => secret.reveal()),
        now: () => Date.now() / 1_000,
      });
    case 'email':
      return (await import('./notifiers/email.ts')).createEmailNotifier({
        ...config,
        password: config.password?.reveal() ?? null,
      });
    case 'github':
    case 'github-status':
      return githubOf(sources, config);
  }
}

/** The secret is in the path, which is what a refusal might quote. */
function secretUrl({ hide }: ChannelSources, secret: Secret): string {
  const url = secret.reveal();
  if (URL.canParse(url)) {
    const { pathname, search } = new URL(url);
    if (pathname.length > 8) hide(pathname);
    if (search.length > 8) hide(search);
  }
  return url;
}

async function githubOf(
  sources: ChannelSources,
  config: ChannelConfig & { readonly type: 'github' | 'github-status' },
): Promise<Notifier | string> {
  const { env, hide } = sources;
  const { github } = sources.config;
  const secret = config.token ?? github?.token ?? null;
  if (secret && !secret.available()) return secret.hint();
  const token = secret?.reveal() ?? env.variable('GITHUB_TOKEN');
  if (!token) return 'set GITHUB_TOKEN in the environment';
  const repository = config.repository ?? github?.repository ?? env.variable('GITHUB_REPOSITORY');
  if (!repository) return 'set GITHUB_REPOSITORY, or github.repository';
  hide(token);
  const written = config.api ?? github?.api ?? env.variable('GITHUB_API_URL');
  const api = (written ?? 'https://api.github.com').replace(/\/$/, '');
  const options = { token, repository, api, run: env.github?.run ?? null };
  return config.type === 'github'
    ? (await import('./notifiers/github.ts')).createGitHubNotifier(options)
    : (await import('./notifiers/github-status.ts')).createGitHubStatusNotifier(options);
}
