import type { DataTransformerConfig, FieldConfigSource } from '@grafana/data';

import type { WireGuardQuery } from '../../src/types';

/** What this page reads of a dashboard's JSON. */
export interface Dashboard {
  title: string;
  panels: PanelModel[];
  templating: { list: VariableModel[] };
  links?: Array<{ title: string; type: string; url: string }>;
}

export interface PanelModel {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: WireGuardQuery[];
  transformations?: DataTransformerConfig[];
  options?: Record<string, unknown>;
  fieldConfig?: FieldConfigSource;
  /** Of a row: whether it is folded, and then its panels. */
  collapsed?: boolean;
  panels?: PanelModel[];
}

export interface VariableModel {
  name: string;
  label?: string;
  type: string;
  includeAll?: boolean;
  query: unknown;
}

/** The panels up to the first row, or those of one row. */
export interface Section {
  id: number;
  title?: string;
  folded: boolean;
  panels: PanelModel[];
}

export function sectionsOf({ panels }: Dashboard): Section[] {
  const sections: Section[] = [{ id: 0, folded: false, panels: [] }];
  for (const panel of panels) {
    if (panel.type === 'row') {
      sections.push({ id: panel.id, title: panel.title, folded: panel.collapsed ?? false, panels: [...(panel.panels ?? [])] });
    } else {
      sections.at(-1)?.panels.push(panel);
    }
  }
  return sections.filter((section) => section.panels.length > 0);
}
