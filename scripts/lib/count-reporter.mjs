// Vitest reporter: writes the counts, and each skipped test with its reason, to the file named by BELAY_TEST_COUNTS.
import { writeFileSync } from 'node:fs';

const reasonOf = (test) =>
  test.result().note ?? (test.options.mode === 'todo' ? 'not written yet' : 'its condition is not met here');

export default class CountReporter {
  /** A file that cannot be loaded, and an error outside of any test, each count as one failure. */
  onTestRunEnd(modules, unhandledErrors) {
    const tests = modules.flatMap((module) => [...module.children.allTests()].map((test) => ({ module, test })));
    const count = (state) => tests.filter(({ test }) => test.result().state === state).length;
    const broken = modules.filter(
      (module) =>
        module.errors().length > 0 || [...module.children.allSuites()].some((suite) => suite.errors().length > 0),
    );
    const skipped = tests
      .filter(({ test }) => ['skipped', 'pending'].includes(test.result().state))
      .map(({ module, test }) => `${module.relativeModuleId}: ${test.fullName} (${reasonOf(test)})`);
    const counts = {
      passed: count('passed'),
      failed: count('failed') + broken.length + unhandledErrors.length,
      skipped,
    };
    writeFileSync(process.env.BELAY_TEST_COUNTS, JSON.stringify(counts));
  }
}
