import type { Run } from './qr-modules.js';

/** What a sticker is drawn of, in millimetres from its upper left corner: one drawing, two pens (SVG and PDF). */
export type Shape =
  | {
      readonly kind: 'box';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly radius: number;
      readonly fill?: string;
      readonly stroke?: string;
    }
  | {
      readonly kind: 'text';
      readonly x: number;
      /** Of the base line. */
      readonly y: number;
      readonly text: string;
      readonly size: number;
      /** As the fonts' own metrics give it. */
      readonly width: number;
      readonly bold: boolean;
      readonly colour: string;
      /** Where `x` is. */
      readonly anchor: 'start' | 'middle';
    }
  | {
      readonly kind: 'code';
      readonly x: number;
      readonly y: number;
      /** Side of one module. */
      readonly module: number;
      readonly runs: readonly Run[];
    };

export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** For those who do not see it. */
  readonly title: string;
  readonly shapes: readonly Shape[];
}
