/** What Nest injects by name, because it is an interface and not a class. */
export const LOGGER = Symbol('Logger');
export const IDS = Symbol('Ids');
