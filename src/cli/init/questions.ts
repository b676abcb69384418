/** What `init` asks a person at a terminal; every question has a flag. */
import { Problem } from '../../core/errors.ts';
import { takesMiddleware } from './middleware.ts';
import { type WorkflowName, WORKFLOWS } from './workflows.ts';
import type { Choices } from './written.ts';
import { appName } from './detect.ts';

const HINTS: Readonly<Record<WorkflowName, string>> = {
  preview: 'each pull request',
  staging: 'each push to the main branch',
  production: 'by hand, or by a tag',
  rollback: 'by hand',
};

/** Loaded only when there is somebody to ask. @throws Problem INTERRUPTED */
export async function askPerson(choices: Choices): Promise<Choices> {
  const { confirm, isCancel, multiselect, text } = await import('@clack/prompts');
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
  const workflows = given(
    await multiselect({
      message: 'Workflows for GitHub Actions',
      options: WORKFLOWS.map((value) => ({ value, label: value, hint: HINTS[value] })),
      initialValues: [...choices.workflows],
      required: false,
    }),
  );
  const middleware = takesMiddleware(choices)
    ? given(
        await confirm({
          message: 'Write a middleware for canaries on a plan without rolling releases?',
          initialValue: choices.middleware,
        }),
      )
    : false;
  return { ...choices, app, start: start.trim() || null, port: Number(port), healthPath: path, workflows, middleware };
}
