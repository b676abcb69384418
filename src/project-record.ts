/** The journal alone, for commands that only read it: no targets, no daemon, no secret but the store's own. Part of the composition root. */
import type { ReviewConfig } from './config/config.ts';
import { peekStore } from './config/peek.ts';
import { VIEWS } from './core/views.ts';
import type { ProjectOptions } from './project.ts';
import { NO_VIEWS } from './stores/fold.ts';
import { storeLocation } from './project-store.ts';
import { openStore } from './stores/open.ts';
import type { Store } from './stores/store.ts';
import { createRedactor } from './util/redact.ts';

export interface ProjectRecord {
  readonly app: string;
  /** Names that the configuration has now; the journal may know more. */
  readonly environments: readonly string[];
  readonly store: Store;
  /** Where the configuration is. */
  readonly directory: string;
  readonly review: ReviewConfig;
}

export interface RecordOptions extends Pick<
  ProjectOptions,
  'cwd' | 'env' | 'version' | 'file' | 'allowLocalStoreInCi'
> {
  /** Opens it also when the rows could not be folded from the journal: for those who want to know what is wrong with it. */
  readonly leaveViews?: boolean;
}

/** Whoever opens it closes its store. @throws Problem CONFIG_MISSING, CONFIG_INVALID, SECRET_MISSING, STORE_REFUSED, STORE_UNREACHABLE */
export async function openRecord(options: RecordOptions): Promise<ProjectRecord> {
  const { cwd, env, version, file } = options;
  const redactor = createRedactor();
  const peek = await peekStore({ cwd, env, redactor, tool: version, ...(file ? { file } : {}) });
  const clean = (text: string) => redactor.clean(text);
  const allowInCi = options.allowLocalStoreInCi ?? false;
  const store = await openStore({
    location: storeLocation(peek.store),
    views: options.leaveViews ? NO_VIEWS : VIEWS,
    clean,
    ci: env.ci,
    allowInCi,
  });
  const { app, environments, directory, review } = peek;
  return { app, environments, directory, review, store };
}
