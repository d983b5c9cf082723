import { Button, ConfirmButton, Stack, Text } from '@grafana/ui';
import React from 'react';

import { texts } from '../../selectors';

interface Props {
  titleId: string;
  title: string;
  id: string;
  open: boolean;
  first: boolean;
  last: boolean;
  readOnly?: boolean;
  onToggle: () => void;
  onMove: (by: -1 | 1) => void;
  onDuplicate: () => void;
  onRemove: () => void;
}

const words = texts.config.firewalls;

/** The title of a firewall's card, and what can be done with the card as a whole. */
export function FirewallHeader(props: Props) {
  const { titleId, title, id, open, first, last, readOnly = false, onToggle, onMove, onDuplicate, onRemove } = props;
  const buttons = [
    { icon: 'arrow-up', label: words.moveUp({ name: title }), disabled: first, act: () => onMove(-1) },
    { icon: 'arrow-down', label: words.moveDown({ name: title }), disabled: last, act: () => onMove(1) },
    { icon: 'copy', label: words.duplicate({ name: title }), disabled: false, act: onDuplicate },
  ] as const;

  return (
    <Stack justifyContent="space-between" alignItems="center" wrap="wrap">
      <Stack alignItems="center">
        <Button
          icon={open ? 'angle-down' : 'angle-right'}
          aria-label={words.open({ name: title })}
          aria-expanded={open}
          variant="secondary"
          fill="text"
          size="sm"
          onClick={onToggle}
        />
        <Text element="h4" id={titleId}>
          {title}
        </Text>
        <Text color="secondary" variant="bodySmall">
          {words.id({ id })}
        </Text>
      </Stack>
      {!readOnly && (
        <Stack alignItems="center" gap={1}>
          {buttons.map(({ icon, label, disabled, act }) => (
            // With a tooltip, a disabled button keeps the focus: it is there again after one more move.
            <Button
              key={icon}
              icon={icon}
              aria-label={label}
              tooltip={label}
              variant="secondary"
              fill="text"
              size="sm"
              disabled={disabled}
              onClick={act}
            />
          ))}
          <ConfirmButton
            confirmText={words.removeConfirm}
            confirmVariant="destructive"
            size="sm"
            onConfirm={onRemove}
          >
            {words.remove({ name: title })}
          </ConfirmButton>
        </Stack>
      )}
    </Stack>
  );
}
