import {
  applyFieldOverrides,
  cacheFieldDisplayNames,
  type DataFrame,
  type DataTransformerConfig,
  type FieldConfigSource,
  FieldColorModeId,
  FieldType,
  type GrafanaTheme2,
  transformDataFrame,
} from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import { useTheme2 } from '@grafana/ui';
import { useEffect, useMemo, useState } from 'react';

import { fieldOptions } from '../host/registries';

const noConfig: FieldConfigSource = { defaults: {}, overrides: [] };

/** Each curve has a colour of its own unless the panel says otherwise: Grafana's own default for graphs. */
export function withPalette(fieldConfig: FieldConfigSource = noConfig): FieldConfigSource {
  const color = { mode: FieldColorModeId.PaletteClassic };
  return { ...fieldConfig, defaults: { color, ...fieldConfig.defaults } };
}

const noTransformations: DataTransformerConfig[] = [];

/** Frames as a panel shows them: through its transformations, with units, colours and words of its fields. */
export function usePanelFrames(
  frames: DataFrame[],
  fieldConfig: FieldConfigSource = noConfig,
  transformations: DataTransformerConfig[] = noTransformations
): DataFrame[] {
  const theme = useTheme2();
  const [transformed, setTransformed] = useState<DataFrame[]>([]);
  useEffect(() => {
    const subscription = transformDataFrame(transformations, frames).subscribe(setTransformed);
    return () => subscription.unsubscribe();
  }, [frames, transformations]);
  return useMemo(() => withOverrides(transformed, fieldConfig, theme), [transformed, fieldConfig, theme]);
}

function withOverrides(data: DataFrame[], fieldConfig: FieldConfigSource, theme: GrafanaTheme2): DataFrame[] {
  const shown = applyFieldOverrides({
    data,
    fieldConfig,
    fieldConfigRegistry: fieldOptions,
    // Dashboards are shown on this page, behind the `#`.
    replaceVariables: (text, scopedVars, format) => getTemplateSrv().replace(text.replace(/^\/d\//, '#d/'), scopedVars, format),
    theme,
    timeZone: 'browser',
  });
  cacheFieldDisplayNames(shown);
  return shown;
}

/** Whether these frames are curves: a time and a number in each. */
export const areSeries = (frames: DataFrame[]): boolean =>
  frames.length > 0 &&
  frames.every(({ meta, fields }) => {
    const type = meta?.type ?? '';
    return type.startsWith('timeseries') && fields.some((field) => field.type === FieldType.number);
  });
