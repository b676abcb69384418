/** `belay audit verify`: walks the hash chain of every environment from its first event to its head. */
import { Command, InvalidArgumentError } from 'commander';
import { type ChainVerdict, verifyEnvironment } from '../core/audit.ts';
import { EXIT, Problem } from '../core/errors.ts';
import type { ChainHead } from '../core/journal.ts';
import type { ProjectRecord } from '../project-record.ts';
import type { Store } from '../stores/store.ts';
import type { Cli, CommonOptions } from './cli.ts';
import { helpText } from './help-text.ts';
import { withCommonOptions } from './options.ts';
import { facts } from './render/facts.ts';
import { paint, shape } from './render/shape.ts';
import { environmentsMeant, withRecord } from './with-record.ts';

interface VerifyOptions extends CommonOptions {
  readonly known?: ChainHead;
}

/** `12:9f86d0…` as printed by an earlier run. */
function headOption(text: string): ChainHead {
  const [, n, hash] = /^(\d+):([0-9a-f]{64})$/.exec(text) ?? [];
  if (n === undefined || hash === undefined)
    throw new InvalidArgumentError('expected NUMBER:HASH, as an earlier run has printed it');
  return { n: Number(n), hash };
}

/** A chain that was cut and written anew is whole in itself; only a head kept elsewhere shows it. */
async function compare(store: Store, verdict: ChainVerdict, known: ChainHead): Promise<ChainVerdict> {
  if (verdict.fault) return verdict;
  const [event] = await store.read({ environment: verdict.environment, after: known.n - 1, limit: 1 });
  if (event?.n === known.n && event.hash === known.hash) return verdict;
  const what = event
    ? `event ${known.n} is another one than it was`
    : `event ${known.n} is missing: the chain ends at ${verdict.head.n}`;
  return { ...verdict, fault: { n: known.n, id: event?.id ?? null, what } };
}

function print(cli: Cli, verdict: ChainVerdict): void {
  const { environment, events, head, fault } = verdict;
  const mark = shape(cli, fault ? 'needs-you' : events === 0 ? 'none' : 'live');
  const word = fault ? 'changed' : events === 0 ? 'empty' : 'untouched';
  cli.out(`${mark} ${paint(cli, 'bold', environment)}  ${word}  ${events.toLocaleString('en')} events`);
  const lines = fault
    ? facts(cli, [
        ['event', `${fault.n}${fault.id ? ` (${fault.id})` : ''}`],
        ['what', fault.what],
        ['good up to', `${head.n}:${head.hash}`],
      ])
    : facts(cli, [['head', events === 0 ? null : `${head.n}:${head.hash}`]]);
  for (const line of lines) cli.out(line);
}

export function auditVerify(cli: Cli): Command {
  return withCommonOptions(new Command('verify'))
    .description('prove that no event was changed, removed or reordered')
    .option('--known <head>', 'a head that an earlier run has printed: it must still be part of the chain', headOption)
    .addHelpText(
      'after',
      helpText(
        cli,
        '\nKeep the printed head somewhere else: who can write to the store could also write a new chain.' +
          '\nExits with 0 when every chain is whole, with 1 when one is not; the event is named.' +
          '\n\nExamples:\n  belay audit verify\n  belay audit verify --env production --known 118:9f86d081884c7d659a2f…',
      ),
    )
    .action((_own: VerifyOptions, self: Command) => {
      // `audit` takes most of these options too, and would have taken them first.
      const options = self.optsWithGlobals<VerifyOptions>();
      const verify = async (record: ProjectRecord): Promise<void> => {
        const names = await environmentsMeant(cli, options, record);
        if (options.known && names.length > 1) {
          throw new Problem('USAGE', 'Which environment is the head of?', { next: `add --env ${names[0]}` });
        }
        const verdicts: ChainVerdict[] = [];
        for (const name of names) {
          const verdict = await verifyEnvironment(record.store, name);
          verdicts.push(options.known ? await compare(record.store, verdict, options.known) : verdict);
        }
        const code = verdicts.some((verdict) => verdict.fault) ? EXIT.problem : EXIT.ok;
        cli.exit(code);
        if (options.json) return cli.out(JSON.stringify({ environments: verdicts, exitCode: code }));
        for (const verdict of verdicts) print(cli, verdict);
        const heads = verdicts.some((verdict) => verdict.events > 0);
        if (code === EXIT.ok && heads)
          cli.out('  next  keep the head elsewhere; later: belay audit verify --known HEAD');
        if (code !== EXIT.ok)
          cli.out('  next  compare with a backup of the store; nothing before that event was touched');
      };
      // Whoever has touched the journal may have made it impossible to fold.
      return withRecord(cli, options, verify, { leaveViews: true });
    });
}
