import type { AnnotationQuery } from '@grafana/data';

import { annotationSupport } from './annotations';
import { newDataSource } from './testkit';
import type { WireGuardQuery } from './types';

type Annotation = AnnotationQuery<WireGuardQuery>;

const prepare = (target?: unknown) =>
  annotationSupport.prepareAnnotation?.({ name: 'changes', enable: true, iconColor: 'red', target }) as Annotation;

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['what Grafana starts with', { refId: 'Anno' }],
  ['what the built-in annotations have', { limit: 100, matchAny: false, tags: [], type: 'dashboard' }],
  ['a type that is no text', { queryType: 5 }],
])('an annotation with %s asks for changes of firewalls, interfaces and sites', (_, target) => {
  expect(prepare(target)).toEqual({
    name: 'changes',
    enable: true,
    iconColor: 'red',
    target: {
      refId: 'Anno',
      queryType: 'events',
      format: 'table',
      filter: { kinds: ['firewall', 'interface', 'site'] },
    },
  });
});

test('one that has a query stays the same object: Grafana prepares again whatever has changed', () => {
  const annotation = { name: 'changes', target: { refId: 'Anno', queryType: 'events', format: 'table' } };
  expect(annotationSupport.prepareAnnotation?.(annotation)).toBe(annotation);
  expect(annotationSupport.prepareAnnotation?.(prepare())).toMatchObject(prepare());
});

test('the data source has them, and leaves the events to Grafana', () => {
  expect(newDataSource().annotations).toBe(annotationSupport);
  expect(Object.keys(annotationSupport).sort()).toEqual(['QueryEditor', 'prepareAnnotation']);
});
