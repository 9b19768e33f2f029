import { pathToFileURL } from 'node:url';

import { withBrowser } from './browser.js';

/** Prints a report's HTML file as PDF. @param footer stands at the foot of every page, beside its number. @throws NoBrowserError */
export function print(
  htmlFile: string,
  pdfFile: string,
  footer: string,
  chromiumPath: string | undefined,
): Promise<void> {
  return withBrowser(chromiumPath, async (browser) => {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(htmlFile).href);
    await page.pdf({
      path: pdfFile,
      preferCSSPageSize: true,
      printBackground: true,
      displayHeaderFooter: true,
      headerTemplate: '<span></span>',
      footerTemplate: `<div style="width:100%;margin:0 17mm;display:flex;justify-content:space-between;color:#5a6570;font:8px Arial,'DejaVu Sans',sans-serif">
        <span>${footer}</span><span><span class="pageNumber"></span> / <span class="totalPages"></span></span></div>`,
      tagged: true,
      outline: true,
    });
  });
}
