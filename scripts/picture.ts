import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import rehypeRaw from 'rehype-raw'
import rehypeSanitize from 'rehype-sanitize'
import rehypeStringify from 'rehype-stringify'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import remarkRehype from 'remark-rehype'
import { unified } from 'unified'

/**
 * Draws a comment as a pull request shows it: GitHub's Markdown dialect, its sanitizer's schema, its style sheet, and a
 * headless Chromium (path in CHROMIUM, default /usr/bin/chromium).
 *
 *   node scripts/picture.ts crosschip-out/report.md docs/comment.png [height in pixels]
 */
const [markdownFile, pictureFile, height = '900'] = process.argv.slice(2)
if (!markdownFile || !pictureFile) throw new Error('usage: node scripts/picture.ts report.md picture.png [height]')

const body = await unified()
  .use(remarkParse)
  .use(remarkGfm)
  .use(remarkRehype, { allowDangerousHtml: true })
  .use(rehypeRaw)
  .use(rehypeSanitize)
  .use(rehypeStringify)
  .process(readFileSync(markdownFile, 'utf8'))
const style = readFileSync(fileURLToPath(import.meta.resolve('github-markdown-css/github-markdown-light.css')), 'utf8')
const page = `<!doctype html><meta charset="utf-8"><style>${style}
body { margin: 0; padding: 16px; background: #fff }
.box { border: 1px solid #d1d9e0; border-radius: 6px; max-width: 980px }
.head { background: #f6f8fa; border-bottom: 1px solid #d1d9e0; padding: 8px 16px; border-radius: 6px 6px 0 0;
  font: 14px -apple-system, "Noto Sans", "DejaVu Sans", sans-serif; color: #59636e }
.head b { color: #1f2328 }
.markdown-body { padding: 16px; font-size: 14px }
</style><div class="box"><div class="head"><b>github-actions</b> bot commented</div>
<article class="markdown-body">${body}</article></div>`

const directory = mkdtempSync(join(tmpdir(), 'crosschip-picture-'))
const pageFile = join(directory, 'comment.html')
writeFileSync(pageFile, page)
execFileSync(process.env.CHROMIUM ?? '/usr/bin/chromium', [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic'],
  `--user-data-dir=${join(directory, 'profile')}`,
  `--window-size=1014,${height}`,
  `--screenshot=${pictureFile}`,
  pathToFileURL(pageFile).href,
])
rmSync(directory, { recursive: true, force: true })
