import CopyPlugin from 'copy-webpack-plugin';
import { readFileSync } from 'fs';
import { resolve } from 'path';
import type { Configuration } from 'webpack';

import swcOptions from '../swc.cjs';
import { providedByGrafana } from './externals';

const root = resolve(__dirname, '../..');
const source = resolve(root, 'src');

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

/** Fills in what plugin.json leaves to the build: the version and the day. */
function stamp(content: Buffer): string {
  const { version } = readJson<{ version: string }>(resolve(root, 'package.json'));
  // SOURCE_DATE_EPOCH (seconds) makes a build of yesterday's commit say yesterday.
  const epoch = process.env.SOURCE_DATE_EPOCH;
  const day = (epoch ? new Date(Number(epoch) * 1000) : new Date()).toISOString().slice(0, 10);
  return content.toString().replaceAll('%VERSION%', version).replaceAll('%TODAY%', day);
}

/** Where the README's links lead from the catalog's page, which has no other file of the repository. */
const repository = 'opnsense-wireguard/opnsense-wireguard-datasource';

/** The repository's README, its links to other files made whole. */
function absoluteLinks(content: Buffer): string {
  return content
    .toString()
    .replaceAll(/(!\[[^\]]*\]\()(?!https?:)/g, `$1https://raw.githubusercontent.com/${repository}/main/`)
    .replaceAll(/(\]\()(?!https?:|#)/g, `$1https://github.com/${repository}/blob/main/`);
}

export default function config(_env: unknown, { mode }: { mode?: Configuration['mode'] }): Configuration {
  const { id } = readJson<{ id: string }>(resolve(source, 'plugin.json'));
  return {
    mode,
    context: source,
    entry: { module: './module.ts' },
    target: ['web', 'es2022'],
    devtool: 'source-map',
    stats: 'errors-warnings',
    infrastructureLogging: { level: 'warn' },
    performance: { hints: false },
    externals: providedByGrafana,
    resolve: {
      extensions: ['.ts', '.tsx', '.js'],
      // @grafana/i18n loads it for Grafana itself, never for a plugin.
      alias: { 'i18next-pseudo': false },
    },
    module: {
      rules: [{ test: /\.tsx?$/, exclude: /node_modules/, use: { loader: 'swc-loader', options: swcOptions } }],
    },
    output: {
      path: resolve(root, 'dist'),
      filename: '[name].js',
      asyncChunks: false,
      library: { type: 'amd' },
      publicPath: `public/plugins/${id}/`,
      uniqueName: id,
      // The back end's binaries are built by other tools into the same folder.
      clean: { keep: /^(gpx_|go_plugin_build_manifest)/ },
    },
    plugins: [
      new CopyPlugin({
        patterns: [
          { from: 'plugin.json', transform: stamp },
          { from: 'img/**/*', noErrorOnMissing: true },
          { from: 'locales/**/*.json' },
          // The same files that Grafana can mount.
          { from: '*.json', context: resolve(root, 'provisioning/dashboards'), to: 'dashboards' },
          { from: '../README.md', transform: absoluteLinks, noErrorOnMissing: true },
          { from: '../LICENSE', to: '[name][ext]', noErrorOnMissing: true },
          { from: '../CHANGELOG.md', noErrorOnMissing: true },
        ],
      }),
    ],
  };
}
