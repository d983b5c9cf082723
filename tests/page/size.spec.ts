import { expect, test } from '@playwright/test';

import { gzippedKiB, mostKiB } from '../size';

test(`module.js has at most ${mostKiB} KiB`, () => {
  expect(gzippedKiB()).toBeLessThanOrEqual(mostKiB);
});
