import CopyPlugin from 'copy-webpack-plugin';
import { resolve } from 'path';
import type { Configuration } from 'webpack';

import swcOptions from '../swc.cjs';

const root = resolve(__dirname, '../..');
const packages = resolve(root, 'node_modules');

/** Fonts under the names by which the styles of @grafana/ui ask for them; Grafana's own copies come with Grafana. */
const fonts = [
  ['inter', 'normal', 400, 'inter/Inter-Regular'],
  ['inter', 'normal', 500, 'inter/Inter-Medium'],
  ['inter', 'italic', 400, 'inter/Inter-Italic'],
  ['inter', 'italic', 500, 'inter/Inter-MediumItalic'],
  ['roboto-mono', 'normal', 400, 'roboto/L0xTDF4xlVMF-BfR8bXMIhJHg45mwgGEFl0_3vrtSM1J-gEPT5Ese6hmHSh0mQ'],
].map(([font, style, weight, name]) => ({
  from: resolve(packages, `@fontsource/${font}/files/${font}-latin-${weight}-${style}.woff2`),
  to: `public/fonts/${name}.woff2`,
}));

/** The demo's page. It holds the packages that Grafana hands to plugins; the plugin itself is loaded as it was built. */
export default function config(): Configuration {
  return {
    mode: 'production',
    context: resolve(root, 'page'),
    entry: { page: './main.tsx' },
    target: ['web', 'es2022'],
    // It is served from this machine to this machine: what is small does not matter, how soon it is built does.
    devtool: false,
    optimization: { minimize: false },
    performance: { hints: false },
    stats: 'errors-warnings',
    infrastructureLogging: { level: 'warn' },
    experiments: { css: true },
    resolve: { extensions: ['.ts', '.tsx', '.js', '.mjs'] },
    module: {
      rules: [
        { test: /\.tsx?$/, exclude: /node_modules/, use: { loader: 'swc-loader', options: swcOptions } },
        // Packages below @grafana/ui import files without their extensions.
        { test: /\.m?js$/, resolve: { fullySpecified: false } },
      ],
    },
    output: { path: resolve(root, 'build/page'), filename: '[name].js', cssFilename: '[name].css', publicPath: '/', clean: true },
    plugins: [
      new CopyPlugin({
        patterns: [
          { from: 'index.html' },
          { from: resolve(packages, '@grafana/ui/dist/public/img/icons'), to: 'public/build/img/icons' },
          // Grafana has a few more than its package.
          { from: 'icons', to: 'public/build/img/icons' },
          ...fonts,
        ],
      }),
    ],
  };
}
