import { type ChildProcess, spawn } from 'child_process';
import { once } from 'events';

/** How a firewall of the demo is reached, as it would be told to a Grafana. */
export interface Firewall {
  url: string;
  apiKey: string;
  apiSecret: string;
  fingerprint: string;
}

/** A demo of its own: the built program with simulated firewalls and the built plugin, on a port that was free. */
export class Demo {
  private constructor(
    private readonly process: ChildProcess,
    readonly url: string,
    private readonly environment: Map<string, string>
  ) {}

  /** Resolves once the page is served; rejects with what the program said if it ends before. */
  static async start(flags: string[] = []): Promise<Demo> {
    const child = spawn('build/demo', ['-listen', '127.0.0.1:0', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
    const said = await new Promise<string>((resolve, reject) => {
      let output = '';
      const hear = (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes('Ctrl-C')) {
          resolve(output);
        }
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`build/demo ended (${code}):\n${output}`)));
    });
    const url = /^page (http:\S+)\/$/m.exec(said)?.[1];
    if (url === undefined) {
      throw new Error(`build/demo does not tell its address:\n${said}`);
    }
    return new Demo(child, url, new Map([...said.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name = '', value = '']) => [name, value])));
  }

  firewall(name: 'hq' | 'branch'): Firewall {
    const value = (key: string) => this.environment.get(`OPNSENSE_${name.toUpperCase()}_${key}`) ?? '';
    return { url: value('URL'), apiKey: value('API_KEY'), apiSecret: value('API_SECRET'), fingerprint: value('FINGERPRINT') };
  }

  /** Does something to the simulated firewalls: `control('/firewalls/hq/interfaces/wg1/stop')`. */
  async control(path: string, body: object = {}): Promise<void> {
    const response = await fetch(`${this.url}/api/lab${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) {
      throw new Error(`${path}: ${response.status} ${await response.text()}`);
    }
  }

  /** Ends the program as Ctrl-C does; a demo that does not end well is a fault. */
  async end(): Promise<void> {
    const exit = once(this.process, 'exit') as Promise<[number | null]>;
    if (this.process.exitCode !== null || !this.process.kill('SIGINT')) {
      throw new Error(`build/demo ended before the test did (${this.process.exitCode})`);
    }
    const [code] = await exit;
    if (code !== 0) {
      throw new Error(`build/demo ended with ${code}`);
    }
  }
}
