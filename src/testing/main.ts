/**
 * `bun run test`: installs what the tests need, then runs every check: types, lint, format and
 * the rules of the house, the simulation, and all tests against real servers. Its last line counts
 * what passed and failed.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingPackages } from './debian-packages.ts';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const root = join(import.meta.dir, '../..');
/** Seeds of the simulation in one run, shared by as many processes as there are cores. */
const simulationSeeds = 2_000;
/**
 * As many test files at a time as there are cores: each has servers, engines and browsers of its own, and where
 * they starve each other nobody is as quick as a test expects of a person. Those of one process share what
 * they have loaded.
 */
const inParallel = [`--parallel=${Math.max(2, availableParallelism())}`, '--no-isolate'];

function run(name: string, command: string[]): boolean {
  console.log(`\n== ${name}: ${command.join(' ')}`);
  const { success } = Bun.spawnSync(command, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  console.log(`== ${name}: ${success ? 'passed' : 'FAILED'}`);
  return success;
}

async function simulate(): Promise<boolean> {
  const share = Math.ceil(simulationSeeds / availableParallelism());
  const runs: Bun.Subprocess[] = [];
  for (let first = 1; first <= simulationSeeds; first += share) {
    const seeds = Math.min(share, simulationSeeds - first + 1);
    const command = ['src/main.ts', 'simulate', '--seed', `${first}`, '--seeds', `${seeds}`];
    console.log(`\n== simulation: ${process.execPath} ${command.join(' ')}`);
    runs.push(
      Bun.spawn([process.execPath, ...command], {
        cwd: root,
        stdio: ['ignore', 'inherit', 'inherit'],
      }),
    );
  }
  const exitCodes = await Promise.all(runs.map((each) => each.exited));
  const ok = exitCodes.every((exitCode) => exitCode === 0);
  console.log(`== simulation: ${ok ? 'passed' : 'FAILED'}`);
  return ok;
}

function installPackages(): boolean {
  const missing = missingPackages();
  if (missing.length === 0) return true;
  if (process.getuid?.() !== 0) {
    console.error(`The tests need these Debian packages: ${missing.join(' ')}`);
    console.error(`Install them with: sudo apt-get install ${missing.join(' ')}`);
    return false;
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const steps = [
    ['apt-get', 'update', '-qq'],
    ['apt-get', 'install', '-qq', '-y', '--no-install-recommends', ...missing],
  ];
  for (const step of steps) {
    console.log(`\n== packages: ${step.join(' ')}`);
    Bun.spawnSync(step, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  const stillMissing = missingPackages();
  if (stillMissing.length > 0) console.error(`Could not be installed: ${stillMissing.join(' ')}`);
  return stillMissing.length === 0;
}

/** Runs the test files and reads the true counts from the runner's own report. */
async function runTests(): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'stampede-report-'));
  const report = join(folder, 'report.xml');
  try {
    const reporter = ['--timeout', '240000', '--reporter=junit', `--reporter-outfile=${report}`];
    const command = [
      process.execPath,
      'test',
      ...inParallel,
      ...reporter,
      ...process.argv.slice(2),
    ];
    console.log(`\n== tests: ${command.join(' ')}`);
    const tests = Bun.spawn(command, { cwd: root, stdio: ['ignore', 'inherit', 'pipe'] });
    const failures = await showAndFindFailures(tests.stderr);
    const ok = (await tests.exited) === 0;
    console.log(`== tests: ${ok ? 'passed' : 'FAILED'}`);
    for (const failure of failures) console.log(`\n${failure}`);
    if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
    const counts = readReport(readFileSync(report, 'utf8'));
    // The runner fails without a failed test when a file cannot be loaded or throws between tests.
    return ok || counts.failed > 0 ? counts : { ...counts, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Passes the runner's output on, and returns its output on each failed test, to be printed again. */
async function showAndFindFailures(words: ReadableStream<Uint8Array>): Promise<string[]> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of words) {
    process.stderr.write(bytes);
    text += decoder.decode(bytes, { stream: true });
  }
  const failures: string[] = [];
  let said: string[] = [];
  for (const line of text.split('\n')) {
    said.push(line);
    if (line.startsWith('(fail) ') && said.length > 1) failures.push(said.join('\n'));
    if (/^\((pass|fail|skip|todo)\) |^\S+\.test\.ts:$/.test(line)) said = [];
  }
  return failures;
}

function readReport(xml: string): Counts {
  const head = /<testsuites\b[^>]*>/.exec(xml)?.[0] ?? '';
  const count = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(head)?.[1] ?? 0);
  const failed = count('failures') + count('errors');
  const skipped = count('skipped');
  return { passed: count('tests') - failed - skipped, failed, skipped };
}

const bun = process.execPath;
const checks = [
  installPackages(),
  run('types, lint, format and rules of the house', [bun, 'run', 'check']),
  await simulate(),
];
const tests = await runTests();
const passed = tests.passed + checks.filter((ok) => ok).length;
const failed = tests.failed + checks.filter((ok) => !ok).length;
const skipped = tests.skipped > 0 ? `, ${tests.skipped} skipped` : '';
console.log(`\n${passed} passed, ${failed} failed${skipped}`);
process.exit(failed === 0 ? 0 : 1);
