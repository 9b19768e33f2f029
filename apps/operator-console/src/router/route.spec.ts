import { paths, routeOf } from './route.js';

describe('paths of the console', () => {
  it.each([
    ['/console/', { page: 'fleet' }],
    ['/console', { page: 'fleet' }],
    ['/console/purchases', { page: 'purchases' }],
    ['/console/purchases/', { page: 'purchases' }],
    ['/console/purchases/7f3', { page: 'purchase', id: '7f3' }],
    ['/console/machines/lobby-1', { page: 'machine', id: 'lobby-1' }],
    ['/console/machines', { page: 'not-found' }],
    ['/console/purchases/7f3/more', { page: 'not-found' }],
    ['/console/machines/%E0%A4', { page: 'not-found' }],
    ['/consoles', { page: 'not-found' }],
    ['/elsewhere', { page: 'not-found' }],
  ])('%s', (pathname, route) => {
    expect(routeOf(pathname)).toEqual(route);
  });

  it('finds a machine again whatever its id contains', () => {
    expect(routeOf(paths.machine('a/b %?'))).toEqual({ page: 'machine', id: 'a/b %?' });
  });
});
