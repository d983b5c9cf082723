import { useState } from 'react';

import { messageOf } from '../api';

interface Task<T> {
  busy: boolean;
  /** What the newest run brought; undefined while one runs and when it failed. */
  result?: T;
  /** Why the newest run failed, for people. */
  problem?: string;
}

/** Something that takes a moment and may fail, and that runs when somebody asks for it. */
export function useTask<T>(work: () => Promise<T>): Task<T> & { run: () => void } {
  const [task, setTask] = useState<Task<T>>({ busy: false });
  const run = () => {
    setTask({ busy: true });
    work().then(
      (result) => setTask({ busy: false, result }),
      (error: unknown) => setTask({ busy: false, problem: messageOf(error) })
    );
  };
  return { ...task, run };
}
