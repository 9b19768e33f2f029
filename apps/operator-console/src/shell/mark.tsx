import mark from './mark.svg';

/** The product's mark: a rail from the scan to the commit, and the machine beside it. */
export function Mark({ size }: { readonly size: number }) {
  return <img src={mark} width={size} height={size} alt="" />;
}
