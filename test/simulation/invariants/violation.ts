/** Something that must never be so, was. */
export interface Violation {
  /** "I3", or "I35". */
  readonly invariant: string;
  readonly purchaseId: string | null;
  readonly text: string;
  readonly at: number;
}

export type Report = (invariant: string, purchaseId: string | null, text: string) => void;
