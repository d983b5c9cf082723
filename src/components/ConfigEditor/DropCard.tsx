import { Box } from '@grafana/ui';
import React, { type DragEvent, type PropsWithChildren, useState } from 'react';

interface Props {
  titleId: string;
  /** Absent: nothing can be dropped. */
  onFiles?: (files: File[]) => void;
}

/** A card with a title on which files can be dropped; what else is dragged over it is left alone. */
export function DropCard({ titleId, onFiles, children }: PropsWithChildren<Props>) {
  const [over, setOver] = useState(false);
  const holdsFiles = (event: DragEvent) => onFiles !== undefined && event.dataTransfer.types.includes('Files');

  const allow = (event: DragEvent) => {
    if (holdsFiles(event)) {
      event.preventDefault();
      setOver(true);
    }
  };
  const leave = ({ currentTarget, relatedTarget }: DragEvent) => {
    if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) {
      setOver(false);
    }
  };
  const drop = (event: DragEvent) => {
    if (holdsFiles(event)) {
      // Else the browser leaves the page and shows the file.
      event.preventDefault();
      setOver(false);
      onFiles?.([...event.dataTransfer.files]);
    }
  };

  return (
    <Box
      role="group"
      aria-labelledby={titleId}
      borderStyle={over ? 'dashed' : 'solid'}
      borderColor={over ? 'strong' : 'weak'}
      padding={2}
      onDragOver={allow}
      onDragLeave={leave}
      onDrop={drop}
    >
      {children}
    </Box>
  );
}
