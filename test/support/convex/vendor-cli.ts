/** The vendor's own command line, driven against an emulator. */
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { BASELINE_WASM } from './baseline-wasm.ts';

const root = resolve(import.meta.dirname, '../../..');

export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ConvexProject {
  readonly folder: string;
  /** Runs `convex …`; never throws for an exit code. */
  convex(args: readonly string[], env: Record<string, string>): Promise<CliResult>;
  remove(): void;
}

/** A copy of test/fixtures/convex-app with the dependencies of this repository. */
export function createConvexProject(): ConvexProject {
  const folder = mkdtempSync(join(tmpdir(), 'belay-convex-app-'));
  cpSync(join(root, 'test/fixtures/convex-app'), folder, { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return {
    folder,
    async convex(args, env) {
      const result = await execa(process.execPath, [join(root, 'node_modules/convex/bin/main.js'), ...args], {
        cwd: folder,
        reject: false,
        timeout: 90_000,
        extendEnv: false,
        env: { PATH: process.env['PATH'], HOME: folder, CI: '1', NO_COLOR: '1', ...BASELINE_WASM, ...env },
      });
      return { exitCode: result.exitCode ?? -1, stdout: result.stdout, stderr: result.stderr };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export const selfHosted = (emulator: { readonly url: string; readonly adminKey: string }): Record<string, string> => ({
  CONVEX_SELF_HOSTED_URL: emulator.url,
  CONVEX_SELF_HOSTED_ADMIN_KEY: emulator.adminKey,
});
