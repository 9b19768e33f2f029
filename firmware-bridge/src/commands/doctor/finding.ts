/** One line of the doctor. */
export interface Finding {
  readonly name: string;
  /** False makes the exit code 1; undefined says that it could not be checked, for a reason that stands above it. */
  readonly well: boolean | undefined;
  readonly found: string;
  /** What to do about it, in words for whoever stands beside the machine. */
  readonly advice?: string;
}

const NAME_WIDTH = 20;

export function inWords({ name, well, found, advice }: Finding): string {
  const mark = well === undefined ? '·' : well ? '✓' : '✗';
  return `${mark} ${name.padEnd(NAME_WIDTH)} ${found}${advice === undefined ? '' : `. ${advice}`}`;
}
