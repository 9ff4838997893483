/** A schema is written in double quotes, and MikroORM takes a dot in it for the end of the name. */
const SCHEMA = /^[\w$-]{1,63}$/;

/** Whether a text is the URL of a PostgreSQL database, with a host and a name. */
export function isPostgresUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const parts = [url.username, url.password, url.hostname, url.pathname];
  if (!parts.every(isDecodable)) return false;
  const schema = url.searchParams.get('schema') ?? 'public';
  return ['postgresql:', 'postgres:'].includes(url.protocol) && url.hostname !== '' && url.pathname.length > 1 && SCHEMA.test(schema);
}

/** A bare percent sign in a password, say, is no URL's: it has to be written as %25. */
function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
