/** Pushed bundles as files, so that Node itself loads them with their imports. */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PushedModule } from './push-request.ts';

/** What pushed code gets in place of Node's own: the deployment's variables, and a console that is kept. */
export interface GuestGlobals {
  readonly process: { readonly env: Record<string, string> };
  readonly console: Pick<Console, 'log' | 'info' | 'warn' | 'error' | 'debug'>;
}

export interface CodeFolder {
  /** Writes one definition's modules into a folder of its own. */
  write(modules: readonly PushedModule[], components?: readonly ComponentName[]): Promise<WrittenModules>;
  /** Removes everything; code that was loaded stays loaded. */
  remove(): Promise<void>;
}

/** A component that a definition uses, and the name that it goes by unless it is given another. */
export interface ComponentName {
  readonly definitionPath: string;
  readonly defaultName: string;
}

export interface WrittenModules {
  /** Node keeps what it loaded: the same module is evaluated once. */
  load(path: string): Promise<Readonly<Record<string, unknown>>>;
}

const GUESTS = Symbol.for('belay.convex-emulator.guests');
const RUNTIME = '_runtime.mjs';

export async function createCodeFolder(guest: GuestGlobals): Promise<CodeFolder> {
  const root = await mkdtemp(join(tmpdir(), 'belay-convex-'));
  const key = randomUUID();
  guests().set(key, guest);
  let written = 0;
  return {
    async write(modules, components = []) {
      written += 1;
      // Module runners of test tools leave what lies under node_modules to Node.
      const folder = join(root, 'node_modules', String(written));
      await writeIn(folder, 'package.json', '{"type":"module"}');
      await writeIn(folder, RUNTIME, runtimeOf(key));
      for (const module of modules) await writeIn(folder, module.path, withRuntime(module));
      for (const name of components) await writeIn(folder, placeholderPath(name.definitionPath), placeholder(name));
      return {
        load: async (path) => (await import(pathToFileURL(join(folder, path)).href)) as Record<string, unknown>,
      };
    },
    async remove() {
      guests().delete(key);
      await rm(root, { recursive: true, force: true });
    },
  };
}

function guests(): Map<string, GuestGlobals> {
  const holder = globalThis as { [GUESTS]?: Map<string, GuestGlobals> };
  return (holder[GUESTS] ??= new Map());
}

async function writeIn(folder: string, path: string, text: string): Promise<void> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

const runtimeOf = (key: string) =>
  `const guest = globalThis[Symbol.for('belay.convex-emulator.guests')].get('${key}');
export const { process, console } = guest;
`;

/** On the first line without a break: positions in stack traces stay true. */
function withRuntime(module: PushedModule): string {
  const names = ['process', 'console'].filter((name) => !declares(module.source, name));
  if (names.length === 0) return module.source;
  const path = relative(dirname(module.path), RUNTIME);
  return `import { ${names.join(', ')} } from '${path.startsWith('.') ? path : `./${path}`}'; ${module.source}`;
}

const declares = (source: string, name: string) =>
  new RegExp(`\\b(?:var|let|const|function|class)\\s+${name}\\b|[{,]\\s*${name}\\s*[,}][^;]*\\bfrom\\b`).test(source);

/** What a definition imports in place of another component: the vendor's backend puts the same in. */
const placeholderPath = (definitionPath: string) =>
  `_componentDeps/${Buffer.from(definitionPath).toString('base64url')}`;

const placeholder = ({ definitionPath, defaultName }: ComponentName) =>
  `export default ${JSON.stringify({ componentDefinitionPath: definitionPath, defaultName })};\n`;
