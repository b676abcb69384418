/** What the shape of notifications cannot say: that names which are named exist, and what a channel needs as a whole. */
import { suggest } from '../util/suggest.ts';
import type { Rule } from './rules.ts';

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

const channelsHaveNames: Rule = ({ config }, report) => {
  for (const name of Object.keys(config.notify.channels)) {
    if (NAME.test(name) && name.length <= 40) continue;
    report.error(
      ['notify', 'channels', name],
      `"${name}" is not a name: small letters, digits and single dashes, at most 40, a letter first`,
    );
  }
};

const rulesNameWhatExists: Rule = ({ config }, report) => {
  const judge = (index: number, key: 'channels' | 'environments', known: readonly string[]) => {
    for (const name of config.notify.rules[index]?.[key] ?? []) {
      if (known.includes(name)) continue;
      const near = suggest(name, known);
      const path = ['notify', 'rules', index, key];
      report.error(path, `"${name}" is not there${near ? `; did you mean "${near}"?` : ''}`);
    }
  };
  // Deployments are told to GitHub as soon as its variables are there, under this name.
  const channels = [...new Set([...Object.keys(config.notify.channels), 'github'])];
  config.notify.rules.forEach((_, index) => {
    judge(index, 'channels', channels);
    judge(index, 'environments', Object.keys(config.environments));
  });
};

const quietHoursEnd: Rule = ({ config }, report) => {
  config.notify.rules.forEach(({ quiet }, index) => {
    if (quiet && quiet.from === quiet.to)
      report.error(['notify', 'rules', index, 'quiet'], 'begins when it ends: nothing would be quiet');
  });
};

const mailSignsInWhole: Rule = ({ config }, report) => {
  for (const [name, channel] of Object.entries(config.notify.channels)) {
    if (channel.type !== 'email') continue;
    const path = ['notify', 'channels', name];
    if ((channel.user === null) !== (channel.password === null))
      report.error(path, 'needs `user` and `password` together, or neither');
    else if (channel.user !== null && channel.security === 'none' && !/^(localhost|127\.|::1)/.test(channel.server))
      report.warn([...path, 'security'], 'is "none": the password travels where others can read it');
  }
};

const webhooksAreSigned: Rule = ({ config }, report) => {
  for (const [name, channel] of Object.entries(config.notify.channels)) {
    if (channel.type === 'webhook' && channel.secrets.length === 0)
      report.warn(['notify', 'channels', name], 'has no `secrets`: its receiver cannot tell who has sent a message');
  }
};

export const notifyRules: readonly Rule[] = [
  channelsHaveNames,
  rulesNameWhatExists,
  quietHoursEnd,
  mailSignsInWhole,
  webhooksAreSigned,
];
