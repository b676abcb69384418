/** What a module offers, read off its exports as the vendor's backend reads it. */

export interface AnalyzedFunction {
  readonly name: string;
  readonly pos: null;
  readonly udfType: 'Query' | 'Mutation' | 'Action';
  readonly visibility: { readonly kind: 'public' | 'internal' };
  /** Validators as JSON texts. */
  readonly args: string;
  readonly returns: string;
}

export interface AnalyzedModule {
  readonly functions: readonly AnalyzedFunction[];
  readonly httpRoutes: readonly { readonly route: { readonly path: string; readonly method: string } }[] | null;
  readonly cronSpecs: null;
  readonly sourceMapped: null;
}

interface Registered {
  readonly isQuery?: boolean;
  readonly isMutation?: boolean;
  readonly isAction?: boolean;
  readonly isHttp?: boolean;
  readonly isInternal?: boolean;
  readonly exportArgs?: () => string;
  readonly exportReturns?: () => string;
}

const ANY = '{"type":"any"}';

export function analyzeModule(path: string, exported: Readonly<Record<string, unknown>>): AnalyzedModule {
  const functions = Object.entries(exported).flatMap(([name, value]) => analyzeFunction(name, value) ?? []);
  return {
    functions,
    httpRoutes: path === 'http.js' ? routesOf(exported['default']) : null,
    cronSpecs: null,
    sourceMapped: null,
  };
}

function analyzeFunction(name: string, value: unknown): AnalyzedFunction | null {
  if ((typeof value !== 'function' && typeof value !== 'object') || value === null) return null;
  const registered = value as Registered;
  const udfType = typeOf(registered);
  if (udfType === null) return null;
  return {
    name,
    pos: null,
    udfType,
    visibility: { kind: registered.isInternal ? 'internal' : 'public' },
    args: registered.exportArgs?.() ?? ANY,
    returns: registered.exportReturns?.() ?? ANY,
  };
}

function typeOf(registered: Registered): AnalyzedFunction['udfType'] | null {
  if (registered.isQuery) return 'Query';
  if (registered.isMutation) return 'Mutation';
  return registered.isAction ? 'Action' : null;
}

interface Router {
  readonly isRouter?: boolean;
  getRoutes(): readonly (readonly [path: string, method: string, handler: unknown])[];
}

function routesOf(router: unknown): AnalyzedModule['httpRoutes'] {
  const known = router as Partial<Router> | undefined;
  if (!known?.isRouter || !known.getRoutes) return null;
  return known.getRoutes().map(([path, method]) => ({ route: { path, method } }));
}
