/** Nothing of the build may depend on the folder above: this example stands alone. */
export default {
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
  poweredByHeader: false,
  // `npm run typecheck` looks at the types once; every build would look again.
  typescript: { ignoreBuildErrors: true },
};
