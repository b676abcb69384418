/** What a group of real processes holds. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { groupMemory } from './process-memory.ts';

test.skipIf(process.platform !== 'linux')(
  'a group is counted with its children, and is unknown once it is gone',
  async () => {
    const fill = `const held = Buffer.alloc(60e6, 1); console.log('held'); setInterval(() => held, 1e6);`;
    const shell = spawn('sh', ['-c', `"${process.execPath}" -e "${fill}"; true`], { detached: true, stdio: 'pipe' });
    const pid = shell.pid ?? 0;
    await once(shell.stdout, 'data');
    const bytes = groupMemory(pid) ?? 0;
    process.kill(-pid, 'SIGKILL');
    await once(shell, 'close');
    expect(bytes).toBeGreaterThan(60e6);
    expect(bytes).toBeLessThan(300e6);
    // What was killed lets go of its output a moment before it is gone.
    await vi.waitFor(() => expect(groupMemory(pid)).toBeNull(), { timeout: 10_000 });
  },
);
