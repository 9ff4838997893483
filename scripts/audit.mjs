// Fails when a dependency that bots install has a known vulnerability; says so and passes where the registry does not tell. Plain JavaScript,
// as the build is.
import { spawnSync } from 'node:child_process';
import process from 'node:process';

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8' });
const report = JSON.parse(stdout);
if (report.auditReportVersion === undefined) {
  process.stdout.write(`Not audited: the registry did not answer (${report.message ?? report.error?.summary ?? 'no reason given'})\n`);
} else {
  const found = Object.values(report.vulnerabilities);
  for (const { name, severity, range } of found) process.stderr.write(`${name} ${range}: a known vulnerability, ${severity}\n`);
  if (found.length === 0) process.stdout.write('No dependency has a known vulnerability\n');
  process.exitCode = found.length === 0 ? 0 : 1;
}
