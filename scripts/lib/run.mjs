// Runs a program for a script: output captured, or passed through to the terminal; never throws for an exit code.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Path of a program that npm installed. */
export const tool = (name) => `${root}node_modules/.bin/${name}`;

/**
 * @param {string[]} argv program and arguments
 * @param {{ env?: Record<string, string | undefined>, show?: boolean }} options `show`: straight to the terminal
 * @returns {Promise<{ code: number, output: string, ms: number }>} code 127 when the program cannot be started
 */
export function run([program, ...args], { env = {}, show = false } = {}) {
  const started = performance.now();
  return new Promise((resolve) => {
    const chunks = [];
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: [show ? 'inherit' : 'ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    });
    const end = (code) => resolve({ code, output: Buffer.concat(chunks).toString(), ms: performance.now() - started });
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => {
      chunks.push(Buffer.from(`${error.message}\n`));
      end(127);
    });
    child.on('close', (code) => end(code ?? 1));
  });
}

export const seconds = (ms) => `${(ms / 1_000).toFixed(1)} s`;
