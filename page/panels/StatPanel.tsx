import { type DataFrame, type FieldConfigSource, getFieldDisplayValues, type ReduceDataOptions, ThresholdsMode } from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import { BigValue, BigValueColorMode, BigValueGraphMode, BigValueJustifyMode, BigValueTextMode, useTheme2 } from '@grafana/ui';
import React from 'react';

import type { PanelModel } from './dashboard';

interface Props {
  panel: PanelModel;
  frames: DataFrame[];
  width: number;
  height: number;
}

const noConfig: FieldConfigSource = { defaults: { thresholds: { mode: ThresholdsMode.Absolute, steps: [] } }, overrides: [] };

export function StatPanel({ panel: { options = {}, fieldConfig = noConfig }, frames, width, height }: Props) {
  const theme = useTheme2();
  const values = getFieldDisplayValues({
    data: frames,
    reduceOptions: options.reduceOptions as ReduceDataOptions,
    fieldConfig,
    replaceVariables: (text) => getTemplateSrv().replace(text),
    theme,
    timeZone: 'browser',
  });
  return (
    <div style={{ display: 'flex' }}>
      {values.map(({ display }, index) => (
        <BigValue
          key={index}
          value={display}
          count={values.length}
          width={width / values.length}
          height={height}
          colorMode={(options.colorMode ?? BigValueColorMode.Value) as BigValueColorMode}
          textMode={(options.textMode ?? BigValueTextMode.Auto) as BigValueTextMode}
          graphMode={BigValueGraphMode.None}
          justifyMode={(options.justifyMode ?? BigValueJustifyMode.Auto) as BigValueJustifyMode}
          theme={theme}
        />
      ))}
    </div>
  );
}
