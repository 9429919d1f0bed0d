// Puts the site together: the sources are what browsers run, so there is nothing to compile, only uPlot to bring along.
import { cp, copyFile, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const site = join(here, 'dist');
await rm(site, { recursive: true, force: true });
await mkdir(join(site, 'lib'), { recursive: true });
await cp(join(here, 'src'), site, { recursive: true });
for (const file of ['uPlot.esm.js', 'uPlot.min.css']) {
  await copyFile(join(here, 'node_modules/uplot/dist', file), join(site, 'lib', file));
}
