/** Names of what the console fetches, as TanStack Query files it. A shorter key stands for all that begin with it. */
export const keys = {
  system: ['system'],
  machines: ['machines'],
  purchases: ['purchases'],
  purchasesOf: (machineId: string | null, limit: number) => ['purchases', machineId ?? '', String(limit)],
  purchase: (id: string) => ['purchase', id],
} as const;
