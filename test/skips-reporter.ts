import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** In the name of a test that is skipped when it is declared; one that skips itself gives a note. */
const reasonInName = / \(skipped: (.+)\)$/;

/**
 * A test that is skipped must say what is missing here. One that does not, because somebody left `skip` or `todo` in
 * it, fails the run.
 */
export default class SkipsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    // What a pattern leaves out is no concern of ours.
    if (process.argv.some((word) => word === '-t' || word.startsWith('--testNamePattern'))) return;
    const skipped = modules.flatMap((module) => [...module.children.allTests('skipped')]);
    const silent = skipped.filter((test) => reasonFor(test) === undefined);
    for (const test of skipped)
      console.log(
        `SKIPPED ${test.fullName.replace(reasonInName, '')}: ${reasonFor(test) ?? 'no reason'}`,
      );
    if (silent.length > 0) {
      console.error(`${silent.length} tests were skipped without a reason.`);
      process.exitCode = 1;
    }
  }
}

function reasonFor(test: TestCase): string | undefined {
  const result = test.result();
  if (result.state === 'skipped' && result.note !== undefined) return result.note;
  return reasonInName.exec(test.name)?.[1];
}
