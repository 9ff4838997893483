// DefinitelyTyped's would bring a second copy of @types/node and @types/pg.
declare module 'pg-copy-streams' {
  import type { Writable } from 'node:stream';
  import type { Submittable } from 'pg';

  /** Writes to the server what a `COPY … FROM STDIN` takes. */
  export function from(statement: string): Writable & Submittable;
}
