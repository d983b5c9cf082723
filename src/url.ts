const address = /^(https?):\/\/([^/?#\s@]+)(\/[^?#\s]*)?(\?[^#\s]*)?(#.*)?$/i;
/** A host, perhaps a port, perhaps a path: no scheme, no user. `https//…` is a slip of the pen, not a host. */
const withoutScheme = /^(?!https?\/)(\[[0-9a-f:.]+\]|[^\s/?#@:[\]\\]+)(:\d+)?([/?#]\S*)?$/i;
/**
 * OPNsense's own pages, behind what may be a reverse proxy's prefix. An address of its API has a module, a controller
 * and a command: `/api/fw1` may well be a prefix.
 */
const page = /^(.*?)\/(?:ui(?:\/.*)?|[^/]+\.php(?:\/.*)?|api\/[^/]+\/.+)$/i;

/**
 * The base URL in what somebody pasted from a browser or typed without `https://`. What cannot be understood comes back
 * as it is, without the spaces around: the validation tells what is wrong with it.
 */
export function normaliseUrl(typed: string): string {
  const text = typed.trim();
  const full = withoutScheme.test(text) ? `https://${text}` : text;
  const [, scheme, host, path = '', query] = address.exec(full) ?? [];
  if (!scheme || !host || !URL.canParse(full)) {
    return text;
  }
  const [isPage, beforePage] = page.exec(path) ?? [];
  const prefix = (isPage === undefined ? path : (beforePage ?? '')).replace(/\/+$/, '');
  // OPNsense's login page has `?url=`; another query behind a prefix is nothing to drop without a word.
  const foreign = query !== undefined && isPage === undefined && prefix !== '' && !query.startsWith('?url=');
  return `${scheme.toLowerCase()}://${host}${prefix}${foreign ? query : ''}`;
}
