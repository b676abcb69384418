/** For those who write a target, a store, a router or protected data of their own: the suites that ours pass. */
export * from './data-contract.ts';
export * from './memory-store.ts';
export * from './router-contract.ts';
export * from './signal-contract.ts';
export * from './store-contract.ts';
export * from './target-contract.ts';
