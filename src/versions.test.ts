import type { AnnotationQuery } from '@grafana/data';
import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';

import { version } from '../package.json';
import { annotationSupport } from './annotations';
import { hasUnknownType, normaliseQuery, normaliseVariable } from './normalise';
import { changeFirewall, firewallsOf, type Options } from './settings';
import type { WireGuardQuery } from './types';

/** What each released version stored: a dashboard, a rule or a data source of that time must go on working. */
const folder = join(__dirname, '../tests/versions');
const versions = readdirSync(folder);

function read<T>(of: string, file: string): T[] {
  const list = JSON.parse(readFileSync(join(folder, of, file), 'utf8')) as T[];
  expect(list.length).toBeGreaterThan(0);
  return list;
}

test('there is a folder for this version', () => {
  expect(versions).toContain(version);
});

describe.each(versions)('what %s stored', (of) => {
  test('queries and rules are understood as they are, and lose nothing', () => {
    for (const { query } of [...read<{ query: object }>(of, 'queries.json'), ...read<{ query: object }>(of, 'rules.json')]) {
      expect(hasUnknownType(query)).toBe(false);
      expect(normaliseQuery(query)).toMatchObject(query);
    }
  });

  test('variables are understood as they are, and lose nothing', () => {
    for (const { query } of read<{ query: object }>(of, 'variables.json')) {
      expect(normaliseVariable(query)).toEqual(query);
    }
  });

  test('annotations keep their query', () => {
    for (const { annotation } of read<{ annotation: AnnotationQuery<WireGuardQuery> }>(of, 'annotations.json')) {
      expect(annotationSupport.prepareAnnotation?.(annotation)).toBe(annotation);
      expect(normaliseQuery(annotation.target)).toEqual(annotation.target);
    }
  });

  test('settings are shown as they are, and an edit of one firewall leaves the rest alone', () => {
    for (const { jsonData } of read<{ jsonData: Options['jsonData'] }>(of, 'settings.json')) {
      const options = { jsonData } as Options;
      expect(firewallsOf(options)).toEqual(jsonData.firewalls);
      const [first, ...others] = jsonData.firewalls ?? [];
      expect(changeFirewall(options, first?.id ?? '', { name: 'other' }).jsonData).toEqual({
        ...jsonData,
        firewalls: [{ ...first, name: 'other' }, ...others],
      });
    }
  });
});
