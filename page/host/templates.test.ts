import { FieldType, type ScopedVars } from '@grafana/data';

import { PageTemplates } from './templates';

const templates = new PageTemplates();
templates.set('firewall', ['hq', 'branch']);
templates.set('datasource', ['wg']);

const fields = [{ name: 'device_name', type: FieldType.string, config: {}, values: ['site to site'], state: { displayName: 'Tunnel' } }];
const frame = { fields, length: 1 };
const [field] = fields as [(typeof fields)[0]];
const inRow: ScopedVars = { __dataContext: { value: { data: [frame], frame, field, rowIndex: 0 } } };

it.each([
  ['$nobody ${nobody:raw} [[nobody]]', '$nobody ${nobody:raw} [[nobody]]'],
  ['$datasource ${datasource} [[datasource]]', 'wg wg wg'],
  ['$firewall', '{hq,branch}'],
  ['${__data.fields.device_name:percentencode}', 'site%20to%20site'],
  ['${__data.fields.Tunnel}', 'site to site'],
  ['a?${__url_time_range}', 'a?'],
])('replaces %p', (text, want) => {
  expect(templates.replace(text, inRow)).toBe(want);
});

it('hands the values to a function that formats them', () => {
  expect(templates.replace('$firewall', {}, (value) => (value as string[]).join('|'))).toBe('hq|branch');
});
