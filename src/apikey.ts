import { type Options, resetSecret, secretKey, type SecretName, secretNames, typeSecret } from './settings';

/** What OPNsense's `apikey.txt` holds; half of one may be missing. */
export type ApiKeyFile = Partial<Record<SecretName, string>>;

/** In bytes. The real one has about 160. */
export const largestFile = 64 * 1024;

const namesInFile: Record<string, SecretName> = { key: 'apiKey', secret: 'apiSecret' };

/** Reads the lines `key=…` and `secret=…`, the first of each. Undefined when the text has neither. */
export function parseApiKeyFile(text: string): ApiKeyFile | undefined {
  const found: ApiKeyFile = {};
  for (const line of text.split(/[\r\n]+/)) {
    // A byte order mark counts as a space here.
    const [, name = '', value] = /^\s*(key|secret)\s*=\s*(\S+)\s*$/i.exec(line) ?? [];
    const secret = namesInFile[name.toLowerCase()];
    if (secret && found[secret] === undefined) {
      found[secret] = value;
    }
  }
  return Object.keys(found).length > 0 ? found : undefined;
}

/** Puts what the file has in place of what is stored or typed; all other secrets stay. */
export function fillSecrets(options: Options, firewallId: string, file: ApiKeyFile): Options {
  return secretNames.reduce((filled, name) => {
    const [key, value] = [secretKey(firewallId, name), file[name]];
    return value === undefined ? filled : typeSecret(resetSecret(filled, key), key, value);
  }, options);
}
