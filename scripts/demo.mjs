// npm run demo: builds when needed, then runs `belay demo` with the given arguments.
import { run } from './lib/run.mjs';

const build = await run([process.execPath, 'scripts/build.mjs']);
if (build.code === 0) {
  process.exitCode = (
    await run([process.execPath, 'bin/belay.js', 'demo', ...process.argv.slice(2)], { show: true })
  ).code;
} else {
  console.error(build.output);
  process.exitCode = 1;
}
