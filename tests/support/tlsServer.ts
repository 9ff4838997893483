import { execFile } from 'node:child_process';
import { chmod, chown, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from './bot.ts';
import { temporaryFolder } from './databases.ts';
import type { PostgresServer } from './postgres.ts';
import { serverAccount } from './postgresBinaries.ts';
import { runSql, type Row } from './postgresSql.ts';
import { startServer } from './postgresSuite.ts';

const run = promisify(execFile);

/** A PostgreSQL server with certificates of an authority of the test's own. */
export class TlsServer {
  readonly #server: PostgresServer;
  /** Where the certificates and keys are: `ca`, `server` (of its address), `named` (of its name), `client` (of `postgres`) and `expired`. */
  readonly #folder: string;
  readonly #data: string;
  #loads = 0;

  private constructor(server: PostgresServer, folder: string, data: string) {
    this.#server = server;
    this.#folder = folder;
    this.#data = data;
  }

  static async start(): Promise<TlsServer> {
    const [server, folder] = await Promise.all([startServer(), temporaryFolder()]);
    const [row] = await server.query('show data_directory');
    const made = new TlsServer(server, folder, String(row?.['data_directory']));
    await made.#makeCertificates();
    await server.query('create role watcher superuser login');
    await made.set({ ssl: 'on' });
    return made;
  }

  get url(): string {
    return this.#server.url;
  }

  file(name: string): string {
    return join(this.#folder, name);
  }

  /** By a role that may always log in. */
  query(sql: string): Promise<Row[]> {
    return runSql(
      Object.assign(new URL(this.url), { username: 'watcher', password: '', search: 'sslmode=disable&sslnegotiation=postgres' }).href,
      sql
    );
  }

  /** Sets what a running server reads again: which certificate it shows, and who may connect how (a line of pg_hba.conf). */
  async set({ ssl = 'on', certificate = 'server', hba = 'host all all all scram-sha-256' }): Promise<void> {
    await writeFile(join(this.#data, 'pg_hba.conf'), `host all watcher 127.0.0.1/32 trust\n${hba}\n`);
    const lines = {
      ssl,
      ssl_cert_file: `${certificate}.pem`,
      ssl_key_file: `${certificate}.key`,
      ssl_ca_file: 'ca.pem',
      'telemetry.loads': String((this.#loads += 1))
    };
    const text = Object.entries(lines).map(([name, value]) => `${name} = '${value}'\n`);
    await writeFile(join(this.#data, 'postgresql.auto.conf'), text.join(''));
    const [postmaster] = (await readFile(join(this.#data, 'postmaster.pid'), 'utf8')).split('\n');
    process.kill(Number(postmaster), 'SIGHUP');
    await until(async () => {
      const [row] = await this.query("select current_setting('telemetry.loads', true) as loads");
      return row?.['loads'] === String(this.#loads);
    });
  }

  async #makeCertificates(): Promise<void> {
    const openssl = (...args: string[]): Promise<unknown> => run('openssl', args, { cwd: this.#folder });
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    await openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Test', '-days', '2');
    const names = { server: 'IP:127.0.0.1', named: 'DNS:localhost', client: 'DNS:client', expired: 'IP:127.0.0.1' };
    for (const [name, subjectAltName] of Object.entries(names)) {
      const subject = ['-subj', `/CN=${name === 'client' ? 'postgres' : name}`, '-addext', `subjectAltName=${subjectAltName}`];
      await openssl('req', ...key, ...subject, '-keyout', `${name}.key`, '-out', `${name}.csr`);
      const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-copy_extensions', 'copy', '-days', name === 'expired' ? '-1' : '2'];
      await openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-out', `${name}.pem`);
    }
    const { uid, gid } = await serverAccount();
    for (const file of ['ca.pem', ...['server', 'named', 'expired'].flatMap((name) => [`${name}.pem`, `${name}.key`])]) {
      const copy = join(this.#data, file);
      await writeFile(copy, await readFile(this.file(file)));
      await chmod(copy, 0o600);
      if (uid !== undefined && gid !== undefined) await chown(copy, uid, gid);
    }
  }
}
