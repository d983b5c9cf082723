import type { AnnotationQuery, AnnotationSupport } from '@grafana/data';

import { AnnotationEditor } from './components/AnnotationEditor/AnnotationEditor';
import { isFields } from './normalise';
import type { EventsQuery, WireGuardQuery } from './types';

const defaultEvents: EventsQuery = {
  refId: 'Anno',
  queryType: 'events',
  format: 'table',
  // Peers come and go all day.
  filter: { kinds: ['firewall', 'interface', 'site'] },
};

type Annotation = AnnotationQuery<WireGuardQuery>;

/**
 * Events on the time line of a dashboard. Grafana finds the columns by their names. No getDefaultQuery: Grafana would put
 * it into the annotation itself, where `filter` means something else.
 */
export const annotationSupport: AnnotationSupport<WireGuardQuery> = {
  QueryEditor: AnnotationEditor,

  /** Grafana prepares again whatever comes out changed: what has a query must come back as the same object. */
  prepareAnnotation(stored: unknown): Annotation {
    const annotation = stored as Annotation;
    return hasQuery(annotation.target) ? annotation : { ...annotation, target: defaultEvents };
  },
};

/** What the built-in annotations or another data source left behind names no type. */
const hasQuery = (target: unknown): boolean =>
  isFields(target) && typeof target.queryType === 'string' && target.queryType !== '';
