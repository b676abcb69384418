/** Nothing of the build may depend on the folder above: this example stands alone. */
export default {
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
  poweredByHeader: false,
};
