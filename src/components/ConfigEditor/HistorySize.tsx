import React, { useState } from 'react';

import { texts } from '../../selectors';
import { historySizeProblem } from '../../validation';
import { TextField } from './TextField';

interface Props {
  bytes: number | undefined;
  /** Undefined for the default. */
  onChange: (bytes: number | undefined) => void;
}

const words = texts.config.general;
const mebibyte = 1024 * 1024;

/** The bound of the history: stored in bytes, shown in MiB. */
export function HistorySize({ bytes, onChange }: Props) {
  // What is no size yet lives only here: there is no number of bytes for it.
  const [typed, setTyped] = useState<string>();
  const size = typed ?? sizeOf(bytes);

  const change = (text: string) => {
    if (historySizeProblem(text)) {
      setTyped(text);
      return;
    }
    setTyped(undefined);
    onChange(text.trim() === '' ? undefined : Number(text) * mebibyte);
  };

  return (
    <TextField
      id="general-historyMaxBytes"
      label={words.historyMaxBytes}
      description={words.historyMaxBytesDescription}
      placeholder="64"
      value={size}
      problem={historySizeProblem(size)}
      width={20}
      onChange={change}
    />
  );
}

/** A provisioning file may hold anything: what is no number is shown as it is. */
function sizeOf(bytes: unknown): string {
  return typeof bytes === 'number' ? String(bytes / mebibyte) : typeof bytes === 'string' ? bytes : '';
}
