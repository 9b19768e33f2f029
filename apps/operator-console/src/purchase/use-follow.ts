import { useEffect, useRef } from 'react';

/**
 * Keeps the end of a growing list in sight, for those who have it in sight: who scrolled away to read is left alone.
 *
 * @returns a reference for an element that stands after the list.
 */
export function useFollow(length: number) {
  const end = useRef<HTMLDivElement>(null);
  const isSeen = useRef(false);
  const known = useRef(length);

  useEffect(() => {
    if (!end.current) return;
    const observer = new IntersectionObserver(([entry]) => {
      isSeen.current = entry?.isIntersecting ?? false;
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const grew = length > known.current;
    known.current = length;
    if (grew && isSeen.current) end.current?.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
  }, [length]);

  return end;
}
