/** Ruby projects: Rails, or anything with a Gemfile and a config.ru. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Commands, readText } from './detect.ts';

export function detectRuby(folder: string): Commands | null {
  const gems = readText(folder, 'Gemfile');
  const rack = existsSync(join(folder, 'config.ru'));
  if (gems === null && !rack) return null;
  const rails = existsSync(join(folder, 'bin/rails'));
  const bundled = gems === null ? '' : 'bundle exec ';
  const server = /^\s*gem\s+['"]puma['"]/m.test(gems ?? '')
    ? 'puma -b tcp://127.0.0.1:$PORT'
    : 'rackup -o 127.0.0.1 -p $PORT';
  return {
    kind: rails ? 'Rails' : 'Ruby (Rack)',
    install: gems === null ? null : 'bundle install',
    build: rails && existsSync(join(folder, 'app/assets')) ? 'bin/rails assets:precompile' : null,
    start: rails ? 'bin/rails server -b 127.0.0.1 -p $PORT' : rack ? `${bundled}${server}` : null,
  };
}
