/** Clouds on this machine, for tests and for trying things out without an account: `belayctl/emulators`. */
export { type ConvexEmulator, type ConvexEmulatorOptions, startConvexEmulator } from './convex/emulator.ts';
export { type VercelEmulator, type VercelOptions, startVercelEmulator } from './vercel/emulator.ts';
