import { readFileSync } from 'fs';
import { gzipSync } from 'zlib';

const kibibyte = 1024;

/** What module.js may have, in KiB, packed as web servers pack it. */
export const mostKiB = 60;

/** The size of the built module.js in KiB, packed by gzip. */
export const gzippedKiB = (): number => gzipSync(readFileSync('dist/module.js'), { level: 9 }).length / kibibyte;
