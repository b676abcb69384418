/** What `init` asks a person at a terminal; every question has a flag. */
import { Problem } from '../../core/errors.ts';
import type { Choices } from './written.ts';
import { appName } from './detect.ts';

export interface Answers {
  readonly choices: Choices;
  readonly ci: boolean;
}

/** Loaded only when there is somebody to ask. @throws Problem INTERRUPTED */
export async function askPerson(choices: Choices, ci: boolean): Promise<Answers> {
  const { confirm, isCancel, text } = await import('@clack/prompts');
  const given = <T>(answer: T): Exclude<T, symbol> => {
    if (isCancel(answer)) throw new Problem('INTERRUPTED', 'Nothing was written', { next: 'belay init --yes' });
    return answer as Exclude<T, symbol>;
  };
  const line = async (message: string, value: string, wrong: (text: string) => string | undefined) =>
    given(await text({ message, initialValue: value, validate: (entered) => wrong(entered ?? '') }));
  const app = await line('Name of the application', choices.app, (name) =>
    appName(name) === name ? undefined : `small letters, digits and dashes: ${appName(name)}`,
  );
  const start = await line(
    'Command that starts it (it listens on the port in PORT)',
    choices.start ?? '',
    () => undefined,
  );
  const port = await line('Public port', String(choices.port), (value) =>
    /^\d{2,5}$/.test(value) && Number(value) < 65_536 ? undefined : 'a number up to 65535',
  );
  const path = await line('Path that answers 2xx when it is ready', choices.healthPath ?? '/', (value) =>
    value.startsWith('/') ? undefined : 'starts with /',
  );
  const workflows = given(await confirm({ message: 'Write workflows for GitHub Actions?', initialValue: ci }));
  return {
    choices: { ...choices, app, start: start.trim() || null, port: Number(port), healthPath: path },
    ci: workflows,
  };
}
