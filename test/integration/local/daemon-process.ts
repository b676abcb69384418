/** The real daemon in a process of its own. Arguments: home, folder for its socket. */
import { runDaemon } from '../../../src/daemon/run.ts';

const [, , home = '', socketBase = ''] = process.argv;
await runDaemon({ home, socketBase, version: '0.1.0' });
