import type { DataFrame } from '@grafana/data';
import { Icon, Text, Tooltip } from '@grafana/ui';
import React from 'react';

/** What the frames have to tell beside their rows, as a sign in the head of a panel. */
export function Notices({ frames }: { frames: DataFrame[] }) {
  const notices = frames.flatMap(({ meta }) => meta?.notices ?? []);
  if (notices.length === 0) {
    return null;
  }
  const bad = notices.some(({ severity }) => severity !== 'info');
  const text = [...new Set(notices.map((notice) => notice.text))].join('\n');
  return (
    <Tooltip content={text}>
      <button type="button" aria-label={text} style={{ all: 'unset', cursor: 'help' }}>
        <Text color={bad ? 'warning' : 'info'}>
          <Icon name={bad ? 'exclamation-triangle' : 'history'} />
        </Text>
      </button>
    </Tooltip>
  );
}
